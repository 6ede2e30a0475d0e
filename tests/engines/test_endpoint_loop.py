"""The endpoint's event loop ends with nothing under way."""

from __future__ import annotations

import asyncio

from claimbench.engines.endpoint.loop import event_loop


def test_what_a_task_begins_while_it_ends_is_ended_too() -> None:
    begun: list[asyncio.Task[None]] = []

    async def hold() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            begun.append(asyncio.create_task(asyncio.sleep(3600)))

    with event_loop() as submit:
        held = submit(hold())
        submit(asyncio.sleep(0)).result()
    assert held.cancelled()
    assert [task.cancelled() for task in begun] == [True]
