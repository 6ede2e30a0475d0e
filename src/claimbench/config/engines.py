"""Which engine a run names. What else it may say of it is the engine's business
(`engines.settings`), which knows its keys."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Literal, Self

from pydantic import ConfigDict, Field, PrivateAttr

from claimbench.config.yamlfile import Marks, Strict
from claimbench.records.plain import JsonObject

PromptForm = Literal["token_ids", "chat", "counted_chat"]
"""How prompts go to a server: as token ids, as chat turns that it renders, or as chat turns whose
length it must count as we do."""


class Price(Strict):
    """What a server charges for a million tokens, from its price list of the day `date`."""

    input: float = Field(ge=0, description="per million prompt tokens")
    output: float = Field(ge=0, description="per million completion tokens, reasoning included")
    date: dt.date = Field(strict=False)
    currency: str = "USD"


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
