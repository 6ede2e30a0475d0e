"""Token ids as a short text."""

from __future__ import annotations

import base64
import dataclasses
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_toys import create, part_of, sample, stored

from claimbench.store.rows import SAMPLES, sample_digest
from claimbench.store.tokens import pack_ids, unpack_ids


@given(st.lists(st.integers(0, 2**32 - 1), max_size=50))
def test_ids_come_back(ids: list[int]) -> None:
    assert unpack_ids(pack_ids(ids)) == tuple(ids)


@pytest.mark.parametrize(
    "text",
    [
        "no base64!",
        base64.b64encode(b"not zlib").decode(),
        base64.b64encode(zlib.compress(b"12345")).decode(),
        base64.b64encode(zlib.compress(b"12345678")[:-1]).decode(),
        base64.b64encode(zlib.compress(b"12345678") + b"more").decode(),
        base64.b64encode(zlib.compress(bytes(2**26 + 4))).decode(),
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="text of token ids"):
        unpack_ids(text)


def test_a_sample_keeps_its_ids_and_its_digest_holds_them(tmp_path: Path) -> None:
    plain, rich = sample(1), sample(2, packed_ids=pack_ids(range(1000)))
    with create(tmp_path / "run") as store:
        store.append_sample(plain)
        store.append_sample(rich)
    assert stored(tmp_path / "run") == [plain, rich]
    line = part_of(tmp_path / "run").read_bytes().splitlines()[1]
    assert len(line) < 3000
    assert sample_digest(rich) != sample_digest(dataclasses.replace(rich, packed_ids=None))


def test_a_line_of_an_earlier_version_is_the_same_sample() -> None:
    line = SAMPLES.encode(sample(3))
    earlier = line.replace(b',"packed_ids":null', b"")
    assert earlier != line
    assert SAMPLES.decode(earlier) == sample(3)
    assert sample_digest(SAMPLES.decode(earlier)) == sample_digest(sample(3))
