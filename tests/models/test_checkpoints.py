"""Where weights come from: whole checkpoints only, and two checkpoints are never one."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from claimbench import config, engines
from claimbench.config import EngineConfig
from claimbench.engines.transformers.settings import TransformersSettings
from claimbench.errors import CheckpointDamaged, ConfigError, ModelError
from claimbench.models import checkpoints, gguf, proof, wheels

MODEL = config.load_model("smollm2-135m-instruct")


def make(folder: Path, weights: bytes) -> Path:
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "tokenizer.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(weights)
    return folder


def safetensors(content: bytes) -> bytes:
    """A safetensors file with one tensor of bytes."""
    tensor = {"dtype": "U8", "shape": [len(content)], "data_offsets": [0, len(content)]}
    header = json.dumps({"w": tensor}).encode()
    return len(header).to_bytes(8, "little") + header + content


def identity(folder: Path) -> str:
    model = MODEL.model_copy(update={"path": str(folder)})
    return checkpoints.find(model, online=False).identity


def test_a_local_checkpoint_is_known_by_its_whole_content(tmp_path: Path) -> None:
    zeros = b"\0" * (3 << 20)
    first, second = (
        make(tmp_path / name, safetensors(zeros + last))
        for name, last in (("a", b"1"), ("b", b"2"))
    )
    assert identity(first) != identity(second)
    before = identity(first)
    (first / "notes.txt").write_text("not a part of the checkpoint")
    assert identity(first) == before


def test_a_folder_without_config_is_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"config\.json is missing; key path"):
        identity(tmp_path)
    (tmp_path / "mine").mkdir()
    with pytest.raises(
        ModelError, match="mina is missing; key path must name a checkpoint; did yo"
    ):
        identity(tmp_path / "mina")


def test_pip_is_run_out_of_its_wheel_where_an_environment_has_none() -> None:
    pip = wheels.bundled_pip()
    if pip is None:
        pytest.skip("this Python brings no pip along")
    done = subprocess.run([*pip, "--version"], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("pip "), done.stderr


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("config.json", b"{", "config.json: cannot be read (Expecting"),
        ("config.json", b"[]", "config.json: a JSON object is needed; copy the file again"),
        ("tokenizer.json", POINTER, "tokenizer.json is a pointer of Git LFS, not the file: run"),
        ("model.safetensors", POINTER, "model.safetensors is a pointer of Git LFS, not the file"),
        ("model.safetensors", b"", "model.safetensors is no safetensors file: copy it again"),
        ("model.safetensors", safetensors(b"12")[:-1], " bytes of "),
        ("model.safetensors", safetensors(b"12") + b"3", " bytes of "),
        ("tokenizer.json", None, "there is no tokenizer in it (tokenizer.json or tokenizer.model)"),
    ],
)
def test_a_damaged_folder_is_one_sentence(
    tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    folder = make(tmp_path / "mine", safetensors(b"12"))
    identity(folder)
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    with pytest.raises(ModelError) as failure:
        identity(folder)
    assert words in str(failure.value) and str(folder) in str(failure.value)


def test_a_shard_that_is_missing_is_named(tmp_path: Path) -> None:
    folder = make(tmp_path / "mine", safetensors(b"12"))
    (folder / "model.safetensors").rename(folder / "model-1-of-2.safetensors")
    shards = {"a": "model-1-of-2.safetensors", "b": "model-2-of-2.safetensors"}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": shards}))
    with pytest.raises(ModelError, match=r"model-2-of-2\.safetensors is missing, and model\.safet"):
        identity(folder)
    (folder / "model-2-of-2.safetensors").write_bytes(safetensors(b"1"))
    identity(folder)


def test_weights_that_may_run_code_are_refused(tmp_path: Path) -> None:
    folder = make(tmp_path / "mine", b"")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"in pytorch_model\.bin, which is not read, as it"):
        identity(folder)


def test_an_interrupted_download_is_not_a_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make(tmp_path / "snapshot", b"x")
    (folder / "model.safetensors").rename(folder / "model-1-of-2.safetensors")
    shards = {"a": "model-1-of-2.safetensors", "b": "model-2-of-2.safetensors"}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": shards}))
    monkeypatch.setattr("huggingface_hub.snapshot_download", lambda *_, **__: str(folder))
    monkeypatch.setenv("CLAIMBENCH_CACHE", str(tmp_path / "cache"))
    no_wheel = MODEL.model_copy(update={"wheel": None})
    with pytest.raises(ModelError, match="neither on this machine nor to be had"):
        checkpoints.find(no_wheel, online=False)
    (folder / "model-2-of-2.safetensors").write_bytes(b"y")
    assert checkpoints.find(no_wheel, online=False).identity == f"hub:{MODEL.revision}"


MEGABYTE = 1 << 20


def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkpoint as one made from a wheel lies in the cache; its weights."""
    monkeypatch.setenv("CLAIMBENCH_CACHE", str(tmp_path / "cache"))
    assert MODEL.wheel is not None
    folder = wheels.checkpoint_folder(MODEL.wheel)
    folder.parent.mkdir(parents=True)
    make(folder, random.Random(0).randbytes(12 * MEGABYTE + 77))
    proof.record(proof.checkpoint_files(folder), folder / proof.DIGESTS)
    return folder / "model.safetensors"


