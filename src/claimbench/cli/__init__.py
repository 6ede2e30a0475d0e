"""The command line: arguments, exit codes, progress. Heavy modules load inside the commands."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import typer

from claimbench.cli import exchange, new, repeating, results, running, watching
from claimbench.cli.ci import annotate, on_github
from claimbench.cli.options import AsJson
from claimbench.cli.signals import (
    INTERRUPTED,
    Stopped,
    answered,
    ignore_interrupts,
)
from claimbench.cli.terminal import (
    complain,
    keep_bars_out_of_logs,
    print_anywhere,
    unprinted,
)
from claimbench.errors import ClaimbenchError, ConfigError
from claimbench.version import __version__

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"claimbench {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Is that benchmark claim true? Reproduces benchmark claims for open-weight models.

    Try [bold]claimbench doctor[/bold], then [bold]claimbench run smoke[/bold].
    """


def doctor(as_json: AsJson = False) -> None:
    """What this machine can run: engines, devices, hub, cache, disk.

    Example: [bold]claimbench doctor[/bold]
    """
    from claimbench.cli import diagnosis

    facts = diagnosis.examine()
    typer.echo(json.dumps(facts, indent=1) if as_json else diagnosis.render(facts))


COMMANDS: dict[str, Callable[..., None]] = {
    "run": running.run,
    "plan": running.plan,
    "watch": watching.watch,
    "import": exchange.import_,
    "export": exchange.export,
    "grade": results.grade,
    "report": results.report,
    "compare": results.compare,
    "show": results.show_sample,
    "repeat": repeating.repeat,
    "verify": results.verify,
    "claims": results.claims,
    "fetch": running.fetch,
    "doctor": doctor,
}
"""Every command, in the order of `claimbench --help`."""

for _name, _command in COMMANDS.items():
    app.command(_name)(_command)
app.add_typer(new.app, name="new")


def check_working_directory() -> None:
    """Raises ConfigError where it was removed: libraries ask for it while they load."""
    try:
        os.getcwd()  # noqa: PTH109
    except FileNotFoundError:
        raise ConfigError(
            "the working directory was removed: change to one that is there"
        ) from None


def check_command(words: list[str]) -> None:
    """Raises ConfigError with the command, or the run, that an unknown command was meant for."""
    word = next((word for word in words if not word.startswith("-")), None)
    known = [*COMMANDS, "new"]
    if word is not None and word not in known:
        raise _unknown_command(word, known)


def _unknown_command(word: str, known: list[str]) -> ConfigError:
    from claimbench.config.folders import names
    from claimbench.config.yamlfile import close_to, nearest

    runs = close_to(word, names("runs"))
    if word.endswith(".yaml") or (runs and runs[0].lower() == word.lower()):
        hint = f"; did you mean `claimbench run {shlex.quote(runs[0] if runs else word)}`?"
    else:
        hint = nearest(word, known)
    return ConfigError(f"there is no command {word}{hint}")


def meant(words: list[str]) -> str:
    """What was likely meant by words that a command does not take; empty where nothing is known: a
    run folder of `claims`, a key of the run file as an option."""
    if words[:1] == ["claims"]:
        bare = (word for before, word in pairwise(words) if before != "--results")
        folder = next((word for word in bare if Path(word, "run.yaml").is_file()), None)
        return f"run folders are named with --results: --results {folder}" if folder else ""
    return _meant_as_key(words)


def _meant_as_key(words: list[str]) -> str:
    from claimbench.config.runs import RunConfig, SamplingConfig

    if not {"run", "plan", "fetch"} & set(words[:1]):
        return ""
    paths = {key: f"sampling.{key}" for key in SamplingConfig.model_fields}
    paths |= {key: key for key in RunConfig.model_fields}
    options = (word.removeprefix("--") for word in words if word.startswith("--"))
    keys = (option.partition("=")[0].replace("-", "_") for option in options)
    path = next((paths[key] for key in keys if key in paths), None)
    return f"{path} is a key of the run file: change it with --set {path}=…" if path else ""


def main(whole_process: bool = False) -> None:
    """Entry point: every explained failure is one sentence on stderr and its exit code. Another
    program that calls it finds its handlers of signals again, unless it was the whole process."""
    with answered(whole_process):
        _main()


def _main() -> None:
    # Threads of the CPU engine that spin while they wait starve one another (and the graders) on a
    # busy machine: beside other jobs a run needed twice the CPU time. Where they slept at once,
    # a small model in float32 needed twice the time, in the kernel: GNU's first spin a moment. Set
    # before torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    print_anywhere()
    keep_bars_out_of_logs()
    try:
        _obey()
    except ClaimbenchError as error:
        complain(str(error))
        if on_github():
            annotate("error", "claimbench", str(error))
        sys.exit(error.exit_code)
    except OSError as error:
        if not unprinted(error):
            raise
        sys.exit(1)
    except KeyboardInterrupt:
        _stopped()
    except SystemExit as ended:
        # Typer makes this code of Ctrl-C, without a word.
        if isinstance(ended, Stopped) or ended.code != INTERRUPTED:
            raise
        _stopped()


def _obey() -> None:
    """The command of sys.argv. Whatever it ended with, its last words come whole."""
    try:
        check_working_directory()
        check_command(sys.argv[1:])
        app()
    except SystemExit as end:
        if end.code == ConfigError.exit_code and (hint := meant(sys.argv[1:])):
            complain(hint)
        raise
    finally:
        ignore_interrupts()


def _stopped() -> None:
    complain("stopped; whatever was stored is kept")
    raise Stopped
