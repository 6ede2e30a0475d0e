"""Which engine a run names. What else it may say of it is the engine's business
(`engines.settings`), which knows its keys."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import ConfigDict, PrivateAttr

from claimbench.config.yamlfile import Marks, Strict
from claimbench.records.plain import JsonObject


class EngineConfig(Strict):
    """The kind of engine, and whatever keys a run gives it, unread.

    `path` and `marks` are where they were given, for messages about them.
    """

    model_config = ConfigDict(extra="allow")

    kind: str = "transformers"
    _path: Path = PrivateAttr(default=Path("the run"))
    _marks: Marks = PrivateAttr(default_factory=dict)

    @property
    def given(self) -> JsonObject:
        """Every key but the kind."""
        return self.model_extra or {}

    @property
    def path(self) -> Path:
        return self._path

    @property
    def marks(self) -> Marks:
        return self._marks

    def given_in(self, path: Path, marks: Marks) -> Self:
        """The same, read from this file."""
        found = self.model_copy()
        found._path, found._marks = path, marks
        return found
