"""What a command loads before it has done anything, and that its prompts stay the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("transformers")

from template_toys import TOYS, save_toy

from claimbench.engines.tokenizer import read_tokenizer

LOADED = "print(*sorted({'torch', 'sklearn', 'pandas', 'accelerate'} & set(sys.modules)))"
TOKENIZER = f"""
import sys
from pathlib import Path
from claimbench.engines.tokenizer import decoder
from claimbench.models.checkpoints import Checkpoint, load_tokenizer
folder = Path(sys.argv[1])
tokenizer = load_tokenizer(Checkpoint(path=folder, identity="none", departure=None))
ids = tokenizer.encode("Hello", add_special_tokens=False)
assert decoder(folder)(ids) == "Hello"
{LOADED}
"""
PLAN = f"""
import sys
from typer.testing import CliRunner
from claimbench.cli import app
done = CliRunner().invoke(app, ["plan", "smoke", "--offline"])
assert "72 problems × 8 samples" in done.output, done.output
{LOADED}
"""
WITHOUT = """
import sys
from claimbench.models.checkpoints import Checkpoint, load_tokenizer
from pathlib import Path
try:
    load_tokenizer(Checkpoint(path=Path(sys.argv[1]), identity="none", departure=None))
except Exception as error:
    print(type(error).__name__)
print("sklearn" in sys.modules, "pandas" in sys.modules)
"""
TEXT = "a  b\n\n12345 Grüße 가나 \t<think>x</think>\r\n e\u0301 'll <|im_end|>  "
TURNS = [
    {"role": "user", "content": TEXT},
    {"role": "assistant", "content": "Fine."},
    {"role": "user", "content": "b"},
]


def said(program: str, *words: object) -> list[str]:
    command = [sys.executable, "-c", program, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_tokenizer_is_read_without_torch(tmp_path: Path) -> None:
    assert said(TOKENIZER, save_toy("qwen2.5", tmp_path / "toy")) == []


@pytest.mark.slow
@pytest.mark.usefixtures("tiny_checkpoint")
def test_a_plan_is_made_without_torch() -> None:
    """On Linux, which names the processor's flags and its devices."""
    assert said(PLAN) == []


@pytest.mark.slow
def test_a_tokenizer_of_an_older_format_is_read_without_scikit_learn(tmp_path: Path) -> None:
    assert said(WITHOUT, tmp_path) == ["ModelError", "False", "False"]


def assert_same(folder: Path, text: str = TEXT) -> None:
    """Rendered, taken apart and put together as by transformers' automatic class."""
    from transformers import AutoTokenizer

    ours, theirs = read_tokenizer(folder), AutoTokenizer.from_pretrained(folder)
    for whole in (text, *([both_rendered(ours, theirs)] if theirs.chat_template else [])):
        ids = [t.encode(whole, add_special_tokens=False) for t in (ours, theirs)]
        assert ids[0] == ids[1]
        options = {"skip_special_tokens": False, "clean_up_tokenization_spaces": False}
        assert ours.decode(ids[0], **options) == theirs.decode(ids[0], **options)
    named = ("bos_token", "eos_token", "eos_token_id")
    assert [getattr(ours, key) for key in named] == [getattr(theirs, key) for key in named]
    assert ours.get_added_vocab() == theirs.get_added_vocab()


def both_rendered(ours: Any, theirs: Any) -> str:
    options = {"tokenize": False, "add_generation_prompt": True}
    one, other = (t.apply_chat_template(TURNS, **options) for t in (ours, theirs))
    assert one == other
    assert "Fine." in one
    return str(one)


@pytest.mark.parametrize("kind", TOYS)
def test_every_kind_of_template_gives_the_same_prompt(kind: str, tmp_path: Path) -> None:
    assert_same(save_toy(kind, tmp_path / "toy"))


@pytest.mark.slow
def test_the_tiny_model_s_prompts_are_the_same(tiny_checkpoint: Path) -> None:
    assert_same(tiny_checkpoint)


@pytest.mark.slow
@pytest.mark.shared
def test_the_distills_prompts_are_the_same(shared: Path) -> None:
    assert_same(shared / "tokenizers" / "r1-distill-qwen")
