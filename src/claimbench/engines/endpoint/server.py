"""What a server says of its model: recorded, and held against every later answer."""

from __future__ import annotations

from collections.abc import Mapping

from claimbench.config.yamlfile import nearest
from claimbench.engines.endpoint.config import EndpointConfig
from claimbench.engines.endpoint.llamacpp import OWNER, SAMPLERS
from claimbench.errors import EngineDied

_TOLD = ("id", "owned_by", "root", "parent", "max_model_len", "meta")
_MOST_WORDS = 300
_MORE = ("has_more", "next_page", "next_page_token", "nextPageToken", "next")


class Server:
    """Which model answers, as far as the server says."""

    def __init__(self, settings: EndpointConfig, name: str, key: str | None = None) -> None:
        self.name = name
        self._key = key
        self._alias = settings.alias
        self._listed: dict[str, object] | None = None
        self._answered: str | None = None
        self._fingerprints: set[str] = set()
        self.is_llamacpp = False
        self._quantization: str | None = None
        self.vocabulary: str | None = None
        """How the server's token ids were held against the model's, where they were."""

    def read_list(self, answer: object) -> None:
        """Remember the entry of our model in GET /models. Raises EngineDied where a list does not
        have it."""
        rows = answer.get("data") if isinstance(answer, Mapping) else None
        if not isinstance(rows, list):
            return
        named = (row for row in rows if isinstance(row, Mapping) and row.get("id"))
        found = {str(row["id"]): row for row in named}
        self.is_llamacpp = any(row.get("owned_by") == OWNER for row in found.values())
        if self.name in found:
            row = found[self.name]
            self._read_meta(row.get("meta"))
            self._listed = {key: self._told(row[key]) for key in _TOLD if row.get(key) is not None}
        elif found and not self._alias and not _goes_on(answer):
            raise EngineDied(
                f"The server has no model {self._short(self.name)} (key engine.endpoint.model)"
                f"{self._short(nearest(self.name, list(found)[:20]))}."
            )

    def _read_meta(self, meta: object) -> None:
        """llama.cpp names the quantization of its GGUF file."""
        if isinstance(meta, Mapping) and isinstance(meta.get("ftype"), str):
            self._quantization = self._short(meta["ftype"])

    def expect(self, earlier: Mapping[str, object]) -> None:
        """Hold later answers against what an earlier session's `facts` were."""
        if isinstance(answered := earlier.get("answers_as"), str):
            self._answered = answered
        listed = earlier.get("listed")
        owner = listed.get("owned_by") if isinstance(listed, Mapping) else None
        if owner == OWNER and "sampler_order" not in earlier:
            raise EngineDied(
                "The samples of this run were drawn in llama.cpp's own order of samplers, which "
                "is another distribution; begin the run anew (--out)."
            )

    def check(self, answer: object) -> None:
        """Raises EngineDied where another model answered than was asked for, or than before."""
        said = answer.get("model") if isinstance(answer, Mapping) else None
        if isinstance(said, str) and said:
            self._check_name(said)
        fingerprint = answer.get("system_fingerprint") if isinstance(answer, Mapping) else None
        if isinstance(fingerprint, str) and len(self._fingerprints) < 20:
            self._fingerprints.add(self._short(fingerprint))

    def _check_name(self, said: str) -> None:
        if self._answered is None and (self._alias or said == self.name):
            self._answered = said
        if said != (self._answered or self.name):
            wanted = self._short(self._answered or self.name)
            raise EngineDied(
                f"The server answers with model {self._short(said)!r}, not with "
                f"{wanted!r}: the model was changed, or its name is an alias "
                f"(engine.endpoint.alias: true says so)."
            )

    def facts(self) -> dict[str, object]:
        """For provenance."""
        return {
            "asked_for": self.name,
            "alias": self._alias,
            "listed": self._listed,
            "answers_as": None if self._answered is None else self._short(self._answered),
            "fingerprints": sorted(self._fingerprints),
            **(self._llamacpp_facts() if self.is_llamacpp else {}),
        }

    def _llamacpp_facts(self) -> dict[str, object]:
        return {
            "quantization": self._quantization,
            "sampler_order": ", ".join(SAMPLERS),
            "vocabulary_by": self.vocabulary,
        }

    def _told(self, value: object) -> object:
        """A listed value; of a path on the server only the last part."""
        if isinstance(value, (int, float)) or value is None:
            return value
        short = self._short(str(value))
        return short.rsplit("/", 1)[-1] if short.startswith("/") else short

    def _short(self, value: str) -> str:
        """A server's words as short printable text without the key."""
        text = value.replace(self._key, "[key]") if self._key else value
        return "".join(c if c.isprintable() else " " for c in text)[:_MOST_WORDS]


def _goes_on(answer: object) -> bool:
    """Whether a list is a page of a longer one, on which our model may be."""
    return isinstance(answer, Mapping) and any(answer.get(key) for key in _MORE)
