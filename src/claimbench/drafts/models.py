"""A checkpoint → the configuration of its model, and the file that a person reads once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from claimbench.config.canonical import plain
from claimbench.config.inline import name_of
from claimbench.config.models import ModelConfig, PromptRules
from claimbench.drafts.checkpoint import Facts, Found, find, load_tokenizer, read_facts
from claimbench.drafts.template import (
    CHANNELS,
    NEXT,
    QUESTION,
    REPLY,
    Arguments,
    ChatTokenizer,
    Rules,
    read_template,
)
from claimbench.errors import ModelError
from claimbench.models.prompts import plain_text, template_options
from claimbench.models.weights import weights_fault

ASSUMED_CONTEXT = 4096
"""Tokens, where nothing states how many a model was made for."""
_MOST_STOPS = 8


@dataclass(frozen=True, slots=True)
class ModelDraft:
    """A model's configuration, what a person must decide by key, and what a conversation looks
    like to the model."""

    config: ModelConfig
    found: Found
    decide: dict[str, str]
    conversation: str


def draft_model(
    place: str, name: str | None = None, arguments: Arguments | None = None
) -> ModelDraft:
    """The model at a path or hub id. Raises ConfigError where there is none, ModelError where its
    files cannot be read."""
    found = find(place)
    tokenizer = load_tokenizer(found)
    try:
        rules = read_template(tokenizer, arguments)
    except ModelError as error:
        raise ModelError(f"{found.place}: {error}") from error
    facts = read_facts(found)
    decide = dict(rules.decide)
    if facts.context is None:
        decide["context"] = "nothing states how many tokens the model was made for"
    if facts.dtype is None:
        decide["dtype"] = "config.json does not state it"
    if not found.gguf and not found.hub and (fault := weights_fault(found.folder)):
        decide["weights"] = f"a run would refuse them: {fault}"
    config = ModelConfig.model_validate(
        {
            "name": name or name_of(place),
            "title": name or name_of(place),
            "hub": found.hub,
            "revision": found.revision,
            "path": None if found.hub else str(found.place.resolve()),
            "prompt": rules.prompt,
            "stop_tokens": _stop_tokens(tokenizer, rules, facts, decide),
            "drafted": True,
            **_known(facts),
        }
    )
    return ModelDraft(config, found, decide, _conversation(tokenizer, rules.prompt))


def _known(facts: Facts) -> dict[str, object]:
    known = {
        "context": facts.context or ASSUMED_CONTEXT,
        "dtype": facts.dtype,
        "quantization": facts.quantization,
        "parameters": facts.parameters,
        "hidden": facts.hidden,
        "layers": facts.layers,
        "kv_heads": facts.kv_heads,
        "head_dim": facts.head_dim,
    }
    return {key: value for key, value in known.items() if value is not None}


def _stop_tokens(
    tokenizer: ChatTokenizer, rules: Rules, facts: Facts, decide: dict[str, str]
) -> tuple[str, ...]:
    """The token that ends a turn, and those that the checkpoint itself calls its ends. A model with
    channels ends each of them as it ends a turn, and goes on."""
    texts = [_token(tokenizer, number) for number in facts.ends]
    if rules.prompt.reasoning_end != CHANNELS[1]:
        texts.insert(0, rules.turn_end)
    stops = tuple(dict.fromkeys(t for t in [*texts, tokenizer.eos_token] if t))[:_MOST_STOPS]
    if not stops:
        decide["stop_tokens"] = "nothing states where a reply ends: name the token that ends it"
        return ("</s>",)
    return stops


def _token(tokenizer: ChatTokenizer, number: int) -> str:
    text = tokenizer.convert_ids_to_tokens(number)
    return text if isinstance(text, str) else ""


def _conversation(tokenizer: ChatTokenizer, rules: PromptRules) -> str:
    """Two turns as the model would read them, with the rules' own system text."""
    system = [("system", rules.system)] if rules.system else []
    turns = [*system, ("user", QUESTION), ("assistant", REPLY), ("user", NEXT)]
    conversation = [{"role": role, "content": content} for role, content in turns]
    if rules.plain_text:
        return rules.bos * (rules.bos_count == 1) + plain_text(conversation)
    text = tokenizer.apply_chat_template(
        conversation, tokenize=False, add_generation_prompt=True, **template_options(rules)
    )
    return str(text).removesuffix(rules.forced_prefix) + rules.forced_prefix


# --- the file -------------------------------------------------------------------------------

_ORDER = (
    "extends",
    "hub",
    "revision",
    "path",
    "license",
    "parameters",
    "context",
    "dtype",
    "quantization",
    "hidden",
    "layers",
    "kv_heads",
    "head_dim",
)
_ALWAYS = ("bos", "bos_count", "system", "head", "tail", "forced_prefix", "reasoning_end")
_LATER = ("date", "template_args", "plain_text")


def model_yaml(draft: ModelDraft, folder: Path) -> str:
    """The text of a model file that is to lie in `folder`, a comment wherever a person decides."""
    values = {k: v for k, v in plain(draft.config).items() if v not in (None, "")}
    if draft.config.path:
        values["path"] = path_from(folder, Path(draft.config.path))
    lines = [f"# Made by `claimbench new model` of {draft.found.hub or draft.found.place.name}."]
    lines += ["# Every prompt of a run is held against `prompt`, token by token: read it once."]
    lines += [line for key in _ORDER if key in values for line in _line(key, values[key], draft)]
    if "license" not in values:
        lines.append('license: ""  # decide: the checkpoint\'s files do not state it')
    lines.append("prompt:")
    prompt = plain(draft.config.prompt)
    shown = [*_ALWAYS, *(key for key in _LATER if prompt.get(key))]
    for key in shown:
        lines += [f"  {line}" for line in _line(key, prompt.get(key), draft)]
    if "template_args" in draft.decide and not prompt.get("template_args"):
        lines.append(f"  # decide: template_args: {draft.decide['template_args']}")
    lines += _line("stop_tokens", list(draft.config.stop_tokens), draft)
    return "\n".join(lines) + "\n"


def _line(key: str, value: object, draft: ModelDraft) -> list[str]:
    comment = f"  # decide: {draft.decide[key]}" if key in draft.decide else ""
    return [f"{key}: {as_yaml(value)}{comment}"]


def as_yaml(value: object) -> str:
    """A value in one line of YAML, texts in quotes where they are not plain words."""
    style = '"' if isinstance(value, str) and not value.replace("-", "").isalnum() else None
    text = yaml.safe_dump(
        value, default_flow_style=True, default_style=style, allow_unicode=True, width=10**6
    )
    return text.removesuffix("\n").removesuffix("\n...")


def path_from(folder: Path, path: Path) -> str:
    """How a file in `folder` names a path: relative where both lie in the working directory, so
    that the two can be moved together."""
    here, end = Path.cwd().resolve(), path.resolve()
    if end.is_relative_to(here) and folder.resolve().is_relative_to(here):
        up = len(folder.resolve().relative_to(here).parts)
        return (
            str(Path(*[".."] * up, end.relative_to(here))) if up else f"./{end.relative_to(here)}"
        )
    return str(end)
