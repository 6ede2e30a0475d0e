"""The records of a run, from a problem to what was measured.

Shares and probabilities are fractions
in [0, 1]; published values stay in the unit they were published in (percentage points for scores).
Token counts are tokens of the model's own tokenizer; durations are seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from claimbench.messages import Message
from claimbench.records.plain import JsonObject, Tier

FinishReason = Literal["stop", "length", "unknown"]
"""`stop`: the model ended its reply (EOS or a stop string). `length`: the token limit cut it.
`unknown`: imported outputs that do not say; no engine of ours answers so."""

Role = Literal["system", "user", "assistant"]


Exposure = Literal["all", "none", "in part", "unknown"]
"""Which of a benchmark's problems were public before a checkpoint was."""


class CellName(NamedTuple):
    """A model on a benchmark: what samples, grades and measurements are kept under."""

    model: str
    benchmark: str

    def __str__(self) -> str:
        return f"{self.model}/{self.benchmark}"


@dataclass(frozen=True, slots=True)
class Turn:
    """One chat turn."""

    role: Role
    content: str


CHOICE_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""The letters that choices are shown with, and the most choices that a problem has."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of a benchmark.

    A model is asked `messages` where they are given, else `text` (a ready prompt without chat
    turns), else `question` inside the benchmark's prompt. `choices` lists the options of a
    multiple-choice problem in the dataset's order, the right one first.
    """

    benchmark: str
    id: str
    question: str = ""
    gold: str = ""
    choices: tuple[str, ...] = ()
    messages: tuple[Turn, ...] | None = None
    text: str | None = None
    details: JsonObject = field(default_factory=dict)


NEUTRAL: Mapping[str, float] = {"min_p": 0.0, "presence_penalty": 0.0, "repetition_penalty": 1.0}
"""Sampling parameters that not every engine has, and the value at which each does nothing."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """Every sampling parameter, none left to an engine's default. `temperature` 0 is greedy
    decoding; `top_k` 0, `top_p` 1.0 and `min_p` 0 switch those filters off, `presence_penalty` 0
    and `repetition_penalty` 1 the penalties."""

    temperature: float
    top_p: float
    top_k: int
    max_tokens: int
    stop: tuple[str, ...] = ()
    min_p: float = 0.0
    presence_penalty: float = 0.0
    repetition_penalty: float = 1.0

    @property
    def switched_on(self) -> dict[str, float]:
        """Of `NEUTRAL`, what is not at its neutral value."""
        chosen = {key: float(getattr(self, key)) for key in NEUTRAL}
        return {key: value for key, value in chosen.items() if value != NEUTRAL[key]}


TemplateArgs = tuple[tuple[str, bool | int | float | str], ...]
"""Arguments of a chat template by name, in alphabetical order."""


@dataclass(frozen=True, slots=True)
class Request:
    """One completion that is asked of an engine; `id` is the sample's identity digest.

    `choice_order[i]` is the index in `Problem.choices` of the option shown at place i. `messages`
    are the chat turns for a server that renders them itself, `template_args` what its chat template
    gets beside them; `prompt_ids` are then our own rendering, or empty.
    """

    id: str
    model: str
    benchmark: str
    problem_id: str
    sample_index: int
    prompt_ids: tuple[int, ...]
    sampling: Sampling
    seed: int
    choice_order: tuple[int, ...] = ()
    messages: tuple[Turn, ...] = ()
    template_args: TemplateArgs = ()


@dataclass(frozen=True, slots=True)
class Completion:
    """What an engine answered. `text` leaves out the EOS token; `token_ids` are the generated ids
    up to and without EOS, `completion_tokens` counts them with EOS; `seconds` runs from the
    admission of the request to its end."""

    request_id: str
    text: str
    token_ids: tuple[int, ...]
    finish_reason: FinishReason
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    reasoning: str | None = None


@dataclass(frozen=True, slots=True)
class RequestFailure:
    """A request that an engine could not serve: still missing, never a wrong answer."""

    request_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A stored completion: what a grader and the statistics read.

    Tokens, seconds and seed are None where imported outputs do not state them, and `choice_order`
    holds −1 where they do not state which option was shown. `stated_answer` is what imported
    outputs name as the final answer, "" where they name none: it counts instead of the text.
    `packed_ids` are the generated token ids up to and without EOS (`store.tokens` unpacks them),
    None where the engine does not know them.
    """

    id: str
    model: str
    benchmark: str
    problem_id: str
    sample_index: int
    text: str
    finish_reason: FinishReason
    prompt_tokens: int | None
    completion_tokens: int | None
    seconds: float | None
    seed: int | None = 0
    choice_order: tuple[int, ...] = ()
    reasoning: str | None = None
    stated_answer: str | None = None
    packed_ids: str | None = None

    @property
    def cell(self) -> CellName:
        return CellName(self.model, self.benchmark)

    @property
    def truncated(self) -> bool:
        return self.finish_reason == "length"