def test_a_variant_of_a_model_takes_the_checkpoint_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = cached(tmp_path, monkeypatch)
    variant = MODEL.model_copy(update={"name": "another-prompt"})
    assert checkpoints.find(variant, online=False).path == weights.parent
    other = MODEL.wheel.model_copy(update={"gguf": "llm/other.gguf"})
    assert wheels.checkpoint_folder(other) != weights.parent


@pytest.mark.parametrize("place", range(10))
def test_a_megabyte_of_zeros_in_a_cached_checkpoint_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    """Whether or not the file's time tells, and though nothing was restarted."""
    weights = cached(tmp_path, monkeypatch)
    assert checkpoints.find(MODEL, online=False).path == weights.parent
    found = weights.stat()
    with weights.open("r+b") as file:
        file.seek(place * (found.st_size - MEGABYTE) // 9)
        file.write(bytes(MEGABYTE))
    for times in (None, (found.st_atime_ns, found.st_mtime_ns)):
        if times:
            os.utime(weights, ns=times)
        with pytest.raises(ModelError, match=r"model\.safetensors is damaged.*remove") as caught:
            checkpoints.find(MODEL, online=False)
        assert isinstance(caught.value, CheckpointDamaged)


@pytest.mark.parametrize("how", ["restarted", "asked", "touched"])
def test_one_flipped_bit_shows_once_the_whole_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    weights = cached(tmp_path, monkeypatch)
    found, content = weights.stat(), bytearray(weights.read_bytes())
    content[MEGABYTE // 4] ^= 1  # Between two pieces.
    weights.write_bytes(content)
    os.utime(weights, ns=(found.st_atime_ns, found.st_mtime_ns + (how == "touched")))
    if how == "restarted":
        monkeypatch.setattr(proof, "_boot", lambda: "another start")
    with pytest.raises(CheckpointDamaged):
        checkpoints.find(MODEL, online=False, whole=how == "asked")


def test_a_missing_or_truncated_file_is_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = cached(tmp_path, monkeypatch)
    with weights.open("r+b") as file:
        file.truncate(5 * MEGABYTE)
    with pytest.raises(CheckpointDamaged, match="is damaged"):
        checkpoints.find(MODEL, online=False)
    weights.unlink()
    with pytest.raises(CheckpointDamaged, match="cannot be read"):
        checkpoints.find(MODEL, online=False)


def test_a_checkpoint_of_the_hub_is_held_against_what_was_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large files in the hub's cache are links to blobs named by their SHA-256."""
    folder = make(tmp_path / "snapshot", b"x")
    weights = folder / "model.safetensors"
    blob = tmp_path / hashlib.sha256(b"good").hexdigest()
    blob.write_bytes(b"goad")
    weights.unlink()
    weights.symlink_to(blob)
    monkeypatch.setattr("huggingface_hub.snapshot_download", lambda *_, **__: str(folder))
    monkeypatch.setenv("CLAIMBENCH_CACHE", str(tmp_path / "cache"))
    with pytest.raises(CheckpointDamaged, match="its SHA-256 is not"):
        checkpoints.find(MODEL, online=False)
    blob.write_bytes(b"good")
    assert checkpoints.find(MODEL, online=False).identity == f"hub:{MODEL.revision}"
    blob.write_bytes(b"goad")
    with pytest.raises(CheckpointDamaged, match="not what was fetched"):
        checkpoints.find(MODEL, online=False)
    assert checkpoints.find(MODEL, online=False, weights=False).path == folder


def test_a_cache_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CLAIMBENCH_CACHE", str(tmp_path / "file" / "below"))
    with pytest.raises(ModelError, match="CLAIMBENCH_CACHE"):
        checkpoints.find(MODEL, online=False)


def test_keys_that_the_engine_would_ignore_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"engine\.args: the transformers engine does not use it"):
        engines.settings(EngineConfig(args={"depth": 2}))
    chosen = TransformersSettings(kind="transformers")
    for key in ("quantization", "kv_dtype"):
        with pytest.raises(ConfigError, match=f"key {key}"):
            chosen.make(MODEL.model_copy(update={key: "int8"}), tmp_path, print)


def test_two_first_runs_at_once_leave_one_whole_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both convert; whoever comes second drops its own."""
    both_made = threading.Barrier(2)

    def convert(_gguf: Path, folder: Path) -> None:
        make(folder, safetensors(folder.parent.name.encode() * 1000))
        (folder / "model.safetensors").chmod(0o600)
        both_made.wait(60)

    monkeypatch.setattr(gguf, "_convert", convert)
    place = tmp_path / "models" / "m"

    def run(name: str) -> None:
        scratch = place.parent / f".making-{name}"
        scratch.mkdir(parents=True)
        gguf.convert_gguf(tmp_path / "m.gguf", scratch / "checkpoint", place)

    with ThreadPoolExecutor(2) as pool:
        for ended in [pool.submit(run, name) for name in ("first", "later")]:
            ended.result()
    proof.check(place, place / proof.DIGESTS, whole=True, remedy="")
    kept = (place / "model.safetensors").read_bytes()
    assert (b"first" in kept) != (b"later" in kept)
    assert len({path.stat().st_mode for path in proof.checkpoint_files(place)}) == 1
    left = [path.name for path in place.parent.rglob("*") if path.name == "checkpoint"]
    assert left == []
