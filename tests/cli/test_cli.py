"""The command line as a user meets it: help, exit codes, one sentence for each mistake."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from command import claimbench, here

from claimbench.benchmarks import hub
from claimbench.cli import diagnosis as doctor
from claimbench.config import machine

HEAVY = ("torch", "transformers", "numpy", "scipy", "pydantic", "datasets", "sympy", "jinja2")


def test_help_loads_nothing_heavy() -> None:
    code = f"import sys, claimbench.cli\nprint([m for m in {HEAVY!r} if m in sys.modules])\n"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "command", ["run", "plan", "import", "export", "grade", "report", "claims", "fetch", "doctor"]
)
def test_every_command_has_help_with_an_example(command: str) -> None:
    done = here(command, "--help")
    assert done.returncode == 0
    assert f"claimbench {command}" in done.stdout


def test_wrong_input_ends_a_process_of_its_own_alike(tmp_path: Path) -> None:
    words = ["run", "nowhere.yaml"]
    done, inside = claimbench(*words, cwd=tmp_path), here(*words, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", inside.stderr)
    assert done.stderr.startswith("claimbench: nowhere.yaml: there is no such file")


def test_version() -> None:
    assert claimbench("--version").stdout.startswith("claimbench 0.")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["run", "nowhere.yaml"], "nowhere.yaml: there is no such file"),
        (["run", "smoke", "--set", "sampling.topp=1"], "did you mean top_p?"),
        (["run", "smoke", "--set", "seed"], "write --set key=value"),
        (["run", "smoke", "--fail-on", "bad"], "verdicts are reproduced"),
        (["run", "smollm2-gsm8k", "--set", "benchmarks=[gsm8]"], "did you mean gsm8k?"),
        (["run", "smoke", "--set", "engine.kind=vlm"], "there is no engine vlm"),
        (["plan", "smollm2-gsm8k", "--data-dir", "nowhere"], "--data-dir nowhere: there is no"),
    ],
)
def test_wrong_input_is_one_sentence_and_exit_2(
    words: list[str], sentence: str, tmp_path: Path
) -> None:
    done = here(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("claimbench: ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["none", "other", "file"])
@pytest.mark.parametrize("command", ["grade", "report", "report --partial", "export csv"])
def test_a_folder_that_is_no_run_is_wrong_input(command: str, folder: str, tmp_path: Path) -> None:
    refused_folder(command, folder, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["other", "file"])
def test_a_run_goes_into_no_foreign_folder(folder: str, tmp_path: Path) -> None:
    refused_folder("run smoke --offline --out", folder, tmp_path)


def refused_folder(command: str, folder: str, root: Path) -> None:
    (root / "other").mkdir()
    (root / "other" / "notes.txt").touch()
    (root / "file").touch()
    done = here(*command.split(), folder, cwd=root)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(f"claimbench: {folder} is ")
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in root.rglob("*")) == ["file", "notes.txt", "other"]


@pytest.mark.slow
def test_the_run_that_was_meant_is_named(tmp_path: Path) -> None:
    run = tmp_path / "results" / "smoke"
    run.mkdir(parents=True)
    (run / "run.yaml").touch()
    for folder, meant in (
        ("results", "name a run folder in it, such as results/smoke"),
        ("smoke", "did you mean results/smoke?"),
        ("results/smok", "did you mean results/smoke?"),
        ("other", "name the folder of a run"),
    ):
        done = here("report", folder, cwd=tmp_path)
        assert done.returncode == 2
        assert meant in done.stderr


INTERRUPTED = """
import sys
from claimbench.__main__ import main

class CtrlC:
    def find_spec(self, name, *_):
        if name == {module!r}:
            raise KeyboardInterrupt

