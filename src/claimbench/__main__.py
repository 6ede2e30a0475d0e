"""`python -m claimbench`: the command line."""

from claimbench.cli import main

main()
