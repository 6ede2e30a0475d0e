"""`python -m claimbench`: the command line."""

from claimbench.cli import main

if __name__ == "__main__":
    main()
