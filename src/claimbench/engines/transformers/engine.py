"""The engine: one loop that pulls, admits, steps and yields."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from claimbench.engines.base import Engine
from claimbench.engines.transformers.batch import Batch
from claimbench.engines.transformers.checkpoint import Checkpoint, read_checkpoint
from claimbench.engines.transformers.invariance import make_invariant
from claimbench.engines.transformers.memory import token_room
from claimbench.engines.transformers.prefilling import make_prefix
from claimbench.engines.transformers.slots import Prefix
from claimbench.engines.transformers.window import Limits, Window
from claimbench.errors import ConfigError, EngineDied
from claimbench.records.runs import Completion, Request, RequestFailure

_LOOKAHEAD = 16
"""Requests pulled beyond the slots, so that a freed slot never waits for the caller."""
_OUT_OF_MEMORY = (
    "The engine ran out of memory; lower engine.token_budget or engine.slots and run again."
)


class TransformersEngine(Engine):
    """Continuous batching over a checkpoint folder, on a CPU or on CUDA.

    `slots` caps the rows generated together and `token_budget` the tokens kept for all of them
    (None: what half of the free memory holds). `stop_token_ids` end a reply beside the
    checkpoint's own EOS tokens. `deterministic`: a reply does not depend on the other requests,
    `slots`, `token_budget` or the number of threads, bit for bit (see `invariance`). Loading
    happens with the first `generate`, or `load`; it raises ModelError for a checkpoint that cannot
    be read or run. `open_rows` counts the requests that are being generated.
    """

    def __init__(
        self,
        checkpoint_dir: str | Path,
        *,
        dtype: str = "bfloat16",
        device: str = "auto",
        threads: int | None = None,
        slots: int = 64,
        token_budget: int | None = None,
        stop_token_ids: Collection[int] = (),
        deterministic: bool = False,
    ) -> None:
        for name, value in (("slots", slots), ("token_budget", token_budget), ("threads", threads)):
            if value is not None and value < 1:
                raise ConfigError(f"engine.{name} is {value}; it must be at least 1.")
        self._folder, self._dtype, self._device = Path(checkpoint_dir), dtype, device
        self._threads, self._slots, self._budget = threads, slots, token_budget
        self._stop_ids, self._deterministic = frozenset(stop_token_ids), deterministic
        self._checkpoint: Checkpoint | None = None
        self.open_rows = 0

    def load(self) -> Checkpoint:
        """Read the checkpoint once."""
        if self._checkpoint is None:
            if self._threads:
                torch.set_num_threads(self._threads)
            checkpoint = read_checkpoint(self._folder, self._dtype, self._device, self._stop_ids)
            if self._deterministic:
                self._make_invariant(checkpoint)
            self._checkpoint = checkpoint
        return self._checkpoint

    def _make_invariant(self, checkpoint: Checkpoint) -> None:
        with _explained(self._folder):
            make_invariant(checkpoint.decoder, self._slots, checkpoint.context)
        self._slots = min(self._slots, checkpoint.decoder.counts[-1])

    def describe(self) -> dict[str, str]:
        """Name, versions, device and dtype, for the provenance of a run."""
        import transformers

        decoder = self.load().decoder
        cuda = decoder.device.type == "cuda"
        return {
            "name": "transformers",
            "version": f"transformers {transformers.__version__}, torch {torch.__version__}",
            "device": torch.cuda.get_device_name(decoder.device) if cuda else "cpu",
            "dtype": self._dtype,
            "threads": str(torch.get_num_threads()),
            "packed_weights": str(decoder.packed).lower(),
            "deterministic": str(self._deterministic).lower(),
        }

    def generate(self, requests: Iterable[Request]) -> Iterator[Completion | RequestFailure]:
        checkpoint = self.load()
        try:
            yield from self._run(checkpoint, requests)
        finally:
            self.open_rows = 0

    def _run(
        self, checkpoint: Checkpoint, requests: Iterable[Request]
    ) -> Iterator[Completion | RequestFailure]:
        decoder = checkpoint.decoder
        budget = self._budget or token_room(decoder.shape, decoder.dtype, decoder.device)
        limits = Limits(checkpoint.context, budget, decoder.vocabulary)
        window = Window(requests, self._slots + _LOOKAHEAD, limits)
        batch: Batch | None = None
        prefix = make_prefix(checkpoint, ())
        while True:
            yield from window.fill(len(batch or ()))
            if not batch and window.peek() is None:
                return
            with _explained(self._folder):
                if batch:
                    done = batch.step()
                else:
                    batch, done = None, []  # its memory goes before the next batch takes some
                    prefix = _next_prefix(checkpoint, window, prefix)
                    batch = self._open(checkpoint, window, prefix, budget)
                done += batch.refill(window.peek, window.pop)
            self.open_rows = len(batch)
            yield from done

    def _open(self, checkpoint: Checkpoint, window: Window, prefix: Prefix, budget: int) -> Batch:
        """A batch for the waiting requests, with some columns to spare for longer ones."""
        need = window.longest() - len(prefix)
        left = max(need, budget - len(prefix))
        rows = max(1, min(self._slots, left // need))
        columns = max(need, min(2 * need, left // rows, checkpoint.context - len(prefix)))
        return Batch(checkpoint, prefix, rows, columns)


def _next_prefix(checkpoint: Checkpoint, window: Window, before: Prefix) -> Prefix:
    if checkpoint.decoder.counts:  # what is shared depends on what is waiting
        return before
    ids = window.shared_prefix(before.ids)
    return before if ids == before.ids else make_prefix(checkpoint, ids)


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Turn a failure of the device into EngineDied, with what to change."""
    try:
        yield
    except FloatingPointError as error:
        raise EngineDied(
            f"{folder}: {error}; run it in bfloat16 or float32 (engine.dtype)."
        ) from error
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise EngineDied(_OUT_OF_MEMORY) from error
    except RuntimeError as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        if "allocate memory" in reason:
            raise EngineDied(_OUT_OF_MEMORY) from error
        raise EngineDied(
            f"The device failed while {folder} was generating ({reason}); "
            "run the same command again, or set engine.device to cpu."
        ) from error
