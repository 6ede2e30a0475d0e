"""`claimbench new`: configurations made of a checkpoint, a data file or a text."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claimbench.cli.terminal import LINE
from claimbench.errors import ConfigError, counted

if TYPE_CHECKING:
    from claimbench.drafts.benchmarks import BenchmarkDraft
    from claimbench.drafts.template import Arguments

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Make a configuration of a model, a benchmark, a run or an article.",
)

Name = Annotated[str | None, typer.Option("--name", help="Its name (default: the file's).")]
Out = Annotated[Path | None, typer.Option("--out", help="The file to write.")]


@app.command("model")
def model(
    place: Annotated[
        str, typer.Argument(metavar="PATH|HUB", help="A folder, a .gguf file, or a hub id.")
    ],
    name: Name = None,
    out: Out = None,
    template_args: Annotated[
        list[str],
        typer.Option("--template-arg", metavar="KEY=VALUE", help="An argument of the template."),
    ] = [],  # noqa: B006
) -> None:
    """A model file of what a checkpoint's own files say, and the prompt that the model will get.

    A hub id is read from the hub's cache. Every line with `decide` is yours to read.

    Examples: [bold]claimbench new model ./my-finetune[/bold] · [bold]claimbench new model
    Qwen/Qwen3-0.6B --template-arg enable_thinking=false --name qwen3-no-thinking[/bold]
    """
    from claimbench.benchmarks import hub
    from claimbench.config.folders import fit_name
    from claimbench.config.inline import name_of
    from claimbench.drafts.files import write_new
    from claimbench.drafts.models import draft_model, model_yaml

    hub.use(offline=True)
    called = fit_name(name) if name else name_of(place)
    path = out or Path("configs", "models", f"{called}.yaml")
    draft = draft_model(place, called, _arguments(template_args))
    write_new(path, model_yaml(draft, path.parent))
    _show(path, "a conversation as the model reads it:", draft.conversation)
    _say_what_to_decide(path, draft.decide)


@app.command("benchmark")
def benchmark(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSONL, JSON, CSV or Parquet.")],
    name: Name = None,
    out: Out = None,
    question: Annotated[
        str | None, typer.Option("--question", help="The column with the question.")
    ] = None,
    gold: Annotated[str | None, typer.Option("--gold", help="The column with the answer.")] = None,
    grader: Annotated[
        str | None, typer.Option("--grader", help="number, integer, latex or choice.")
    ] = None,
) -> None:
    """A benchmark file of a data file: its columns, its grader, and the digest of its content.

    The grader is one that calls every gold right when it is given as the answer.

    Examples: [bold]claimbench new benchmark mine.jsonl[/bold] · [bold]claimbench new benchmark
    quiz.csv --question Frage --gold Antwort[/bold]
    """
    from claimbench.config.folders import fit_name
    from claimbench.config.inline import name_of
    from claimbench.drafts.benchmarks import benchmark_yaml, draft_benchmark
    from claimbench.drafts.columns import Columns
    from claimbench.drafts.files import write_new

    _check_grader(grader)
    called = fit_name(name) if name else name_of(str(file))
    path = out or Path("configs", "benchmarks", f"{called}.yaml")
    draft = draft_benchmark(str(file), called, Columns(question, gold, grader))
    write_new(path, benchmark_yaml(draft, path.parent))
    problems = counted(draft.golds, "problem")
    _show(path, f"{problems}; the first:", _first_problem(draft))
    _show_golds(draft)
    _say_what_to_decide(path, draft.decide)


@app.command("run")
def run(
    models: Annotated[
        list[str], typer.Option("--model", help="A model: its name, path or hub id.")
    ],
    benchmarks: Annotated[
        list[str], typer.Option("--benchmark", help="A benchmark: its name or data file.")
    ],
    claimed: Annotated[
        str | None,
        typer.Option(
            "--claimed", metavar="SCORE", help="The score in % that is claimed of the first model."
        ),
    ] = None,
    out: Out = None,
) -> None:
    """A run file to begin with.

    Example: [bold]claimbench new run --model ./my-finetune --benchmark mine.jsonl
    --claimed 41.5[/bold]
    """
    from claimbench.config.inline import name_of
    from claimbench.drafts.files import check_names, margin_for, named_from, run_yaml, write_new

    path = out or Path(f"{name_of(models[0])}-on-{name_of(benchmarks[0])}.yaml")
    check_names(models, benchmarks, path)
    score = _stated(claimed)
    margin = margin_for(score, benchmarks[0], path)
    named = [named_from(path.parent, word) for word in models]
    asked = [named_from(path.parent, word) for word in benchmarks]
    write_new(path, run_yaml(named, asked, score, margin))
    typer.echo(f"{path}: written; read what it decides")
    shown = shlex.quote(str(path))
    typer.echo(f"See what it will ask: claimbench plan {shown}")
    typer.echo(f"Run it:               claimbench run {shown}")


@app.command("article")
def article(
    text: Annotated[Path, typer.Argument(metavar="TEXT", help="The article as a text file.")],
    name: Name = None,
    out: Out = None,
) -> None:
    """An article file whose claims you fill in, and the article's lines with their numbers.

    Example: [bold]claimbench new article article.txt --name mypaper-0101[/bold]
    """
    from claimbench.config.folders import fit_name
    from claimbench.drafts.files import article_yaml, write_new

    called = fit_name(name or text.stem)
    path = out or Path("seeds", "articles", f"{called}.yaml")
    content, lines = article_yaml(text, called)
    write_new(path, content)
    _show(path, "the article's lines:", "\n".join(lines))
    typer.echo(f"See the verdicts: claimbench claims --article {called}")


def _stated(claimed: str | None) -> float | None:
    from claimbench.config.percent import asked_score

    try:
        return None if claimed is None else asked_score(claimed)
    except ConfigError as error:
        raise ConfigError(f"--claimed {claimed}: {error}") from None


def _arguments(options: list[str]) -> Arguments:
    import yaml

    found: dict[str, bool | int | float | str] = {}
    for option in options:
        key, equals, text = option.partition("=")
        value = yaml.safe_load(text) if equals and key else None
        if not isinstance(value, bool | int | float | str):
            raise ConfigError(
                f"--template-arg {option}: write key=value, for example enable_thinking=false"
            )
        found[key] = value
    return found


def _check_grader(kind: str | None) -> None:
    if kind is not None:
        from claimbench.grading import GRADERS
        from claimbench.grading.options import unknown_name
        from claimbench.interop.sound import own_graders

        if kind not in GRADERS or kind not in own_graders():
            raise unknown_name("--grader", kind, own_graders())


def _show(path: Path, heading: str, text: str) -> None:
    from claimbench.report.tables import clean

    typer.echo(f"{path}: written; {heading}")
    for line in text.splitlines():
        typer.echo(f"    | {clean(line, 400)}")


def _first_problem(draft: BenchmarkDraft) -> str:
    from claimbench.config.prompting import fill
    from claimbench.records import CHOICE_LETTERS

    first = draft.first
    choices = "\n".join(
        f"{letter}) {c}" for letter, c in zip(CHOICE_LETTERS, first.choices, strict=False)
    )
    gold = first.gold or first.choices[0]
    return f"{fill(draft.config.prompt, first.question, choices)}\ngold: {gold}"


def _show_golds(draft: BenchmarkDraft) -> None:
    from claimbench.drafts.benchmarks import SHOWN
    from claimbench.report.grade_reasons import in_words
    from claimbench.report.tables import clean

    right = draft.golds - len(draft.failing)
    kind = draft.config.grader.kind
    typer.echo(f"Golds graded against themselves by {kind}: {right} of {draft.golds} right")
    for grade in draft.failing[:SHOWN]:
        why = in_words(grade.reason) or grade.outcome
        typer.echo(f"    {clean(grade.sample_id)}: {clean(why, 300)}")


def _say_what_to_decide(path: Path, decide: dict[str, str]) -> None:
    from claimbench.report.tables import clean

    for key, words in decide.items():
        typer.echo(f"decide  {key}: {clean(words, LINE)}")
    kind = path.parent.name.removesuffix("s")
    if kind in ("model", "benchmark"):
        typer.echo(f"Use it in a run: {kind}s: [{path.stem}]")
