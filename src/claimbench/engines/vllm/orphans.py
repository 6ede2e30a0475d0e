"""No process of vLLM outlives a run that was killed.

vLLM's engine core and workers do not notice that the process that started them is gone (seen with
0.32: after kill -9 both went on, with all their memory, so that a resumed run would find the GPU
full). vLLM calls the plugins of the group `vllm.general_plugins` in each of its processes; this one
watches the parent there. It does nothing in processes that claimbench did not start.
"""

from __future__ import annotations

import os
import signal
import threading
import time

WATCHED = "CLAIMBENCH_WATCHED_BY"
"""Set to the process id of the run that starts vLLM."""
_SECONDS = 0.5


def die_with_parent() -> None:
    """In a child process of a run: end when the parent does."""
    run = os.environ.get(WATCHED)
    if run is None or run == str(os.getpid()):
        return
    threading.Thread(target=_watch, args=(os.getppid(),), name="watch-parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
