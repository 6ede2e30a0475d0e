"""The problems of a run, kept beside its samples, so that graders and reports need no dataset."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from claimbench.errors import WrongRunFolder
from claimbench.records.plain import JsonDict
from claimbench.records.runs import Problem, Turn
from claimbench.store.fields import SUFFIX, field_lines
from claimbench.store.files import safe_name
from claimbench.store.rows import json_line
from claimbench.store.run import RunStore
from claimbench.store.runfile import holds_results_alone


def problem_files(problems: Mapping[str, Iterable[Problem]]) -> dict[str, str]:
    """The SHA-256 of the file of each benchmark's problems, by its path in a run folder."""
    found = {}
    for benchmark, own in problems.items():
        content = hashlib.sha256()
        for problem in own:
            content.update(json_line(_row(problem)).encode())
        found[_problems_path(benchmark)] = content.hexdigest()
    return found


def write_problems(store: RunStore, problems: Mapping[str, Iterable[Problem]]) -> None:
    """Keep the problems of each benchmark beside the samples: a report can then show them, a grader
    read them."""
    for benchmark, own in problems.items():
        path = _problems_path(benchmark)
        # What is there was held against its digest when the folder was opened.
        if path not in store.files or not (store.root / path).exists():
            store.write_lines_once(path, (_stored(store, p) for p in own))
            store.write_file(_fields_path(benchmark), "".join(field_lines(map(_row, own))))


@dataclass(frozen=True, slots=True)
class StoredProblems:
    """The problems of one benchmark by id, in order, and the digest of each with its gold."""

    problems: dict[str, Problem]
    digests: dict[str, str]


def read_problems(store: RunStore, benchmark: str) -> StoredProblems:
    """Raises WrongRunFolder where the problems are not there."""
    if not (store.root / _problems_path(benchmark)).exists():
        if not any((store.root / name).exists() for name in ("report.md", "measurements.json")):
            raise WrongRunFolder(
                f"{store.root}: its run stopped before it stored anything; give its `claimbench "
                "run` or `import` again"
            )
        if not holds_results_alone(store.root):  # Or it says what else is lost.
            raise WrongRunFolder(
                f"{store.root}: {_problems_path(benchmark)} is not there, and nothing is known "
                "without it: put it back, copy the whole run folder again, or give its "
                "`claimbench run` or `import` again, which makes the file anew"
            )
        raise WrongRunFolder(
            f"{store.root} holds results alone, without problems and samples (so do the folders "
            "in claimbench's repository): read its report.md, or name the folder in which the run "
            "was made"
        )
    found = StoredProblems({}, {})
    for row in store.read_lines(_problems_path(benchmark)):
        found.digests[row["id"]] = hashlib.sha256(json_line(row).encode()).hexdigest()[:16]
        found.problems[row["id"]] = _problem(store, benchmark, row)
    return found


def _problems_path(benchmark: str) -> str:
    return f"problems/{safe_name(benchmark)}.jsonl"


def _fields_path(benchmark: str) -> str:
    return str(Path(_problems_path(benchmark)).with_suffix(SUFFIX))


def _stored(store: RunStore, problem: Problem) -> JsonDict:
    """The problem as a row. Tests that lie in a file of their own are put into the run folder,
    which can then be graded on another machine."""
    row = _row(problem)
    name = row["details"].get("tests", {}).get("file")
    if name and not (store.root / name).exists():
        store.write_file(name, Path(problem.details["tests"]["file"]).read_text("ascii"))
    return row


def _row(problem: Problem) -> JsonDict:
    """The problem as it is stored; a file of tests is named by its path in the run folder."""
    row = {key: value for key, value in asdict(problem).items() if key != "benchmark"}
    if file := row["details"].get("tests", {}).get("file"):
        row["details"]["tests"]["file"] = f"problems/tests/{Path(file).name}"
    return row


def _problem(store: RunStore, benchmark: str, row: JsonDict) -> Problem:
    details = row["details"]
    if file := details.get("tests", {}).get("file"):
        # Only its name counts: a run folder may come from elsewhere.
        details["tests"]["file"] = str(
            store.root.resolve() / "problems" / "tests" / Path(file).name
        )
    return Problem(
        benchmark=benchmark,
        id=row["id"],
        question=row["question"],
        gold=row["gold"],
        choices=tuple(row["choices"]),
        messages=_messages(row.get("messages")),
        text=row.get("text"),
        details=details,
    )


def _messages(turns: list[JsonDict] | None) -> tuple[Turn, ...] | None:
    return None if turns is None else tuple(Turn(**turn) for turn in turns)
