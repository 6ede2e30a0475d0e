"""A checkpoint's tokenizer, without the rest of transformers.

transformers' `AutoTokenizer` reads the model's configuration first and imports with it torch and
most of the library: 8 CPU-seconds and more of every command. The class that it ends with takes
tokenizer.json as it is, and costs a fraction of that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

FILE = "tokenizer.json"


def read_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """The tokenizer of a checkpoint's folder, never from the hub. Raises whatever transformers does
    where it cannot be read."""
    if not (folder / FILE).is_file():  # older formats, which only the automatic class converts
        lean_transformers()
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(folder, local_files_only=True)
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)


def lean_transformers() -> None:
    """Before transformers' automatic classes are imported: leave scikit-learn out, and with it
    pandas. Where it is installed (lm-eval brings it) it took 3 of the 11 CPU-seconds of that
    import; only assisted decoding uses it, which nothing here does."""
    from transformers import utils

    setattr(utils, "is_sklearn_available", lambda: False)  # noqa: B010


def decoder(checkpoint: Path) -> Callable[[Sequence[int]], str]:
    """Token ids → text with special tokens kept (a `</think>` may be one), by the checkpoint's own
    tokenizer, which is loaded with the first."""

    @cache
    def tokenizer() -> PreTrainedTokenizerBase:
        return read_tokenizer(checkpoint)

    def decode(ids: Sequence[int]) -> str:
        text: str = tokenizer().decode(
            list(ids), skip_special_tokens=False, clean_up_tokenization_spaces=False
        )
        return text

    return decode
