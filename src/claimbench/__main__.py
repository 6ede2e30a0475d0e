"""The command line: `claimbench`, `python -m claimbench`."""

import sys


def main() -> None:
    """Entry point. Ctrl-C is no failure to explain, even while modules load."""
    try:
        from claimbench.cli import main as command

        command()
    except KeyboardInterrupt:
        print("claimbench: stopped; nothing was begun", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
