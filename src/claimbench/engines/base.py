"""The contract of an engine: what the pipeline calls, and what a run may say of it.

A kind of engine is a folder with two classes: its settings (`EngineSettings`), which know how to
make it, and the engine (`Engine`). Importing the settings imports nothing heavy.
"""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import ClassVar

from claimbench.config.engines import Price, PromptForm
from claimbench.config.machine import missing_packages
from claimbench.config.models import DType, ModelConfig
from claimbench.config.yamlfile import Strict
from claimbench.errors import CheckpointMissing, ModelError
from claimbench.messages import Message
from claimbench.records.plain import JsonDict
from claimbench.records.runs import Completion, Request, RequestFailure

Answer = Completion | RequestFailure
Log = Callable[[str], None]
"""Takes one line for the user: what is waited for, what was lost."""


@contextmanager
def closing_answers(answers: Iterator[Answer]) -> Iterator[Iterator[Answer]]:
    """`answers`, closed whatever ends their reading: that aborts what the engine has open."""
    try:
        yield answers
    finally:
        if isinstance(answers, Generator):
            answers.close()


class Engine(ABC):
    """One model behind one interface. `generate` is all that an engine must have."""

    @abstractmethod
    def generate(self, requests: Iterable[Request]) -> Iterator[Answer]:
        """Yield a Completion or RequestFailure for every request, in finishing order.

        Requests are pulled lazily, so that at most a window of them is open. Closing the iterator
        aborts the open ones. Raises `errors.EngineDied` when the engine cannot go on.
        """

    def load(self) -> object:
        """Make ready what `generate` needs; a second call does nothing."""
        return None

    def describe(self) -> Mapping[str, str]:
        """Versions, device and precision of the loaded engine, for provenance."""
        return {}

    def server(self) -> JsonDict:
        """What a server has said of its model so far, for provenance; {} without a server. Under
        `unused_tokens` (prompt, completion) are those of answers that gave no completion."""
        return {}

    def expect(self, server: Mapping[str, object]) -> None:  # noqa: B027
        """Hold the server against what an earlier session's `server` gave. Raises EngineDied, here
        or with the first answer, where it is another one."""

    def close(self) -> None:  # noqa: B027
        """Give memory and processes back."""


@dataclass(frozen=True, slots=True)
class Served:
    """A model that is known by its name on a server (default: its hub id) and by nothing else.
    `alias`: the name may stand for another model later."""

    name: str | None
    alias: bool
    prompt: PromptForm


@dataclass(frozen=True, slots=True)
class OwnWeights:
    """Weights that an engine loads instead of a checkpoint, of which only the tokenizer is used.
    `identity` is part of every sample's; `departure` says how they differ from the checkpoint's."""

    identity: str
    departure: Message


class EngineSettings(Strict, ABC):
    """What a run may say of one kind of engine: its fields are the keys that the engine uses.

    `packages` are what it imports and `extra` is the extra of claimbench that installs them;
    `programs` are what it starts, each with how to get it.
    `instead` says, for keys that only other engines use, what to do here.
    """

    packages: ClassVar[tuple[str, ...]] = ()
    extra: ClassVar[str] = ""
    programs: ClassVar[Mapping[str, str]] = {}
    loads_own: ClassVar[bool] = False
    """Whether it loads weights of its own kind (`weights`), not checkpoints."""
    instead: ClassVar[Mapping[str, str]] = {}

    takes_adapters: ClassVar[bool] = False
    """Whether it applies a LoRA adapter (key `adapter` of a model)."""

    kind: str

    @abstractmethod
    def identity(self) -> dict[str, str]:
        """Name, version and the settings that can change a sample: part of every sample's identity,
        known without loading anything. Raises CheckpointMissing where a package is not here."""

    @abstractmethod
    def make(self, model: ModelConfig, checkpoint: Path | None, log: Log) -> Engine:
        """The model's engine. `checkpoint` is a folder with its weights; of a served model with its
        tokenizer, or None."""

    def start(self, model: ModelConfig, checkpoint: Path | None, longest: int, log: Log) -> Engine:
        """The model's engine as the pipeline uses it, with room for `longest` tokens of a prompt
        and its reply together."""
        return self.make(model, checkpoint, log)

    @property
    def chosen_dtype(self) -> DType | None:
        """The dtype that the run names; None: the checkpoint's own."""
        return None

    def fallback(self, models: Sequence[ModelConfig]) -> DType | None:
        """The dtype to take here where a run names none and the checkpoints' own is no good on this
        machine."""
        return None

    @property
    def lacking(self) -> frozenset[str]:
        """Sampling parameters, of `records.NEUTRAL`, that it does not take."""
        return frozenset()

    @property
    def price(self) -> Price | None:
        """What its tokens cost; None where they cost nothing, or nobody says."""
        return None

    @property
    def served(self) -> Served | None:
        """The model on a server; None where the engine loads weights."""
        return None

    def weights(self, model: ModelConfig) -> OwnWeights:
        """What an engine that `loads_own` weights would load, known from files or from a server.
        Raises CheckpointMissing where there are none, ModelError where they are another model's."""
        raise NotImplementedError

    @classmethod
    def missing(cls) -> list[str]:
        """The packages and programs that are not installed here."""
        programs = [name for name in cls.programs if shutil.which(name) is None]
        return [*missing_packages(cls.packages), *programs]

    @classmethod
    def remark(cls) -> str:
        """What else to know of the engine on this machine."""
        return ""


def installed_version(distribution: str) -> str | None:
    """Its version, or None where it is not installed."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def version_of(engine: str, extra: str, *distributions: str) -> str:
    """The version of the first of these distributions that is installed."""
    for name in distributions:
        if version := installed_version(name):
            return version
    raise CheckpointMissing(
        f"engine {engine} is not installed; run pip install 'claimbench[{extra}]'"
    )


def stop_token_ids(checkpoint: Path, model: ModelConfig) -> list[int]:
    """The ids of the model's stop tokens in the checkpoint's own vocabulary."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(checkpoint / "tokenizer.json"))
    ids = []
    for text in model.stop_tokens:
        token = tokenizer.token_to_id(text)
        if token is None:
            raise ModelError(
                f"model {model.name}: stop token {text} (key stop_tokens) is not in the "
                f"vocabulary of {checkpoint}"
            )
        ids.append(token)
    return ids
