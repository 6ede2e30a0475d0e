"""A running llama-server that a run joins: what it says of itself, before anything is asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from claimbench.engines.endpoint.faults import safe_words
from claimbench.engines.endpoint.llamacpp import OWNER
from claimbench.errors import CheckpointMissing, ModelError

_SECONDS = 10.0
_MOST_BYTES = 2**24


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What a llama-server says: its name for the model, the quantization, parameters and bytes of
    the weights, requests together, tokens that one may have, its build."""

    name: str
    quantization: str
    parameters: float
    size: int
    slots: int
    context: int
    build: str


def ask_server(url: str) -> ServerFacts:
    """The facts of the server at `url`. Raises CheckpointMissing where none answers, ModelError
    where it is no llama-server with one model."""
    listed, props = _get(url, "/v1/models"), _get(url, "/props")
    try:
        rows = listed["data"]
        assert isinstance(rows, list)
        (row,) = rows
        meta, settings = row["meta"], props["default_generation_settings"]
        if row["owned_by"] != OWNER or not isinstance(settings, Mapping):
            raise KeyError("owned_by")
        return ServerFacts(
            name=str(row["id"]),
            quantization=safe_words(meta["ftype"], None),
            parameters=float(meta["n_params"]),
            size=int(meta["size"]),
            slots=int(str(props["total_slots"])),
            context=int(settings["n_ctx"]),
            build=safe_words(props.get("build_info"), None),
        )
    except (KeyError, TypeError, ValueError, AssertionError) as error:
        raise ModelError(
            f"{url} (engine.url) is not a llama-server with one model; use engine.kind: endpoint "
            f"for other servers"
        ) from error


def _get(url: str, path: str) -> Mapping[str, object]:
    import urllib.request  # Not at the top: the commands that need no engine start without it.

    address = f"{url}{path}"
    try:
        with urllib.request.urlopen(address, timeout=_SECONDS) as answer:
            found = json.loads(answer.read(_MOST_BYTES))
    except urllib.error.HTTPError as error:
        raise ModelError(
            f"{url} (engine.url) answers {path} with HTTP {error.code}; is it a llama-server?"
        ) from error
    except OSError as error:
        raise CheckpointMissing(
            f"the server {url} (engine.url) cannot be reached ({error}); start it, or let the "
            f"engine start its own: engine.gguf instead of engine.url"
        ) from error
    except ValueError as error:
        raise ModelError(f"{url} (engine.url) does not answer {path} with JSON") from error
    if not isinstance(found, Mapping):
        raise ModelError(f"{url} (engine.url) does not answer {path} with an object")
    return found
