"""run.yaml: the resolved config that a run folder belongs to."""

from __future__ import annotations

import contextlib
import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import yaml

from claimbench.config.canonical import digest
from claimbench.errors import StoreError, WrongRunFolder
from claimbench.records.plain import JsonDict, JsonObject
from claimbench.store.files import explaining, write_once
from claimbench.store.seal import changes, check_files, check_seal, is_sealed, sealed

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same, a dozen times as quick, where PyYAML was built with libyaml."""
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


DECISIVE = ("cells", "graders", "reasoning_end", "judging", "import")
"""The parts of a resolved config that decide samples, grades and verdicts."""


def decisive_digest(config: JsonObject) -> str:
    """The digest of a run: configs that differ in titles, devices or parallelism share it."""
    return digest({key: config[key] for key in DECISIVE if key in config})


@dataclass(frozen=True, slots=True)
class RunFile:
    """What run.yaml says. `files` has the SHA-256 of the problems files by their path; `sealed` is
    false for one that an earlier version wrote: only results are read from such a folder."""

    config: JsonDict
    digest: str
    files: dict[str, str]
    sealed: bool = True

    def is_of(self, digest: str, files: Mapping[str, str]) -> bool:
        """Whether it is the run.yaml of this very config with these problems."""
        return (self.digest, self.files) == (digest, dict(files))


def create_run(
    root: Path, resolved: Mapping[str, object], digest: str, files: Mapping[str, str]
) -> RunFile:
    """Create `root` with its run.yaml where it is not there; what its run.yaml says. Raises
    WrongRunFolder for a folder that is no run folder."""
    if not is_run(root):
        _refuse_foreign(root)
        write_once(root / "run.yaml", [_as_yaml(sealed(as_plain(resolved), digest, files))])
    return read_run(root)


def rewritten(config: Mapping[str, object], digest: str, files: Mapping[str, str]) -> str:
    """The text of a run.yaml that takes the place of another."""
    return _as_yaml(sealed(as_plain(config), digest, files))


def refuse_another(
    root: Path, stored: RunFile, resolved: Mapping[str, object], files: Mapping[str, str]
) -> NoReturn:
    """Raises WrongRunFolder with the keys in which the folder's run differs from the one asked."""
    before = {**stored.config, "files": stored.files}
    after = {**as_plain(resolved), "files": dict(files)}
    for key in ("raised", "registered"):  # No setting of a run.
        before.pop(key, None)
        after.pop(key, None)
    raise WrongRunFolder(
        f"{root / 'run.yaml'} belongs to another run ({changes(before, after)}): give another "
        "--out, or undo the change; nothing was touched."
    )


def is_run(root: Path) -> bool:
    """Whether `root` is a run folder. Raises StoreError where one may not even look."""
    path = root / "run.yaml"
    with explaining(path, "read"):
        return path.exists()


def holds_results_alone(root: Path) -> bool:
    """Whether a run folder has no problems and no samples any more, only what was found. Raises
    WrongRunFolder where it has samples and its problems are lost: part of a folder proves nothing.
    """
    with explaining(root, "read"):
        if (root / "problems").is_dir():
            return False
        left = [name for name in ("samples", "grades") if (root / name).is_dir()]
    if left:
        raise WrongRunFolder(
            f"{root} has {' and '.join(left)} without problems/, which they are of: put that "
            "folder back, or copy the whole run folder again"
        )
    return True


def read_run(root: Path) -> RunFile:
    """What run.yaml of the folder `root` says, checked against its seal, and the problems files
    against their digests. Raises StoreError, and WrongRunFolder for a folder that is none or that
    was edited."""
    path = root / "run.yaml"
    if not is_run(root):
        why = "no run.yaml" if root.exists() else "there is no such folder"
        why = "this is a file" if root.is_file() else why
        raise WrongRunFolder(f"{root} is not a run folder ({why}): {_meant(root)}")
    with explaining(path, "read"):
        text = path.read_bytes()
    try:
        content = _content(text)
        found = RunFile(
            config=dict(content["config"]),
            digest=str(content["digest"]),
            files=dict(content.get("files", {})),
            sealed="seal" in content or "format" in content,
        )
    except (yaml.YAMLError, ValueError, RecursionError, KeyError, TypeError) as error:
        raise StoreError(
            f"{path} is damaged (no readable 'config' and 'digest'): restore it, or move {root}"
            " away and run again."
        ) from error
    if found.sealed:
        check_seal(path, content)
        check_files(root, found.files)
    return found


def _content(text: bytes) -> JsonDict:
    """What the text says. The digests of single keys are only read where the seal is broken, as
    they take longer than all the rest: they say what was edited."""
    if _LEAVES.search(text):
        with contextlib.suppress(yaml.YAMLError, ValueError, TypeError):
            content = dict(yaml.load(_LEAVES.sub(b"", text), _LOADER))
            if is_sealed(content):
                return content
    return dict(yaml.load(text, _LOADER))


_LEAVES = re.compile(rb"^leaves:\n(?:  [\w.][\w./+-]*: '?[0-9a-f]{8}'?\n)+\Z", re.MULTILINE)
"""The digests of single keys as they are written, when they stand last."""


def read_sealed(root: Path) -> RunFile:
    """The same of a folder whose samples are to be read. Raises WrongRunFolder for one that an
    earlier version made."""
    found = read_run(root)
    if not found.sealed:
        raise WrongRunFolder(
            f"{root} was made by an earlier version of claimbench, whose grades do not name what "
            "they judged: its results can be read (report.md, `claimbench claims --results`, "
            "`claimbench compare`); to resume, grade or report, run or import again with another "
            "--out"
        )
    return found


def _meant(root: Path) -> str:
    """What to name instead: a run in the folder, or one that is called alike, beside it or in
    `results`."""
    if root.is_file() and is_run(root.parent):
        return f"name its folder, {root.parent}"
    if inside := sorted(root.glob("*/run.yaml")):
        return f"name a run folder in it, such as {inside[0].parent}"
    runs = (p.parent for place in (Path("results"), root.parent) for p in place.glob("*/run.yaml"))
    near = {run.name: run for run in runs}
    close = difflib.get_close_matches(root.name, near, n=1)
    return f"did you mean {near[close[0]]}?" if close else "name the folder of a run."


def as_plain(resolved: Mapping[str, object]) -> JsonDict:
    """The config as YAML can hold it, so that a stored and a new one compare equal."""
    plain: JsonDict = json.loads(json.dumps(dict(resolved), default=str))
    return plain


def _as_yaml(content: dict[str, object]) -> str:
    return str(yaml.dump(content, Dumper=_DUMPER, sort_keys=False, allow_unicode=True))


def _refuse_foreign(root: Path) -> None:
    """Refuse a folder that holds something else; an empty one may become a run folder."""
    if root.exists() and not root.is_dir():
        raise WrongRunFolder(f"{root} is a file, not a folder: give another --out.")
    with explaining(root, "read"):
        names = [path.name for path in root.iterdir()] if root.exists() else []
    visible = [name for name in names if not name.startswith(".")]
    # Whoever starts at the same time may have written run.yaml since, and then its lock.
    if visible and not is_run(root):
        raise WrongRunFolder(
            f"{root} is not a run folder (it holds '{min(visible)}' but no run.yaml): give another"
            " --out."
        )
