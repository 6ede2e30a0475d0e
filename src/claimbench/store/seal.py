"""The seal of run.yaml: whether it, and the problems beside it, still say what they were made with.

A run folder is read long after it was made, and by others. Whatever run.yaml says (the sampling,
the golds' digests, the title) stands in reports, so any change of it is noticed at every open. The
seal is a digest, not a signature: it shows mistakes and edits, not a forger who makes it again; the
digest of a whole folder that `claimbench verify` prints is for that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from claimbench.config.canonical import digest as digest_of
from claimbench.errors import WrongRunFolder
from claimbench.records.plain import JsonObject
from claimbench.store.fields import edits
from claimbench.store.files import explaining, inside

FORMAT = 2
"""Of run.yaml. 1 had no seal, and its grades do not name what they judged."""

SHOWN_CHANGES = 8
_KEYS = {"format", "digest", "seal", "files", "config", "leaves"}
_ABSENT = object()


def sealed(config: JsonObject, digest: str, files: Mapping[str, str]) -> dict[str, object]:
    """What run.yaml holds. `files` are the SHA-256 of the files that the config goes with, by
    their path in the folder."""
    content = {"format": FORMAT, "digest": digest, "files": dict(files), "config": dict(config)}
    return {
        "format": FORMAT,
        "digest": digest,
        "seal": digest_of(content),
        "files": dict(files),
        "config": dict(config),
        "leaves": {key: _short(value) for key, value in leaves(_covered(content))},
    }


def check_seal(path: Path, content: JsonObject) -> None:
    """Raises WrongRunFolder with the keys that were edited since run.yaml was written."""
    if is_sealed(content):
        return
    parts, strange = _parts(content), _strange(content)
    now = dict(leaves({**_covered(parts), **strange}))
    then = dict(content.get("leaves") or {})
    edited = [k for k in {**now, **then} if k not in now or then.get(k) != _short(now[k])]
    words = [_edited(key, now.get(key, _ABSENT), key in then) for key in edited[:SHOWN_CHANGES]]
    if len(edited) > len(words):
        words.append(f"and {len(edited) - len(words)} more")
    raise WrongRunFolder(
        f"{path} was edited after the run was made ({'; '.join(words) or 'its seal'}): put back "
        f"what stood there{_other_way(edited, now)}; nothing was touched."
    )


def is_sealed(content: JsonObject) -> bool:
    """Whether run.yaml says what it was written with."""
    return content.get("seal") == digest_of(_parts(content)) and not _strange(content)


def _parts(content: JsonObject) -> dict[str, object]:
    return {key: content.get(key) for key in ("format", "digest", "files", "config")}


def _strange(content: JsonObject) -> dict[str, object]:
    return {key: content[key] for key in content if key not in _KEYS}


def _covered(content: Mapping[str, object]) -> dict[str, object]:
    """The content as one mapping, the config's keys without a prefix."""
    named = {"digest": content["digest"], "files": content["files"]}
    return {**named, **(content["config"] if isinstance(content["config"], dict) else {})}


def _edited(key: str, value: object, known: bool) -> str:
    if value is _ABSENT:
        return f"{key} is gone"
    return f"{key} is now {shown(value)}" if known else f"{key}: {shown(value)} is new"


def _other_way(edited: list[str], now: Mapping[str, object]) -> str:
    """How to run with the edited value, where a run can be given it."""
    settable = [key for key in edited if key.startswith("run.") and key in now]
    if not settable:
        return ", or give another --out and run again"
    value = json.dumps(now[settable[0]], ensure_ascii=False)
    option = f"--set {settable[0].removeprefix('run.')}={value}"
    return f", or run with {option} and another --out"


def check_files(root: Path, files: Mapping[str, str]) -> None:
    """Raises WrongRunFolder where a file that is there is not the one that run.yaml names. A folder
    that holds results alone has none of them."""
    for relpath, expected in files.items():
        path = inside(root, relpath)
        with explaining(path, "read"):
            found = file_digest(path) if path.exists() else expected
        if found != expected:
            what = edits(path) or f"its SHA-256 is {found[:16]}…, run.yaml names {expected[:16]}…"
            raise WrongRunFolder(
                f"{path} was edited after the run was made ({what}): put back what stood there, or "
                "give another --out and run again; nothing was touched."
            )


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def leaves(value: object, prefix: str = "") -> Iterator[tuple[str, object]]:
    """The values at the ends of nested mappings and lists, with their dotted keys."""
    if isinstance(value, (dict, list)) and value:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in items:
            yield from leaves(inner, f"{prefix}.{key}" if prefix else str(key))
    else:
        yield prefix, value


def changes(old: Mapping[str, object], new: Mapping[str, object]) -> str:
    """The keys that differ, as `a.b: old -> new`."""
    before, after = dict(leaves(dict(old))), dict(leaves(dict(new)))
    keys = [k for k in {**before, **after} if before.get(k, _ABSENT) != after.get(k, _ABSENT)]
    words = [f"{k}: {_shown(before, k)} -> {_shown(after, k)}" for k in keys[:SHOWN_CHANGES]]
    if len(keys) > len(words):
        words.append(f"and {len(keys) - len(words)} more")
    return "; ".join(words) or "another digest, though no key differs"


def _shown(found: Mapping[str, object], key: str) -> str:
    return shown(found[key]) if key in found else "(absent)"


def shown(value: object) -> str:
    """A value in a message."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "..."


def _short(value: object) -> str:
    """A digest that tells one value of a key from another."""
    return digest_of(value)[:8]
