"""The keys and values of the rows in flight.

A row's own columns lie in blocks of fixed width: storage[layer, block, slot]. Rows are kept about
sorted, longest first, so that a block is read only for the slots up to the last row that reaches
it. What all rows share (a few-shot prefix) is stored and read once, as the `Prefix`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

_ALIGNMENT = 4096

BLOCK = 128
"""The usual width of a block on a CPU."""
BLOCK_FLOAT32 = 64
"""There products in float32 gain more by fewer unused columns than they lose by more blocks: 0.49
and 0.61 ms (scores, sums) for 256 columns of 24 rows against 0.52 and 0.72, on AVX2."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a model keeps for one token: two times layers x kv_heads x head_dim numbers."""

    layers: int
    kv_heads: int
    head_dim: int

    def token_bytes(self, dtype: torch.dtype) -> int:
        return 2 * self.layers * self.kv_heads * self.head_dim * dtype.itemsize


@dataclass(frozen=True, slots=True)
class Prefix:
    """The first columns of every row: keys and values (layers, kv_heads, length, head_dim)."""

    ids: tuple[int, ...]
    keys: torch.Tensor
    values: torch.Tensor

    def __len__(self) -> int:
        return len(self.ids)


def empty_prefix(shape: Shape, dtype: torch.dtype, device: torch.device) -> Prefix:
    """The prefix of rows that share nothing."""
    size = (shape.layers, shape.kv_heads, 0, shape.head_dim)
    return Prefix((), *(torch.empty(size, dtype=dtype, device=device) for _ in "kv"))


@dataclass(slots=True)
class _Step:
    """What is the same in every layer of one decoding step."""

    places: torch.Tensor
    """Where each row's new column goes, one flat index per (row, kv head)."""
    reach: list[int]
    """reach[j]: the slots that block j is read for."""
    hidden: torch.Tensor
    """(rows, 1, columns): where a column is not the row's, True, or −inf where it is added."""
    scores: torch.Tensor
    """(rows * kv_heads, queries per kv head, prefix + columns), used again by every layer."""


