"""A given Ray cluster, or a local one for the run; where replicas have room."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from claimbench.errors import ConfigError
from claimbench.records.plain import JsonObject

if TYPE_CHECKING:
    from claimbench.engines.local import LocalSettings

_LOCAL_STORE_BYTES = 128 * 2**20
"""Ray's shared memory on a local cluster; requests and replies are small and do not use it."""

CONNECT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Needs:
    """What Ray reserves for one replica, on one node."""

    cpus: int
    gpus: int

    def __str__(self) -> str:
        return f"{self.gpus} GPUs and {self.cpus} CPUs" if self.gpus else f"{self.cpus} CPUs"


@contextmanager
def connected(address: str | None) -> Iterator[None]:
    """A connection to the cluster at `address`; `local`, or none, is one that is started here and
    stopped.

    One that the process already has is used and left. Raises ConfigError where none answers.
    """
    # Read when Ray is imported, and by the processes that it starts.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError:
        raise ConfigError("engine.replicas needs pip install 'claimbench[ray]'") from None
    if ray.is_initialized():
        yield
        return
    if address:
        _refuse_silent(address)
    on_sigterm = signal.getsignal(signal.SIGTERM)
    local: dict[str, object] = {
        "include_dashboard": False,
        "object_store_memory": _LOCAL_STORE_BYTES,
    }
    try:
        ray.init(
            address=address or "local",
            log_to_driver=False,
            logging_level=logging.ERROR,
            **(local if address in {None, "local"} else {}),
        )
    except (ConnectionError, ValueError, RuntimeError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        where = _silent(address) if address else "Ray cannot be started"
        raise ConfigError(f"{where} ({reason})") from error
    _restore(on_sigterm)
    try:
        yield
    finally:
        ray.shutdown()


def _restore(on_sigterm: signal._HANDLER) -> None:
    """Ray ends its process on SIGTERM; a run is to be stopped as by Ctrl-C."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, on_sigterm)


def _refuse_silent(address: str) -> None:
    """Raises ConfigError where nobody listens: Ray itself would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not port.isdigit():  # "auto"
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise ConfigError(f"{_silent(address)} ({error})") from error


def _silent(address: str) -> str:
    return f"engine.ray_address {address}: no Ray cluster answers there"


def needs_of(settings: LocalSettings, nodes: Iterable[Mapping[str, object]]) -> Needs:
    """What one replica needs: a GPU for each part of a model, or on a cluster without GPUs the
    threads of its engine."""
    has_gpus = any(_resource(node, "GPU") for node in nodes)
    on_gpus = has_gpus if settings.on_gpus is None else settings.on_gpus
    return Needs(settings.cpus, settings.gpus if on_gpus else 0)


def places(nodes: Iterable[JsonObject], needs: Needs) -> int:
    """How many replicas the living nodes can hold together."""
    return sum(_places_on(node, needs) for node in nodes)


def check_room(nodes: Iterable[Mapping[str, object]], needs: Needs, replicas: int) -> None:
    """Raises ConfigError where a cluster cannot hold so many replicas; Ray would wait for ever."""
    room = places(nodes, needs)
    if room < replicas:
        raise ConfigError(
            f"engine.replicas is {replicas}, and the Ray cluster has room for {room} that need "
            f"{needs} each on one node: lower it, lower engine.tensor_parallel or engine.threads, "
            f"or add nodes"
        )


def _places_on(node: Mapping[str, object], needs: Needs) -> int:
    cpus = int(_resource(node, "CPU") // needs.cpus)
    return min(cpus, int(_resource(node, "GPU") // needs.gpus)) if needs.gpus else cpus


def _resource(node: JsonObject, name: str) -> float:
    return float(node["Resources"].get(name, 0)) if node["Alive"] else 0.0
