"""llama-server for tests, and GGUF files made from the tiny model's."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import numpy as np
import pytest


def find_llama_server() -> Path | None:
    """The server that scripts/build-llama-server has built, or the one on the PATH."""
    script = Path(__file__).parents[2] / "scripts" / "build-llama-server"
    (version,) = re.findall(r"^PACKAGE=\S+==(\S+)$", script.read_text(), re.M)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    built = cache / "claimbench" / "llama.cpp" / version / "llama-server"
    found = shutil.which("llama-server")
    return built if built.is_file() else Path(found) if found else None


needs_llama_server = pytest.mark.skipif(
    find_llama_server() is None,
    reason="there is no llama-server: run scripts/build-llama-server, once",
)


def write_f32(source: Path, target: Path) -> None:
    """A GGUF file with the weights of another, dequantized, rounded to bfloat16 as our checkpoint
    of them is, and written in float32."""
    from gguf import GGUFReader, GGUFValueType, GGUFWriter, Keys, LlamaFileType, dequantize

    reader = GGUFReader(source)
    architecture = reader.get_field(Keys.General.ARCHITECTURE)
    assert architecture is not None
    writer = GGUFWriter(target, architecture.contents())
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name == Keys.General.ARCHITECTURE:
            continue
        value, kind = field.contents(), field.types[0]
        if field.name == Keys.General.FILE_TYPE:
            value = int(LlamaFileType.ALL_F32)
        inner = field.types[-1] if kind == GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, value, kind, sub_type=inner)
    for tensor in reader.tensors:
        writer.add_tensor(tensor.name, _bfloat16(dequantize(tensor.data, tensor.tensor_type)))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _bfloat16(values: np.ndarray) -> np.ndarray:
    """The nearest bfloat16 numbers (ties to even), in float32."""
    bits = np.ascontiguousarray(values, dtype=np.float32).view(np.uint32)
    rounded = bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))
    return (rounded & np.uint32(0xFFFF0000)).view(np.float32)
