"""Everything in a run folder held against everything else: `claimbench verify`.

What a report says rests on files that were copied, merged and kept for years. Here each is read
whole: run.yaml and the problems against their digests, every line of samples and grades against
what it names, the counts against the plan, and the results against the samples they were made of.
"""

from __future__ import annotations

import datetime
import hashlib
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from claimbench.analysis.cells import StoredCell, stored_cells
from claimbench.benchmarks.loading import content_digest
from claimbench.errors import ClaimbenchError, StoreError, counted
from claimbench.records import NOT_REGISTERED, Registration
from claimbench.runner import looks, registration
from claimbench.runner.verify_results import check_results
from claimbench.runner.verify_rows import check_rows
from claimbench.store import RunStore, holds_results_alone, is_run, read_run, safe_name
from claimbench.store.looks import FILE as LOOKS
from claimbench.store.registration import why_damaged
from claimbench.store.runfile import decisive_digest
from claimbench.store.seal import file_digest
from claimbench.store.sessions import FILE as PROVENANCE
from claimbench.store.sessions import read_sessions
from claimbench.verdicts.articles.runs import load_runs, run_folders
from claimbench.verdicts.registration import concerning

PROVEN = (
    "run.yaml", PROVENANCE, "measurements.json", "verdicts.json", "efficiency.json", LOOKS,
    registration.FILE,
)  # fmt: skip
PROVEN_FOLDERS = ("problems", "prompts", "labels", "samples", "grades")
"""What the digest of a folder covers. Reports, tables and caches can be made again from these."""


@dataclass(frozen=True, slots=True)
class FolderDigest:
    """SHA-256 over the names and contents of a run folder's files, on a date."""

    sha256: str
    files: int
    bytes: int
    date: str

    def __str__(self) -> str:
        files = counted(self.files, "file")
        return f"sha256:{self.sha256} ({files}, {self.bytes:,} bytes, {self.date})"


@dataclass(frozen=True, slots=True)
class Verified:
    """What `verify` found: `wrong` does not fit together, `missing` is not finished yet."""

    root: Path
    wrong: tuple[str, ...]
    missing: tuple[str, ...]
    samples: int
    grades: int
    digest: FolderDigest
    registration: Registration = NOT_REGISTERED
    outdated: int = 0
    """Samples that were graded by other rules than today's: the results rest on those."""

    @property
    def good(self) -> bool:
        return not (self.wrong or self.missing)


@dataclass(frozen=True, slots=True)
class Trusted:
    """`folders` prove themselves; `damaged` says of each other one why it does not."""

    folders: tuple[Path, ...]
    damaged: Mapping[Path, str]


def verify(root: Path) -> Verified:
    """Check the run folder `root`, whole. Raises WrongRunFolder where it is none or run.yaml or
    its problems were edited."""
    wrong, missing = list[str](), list[str]()
    with RunStore.existing(root) as store:
        cells = stored_cells(store)
        wrong += _manifest(store, cells)
        samples = grades = outdated = 0
        for cell in cells:
            found = check_rows(store, cell)
            wrong += found.wrong
            missing += found.missing
            samples, grades = samples + found.samples, grades + found.grades
            outdated += found.outdated
        wrong += _strangers(root, cells)
        wrong += _provenance(store)
        registered = NOT_REGISTERED
        # Else the samples cannot be measured, or the figures follow, or are of other rules.
        if not (wrong or outdated):
            registered = concerning(registration.of_run(store))
            found_results = check_results(store, cells)
            wrong += found_results.wrong
            missing += found_results.missing
            wrong += looks.differing(store)
    return Verified(
        root,
        tuple(wrong),
        tuple(missing),
        samples,
        grades,
        folder_digest(root),
        registered,
        outdated,
    )


def refuse_wrong(root: Path) -> None:
    """Raises StoreError where the run folder `root` does not prove itself; one that holds results
    alone, or that is not finished, is left to its reader."""
    if not is_run(root):
        return
    if not read_run(root).sealed or holds_results_alone(root):
        return
    found = verify(root)
    if found.wrong:
        raise StoreError(
            f"{root} does not fit together ({found.wrong[0]}; {len(found.wrong)} in all): see "
            f"`claimbench verify`, and ask whoever made it"
        )
    if found.outdated:
        raise StoreError(
            f"{root} was graded by other rules than those of this version ({found.outdated} "
            f"samples): run `claimbench grade {shlex.quote(str(root))}` first"
        )


