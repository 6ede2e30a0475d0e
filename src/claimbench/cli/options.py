"""Arguments and options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

RunFile = Annotated[
    Path,
    typer.Argument(
        metavar="RUN.yaml", help="A run file, its bare name, or a run folder to go on with."
    ),
]
RunDir = Annotated[Path, typer.Argument(metavar="RUNDIR", help="A run folder.")]
Sets = Annotated[
    list[str], typer.Option("--set", metavar="KEY=VALUE", help="Change a key of the run file.")
]


def _folder_of_data(folder: Path | None) -> Path | None:
    if folder is not None:
        from claimbench.benchmarks.rows import check_data_dir

        check_data_dir(folder)
    return folder


DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", callback=_folder_of_data, help="Folder with local dataset files."),
]
Offline = Annotated[bool, typer.Option("--offline", help="Do not ask the hub.")]
FailOn = Annotated[
    list[str], typer.Option("--fail-on", metavar="VERDICT", help="Exit 1 on this verdict.")
]
JUnit = Annotated[
    Path | None,
    typer.Option("--junit", metavar="FILE", help="Write a JUnit file: one test per verdict."),
]
GpuHour = Annotated[
    float | None, typer.Option("--gpu-hour", min=0, help="US dollars for an hour of one GPU.")
]
ShardOf = Annotated[
    str | None,
    typer.Option("--shard", metavar="I/N", help="Do part I of N only, beside the other parts."),
]
Slurm = Annotated[
    int | None,
    typer.Option("--slurm", metavar="N", min=1, help="Submit to Slurm as an array of N shards."),
]
Sbatch = Annotated[
    list[str],
    typer.Option(
        "--sbatch",
        metavar="KEY=VALUE",
        help="An option of sbatch for each shard: time, partition, gpus-per-node, mem, account, …",
    ),
]
Wait = Annotated[
    bool, typer.Option("--wait/--no-wait", help="With --slurm: wait for the shards, and report.")
]
MaxCost = Annotated[
    float | None,
    typer.Option(
        "--max-cost", min=0, help="The most that this run folder may spend, by the price list."
    ),
]
MaxTokens = Annotated[
    int | None,
    typer.Option(
        "--max-tokens-total", min=1, help="The most tokens that this run folder may spend."
    ),
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, help="Grading processes (default: one for each core)."),
]
Language = Annotated[
    str,
    typer.Option(
        "--language", metavar="CODE", help="The language of the terminal and of pages: en, ko, …"
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress display.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
RunOut = Annotated[Path | None, typer.Option("--out", help="Run folder (default results/<run>).")]

Registered = Annotated[
    Path | None,
    typer.Option(
        "--registered",
        metavar="FILE",
        help="What `plan --register` wrote before: verdicts say whether they are as registered.",
    ),
]

# Of `claimbench plan`.
Register = Annotated[
    Path | None,
    typer.Option(
        "--register",
        metavar="FILE",
        help="Write down, before the run, what is judged and how: figures, margins, protocol, …",
    ),
]
Gpus = Annotated[
    list[str],
    typer.Option("--gpu", help="A GPU type, with all choices: h100; h100x8 fills eight; laptop."),
]
GpuCount = Annotated[
    int | None,
    typer.Option("--gpus", min=1, metavar="N", help="Fill N GPUs (default: up to eight)."),
]
LengthsOf = Annotated[
    Path | None,
    typer.Option("--lengths", metavar="RUNDIR", help="Mean reply lengths of an earlier run."),
]

# Of `claimbench import`.
SourceFormat = Annotated[str, typer.Argument(metavar="SOURCE", help="Format of the outputs.")]
OutputsFile = Annotated[Path, typer.Argument(metavar="PATH", help="The file that holds them.")]
ModelName = Annotated[str | None, typer.Option("--model", help="Whose replies they are.")]
BenchmarkName = Annotated[
    str | None, typer.Option("--benchmark", help="Our benchmark: its golds and grader.")
]
GraderName = Annotated[
    str | None,
    typer.Option("--grader", help="Grade by the file's golds: latex, integer, number, choice."),
]
Mapping = Annotated[
    Path | None, typer.Option("--mapping", help="Columns of a jsonl, csv or parquet file.")
]
SourceName = Annotated[str | None, typer.Option("--source-name", help="Who made the outputs.")]
StatedProtocol = Annotated[
    list[str],
    typer.Option("--protocol", metavar="KEY=VALUE", help="What you know of how they did."),
]
MissingAsWrong = Annotated[
    bool,
    typer.Option(
        "--missing-as-wrong",
        help="Count a row without a response as a reply without an answer; else such a file is "
        "refused.",
    ),
]
ImportOut = Annotated[
    Path | None, typer.Option("--out", help="Run folder (default results/<name of the file>).")
]

# Of `claimbench report`.
RunDirs = Annotated[list[Path], typer.Argument(metavar="RUNDIR...", help="Run folders.")]
Partial = Annotated[
    bool, typer.Option("--partial", help="Estimates of an unfinished run, without verdicts.")
]
WithSamples = Annotated[
    bool,
    typer.Option(
        "--samples/--no-samples",
        help="Whether report.html holds samples and problems (without: may be committed).",
    ),
]
CombinedOut = Annotated[
    Path | None,
    typer.Option(
        "--out", help="Folder of the combined report (default: `report` beside the first run)."
    ),
]

# Of `claimbench show`.
ProblemId = Annotated[str | None, typer.Option("--problem", metavar="ID", help="Which problem.")]
SampleNumber = Annotated[
    int, typer.Option("--sample", min=0, metavar="N", help="Which of its samples, from 0.")
]
WithIds = Annotated[bool, typer.Option("--ids", help="With the token ids of the reply.")]
OfModel = Annotated[str | None, typer.Option("--model", help="Of this model alone.")]
OfBenchmark = Annotated[str | None, typer.Option("--benchmark", help="Of this benchmark alone.")]

# Of `claimbench repeat`.
Share = Annotated[float, typer.Option("--share", min=0.0001, max=1, help="Of each cell's samples.")]
Slots = Annotated[int | None, typer.Option("--slots", min=1, help="Requests generated together.")]
EngineOptions = Annotated[
    list[str],
    typer.Option(
        "--engine", metavar="KEY=VALUE", help="Another setting of the engine, or another kind."
    ),
]
RepeatOut = Annotated[
    Path | None, typer.Option("--out", help="Folder of the new samples (default RUNDIR-repeat).")
]

# Of `claimbench compare`.
Compared = Annotated[
    list[Path], typer.Argument(metavar="A B...", help="Run folders; the first is the reference.")
]
Against = Annotated[
    str | None,
    typer.Option("--against", help="The reference: one of the run folders, or a model in them."),
]
Margin = Annotated[
    float | None,
    typer.Option("--margin", help="Points within which two runs count as equivalent."),
]
NonInferior = Annotated[
    float | None,
    typer.Option(
        "--non-inferior", metavar="MARGIN", help="Test for not being worse by these points."
    ),
]
Common = Annotated[
    bool, typer.Option("--common", help="Compare the problems that both have, the same in both.")
]
ComparisonOut = Annotated[
    Path | None, typer.Option("--out", help="Folder for comparison.md, .csv and .json.")
]
FailOnWord = Annotated[
    list[str], typer.Option("--fail-on", metavar="WORD", help="Exit 1 on this, such as worse.")
]

# Of `claimbench claims`.
ArticleId = Annotated[str | None, typer.Option("--article", help="One article's claims.")]
ClaimKind = Annotated[str | None, typer.Option("--kind", help="Claims of one kind.")]
ClaimStatus = Annotated[str | None, typer.Option("--status", help="Claims with one verdict.")]
ResultFolders = Annotated[
    list[Path], typer.Option("--results", help="Run folders, or folders of them (default results).")
]
EvidenceOut = Annotated[Path | None, typer.Option("--out", help="Write all tables here.")]
