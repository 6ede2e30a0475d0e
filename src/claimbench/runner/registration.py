"""Registration before a run: `plan --register` writes it, `run --registered` goes by it, and a
report says how the run stands to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path

from claimbench.errors import ConfigError
from claimbench.planning.plan import Plan
from claimbench.planning.registering import facts_of_plan, facts_of_run
from claimbench.records import NOT_REGISTERED, Registration
from claimbench.report.messages import english
from claimbench.runner.preparing import folder_of
from claimbench.store import RunStore
from claimbench.store.registration import (
    Code,
    Registered,
    code_now,
    first_sample,
    read,
    refuse_existing,
    write,
)
from claimbench.store.registration import register as registration_of
from claimbench.store.sessions import read_sessions
from claimbench.verdicts.registration import CLAIMS, change_messages, concerning, standing

Log = Callable[[str], None]
FILE = "registration.json"


def check_new(path: Path | None, run_file: Path) -> None:
    """Raises ConfigError, before anything is read, where nothing can be registered in `path`."""
    if path is None:
        return
    refuse_existing(path)
    if folder_of(run_file) is not None:
        raise ConfigError(
            f"--register {path}: {run_file} is a run that has begun, and what is registered comes "
            "before the run; give the run file"
        )


def register(plan: Plan | None, lacking: Mapping[str, str], path: Path) -> str:
    """Write what a plan fixes into `path`, and say so. Raises ConfigError where some of it is not
    known on this machine."""
    if plan is None or lacking:
        name, why = next(iter(lacking.items()))
        raise ConfigError(
            f"--register {path}: {name} is not on this machine, so what would be asked of it "
            f"cannot be registered ({why})"
        )
    made = registration_of(plan.experiment.run.name, facts_of_plan(plan))
    write(made, path)
    left = f"; left open: {', '.join(made.left_open)}" if made.left_open else ""
    return f"Registered: {path} ({made.date}, sha256:{made.digest}){left}"


def given(path: Path | None) -> Registered | None:
    """The registration that a run is to go by. Raises ConfigError."""
    return None if path is None else read(path)


def under(plan: Plan, registered: Registered | None, log: Log) -> Plan:
    """The plan with what was registered before it, which run.yaml keeps; in what it is not as
    registered is logged before anything is generated."""
    if registered is None:
        return plan
    found = standing(registered, facts_of_plan(plan), [code_now()], None)
    for change in change_messages(found):
        log(f"not as registered: {english(change)}")
    return replace(plan, resolved={**plan.resolved, "registered": registered.as_data()})


def of_run(store: RunStore) -> Registration:
    """How a run folder stands to what was registered before it."""
    registered = store.manifest.registered
    if registered is None:
        return NOT_REGISTERED
    code = [*_codes(store), code_now()]
    return standing(registered, facts_of_run(store), code, first_sample(store))


def differing(store: RunStore, stored: Registration) -> Iterator[str]:
    """In what a report did not find what a run folder's registration gives. Another version of
    claimbench may have made the report, or the articles' tests: what follows from that alone is no
    fault."""
    registered = store.manifest.registered
    if registered is None:
        if stored.state != "not registered":
            yield f"{FILE}: nothing was registered in run.yaml"
        return
    found = standing(registered, facts_of_run(store), _codes(store), first_sample(store))
    if stored.state == "not registered":
        yield f"{FILE} is missing, and run.yaml holds a registration"
        return
    for key in ("date", "digest", "late"):
        if getattr(stored, key) != getattr(found, key):
            yield f"{FILE}: {key} is {getattr(stored, key)!r}, not {getattr(found, key)!r}"
    for one in (*found.changes, *stored.changes):
        free = one.thing == CLAIMS or (one.thing == "code" and one in stored.changes)
        if not free and (one in stored.changes) != (one in found.changes):
            yield f"{FILE}: {one.thing} {one.of}".rstrip() + " is not what differs"
    if stored.state != concerning(stored).state:
        yield f"{FILE}: it says {stored.state}, and what it lists says otherwise"


def registration_files(found: Registration) -> dict[str, str]:
    """registration.json, which `claimbench claims` reads, by its path; nothing where nothing was
    registered."""
    if found.state == "not registered":
        return {}
    return {FILE: json.dumps([asdict(found)], indent=1, ensure_ascii=False) + "\n"}


def _codes(store: RunStore) -> list[Code]:
    """The code of every session that worked on a run folder and says which it was."""
    found = [dict(session.get("claimbench", {})) for session in read_sessions(store)]
    return [
        Code(version=str(one["version"]), source=str(one["source"]))
        for one in found
        if {"version", "source"} <= one.keys()
    ]
