"""A grader's digest: what could change a grade, and nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from claimbench.errors import GradingError


def grader_digest(
    kind: str,
    settings: Mapping[str, object],
    reasoning_end: str | None,
    rules_version: int | str,
    packages: tuple[str, ...] = (),
) -> str:
    """`<kind>-<16 hex digits of a SHA-256>` over the settings, the version of our own rules and
    the versions of the `packages` that take part in the judgement."""
    content = {
        "kind": kind,
        "settings": settings,
        "reasoning_end": reasoning_end,
        "rules_version": rules_version,
        "packages": {package: _installed_version(package) for package in packages},
    }
    text = json.dumps(content, sort_keys=True)
    return f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


@cache
def _installed_version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError as error:
        message = f"grading needs the package {package}: install claimbench with its dependencies"
        raise GradingError(message) from error
