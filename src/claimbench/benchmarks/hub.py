"""The model hub: probed once per command, briefly; when it does not answer, offline mode is set.

Without the probe an unreachable hub costs about 25 seconds of retries for every call.
"""

from __future__ import annotations

import functools
import http.client
import os
import threading
import time

from claimbench.config.addresses import bare

PROBE_SECONDS = 3.0


def endpoint() -> str:
    """The hub's address: HF_ENDPOINT or the public one."""
    return os.environ.get("HF_ENDPOINT", "https://huggingface.co")


def shown_endpoint() -> str:
    """The address without what may be secret in it."""
    return bare(endpoint())


def use(offline: bool = False, seconds: float = PROBE_SECONDS) -> bool:
    """Decide once whether the hub is used; set the libraries' offline mode if not.

    Call before huggingface_hub, datasets or transformers are imported: they read their offline
    mode on import. Returns True when the hub answers within `seconds` of the first question.
    """
    online = not (offline or is_offline()) and _ask(endpoint()).in_time(seconds)
    if not online:
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ["HF_DATASETS_OFFLINE"] = "1"
        os.environ["HF_EVALUATE_OFFLINE"] = "1"  # lm-eval's metrics
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    return online


def ask() -> None:
    """Begin to ask the hub, for a command that has other work to do before it needs the answer."""
    if not is_offline():
        _ask(endpoint())


def is_offline() -> bool:
    """Whether the user, or `use`, has told the libraries not to ask the hub."""
    names = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE")
    return any(os.environ.get(name, "").upper() in {"1", "ON", "YES", "TRUE"} for name in names)


class _Question:
    """Whether an address answers anything. Asked from a thread, because looking a name up can take
    longer than any time limit of a socket."""

    def __init__(self, address: str) -> None:
        self._asked = time.monotonic()
        self._answered = threading.Event()
        self._answers = False
        threading.Thread(target=self._ask, args=(address,), daemon=True).start()

    def _ask(self, address: str) -> None:
        self._answers = _answers(address)
        self._answered.set()

    def in_time(self, seconds: float) -> bool:
        """Whether it answers within `seconds` of the question."""
        self._answered.wait(max(0.0, self._asked + seconds - time.monotonic()))
        return self._answers


_ask = functools.cache(_Question)


def _answers(address: str) -> bool:
    import urllib.request  # Not at the top: the commands that need no hub start without it.

    request = urllib.request.Request(address, method="HEAD")
    try:
        urllib.request.urlopen(request, timeout=PROBE_SECONDS).close()
    except urllib.error.HTTPError:
        return True  # an error status is an answer, too
    except (OSError, ValueError, http.client.HTTPException):
        return False
    return True