def trusted(named: Sequence[Path]) -> Trusted:
    """The run folders among `named`, or one folder down.

    A folder that was named itself raises what is wrong with it. One that merely lies among others
    is left out, so that it stops nobody from reading the rest.
    """
    asked_for = {path.resolve() for path in named}
    good, damaged = list[Path](), dict[Path, str]()
    for root in run_folders(named):
        try:
            refuse_wrong(root)
            load_runs([root])
        except ClaimbenchError as error:
            if root.resolve() in asked_for:
                raise
            damaged[root] = str(error)
        else:
            good.append(root)
    return Trusted(tuple(good), damaged)


def folder_digest(root: Path) -> FolderDigest:
    """The digest of what a run's results rest on, and of the results."""
    paths = [root / name for name in PROVEN]
    # By depth, as they are read: `rglob` would not go into a folder that is a link.
    depths = ("*.json*", "*/*.json*", "*/*/*.json*")
    paths += [p for folder in PROVEN_FOLDERS for at in depths for p in (root / folder).glob(at)]
    total, count, size = hashlib.sha256(), 0, 0
    for path in sorted(path for path in paths if path.is_file()):
        name = path.relative_to(root).as_posix()
        total.update(f"{name}\0{file_digest(path)}\n".encode("utf-8", "surrogateescape"))
        count, size = count + 1, size + path.stat().st_size
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return FolderDigest(total.hexdigest(), count, size, today)


def _manifest(store: RunStore, cells: Sequence[StoredCell]) -> Iterator[str]:
    """run.yaml against itself and the problems."""
    if store.digest != decisive_digest(store.config):
        yield "run.yaml: key digest is not that of its config"
    manifest = store.manifest
    if manifest.registered and (fault := why_damaged(manifest.registered)):
        yield f"run.yaml: the registration in it is not what was registered ({fault})"
    for cell in cells:
        entry = manifest.cells[str(cell.name)]
        if entry.problems != len(cell.problems):
            there = counted(len(cell.problems), "problem")
            yield f"{cell.name}: {there}, run.yaml names {entry.problems}"
        if entry.problems_digest != content_digest(list(cell.problems.values())):
            yield f"{cell.name}: the problems are not those of problems_digest in run.yaml"
        yield from _tests(cell)


def _tests(cell: StoredCell) -> Iterator[str]:
    """The tests of coding problems that lie in files of their own, named by their digest."""
    for problem in cell.problems.values():
        tests = problem.details.get("tests", {})
        if not (file := tests.get("file")):
            continue
        try:
            found = file_digest(Path(file))
        except OSError as error:
            yield f"{file}: cannot be read ({error.strerror})"
            continue
        if found != tests["sha256"]:
            yield f"{file}: the tests of problem {problem.id} are not those of its digest"


def _strangers(root: Path, cells: Iterable[StoredCell]) -> Iterator[str]:
    """Samples and grades that no cell of run.yaml has: a report would leave them out."""
    known = {f"{safe_name(cell.model)}/{safe_name(cell.benchmark)}" for cell in cells}
    for folder in ("samples", "grades"):
        for path in sorted((root / folder).glob("*/*")):
            name = path.relative_to(root / folder).as_posix()
            if name not in known:
                yield f"{folder}/{name}: run.yaml has no such model and benchmark"


def _provenance(store: RunStore) -> Iterator[str]:
    """Every session worked with the checkpoints that run.yaml names."""
    try:
        sessions = read_sessions(store)
    except StoreError as error:
        yield str(error)
        return
    if not sessions and (store.root / "samples").is_dir():
        yield f"{PROVENANCE}: no session made these samples"
    for session in sessions:
        for model, identity in dict(session.get("checkpoints", {})).items():
            expected = store.manifest.checkpoints.get(model)
            if identity != expected:
                yield f"{PROVENANCE}: {model} ran as {identity}, run.yaml names {expected}"
