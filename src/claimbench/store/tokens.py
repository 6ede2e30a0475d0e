"""Token ids as a short text: base64 of zlib over little-endian unsigned numbers of 32 bits.

Of reasoning on AIME such a text took 0.8 characters a token, where the reply itself took 2.5 and a
list of numbers takes 6.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Sequence

import numpy as np

_MOST = 1 << 24
"""Ids of one reply: what unpacks to more is damaged, or a bomb."""
_WIDTH = 4


def pack_ids(ids: Sequence[int]) -> str:
    """`ids` as a text. Raises OverflowError for one that is no token's (below 0, from 2**32 on)."""
    plain = np.array(ids, dtype="<u4").tobytes()
    return base64.b64encode(zlib.compress(plain)).decode("ascii")


def unpack_ids(packed: str) -> tuple[int, ...]:
    """The ids. Raises ValueError for a text that `pack_ids` did not make."""
    inflate = zlib.decompressobj()
    try:
        plain = inflate.decompress(base64.b64decode(packed, validate=True), _MOST * _WIDTH)
    except (binascii.Error, zlib.error) as error:
        raise ValueError("not a text of token ids") from error
    if not inflate.eof or inflate.unused_data or len(plain) % _WIDTH:
        raise ValueError("not a whole text of token ids")
    return tuple(np.frombuffer(plain, dtype="<u4").tolist())
