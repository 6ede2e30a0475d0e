"""A kind of engine is one folder and one line; a key that it does not use is refused."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from claimbench import config, engines
from claimbench.config import EngineConfig
from claimbench.engines import ENGINES
from claimbench.errors import ConfigError
from claimbench.runner import preparing
from claimbench.store import RunStore

ROOT = Path(__file__).resolve().parents[2]
ENDPOINT = {"base_url": "http://localhost:1/v1"}


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"tensor_parallel": 4}, r"tensor_parallel: the transformers engine does not use it \(vll"),
        ({"tensor_parallel": 1}, "tensor_parallel: the transformers engine does not use it"),
        ({"pipeline_parallel": 2}, "pipeline_parallel: the transformers"),
        ({"batch_invariant": True}, "batch_invariant: the transformers"),
        ({"args": {"enforce_eager": True}}, "args: the transformers"),
        ({"context": 4096}, "context: the transformers engine sizes itself"),
        ({"endpoint": ENDPOINT}, r"endpoint: the transformers engine does not use it \(endpoint d"),
        ({"kind": "vllm", "threads": 2}, "threads: vLLM counts its own threads"),
        ({"kind": "vllm", "token_budget": 9}, "token_budget: vLLM sizes its cache itself"),
        ({"kind": "vllm", "device": "cuda"}, "device: .*CUDA_VISIBLE_DEVICES"),
        ({"kind": "vllm", "endpoint": ENDPOINT}, "endpoint: the vllm engine does not use it"),
        ({"kind": "endpoint", "endpoint": ENDPOINT, "replicas": 2}, "replicas: a server's replic"),
        ({"kind": "endpoint", "endpoint": ENDPOINT, "slots": 2}, r"slots: .*endpoint\.concurrency"),
        ({"kind": "endpoint", "endpoint": ENDPOINT, "dtype": "float16"}, "dtype: the endpoint"),
        (
            {"kind": "endpoint", "endpoint": ENDPOINT, "restarts": 2},
            r"\(transformers, vllm and llamacpp do\)",
        ),
        ({"kind": "endpoint", "endpoint": ENDPOINT, "args": {}}, "args: the endpoint"),
        ({"kind": "endpoint"}, "key engine.endpoint is missing"),
        ({"kind": "vlm"}, r"kind: there is no engine vlm; did you mean vllm\?"),
        ({"tensor_paralel": 4}, "unknown key engine.tensor_paralel"),
        ({"slots": 0}, "key engine.slots: input should be greater than 0"),
        ({"threads": "2"}, "key engine.threads: a whole number is needed.*leave the quotes out"),
    ],
)
def test_a_key_that_the_engine_does_not_use_is_one_sentence(
    toy: Path, keys: dict[str, Any], words: str
) -> None:
    path = toy / "configs" / "runs" / "try.yaml"
    lines = "".join(f"  {key}: {value!r}\n" for key, value in keys.items())
    path.write_text(re.sub(r"^engine:.*\n(  .*\n)*", "", path.read_text(), flags=re.M))
    path.write_text(path.read_text() + f"engine:\n{lines}".replace("True", "true"))
    experiment = config.load_experiment(path)
    with pytest.raises(ConfigError, match=words) as caught:
        preparing.plan(experiment, toy / "data", False, lambda _: None)
    assert re.match(re.escape(str(path)) + r":\d+: ", str(caught.value))
    assert "\n" not in str(caught.value)


def test_every_key_is_used_or_refused_by_every_kind() -> None:
    known = {key for kind in ENGINES.values() for key in kind.model_fields}
    for name, kind in ENGINES.items():
        for key in known - set(kind.model_fields):
            with pytest.raises(ConfigError, match=rf"the run: engine\.{key}: "):
                engines.settings(EngineConfig(kind=name, **{key: 4}))


def test_null_takes_an_inherited_key_away() -> None:
    run = config.load_experiment(Path("ablation-tensor-parallel"), ["engine.kind=transformers"]).run
    with pytest.raises(ConfigError, match=r"engine\.tensor_parallel"):
        engines.settings(run.engine)
    sets = ["engine.kind=transformers", "engine.tensor_parallel=null"]
    run = config.load_experiment(Path("ablation-tensor-parallel"), sets).run
    assert "tensor_parallel" not in config.plain(engines.settings(run.engine))


def test_a_run_s_record_holds_the_keys_of_its_engine_and_no_address(
    toy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = config.load_experiment(
        toy / "configs" / "runs" / "try.yaml",
        ["engine.kind=vllm", "engine.tensor_parallel=2", "engine.ray_address=ray.example:1"],
    )
    plan, _ = preparing.dry_plan(experiment, toy / "data", False, lambda _: None)
    assert plan is not None
    recorded = plan.resolved["run"]["engine"]
    assert (recorded["kind"], recorded["tensor_parallel"], recorded["args"]) == ("vllm", 2, {})
    assert not {"device", "threads", "endpoint", "ray_address"} & set(recorded)
    assert "ray.example" not in str(plan.resolved)


@pytest.mark.slow
def test_an_engine_added_by_the_documented_steps_runs(toy: Path) -> None:
    """docs/engines.md, step by step, in a copy of the package."""
    guide = (ROOT / "docs" / "engines.md").read_text()
    code = re.search(r"```python\n(.*?)```", guide, re.S)
    assert code is not None
    package = toy / "src" / "claimbench"
    shutil.copytree(ROOT / "src" / "claimbench", package)
    folder = package / "engines" / "parrot"
    folder.mkdir()
    (folder / "__init__.py").write_text(re.sub(r"^   ", "", code[1], flags=re.M))
    registry = package / "engines" / "__init__.py"
    line = '    "endpoint": EndpointSettings,\n'
    text = registry.read_text().replace(line, line + '    "parrot": ParrotSettings,\n')
    where = "from claimbench.engines.transformers.settings"
    text = text.replace(where, f"from claimbench.engines.parrot import ParrotSettings\n{where}", 1)
    registry.write_text(text)

    def claimbench(*words: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(toy / "src")}
        command = [sys.executable, "-m", "claimbench", *words]
        return subprocess.run(
            command, check=False, capture_output=True, text=True, env=environment, cwd=toy
        )

    done = claimbench("doctor")
    assert re.search(r"^parrot +ready$", done.stdout, re.M), done.stdout + done.stderr
    run = [
        "run",
        str(toy / "configs/runs/try.yaml"),
        "--data-dir",
        str(toy / "data"),
        "--offline",
        "--out",
        str(toy / "out"),
        "--set",
        "engine.kind=parrot",
    ]
    done = claimbench(*run, "--set", "engine.tensor_parallel=4")
    assert done.returncode == 2
    assert "engine.tensor_parallel: the parrot engine does not use it (vllm does)" in " ".join(
        done.stderr.split()
    )
    done = claimbench(*run, "--set", "engine.word=</think>It is 4")
    assert done.returncode == 0, done.stderr
    with RunStore.existing(toy / "out") as store:
        assert store.config["engine"] == {
            "name": "parrot",
            "version": "1",
            "word": "</think>It is 4",
        }
    assert (toy / "out" / "report.md").exists()
