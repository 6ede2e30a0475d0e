"""The model hub: probed once per command, briefly; when it does not answer, offline mode is set.

Without the probe an unreachable hub costs about 25 seconds of retries for every call.
"""

from __future__ import annotations

import functools
import http.client
import os
import queue
import threading
import urllib.error
import urllib.request

from claimbench.config.addresses import bare

PROBE_SECONDS = 3.0


def endpoint() -> str:
    """The hub's address: HF_ENDPOINT or the public one."""
    return os.environ.get("HF_ENDPOINT", "https://huggingface.co")


def shown_endpoint() -> str:
    """The address without what may be secret in it."""
    return bare(endpoint())


def use(offline: bool = False) -> bool:
    """Decide once whether the hub is used; set the libraries' offline mode if not.

    Call before huggingface_hub, datasets or transformers are imported: they read their offline
    mode on import. Returns True when the hub answers.
    """
    online = not (offline or _told_offline()) and _reachable(endpoint())
    if not online:
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ["HF_DATASETS_OFFLINE"] = "1"
        os.environ["HF_EVALUATE_OFFLINE"] = "1"  # lm-eval's metrics
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    return online


def _told_offline() -> bool:
    names = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE")
    return any(os.environ.get(name, "").upper() in {"1", "ON", "YES", "TRUE"} for name in names)


@functools.cache
def _reachable(address: str) -> bool:
    """Whether the address answers anything in time. Asked from a thread, because looking a name up
    can take longer than any time limit of a socket."""
    answers: queue.SimpleQueue[bool] = queue.SimpleQueue()
    threading.Thread(target=lambda: answers.put(_answers(address)), daemon=True).start()
    try:
        return answers.get(timeout=PROBE_SECONDS)
    except queue.Empty:
        return False


def _answers(address: str) -> bool:
    request = urllib.request.Request(address, method="HEAD")
    try:
        urllib.request.urlopen(request, timeout=PROBE_SECONDS).close()
    except urllib.error.HTTPError:
        return True  # an error status is an answer, too
    except (OSError, ValueError, http.client.HTTPException):
        return False
    return True