class Slots:
    """Room for `rows` rows of `columns` own tokens each, beside the shared `prefix`.

    `exact`: the products of a row and a block see the same layout in memory whatever the other rows
    are, since what a library computes may depend on that.
    """

    def __init__(
        self,
        shape: Shape,
        rows: int,
        columns: int,
        prefix: Prefix,
        *,
        block: int,
        exact: bool = False,
    ) -> None:
        self._shape, self._prefix, self._block = shape, prefix, block
        self._exact = exact
        # MKL's product into a part of a wider tensor takes 1.5 to 2.3 times as long as into one of
        # its own, which a sum with the mask then puts in place; oneDNN's in bfloat16 does not.
        self._adds_mask = not exact and prefix.keys.dtype == torch.float32
        self.rows, self.columns = rows, -(-columns // block) * block
        size = (shape.layers, self.columns // block, rows, shape.kv_heads, block, shape.head_dim)
        self._keys = _zeros(size, prefix.keys)
        self._values = _zeros(size, prefix.keys)
        self.lengths: list[int] = []
        self._step: _Step | None = None

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def prefix(self) -> Prefix:
        return self._prefix

    def extend(self, lengths: Sequence[int]) -> int:
        """Take the next free slots for rows of these own lengths; gives the first slot."""
        first = len(self.lengths)
        self.lengths.extend(lengths)
        return first

    def fill(self, layer: int, first: int, keys: torch.Tensor, values: torch.Tensor) -> None:
        """Store a layer's columns (rows, kv_heads, tokens, head_dim) from slot `first` on. What
        lies past a row's length is padding: hidden now and overwritten later."""
        for block, start in enumerate(range(0, keys.shape[2], self._block)):
            part = slice(start, start + self._block)
            width = min(self._block, keys.shape[2] - start)
            rows = slice(first, first + len(keys))
            self._keys[layer, block, rows, :, :width] = keys[:, :, part]
            self._values[layer, block, rows, :, :width] = values[:, :, part]

    def copy(self, source: int, length: int) -> None:
        """Take the next free slot for a row that begins with `length` columns of another one."""
        target = self.extend([length])
        self._move(source, target, -(-length // self._block))

    def columns_of(self, slot: int, length: int) -> tuple[torch.Tensor, torch.Tensor]:
        """A copy of a slot's first own keys and values, (layers, kv_heads, length, head_dim)."""
        blocks = -(-length // self._block)
        parts = [s[:, :blocks, slot].transpose(1, 2) for s in (self._keys, self._values)]
        keys, values = (part.flatten(2, 3)[:, :, :length].clone() for part in parts)
        return keys, values

    def remove(self, slot: int) -> list[tuple[int, int]]:
        """Free a slot and close the gap; gives the moves (from, to) in order.

        The gap is filled with the last of the rows with the most blocks behind it, and so on,
        which keeps the order with at most one move per block count.
        """
        moves = []
        while slot < len(self.lengths) - 1:
            behind = range(slot + 1, len(self.lengths))
            source = max(behind, key=lambda i: (self._blocks(i), i))
            self._move(source, slot, self._blocks(source))
            self.lengths[slot] = self.lengths[source]
            moves.append((source, slot))
            slot = source
        self.lengths.pop()
        return moves

    def begin(self, queries: int) -> torch.Tensor:
        """Open a step in which every row gains a column; gives the rows' positions (rows,).
        `queries` is the number of query heads per kv head."""
        device = self._keys.device
        count, block, heads = len(self.lengths), self._block, self._shape.kv_heads
        lengths = torch.tensor(self.lengths, device=device)
        slot = torch.arange(count, device=device)
        places = ((lengths // block) * self.rows + slot)[:, None] * heads
        places = places + torch.arange(heads, device=device)
        places = places * block + (lengths % block)[:, None]
        reach = self._reach()
        columns = torch.arange(len(reach) * block, device=device)
        wide = len(self._prefix) + len(columns)
        hidden = (columns > lengths[:, None])[:, None]
        if self._adds_mask:
            hidden = torch.zeros(hidden.shape, device=device).masked_fill_(hidden, float("-inf"))
        self._step = _Step(
            places=places.flatten(),
            reach=reach,
            hidden=hidden,
            scores=torch.empty(
                (count * heads, queries, wide), dtype=self._keys.dtype, device=device
            ),
        )
        return lengths + len(self._prefix)

    def end(self) -> None:
        """Close the step: the new columns belong to the rows."""
        self.lengths = [length + 1 for length in self.lengths]

    def attend(
        self, layer: int, query: torch.Tensor, keys: torch.Tensor, values: torch.Tensor
    ) -> torch.Tensor:
        """Store the new column, keys and values (rows, kv_heads, head_dim), and attend.

        `query` (rows, heads, head_dim) is already scaled. Gives (rows, heads * head_dim).
        """
        assert self._step is not None
        step, heads, size = self._step, self._shape.kv_heads, self._shape.head_dim
        for storage, new in ((self._keys, keys), (self._values, values)):
            storage[layer].view(-1, size).index_copy_(0, step.places, new.reshape(-1, size))
        grouped = query.reshape(len(query) * heads, -1, size)
        self._score(layer, grouped)
        weights = torch.softmax(step.scores, dim=-1)
        return self._weigh(layer, weights).view(len(query), -1)

    def _score(self, layer: int, query: torch.Tensor) -> None:
        assert self._step is not None
        step, heads, shared = self._step, self._shape.kv_heads, len(self._prefix)
        if shared:
            keys = self._prefix.keys[layer].transpose(1, 2)
            scores = torch.bmm(_by_head(query, heads), keys)
            step.scores[:, :, :shared] = _by_row(scores, query.shape[1])
        own = step.scores[:, :, shared:]
        for block, reach in enumerate(step.reach):
            count = reach * heads
            part = own[:count, :, block * self._block : (block + 1) * self._block]
            keys = self._keys[layer, block, :reach].flatten(0, 1).transpose(1, 2)
            if self._adds_mask:
                self._put(block, torch.bmm(query[:count], keys))
            elif self._exact:
                part.copy_(torch.bmm(query[:count], keys))
            else:
                torch.bmm(query[:count], keys, out=part)
        if not self._adds_mask:
            own.view(len(step.hidden), -1, own.shape[2]).masked_fill_(step.hidden, float("-inf"))

    def _put(self, block: int, scores: torch.Tensor) -> None:
        """A block's scores into their place, with the mask."""
        assert self._step is not None
        step, reach = self._step, self._step.reach[block]
        columns = slice(block * self._block, (block + 1) * self._block)
        whole = step.scores[:, :, len(self._prefix) :].view(
            len(step.hidden), -1, step.hidden.shape[2]
        )
        part, hidden = whole[:, :, columns], step.hidden[:, :, columns]
        torch.add(scores.view(reach, -1, self._block), hidden[:reach], out=part[:reach])
        part[reach:].fill_(float("-inf"))

    def _weigh(self, layer: int, weights: torch.Tensor) -> torch.Tensor:
        """The weighted sum of the values, block by block; float32 sums, as in one product."""
        assert self._step is not None
        step, heads, shared = self._step, self._shape.kv_heads, len(self._prefix)
        parts: list[torch.Tensor] = []
        if shared:
            prefix = torch.bmm(_by_head(weights[:, :, :shared], heads), self._prefix.values[layer])
            parts.append(_by_row(prefix, weights.shape[1]))
        for block, reach in enumerate(step.reach):
            start = shared + block * self._block
            part = weights[: reach * heads, :, start : start + self._block]
            values = self._values[layer, block, :reach].flatten(0, 1)
            parts.append(torch.bmm(part.contiguous() if self._exact else part, values))
        if len(parts) == 1:
            return parts[0]
        total = parts[0].float()
        for part in parts[1:]:
            total[: len(part)] += part
        return total.to(weights.dtype)

    def _reach(self) -> list[int]:
        blocks = max(self.lengths) // self._block + 1
        reach = [0] * blocks
        for slot, length in enumerate(self.lengths):
            reach[length // self._block] = slot + 1
        for block in reversed(range(blocks - 1)):
            reach[block] = max(reach[block], reach[block + 1])
        return reach

    def _blocks(self, slot: int) -> int:
        return -(-self.lengths[slot] // self._block)

    def _move(self, source: int, target: int, blocks: int) -> None:
        for storage in (self._keys, self._values):
            storage[:, :blocks, target] = storage[:, :blocks, source]


def _by_head(rows: torch.Tensor, heads: int) -> torch.Tensor:
    """(rows * kv_heads, queries, n) -> (kv_heads, rows * queries, n)"""
    queries, width = rows.shape[1:]
    return rows.reshape(-1, heads, queries, width).transpose(0, 1).flatten(1, 2)


def _by_row(heads_first: torch.Tensor, queries: int) -> torch.Tensor:
    """(kv_heads, rows * queries, n) -> (rows * kv_heads, queries, n)"""
    heads, _, width = heads_first.shape
    return heads_first.view(heads, -1, queries, width).transpose(0, 1).flatten(0, 1)


def _zeros(size: tuple[int, ...], like: torch.Tensor) -> torch.Tensor:
    """Zeros, on a CPU such that a page takes memory only once it is written: `columns` is what
    rows may need at most, and most need less."""
    if like.device.type != "cpu":
        return torch.zeros(size, dtype=like.dtype, device=like.device)
    count = int(np.prod(size)) * like.dtype.itemsize
    raw = np.zeros(count + _ALIGNMENT, dtype=np.uint8)
    start = -raw.ctypes.data % _ALIGNMENT
    return torch.from_numpy(raw[start : start + count]).view(like.dtype).view(size)
