"""run.yaml: the resolved config that a run folder belongs to."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from claimbench.errors import StoreError, WrongRunFolder
from claimbench.store.files import explaining, write_once

_SHOWN_CHANGES = 8
_ABSENT = object()
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same, a dozen times as quick, where PyYAML was built with libyaml."""


def create_run(root: Path, resolved: Mapping[str, Any], digest: str) -> None:
    """Create `root` with its run.yaml, or check that an existing one is of the same run.

    Raises WrongRunFolder for another run, or for a folder that is no run folder.
    """
    config = _plain(resolved)
    path = root / "run.yaml"
    if not is_run(root):
        _refuse_foreign(root)
        write_once(path, [_as_yaml(config, digest)])
    stored, stored_digest = read_run(root)
    if stored_digest != digest:
        raise WrongRunFolder(
            f"{path} belongs to another run ({_changes(stored, config)}): give another --out, or"
            " undo the change; nothing was touched."
        )


def is_run(root: Path) -> bool:
    """Whether `root` is a run folder. Raises StoreError where one may not even look."""
    path = root / "run.yaml"
    with explaining(path, "read"):
        return path.exists()


def read_run(root: Path) -> tuple[dict[str, Any], str]:
    """The resolved config and the digest of the run folder `root`. Raises StoreError, and for a
    folder that is none WrongRunFolder."""
    path = root / "run.yaml"
    if not is_run(root):
        why = "no run.yaml" if root.exists() else "there is no such folder"
        raise WrongRunFolder(f"{root} is not a run folder ({why}): {_meant(root)}")
    with explaining(path, "read"):
        text = path.read_bytes()
    try:
        content = yaml.load(text, _LOADER)
        return dict(content["config"]), str(content["digest"])
    except (yaml.YAMLError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"{path} is damaged (no readable 'config' and 'digest'): restore it, or move {root}"
            " away and run again."
        ) from error


def _meant(root: Path) -> str:
    """What to name instead: a run in the folder, or one that is called alike, beside it or in
    `results`."""
    if inside := sorted(root.glob("*/run.yaml")):
        return f"name a run folder in it, such as {inside[0].parent}"
    runs = (p.parent for place in (Path("results"), root.parent) for p in place.glob("*/run.yaml"))
    near = {run.name: run for run in runs}
    close = difflib.get_close_matches(root.name, near, n=1)
    return f"did you mean {near[close[0]]}?" if close else "name the folder of a run."


def _plain(resolved: Mapping[str, Any]) -> dict[str, Any]:
    """The config as YAML can hold it, so that a stored and a new one compare equal."""
    plain: dict[str, Any] = json.loads(json.dumps(dict(resolved), default=str))
    return plain


def _as_yaml(config: dict[str, Any], digest: str) -> str:
    content = {"digest": digest, "config": config}
    return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True))


def _refuse_foreign(root: Path) -> None:
    """Refuse a folder that holds something else; an empty one may become a run folder."""
    if root.exists() and not root.is_dir():
        raise WrongRunFolder(f"{root} is a file, not a folder: give another --out.")
    with explaining(root, "read"):
        names = [path.name for path in root.iterdir()] if root.exists() else []
    if visible := [name for name in names if not name.startswith(".")]:
        raise WrongRunFolder(
            f"{root} is not a run folder (it holds '{min(visible)}' but no run.yaml): give another"
            " --out."
        )


def _changes(old: dict[str, Any], new: dict[str, Any]) -> str:
    """The keys that differ, as `a.b: old -> new`."""
    before, after = dict(_leaves(old)), dict(_leaves(new))
    keys = [k for k in {**before, **after} if before.get(k, _ABSENT) != after.get(k, _ABSENT)]
    shown = [f"{k}: {_shown(before, k)} -> {_shown(after, k)}" for k in keys[:_SHOWN_CHANGES]]
    if len(keys) > len(shown):
        shown.append(f"and {len(keys) - len(shown)} more")
    return "; ".join(shown) or "another digest, though no key differs"


def _leaves(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The values at the ends of nested mappings and lists, with their dotted keys."""
    if isinstance(value, (dict, list)) and value:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in items:
            yield from _leaves(inner, f"{prefix}.{key}" if prefix else str(key))
    else:
        yield prefix, value


def _shown(leaves: dict[str, Any], key: str) -> str:
    if key not in leaves:
        return "(absent)"
    text = json.dumps(leaves[key], ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
