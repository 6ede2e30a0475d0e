"""Arguments and options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

RunFile = Annotated[Path, typer.Argument(metavar="RUN.yaml", help="A run file, or its bare name.")]
RunDir = Annotated[Path, typer.Argument(metavar="RUNDIR", help="A run folder.")]
Sets = Annotated[
    list[str], typer.Option("--set", metavar="KEY=VALUE", help="Change a key of the run file.")
]
DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Folder with local dataset files.")
]
Offline = Annotated[bool, typer.Option("--offline", help="Do not ask the hub.")]
FailOn = Annotated[
    list[str], typer.Option("--fail-on", metavar="VERDICT", help="Exit 1 on this verdict.")
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
    str, typer.Option("--language", metavar="CODE", help="The language of pages: en, ko, …")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress display.")]
