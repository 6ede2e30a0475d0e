"""This session's entry in provenance.json: begun before the engine loads, timed as it generates.

A session that is killed leaves an entry without times; its tokens are then of unknown duration.
"""

from __future__ import annotations

import datetime
import json
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from claimbench.errors import StoreError
from claimbench.records.plain import JsonDict, JsonObject
from claimbench.records.runs import RequestFailure
from claimbench.store.run import RunStore

FILE = "provenance.json"


def read_sessions(store: RunStore) -> list[JsonDict]:
    """The sessions that worked on a run folder; [] for a folder without any. Raises StoreError."""
    return sessions_of(store.root)


def sessions_of(root: Path) -> list[dict[str, object]]:
    """The same of a folder that need not hold more than results."""
    path = root / FILE
    if not path.exists():
        return []
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return [dict(row) for row in rows]
    except (OSError, ValueError, RecursionError, TypeError) as error:
        raise StoreError(f"{path} cannot be read ({error}): move it away and go on") from error


class Session:
    """One entry, written whole whenever it changes; other sessions' entries stay as they are, those
    of other shards, too, which write at the same time."""

    def __init__(self, store: RunStore, facts: JsonObject) -> None:
        self._store = store
        self._entry = {"session": secrets.token_hex(8), **facts, "generating": []}
        self._failures: Sequence[RequestFailure] = ()
        self._write()

    def loaded(self, model: str, facts: JsonObject) -> None:
        """Note what the engine of a model says of itself (versions, device, precision)."""
        if facts:
            self._entry.setdefault("engines", {})[model] = dict(facts)
            self._write()

    def failed(self, failures: Sequence[RequestFailure]) -> None:
        """Note that requests failed, for who watches: at the first, and whenever there are twice as
        many; all of them at the end of the interval."""
        self._failures, count = failures, len(failures)
        if count & (count - 1) == 0:
            self._note_failures()
            self._write()

    def _note_failures(self) -> None:
        if self._failures:
            first = self._failures[0].reason
            self._entry["failures"] = {"count": len(self._failures), "first": first}

    @contextmanager
    def generating(
        self,
        model: str,
        so_far: Callable[[], tuple[int, int]],
        server: Callable[[], JsonDict],
    ) -> Iterator[None]:
        """Time the generation of one model, whatever ends it. Loading is not part of it. `so_far`
        gives the samples and tokens generated until now, `server` what the server said of its
        model; {} without one."""
        (samples, tokens), started = so_far(), time.monotonic()
        try:
            yield
        finally:
            samples_now, tokens_now = so_far()
            self._note_failures()
            self._entry["generating"].append(
                {
                    "model": model,
                    "samples": samples_now - samples,
                    "tokens": tokens_now - tokens,
                    "seconds": round(time.monotonic() - started, 3),
                    **({"server": said} if (said := server()) else {}),
                }
            )
            self._write()

    def earlier_server(self, model: str) -> dict[str, object] | None:
        """What a server said of this model in an earlier session of this run folder."""
        for entry in reversed(read_sessions(self._store)):
            for interval in entry.get("generating", []):
                if interval.get("model") == model and (interval.get("server") or {}).get(
                    "answers_as"
                ):
                    return dict(interval["server"])
        return None

    def end(self) -> None:
        """Note when the session ended by itself."""
        now = datetime.datetime.now(datetime.UTC)
        self._entry["ended"] = now.isoformat(timespec="seconds")
        self._write()

    def _write(self) -> None:
        with self._store.turn("provenance"):
            entries = read_sessions(self._store)
            own = [i for i, e in enumerate(entries) if e.get("session") == self._entry["session"]]
            if own:
                entries[own[0]] = self._entry
            else:
                entries.append(self._entry)
            text = json.dumps(entries, indent=1, ensure_ascii=False) + "\n"
            self._store.write_file(FILE, text)