sys.meta_path.insert(0, CtrlC())
main()
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "module"),
    [
        ("claims", "claimbench.cli"),
        ("claims", "claimbench.verdicts.articles"),
        ("plan smoke", "claimbench.planning.estimate"),
        ("run smoke --offline", "claimbench.runner.pipeline"),
        ("run smoke --offline", "claimbench.models.checkpoints"),
        ("doctor", "claimbench.store.provenance"),
    ],
)
def test_ctrl_c_is_one_sentence_while_modules_load(
    command: str, module: str, tmp_path: Path
) -> None:
    """As from the keyboard, at a moment that the test can choose: when `module` is asked for."""
    code = INTERRUPTED.replace("{module!r}", repr(module))
    words = [sys.executable, "-c", code, *command.split()]
    done = subprocess.run(words, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 130
    assert done.stderr.strip().splitlines()[-1].startswith("claimbench: stopped")
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_sigterm_has_an_exit_code_of_its_own(tmp_path: Path) -> None:
    code = INTERRUPTED.replace("{module!r}", repr("claimbench.verdicts.articles"))
    ended = "__import__('os').kill(__import__('os').getpid(), 15)"
    assert "raise KeyboardInterrupt" in code
    words = [sys.executable, "-c", code.replace("raise KeyboardInterrupt", ended), "claims"]
    done = subprocess.run(words, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 143, done.stderr
    assert done.stderr.strip().splitlines()[-1].startswith("claimbench: stopped")
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_modules_of_the_working_directory_are_not_taken(tmp_path: Path) -> None:
    for name in ("yaml", "numpy", "typer", "pydantic", "rich"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('taken from the folder')\n")
    words = [sys.executable, "-m", "claimbench", "claims", "--kind", "market"]
    done = subprocess.run(words, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.slow
@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs root and setpriv (util-linux)"
)
@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("run LOCKED/x.yaml", 2),
        ("run smoke --offline --out LOCKED/run", 1),
        ("report LOCKED/run", 1),
        ("export csv LOCKED/run", 1),
        ("import csv LOCKED/x.csv --model m", 2),
        ("claims --results LOCKED/run", 2),
        ("plan smoke --lengths LOCKED/run", 2),
    ],
)
def test_what_one_may_not_read_is_one_sentence(command: str, code: int, tmp_path: Path) -> None:
    """In a folder that is another user's, without root's right to read everything."""
    locked = tmp_path / "locked"
    locked.mkdir(0o700)
    os.chown(locked, 65534, 65534)
    plain = [f"--{kind}=-dac_override,-dac_read_search" for kind in ("bounding-set", "inh-caps")]
    words = command.replace("LOCKED", str(locked)).split()
    done = subprocess.run(
        ["setpriv", *plain, sys.executable, "-m", "claimbench", *words],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("claimbench: ") and "Permission denied" in last


@pytest.mark.slow
@pytest.mark.parametrize("command", ["claims --json", "claims --article hani-0130"])
def test_a_full_disk_behind_stdout_is_one_sentence(command: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "claimbench", *command.split()],
            check=False, stdout=full, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
    assert done.returncode == 1
    (said,) = done.stderr.strip().splitlines()
    assert said.startswith("claimbench: what the command prints cannot be written (No space left")


@pytest.mark.slow
def test_a_terminal_without_korean_letters_shows_their_numbers() -> None:
    words = [sys.executable, "-m", "claimbench", "claims", "--article", "hani-0130"]
    words += ["--language", "ko"]
    narrow = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(words, check=False, capture_output=True, env=narrow)
    assert done.returncode == 0, done.stderr
    assert b"\\uc8fc" in done.stdout and b"hani-0130" in done.stdout


def test_doctor_names_gpus_driver_and_cuda(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text(
        "#!/bin/sh\n"
        'case "$1" in --query*) echo "NVIDIA H100 80GB HBM3, 81559 MiB, 570.86";;\n'
        '*) echo "| Driver Version: 570.86   CUDA Version: 12.8 |";; esac\n'
    )
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(hub, "use", lambda **_: False)
    words = doctor.render(doctor.examine())
    assert "NVIDIA H100 80GB HBM3 (81559 MiB, driver 570.86)" in words
    assert "driver takes 12.8" in words


def test_doctor_names_what_is_here() -> None:
    done = claimbench("doctor")
    assert done.returncode == 0
    assert "smollm2-135m-instruct" in done.stdout
    assert f"cores, {machine.whole_memory() / 2**30:.1f} GiB memory" in done.stdout


def test_the_memory_of_the_machine_is_known_without_torch() -> None:
    code = (
        "import sys\nfrom claimbench.config.machine import free_memory, whole_memory\n"
        "assert 'torch' not in sys.modules\nprint(free_memory(), whole_memory())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    free, whole = map(int, done.stdout.split())
    assert 0 < free < whole


def test_doctor_loads_no_torch_and_waits_for_no_hub() -> None:
    """A hub that takes connections and says nothing; what it would be asked for later is there."""
    code = (
        "import sys\nfrom claimbench.cli import diagnosis\n"
        "print(diagnosis.render(diagnosis.examine()))\nassert 'torch' not in sys.modules\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hidden = ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE")
        environment = {k: v for k, v in os.environ.items() if k not in hidden}
        environment["HF_ENDPOINT"] = f"http://127.0.0.1:{silent.getsockname()[1]}"
        words = [sys.executable, "-c", code]
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "not reachable: working offline" in done.stdout
    assert "resembles" in done.stdout
