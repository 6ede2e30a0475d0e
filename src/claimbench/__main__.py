"""The command line: `claimbench`, `python -m claimbench`."""

import os
import sys

INTERRUPTED = 130
WINDOWS = (
    "Windows lacks calls that run folders and graders need (fcntl's locks, limits of a process): "
    "install it in WSL 2 (wsl --install), where it runs as on Linux"
)


def leave_working_directory() -> None:
    """`python -m` looks for modules in the working directory first: a file `yaml.py` or `numpy.py`
    there, of whoever works in it, would be taken for the library."""
    if not sys.flags.safe_path and sys.path and sys.path[0] in ("", os.getcwd()):  # noqa: PTH109
        del sys.path[0]


def script() -> None:
    """Entry point of a process of its own. At its end Ctrl-C stays ignored."""
    main(whole_process=True)


def main(whole_process: bool = False) -> None:
    """A command, inside any program. Ctrl-C is no failure to explain, even while modules load."""
    if os.name == "nt":
        print(f"claimbench: {WINDOWS}", file=sys.stderr)
        sys.exit(2)
    try:
        from claimbench.cli import main as command

        command(whole_process)
    except KeyboardInterrupt:
        print("claimbench: stopped; nothing was begun", file=sys.stderr)
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    leave_working_directory()
    script()
