"""Fixtures: problems and tokenizers written for these tests, and the optional ../shared folder."""

from __future__ import annotations

import gc
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    from lm_eval_toys import Lab

    from claimbench.sandbox.isolation import Sandbox

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_DATASETS_OFFLINE", "1")
os.environ.setdefault("HF_EVALUATE_OFFLINE", "1")

# A job in the background ignores Ctrl-C, and so would all that it starts: commands under test, too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Hypothesis fails an example that takes longer than 200 ms, as any does beside other work.
hypothesis.settings.register_profile("no-deadline", deadline=None)
hypothesis.settings.load_profile("no-deadline")

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("CLAIMBENCH_SHARED", ROOT.parent / "shared"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Files are handed out in this order: a slow one at the end would leave the other cores idle.
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
    if SHARED.is_dir():
        return
    skip = pytest.mark.skip(reason="needs ../shared, which is not here")
    for item in items:
        if item.get_closest_marker("shared"):
            item.add_marker(skip)


@pytest.fixture(scope="module", autouse=True)
def settled() -> None:
    """Collected tests and imported modules last: Python does not look through all of them whenever
    a test of this file makes it collect."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real benchmark files and tokenizers."""
    return SHARED


@pytest.fixture(params=["namespaces", "landlock", "seccomp"], scope="module")
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox of each isolation that this machine has."""
    from claimbench.sandbox import isolation

    if why := isolation._why_not(request.param):
        pytest.skip(f"isolation {request.param} is not to be had here: {why}")
    with isolation.Sandbox(request.param) as made:
        yield made


@pytest.fixture(scope="session")
def tiny_checkpoint() -> Path:
    """The tiny real model; fetched into the user's cache if it is not there."""
    pytest.importorskip("torch")
    from claimbench import config
    from claimbench.models import checkpoints

    return checkpoints.find(config.load_model("smollm2-135m-instruct"), online=False).path


BOS, EOS, USER, ASSISTANT = (
    "<｜begin▁of▁sentence｜>",
    "<｜end▁of▁sentence｜>",
    "<｜User｜>",
    "<｜Assistant｜>",
)
FIRST_TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}"
    "{% if m['role'] == 'system' %}{{ m['content'] }}"
    "{% elif m['role'] == 'user' %}{{ '<｜User｜>' + m['content'] }}"
    "{% else %}{{ '<｜Assistant｜>' + m['content'] + '<｜end▁of▁sentence｜>' }}{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<｜Assistant｜>' }}{% endif %}"
)
SECOND_TEMPLATE = FIRST_TEMPLATE.replace(
    "{{ '<｜Assistant｜>' }}", "{{ '<｜Assistant｜><think>\\n' }}"
)


def make_r1_like_tokenizer(template: str) -> Any:
    """A byte-level tokenizer with the R1 distills' special tokens. As theirs does, it adds BOS
    when it encodes with special tokens: the trap of the doubled BOS is real in it."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={c: i for i, c in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([BOS, EOS, USER, ASSISTANT, "<think>", "</think>"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BOS} $A", special_tokens=[(BOS, tokenizer.token_to_id(BOS))]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=BOS, eos_token=EOS, chat_template=template
    )


@pytest.fixture(scope="session")
def first_tokenizer() -> Any:
    """R1-like, its template ends at the assistant tag."""
    return make_r1_like_tokenizer(FIRST_TEMPLATE)


@pytest.fixture(scope="session")
def second_tokenizer() -> Any:
    """R1-like, its template ends in the forced prefix."""
    return make_r1_like_tokenizer(SECOND_TEMPLATE)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with configs/{models,benchmarks,runs} and seeds of its own, and five problems."""
    for folder in ("models", "benchmarks", "runs"):
        (tmp_path / "configs" / folder).mkdir(parents=True)
    monkeypatch.setenv("CLAIMBENCH_CONFIGS", str(tmp_path / "configs"))
    rows = [{"name": f"q{i}", "ask": f"What is {i} + {i}?", "answer": str(2 * i)} for i in range(5)]
    data = tmp_path / "data"
    data.mkdir()
    (data / "sums.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "configs" / "benchmarks" / "sums.yaml").write_text(SUMS)
    (tmp_path / "configs" / "runs" / "try.yaml").write_text(RUN)
    return tmp_path


SUMS = """\
title: Sums
source: written for this test
dataset:
  file: sums.jsonl
  rows: 5
fields:
  id: name
  question: ask
  gold: answer
prompt: "{question}\\nThe number only."
grader:
  kind: number
samples: 2
"""

RUN = """\
title: A try
models: [smollm2-135m-instruct]
benchmarks: [sums]
sampling:
  temperature: 0.6
  top_p: 0.95
  max_tokens: 16
seed: 7
"""


TOY_MODEL = """\
title: Toy
hub: nobody/toy
revision: "0000000000000000000000000000000000000000"
license: Apache-2.0
parameters: 0.001
context: 4096
path: {path}
prompt:
  bos: "<｜begin▁of▁sentence｜>"
  head: "<｜begin▁of▁sentence｜><｜User｜>"
  tail: "<｜Assistant｜><think>\\n"
  forced_prefix: "<think>\\n"
  reasoning_end: "</think>"
stop_tokens: ["<｜end▁of▁sentence｜>"]
"""

TOY_NAMES = """\
metrics:
  pass@1: {unit: points, title: share of right answers}
benchmarks: {}
models: {}
"""

TOY_TABLE = """\
title: A vendor's table
tier: D
source: {file: table.md, commit: abc}
protocol: {temperature: 0.6}
tables:
  scores:
    title: Scores
    lines: "1"
    columns:
      - {benchmark: sums, samples: 64}
    rows:
      toy: {values: [60.0]}
"""


@pytest.fixture
def toy(project: Path, first_tokenizer: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`project` with a model whose checkpoint is only a tokenizer, and a published table."""
    checkpoint = project / "checkpoint"
    first_tokenizer.save_pretrained(checkpoint)
    (checkpoint / "config.json").write_text("{}")
    models = project / "configs" / "models"
    (models / "toy.yaml").write_text(TOY_MODEL.format(path=checkpoint))
    published = project / "seeds" / "published"
    published.mkdir(parents=True)
    (published / "_names.yaml").write_text(TOY_NAMES)
    (published / "vendor.yaml").write_text(TOY_TABLE)
    monkeypatch.setenv("CLAIMBENCH_SEEDS", str(project / "seeds"))
    run = project / "configs" / "runs" / "try.yaml"
    text = run.read_text().replace("smollm2-135m-instruct", "toy")
    run.write_text(text + "published: [vendor]\nmargins: {sums: 20}\nsamples: 8\n")
    return project


@pytest.fixture
def lab(project: Path, first_tokenizer: Any, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """A project with tasks of lm-eval and an engine that replies from a script."""
    from lm_eval_toys import MODEL, Lab

    checkpoint = project / "checkpoint"
    first_tokenizer.save_pretrained(checkpoint)
    (checkpoint / "config.json").write_text("{}")
    (project / "configs" / "models" / "plain.yaml").write_text(MODEL.format(path=checkpoint))
    published = project / "seeds" / "published"
    published.mkdir(parents=True)
    (published / "_names.yaml").write_text(TOY_NAMES)
    monkeypatch.setenv("CLAIMBENCH_SEEDS", str(project / "seeds"))
    return Lab(project, first_tokenizer, monkeypatch)
