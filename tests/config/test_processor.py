"""What a processor can do, by its flags."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from claimbench.config import processor

AVX512 = {"avx512f", "avx512bw", "avx512dq", "avx512vl"}


@pytest.mark.parametrize(
    ("flags", "name", "bfloat16"),
    [
        ({"sse2", "avx2", "fma", *AVX512, "avx512_bf16"}, "Zen 5", True),
        ({"sse2", "avx2", "fma", *AVX512}, "Zen 3", True),
        ({"sse2", "avx2", "fma"}, "Zen 3", False),
        ({"sse2"}, None, False),
        ({"asimd", "bf16"}, None, True),
    ],
)
def test_a_machine_resembles_the_fastest_whose_flags_it_has(
    flags: set[str], name: str | None, bfloat16: bool
) -> None:
    found = processor.resembled(flags)
    assert (found is not None and name in found.name) if name else found is None
    assert processor.has_bfloat16(flags) == bfloat16


COMPARED = """
import torch
from claimbench.config import processor
from claimbench.engines.transformers.linear import can_pack
print(can_pack(torch.bfloat16, torch.device("cpu")), processor.has_bfloat16(processor.flags()))
"""


@pytest.mark.slow
@pytest.mark.parametrize("most", ["", "AVX2"])
def test_the_flags_say_of_bfloat16_what_torch_does(most: str) -> None:
    pytest.importorskip("torch")
    environment = {**os.environ, "ONEDNN_MAX_CPU_ISA": most}
    if not most:
        del environment["ONEDNN_MAX_CPU_ISA"]
    words = [sys.executable, "-c", COMPARED]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    by_torch, by_flags = done.stdout.split()
    assert by_flags == by_torch
    if most:
        assert by_flags == "False"