Reason = str | Message
"""Why a grade is what it is: a message, or plain words of a grader that has none."""


@dataclass(frozen=True, slots=True)
class Grade:
    """A grader's judgement of one sample. `grader` is the digest of the grader and its settings,
    `sample_digest` that of the reply and `problem_digest` that of the problem with its gold: a
    grade counts only while all three are what is stored. `value` is 1.0 or 0.0, and None for an
    error of ours (outcome `grader_error`), which is never counted as a wrong answer."""

    sample_id: str
    grader: str
    outcome: str
    value: float | None
    answer: str | None
    reason: Reason
    metrics: Mapping[str, float] = field(default_factory=dict)
    sample_digest: str = ""
    problem_digest: str = ""


@dataclass(frozen=True, slots=True)
class Vote:
    """A majority vote over k samples: `value` is the share of problems that it gets right, expected
    over the samples drawn; `difference_se` the standard error between two such votes."""

    value: float
    difference_se: float


@dataclass(frozen=True, slots=True)
class Draws:
    """How many graded samples are draws of their own: `distinct` of them, the others are copies.
    `effective` is what the samples of each problem are worth, () where none is a copy; `times` is g
    where every draw is there exactly g times; `spoilt` where copies are too many and too irregular
    for an error to be given."""

    distinct: int
    effective: tuple[float, ...] = ()
    times: int = 1
    spoilt: bool = False


@dataclass(frozen=True, slots=True)
class Looks:
    """How often the score may have been seen as its samples grew. `declared` are the samples per
    problem at which it was to be judged, fixed before the run, the last all of them; `earlier` are
    former numbers of samples, raised without having been declared."""

    declared: tuple[int, ...] = ()
    earlier: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a run measured of one model on one benchmark.

    `right[i]` of `counted[i]` graded samples of problem `problem_ids[i]` are right; samples with a
    `grader_error` are received but not counted. Of imported outputs some things are not known, and
    are then None: whether decoding was `greedy`, the `truncated_share` (where a sample lacks its
    finish reason), the tokens. `tier` is B for outputs of others that we graded, C where only their
    own labels are known. `pass_at_k` and `cons_at_k` are by k, as far as the samples allow; the
    latter is empty where answers cannot be told equal. `draws` is None where each problem has one
    sample, or nothing is known of the replies. `suspects` counts wrong grades that may be the
    grader's, None where no second reading knows. `looks` is None where the samples were fixed
    before the run and are judged once. `public` says which problems were public before the
    checkpoint: all, none, in part, or unknown; `contrast` names benchmarks that are alike.
    """

    model: str
    benchmark: str
    asked: int
    received: int
    graded: int
    problems: int
    samples_per_problem: int
    pass_at_1: float
    sampling_se: float
    problem_se: float
    truncated_share: float | None
    no_answer_share: float
    grader_error_share: float
    tokens_mean: float | None
    tokens_p95: float | None
    greedy: bool | None
    protocol: JsonObject
    problem_ids: tuple[str, ...] = ()
    right: tuple[int, ...] = ()
    counted: tuple[int, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    tier: Tier = "A"
    pass_at_k: Mapping[int, float] = field(default_factory=dict)
    cons_at_k: Mapping[int, Vote] = field(default_factory=dict)
    draws: Draws | None = None
    suspects: int | None = None
    looks: Looks | None = None
    public: Exposure = "unknown"
    contrast: str | None = None

    @property
    def complete(self) -> bool:
        return self.received == self.asked and self.graded == self.asked

    @property
    def sampling_se_is_bound(self) -> bool:
        """Whether no problem's samples differed, so that their spread is bounded, not estimated:
        as where all are wrong, all are right, or each problem has one."""
        differed = any(0 < r < c for r, c in zip(self.right, self.counted, strict=True))
        return any(self.counted) and not self.greedy and not differed
