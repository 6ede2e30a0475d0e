"""What this machine's processor can do, by its flags, so that nothing heavy is loaded to know it;
and the processors on which the speed of the smoke run was measured."""

from __future__ import annotations

import os
import platform
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path

_AVX512 = frozenset({"avx512f", "avx512bw", "avx512dq", "avx512vl"})
_BFLOAT16 = (_AVX512, frozenset({"avx_ne_convert", "avx_vnni_int8"}), frozenset({"bf16"}))
"""Sets of flags with each of which torch multiplies in bfloat16: oneDNN's avx512_core and
avx2_vnni_2, and Arm's BF16."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A processor on two cores of which `scripts/quickstart` was timed: seconds after installation,
    and when it is run again. A machine with these `flags` resembles it."""

    name: str
    flags: frozenset[str]
    first_s: int
    again_s: int

    def facts(self) -> dict[str, str | int]:
        """As plain data, without the flags."""
        return {"name": self.name, "first_s": self.first_s, "again_s": self.again_s}


MEASURED = (
    Measured("AMD EPYC (Zen 5), bfloat16 in AVX-512", _AVX512 | {"avx512_bf16"}, 59, 6),
    Measured("AMD EPYC (Zen 3), AVX2 without bfloat16", frozenset({"avx2", "fma"}), 238, 13),
)
"""The fastest first."""


def processor_name() -> str:
    """The processor's model name; empty where the system gives none."""
    return _cpuinfo().get("model name") or platform.processor()


def flags() -> frozenset[str]:
    """Its instruction sets, in Linux's words; empty where the system gives none. Those that
    ONEDNN_MAX_CPU_ISA switches off for torch's matrix products are left out."""
    found = _cpuinfo()
    flags = frozenset((found.get("flags") or found.get("Features") or "").split())
    if os.environ.get("ONEDNN_MAX_CPU_ISA", "").upper() in {"SSE41", "AVX", "AVX2", "AVX2_VNNI"}:
        return frozenset(f for f in flags if not f.startswith(("avx512", "avx_ne", "amx")))
    return flags


def has_bfloat16(flags: Set[str]) -> bool:
    """Whether torch multiplies in bfloat16 on a CPU with these flags."""
    return any(wanted <= flags for wanted in _BFLOAT16)


def resembled(flags: Set[str]) -> Measured | None:
    """The fastest of the measured processors that have no other flags; None for another kind."""
    return next((measured for measured in MEASURED if measured.flags <= flags), None)


def _cpuinfo() -> dict[str, str]:
    """The lines of the first core."""
    try:
        lines = Path("/proc/cpuinfo").read_text().partition("\n\n")[0].splitlines()
    except OSError:
        return {}
    pairs = (line.partition(":") for line in lines)
    return {key.strip(): value.strip() for key, _, value in pairs}
