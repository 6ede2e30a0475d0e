"""A killed engine core is noticed.

vLLM's synchronous client waits for its core's answers without a time limit. Where the core was
killed, as the kernel does when memory runs out, nobody tells the one who waits (seen with 0.32: a
run stood still for ever). An exception in the queue of answers is raised there, so one is put in.
"""

from __future__ import annotations

import threading
from multiprocessing import connection
from typing import Any


def tell_of_death(core: Any) -> None:
    """Make whoever waits for this client's answers hear when a process of its core ends."""
    manager = getattr(getattr(core, "resources", None), "engine_manager", None)
    sentinels = [process.sentinel for process in getattr(manager, "processes", ())]
    if not sentinels:
        return  # the core runs in this process
    answers = core.outputs_queue

    def watch() -> None:
        connection.wait(sentinels)
        answers.put(RuntimeError("its engine core was killed, perhaps for want of memory"))

    threading.Thread(target=watch, name="watch-core", daemon=True).start()
