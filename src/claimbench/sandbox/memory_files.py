"""Files in memory, through which the parent and a zygote exchange all that is large."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

_SEAL_ALL: Final = 0x1 | 0x2 | 0x4 | 0x8
_ADD_SEALS: Final = 1033


class Inputs:
    """The inputs of all tests in one sealed memory file, which no program can change."""

    def __init__(self, texts: Sequence[bytes]) -> None:
        self.file = os.memfd_create("inputs", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        places, offset = [], 0
        for text in texts:
            places.append((offset, len(text)))
            offset += len(text)
            write(self.file, text)
        self.places = tuple(places)
        fcntl.fcntl(self.file, _ADD_SEALS, _SEAL_ALL)

    def close(self) -> None:
        if self.file >= 0:
            os.close(self.file)
            self.file = -1

    def __del__(self) -> None:
        self.close()


@contextmanager
def memory_files(count: int) -> Iterator[list[int]]:
    files = [os.memfd_create("claimbench", os.MFD_CLOEXEC) for _ in range(count)]
    try:
        yield files
    finally:
        for file in files:
            os.close(file)


def write(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def read(file: int, most: int) -> bytes:
    return os.pread(file, min(os.fstat(file).st_size, most), 0)
