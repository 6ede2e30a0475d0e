"""How a run stands to what was registered before it: as registered, or in what it is not."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from claimbench.messages import Message, Value, term
from claimbench.records import Change, Registration, Verdict
from claimbench.store.registration import SECTIONS, Code, Facts, Registered

CLAIMS = "claims"
"""What concerns the articles' claims, and no verdict on a figure."""
LONGEST = 100
"""Characters of a value that is shown."""
_ABSENT = object()


def standing(
    registered: Registered, now: Facts, code: Sequence[Code], first: datetime.datetime | None
) -> Registration:
    """How a run of the facts `now`, which `code` made and judges and whose `first` sample was
    stored then, stands to a registration. What was left open cannot differ."""
    late = first is not None and registered.at > first
    changes = (*changed(registered.values, now), *_code(registered.code, code))
    alike = not late and all(change.thing == CLAIMS for change in changes)
    return Registration(
        state="as registered" if alike else "not as registered",
        date=registered.date,
        digest=registered.digest,
        late=first.isoformat(timespec="seconds") if late and first else "",
        changes=changes,
    )


def changed(then: Facts, now: Facts) -> tuple[Change, ...]:
    """Everything in which two sets of facts differ, by section."""
    return tuple(
        change
        for section in SECTIONS
        for change in _in_section(section, then.get(section, {}), now.get(section, {}))
    )


def _in_section(section: str, then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    for name in {**then, **now}:
        before, after = then.get(name, _ABSENT), now.get(name, _ABSENT)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            inner = _in_section(section, before, after)
            yield from (replace(one, of=f"{name}, {one.of}") for one in inner)
        elif before is not None and before != after:
            yield Change(section, name, _shown(before), _shown(after))


def _shown(value: Any) -> int | float | str | None:
    """A value as a difference shows it; None for what is not there."""
    if value is _ABSENT or value is None:
        return None
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    if isinstance(value, Mapping):
        text = json.dumps(value, ensure_ascii=False)
        return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return value if isinstance(value, int | float | str) else str(value)


def _code(then: Code, now: Iterable[Code]) -> Iterator[Change]:
    """Each other source once: it may have made the samples, or judge them."""
    other = {code.source: code for code in now if code.source != then.source}
    yield from (Change("code", "", str(then), str(code)) for code in other.values())


def concerning(registration: Registration, claim: str | None = None) -> Registration:
    """What of a registration concerns the verdicts on figures, or also one claim of an article."""
    kept = tuple(
        c for c in registration.changes if c.thing != CLAIMS or c.of.partition(", ")[0] == claim
    )
    if registration.state == "not registered":
        return registration
    alike = not (kept or registration.late)
    return replace(
        registration, state="as registered" if alike else "not as registered", changes=kept
    )


def with_registration(
    verdicts: Iterable[Verdict], registration: Registration
) -> tuple[Verdict, ...]:
    """Verdicts on figures that say how they stand to it."""
    own = concerning(registration)
    return tuple(replace(verdict, registration=own) for verdict in verdicts)


def state_message(registration: Registration) -> Message:
    """The state in words, with its date and each thing that differs."""
    state = term("registration", registration.state)
    if registration.state == "not registered":
        return state
    values: dict[str, Value] = {"state": state, "date": _moment(registration.date)}
    values["digest"] = registration.digest[:16]
    differing = change_messages(registration)
    if not differing:
        return Message("registration-alike", values)
    return Message("registration-differs", {**values, "changes": differing})


def run_messages(runs: Sequence[tuple[str, Registration]], named: bool = False) -> list[Message]:
    """How each run stands to its registration; with its name where there are several that differ
    in it, or where it is asked for."""
    said = [(name, state_message(found)) for name, found in runs]
    if len(said) == 1 and not named:
        return [Message("registration-of-run", {"said": said[0][1]})]
    if len({message.identity for _, message in said}) == 1 and not named:
        return [Message("registration-of-all", {"said": said[0][1], "count": len(said)})]
    return [Message("registration-of", {"run": name, "said": message}) for name, message in said]


def change_messages(registration: Registration) -> tuple[Message, ...]:
    """Each thing that differs, and that the registration came late."""
    late = {"date": _moment(registration.date), "first": _moment(registration.late)}
    return (
        *([Message("registration-late", late)] if registration.late else []),
        *map(_change, registration.changes),
    )


def _moment(date: str) -> str:
    """`2026-11-29 07:35:16 UTC`."""
    return date.replace("T", " ").replace("+00:00", " UTC")


def _change(change: Change) -> Message:
    thing = term("registered", change.thing)
    then, now = (
        Message("registered-absent") if v is None else v for v in (change.then, change.now)
    )
    values: dict[str, Value] = {"thing": thing, "then": then, "now": now}
    if not change.of:
        return Message("registered-changed", values)
    return Message("registered-changed-of", {**values, "of": change.of})
