"""The mistakes of a newcomer: twenty in a run file, twenty in a command, each with its sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from command import here
from conftest import RUN, SUMS

from claimbench import cli, config
from claimbench.benchmarks.rows import read_file
from claimbench.cli.fail_on import (
    check_outcomes,
    check_something_is_judged,
    check_verdict_names,
)
from claimbench.config.percent import as_written, asked_score
from claimbench.drafts.columns import Columns, guess_fields
from claimbench.errors import ClaimbenchError, ConfigError

IN_A_RUN_FILE = [
    ("", "", "key models is missing, and so are benchmarks, sampling"),
    ("models: [smollm2-135m-instruct]", "model: [a]", "unknown key model; did you mean models?"),
    ("models: [smollm2-135m-instruct]", "models: smollm2", "write [smollm2]"),
    ("models: [smollm2-135m-instruct]", "models:", "key models: a list is needed, but there is n"),
    ("smollm2-135m-instruct", "SmolLM2-135M-Instruct", "did you mean smollm2-135m-instruct? (`c"),
    ("smollm2-135m-instruct", "my model", "there is no model my model in "),
    ("smollm2-135m-instruct", "/data/my-finetune", "/data/my-finetune: there is no such folder"),
    ("smollm2-135m-instruct", "nobody/such-model", "run `hf download nobody/such-model` where"),
    ("[sums]", "[AIME24]", "there is no benchmark AIME24 in "),
    ("[sums]", "[AIME24]", "did you mean aime24? (`claimbench new benchmark FILE` adds one)"),
    ("[sums]", "[./rows.jsonl]", "rows.jsonl: there is no such file"),
    ("[sums]", "[sums, sums]", "key benchmarks names sums twice: leave one out"),
    ("temperature: 0.6", "temperature: '0.6'", "a number is needed, not '0.6': leave the quotes"),
    ("temperature: 0.6", "temprature: 0.6", "key sampling.temprature; did you mean temperature?"),
    ("max_tokens: 16", "max_tokens: 0", "key sampling.max_tokens: "),
    ("temperature: 0.6", "temperature: 0", "which would be the same reply 2 times; set samples: 1"),
    ("seed: 7", "seed: 7\nclaimed: {smollm2-135m-instruct: {sum: 5}}", "instruct names sum, but t"),
    ("seed: 7", "seed: 7\nclaimed: {smollm2: {sums: 5}}", "did you mean smollm2-135m-instruct?"),
    (
        "seed: 7",
        "seed: 7\nclaimed: {smollm2-135m-instruct: {sums: 500}}",
        "less than or equal to 1",
    ),
    ("seed: 7", "seed: 7\nclaimed: {sums: {smollm2-135m-instruct: 5}}", "is by model, and below"),
    (
        "seed: 7",
        "seed: 7\nclaimed: {smollm2-135m-instruct: {sums: 0.3}}",
        "mine.yaml:9: key claimed.smollm2-135m-instruct.sums: a score in % is needed, and 0.3 "
        "looks like a share: write 30, or 0.3% where so little is meant",
    ),
    ("seed: 7", "seed: 7\nname: my run", "'my run' must be letters, digits, dots, dashes (for exa"),
    ("seed: 7", "seed: 7\nextends: SMOKE", "nor in "),
    ("seed: 7", "seed: 7\nextends: SMOKE", "did you mean smoke"),
    ("seed: 7", "\tseed: 7", "a tab: indent with spaces"),
    ("seed: 7", "seed: 7\nextends: [a]", "key extends: a name is needed, not ['a']"),
    ("seed: 7", "seed: 7\n? [a]\n: b", "not valid YAML (a key must be a word)"),
    (
        "seed: 7",
        "seed: 2026-13-45",
        "not valid YAML (2026-13-45 is no date: month must be in 1..12)",
    ),
    ("seed: 7", "seed: 2026-01-01", "a whole number is needed, not 2026-01-01"),
    ("seed: 7", "seed: 7\x07", "a control character: delete it"),
    ("  temperature: 0.6", "temperature: 0.6", "the line is indented more than those beside it"),
    ("[sums]", "[sums", "a [ or { before it is not closed"),
    ("[sums]", "[]", "key benchmarks: at least one is needed, not []"),
    ("[sums]", "[sums]\nsamples: [4]", "key samples: a whole number is needed, not [4]"),
    ("seed: 7", "seed: 7\n@x: 1", "put a text that begins so in quotes"),
    (
        "smollm2-135m-instruct]",
        "smolm2-135m-instruct]\nclaimed: {smollm2-135m-instruct: {sums: 5}}",
        "mine.yaml:2: key models: there is no model smolm2-135m-instruct in ",
    ),
    ("[sums]", "[sms]\nmargins: {sums: 5}", "there is no benchmark sms in "),
    ("[sums]", "[data/sum.jsonl]", "there is no such file; did you mean sums.jsonl?"),
]


@pytest.mark.parametrize(("old", "new", "words"), IN_A_RUN_FILE)
def test_a_mistake_in_a_run_file(project: Path, old: str, new: str, words: str) -> None:
    from claimbench import drafts

    run = project / "mine.yaml"
    run.write_text(RUN.replace(old, new) if old else "seed: 7\n")
    with pytest.raises(ClaimbenchError) as failure:
        drafts.load_experiment(run)
    assert words in str(failure.value)
    assert "\n" not in str(failure.value)


def test_a_model_file_whose_checkpoint_is_nowhere_is_named(project: Path) -> None:
    from claimbench import drafts

    models = project / "configs" / "models"
    models.mkdir(parents=True, exist_ok=True)
    (models / "lost.yaml").write_text("title: Lost\npath: ../../nowhere\n")
    (project / "mine.yaml").write_text(RUN.replace("smollm2-135m-instruct", "lost"))
    with pytest.raises(ConfigError, match=r"lost\.yaml:2: key path: .*nowhere: there is no such"):
        drafts.load_experiment(project / "mine.yaml")


IN_A_COMMAND = [
    ("smoke", "there is no command smoke; did you mean `claimbench run smoke`?"),
    ("Smoke", "there is no command Smoke; did you mean `claimbench run smoke`?"),
    ("mine.yaml", "there is no command mine.yaml; did you mean `claimbench run mine.yaml`?"),
    ("rnu smoke", "there is no command rnu; did you mean run?"),
    ("compair a b", "there is no command compair; did you mean compare?"),
    ("run", "Missing argument 'RUN.yaml'"),
    ("run smok", "smok: there is no such file, and no run of this name; did you mean smoke"),
    ("run smoke --set samples", "--set samples: write --set key=value, for example --set seed=1"),
    ("run smoke --set sampels=2", "--set sampels=2: unknown key sampels; did you mean samples?"),
    ("run smoke --set benchmarks=[GSM8K]", "did you mean gsm8k?"),
    ("run smoke --data-dir nowhere", "--data-dir nowhere: there is no such folder"),
    ("run smoke --fail-on Lower", "did you mean lower?"),
    ("run smoke --fial-on lower", "No such option"),
    ("run smoke --limit 20", "limit is a key of the run file: change it with --set limit=…"),
    ("plan smoke --max-tokens=3", "change it with --set sampling.max_tokens=…"),
    ("claims results/kept", "run folders are named with --results: --results results/kept"),
    ("run results", "results: this is a folder; name a YAML file in it"),
    ("run results/smok", "results/smok: there is no such file, and no run of this name; did you"),
    ("report results", "results is not a run folder (no run.yaml): name a run folder in it, such"),
    ("report smoke", "smoke is not a run folder"),
    ("compare results/a", "results/a is not a run folder"),
    ("new", "Make a configuration of a model"),
    ("new model", "Missing argument 'PATH|HUB'"),
    ("new model results", "results: config.json is missing; name the folder of a checkpoint"),
    ("new benchmark mine.xls", "mine.xls: there is no such file"),
    ("plan a.jsonl", "a.jsonl: a data file, not a run file; `claimbench new run --benchmark a.js"),
    ("plan mine", "mine: there is no such file, and no run of this name; did you mean mine.yaml?"),
    ("plan empty.yaml", "empty.yaml: there is nothing in it; `claimbench new` writes such files"),
    ("new benchmark results", "results: this is a folder; name a file in it"),
    ("new model smollm2-135m-instruct", "there is a model of this name: models: [smollm2-135m-i"),
    ("new model https://huggingface.co/a/b", "https://huggingface.co/a/b: an address; write the"),
    ("new model Qwen3-0.6B", "no such folder or file; a hub id has two parts, OWNER/NAME"),
    ("new run --model smolm2-135m-instruct --benchmark gsm8k", "there is no model smolm2-135m-i"),
    ("new run --model a/b --benchmark gsm8", "there is no benchmark gsm8 in"),
    ("new run --model a/b --benchmark a.jsonl --claimed 50", "a.jsonl: 1 problem cannot tell a"),
    ("run a-model", "a-model: the folder of a checkpoint; `claimbench new run --model a-model --b"),
    ("run results/kept/run.yaml", "its run; `claimbench run results/kept` goes on with it"),
    ("report a.jsonl", "a.jsonl is not a run folder (this is a file): "),
    ("report results/smoke/run.yaml", "(this is a file): name its folder, results/smoke"),
    ("new model file:///data", "file:///data: an address; name a folder, or a hub id OWNER/NAME"),
    ("new run --model a.jsonl --benchmark a.jsonl", "a.jsonl: a data file, and no model: is it a"),
    ("new run --model a/b --benchmark results", "there is no benchmark results in"),
    ("new run --model a/b --benchmark ./results", "results: this is a folder; name a file of rows"),
    ("new benchmark mapping.jsonl", "column answer holds keys and values in row 1; write the answ"),
    ("new run --model a/b --benchmark a.jsonl --claimed 0.3", "--claimed 0.3: a score in % is ne"),
    (
        "new run --model a/b --benchmark a.jsonl --claimed 130",
        "needed, from 0 to 100, such as 41.5",
    ),
    ("plan smoke --gpu h1oo", "there is no such GPU type; known are a100-40"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("words", "sentence"), IN_A_COMMAND)
def test_a_mistake_in_a_command(words: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "results" / "smoke").mkdir(parents=True)
    (tmp_path / "results" / "smoke" / "run.yaml").touch()
    (tmp_path / "a.jsonl").write_text('{"question": "What is 1 + 1?", "answer": "2"}\n')
    (tmp_path / "mapping.jsonl").write_text('{"question": "What?", "answer": {"is": 2}}\n')
    for folder, name, text in (
        ("a-model", "config.json", "{}"),
        ("results/kept", "run.yaml", "config: {}\ndigest: a\nformat: 2\n"),
    ):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(text)
    for name in ("empty.yaml", "mine.yaml"):
        (tmp_path / name).touch()
    done = here(*words.split(), cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    said = " ".join((done.stderr + done.stdout).replace("│", " ").split())
    assert sentence in said
    assert "Traceback" not in said


def test_a_working_directory_that_was_removed_is_named(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    command = f"cd {gone} && rmdir {gone} && {sys.executable} -P -m claimbench claims"
    done = subprocess.run(["sh", "-c", command], check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("claimbench: the working directory was removed: change to one")


def test_a_folder_of_configurations_that_is_none_is_named(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAIMBENCH_CONFIGS", str(project / "nowhere"))
    with pytest.raises(ConfigError, match=r"variable CLAIMBENCH_CONFIGS: .*nowhere is no folder"):
        config.names("models")


@pytest.mark.parametrize(
    ("file", "words"),
    [("rowz.jsonl", r"no such file; did you mean rows\.jsonl\?"), ("configs", "this is a folder")],
)
def test_a_benchmark_s_file_that_is_none_is_named(project: Path, file: str, words: str) -> None:
    (project / "rows.jsonl").write_text("{}\n")
    with pytest.raises(ClaimbenchError, match=words):
        list(read_file(project / file))


def test_spaces_around_a_key_do_not_count(project: Path) -> None:
    run = project / "mine.yaml"
    run.write_text(RUN)
    assert config.load_experiment(run, ["seed = 9"]).run.seed == 9


def test_columns_may_be_korean() -> None:
    rows = [{"질문": "2 더하기 2는?", "정답": "4"}]
    found = guess_fields(rows, Columns(), Path("rows.jsonl"), {})
    assert (found.question, found.gold) == ("질문", "정답")


def test_a_number_with_an_exponent_is_a_number(project: Path) -> None:
    run = project / "mine.yaml"
    run.write_text(RUN.replace("temperature: 0.6", "temperature: 6e-1"))
    assert config.load_experiment(run).run.sampling.temperature == 0.6
    assert config.load_experiment(run, ["sampling.min_p=1e-2"]).run.sampling.min_p == 0.01


def test_a_run_file_that_extends_may_say_yaml(project: Path) -> None:
    (project / "first.yaml").write_text(RUN)
    (project / "mine.yaml").write_text("extends: ./first.yaml\nseed: 8\n")
    assert config.load_experiment(project / "mine.yaml").run.seed == 8


@pytest.mark.parametrize(("problems", "margin"), [(400, 20), (20, 25), (8, 40)])
def test_a_new_run_has_a_margin_that_its_problems_can_show(
    project: Path, monkeypatch: pytest.MonkeyPatch, problems: int, margin: int
) -> None:
    from claimbench.drafts.files import margin_for

    rows = [json.dumps({"question": f"{i}?", "answer": i}) for i in range(problems)]
    (project / "rows.jsonl").write_text("\n".join(rows))
    monkeypatch.chdir(project)
    assert margin_for(30.0, "rows.jsonl", Path("mine.yaml")) == margin
    assert margin_for(None, "rows.jsonl", Path("mine.yaml")) in (margin, margin + 5)


def test_an_unknown_command_names_what_was_meant() -> None:
    with pytest.raises(ConfigError, match=r"did you mean `claimbench run smoke`\?"):
        cli.check_command(["smoke"])
    cli.check_command(["--version"])
    cli.check_command(["new", "model"])


def test_a_verdict_in_capitals_is_recognised() -> None:
    with pytest.raises(ConfigError, match=r"--fail-on Lower: verdicts are .*; did you mean lower"):
        check_verdict_names(["Lower"])
    with pytest.raises(ConfigError, match=r"--fail-on Worse: .*; did you mean worse\?"):
        check_outcomes(["Worse"])


def test_a_claimed_figure_is_something_to_judge(project: Path) -> None:
    run = project / "mine.yaml"
    run.write_text(RUN)
    with pytest.raises(ConfigError, match="give a figure under claimed, or leave"):
        check_something_is_judged(config.load_experiment(run), ["lower"])
    run.write_text(RUN + "claimed: {smollm2-135m-instruct: {sums: 50}}\n")
    check_something_is_judged(config.load_experiment(run), ["lower"])


@pytest.mark.parametrize(("written", "score"), [("30%", 30), ("0.3 %", 0.3), ("0", 0), ("1", 1)])
def test_a_claimed_score_may_have_its_sign(project: Path, written: str, score: float) -> None:
    run = project / "mine.yaml"
    run.write_text(RUN + f"claimed: {{smollm2-135m-instruct: {{sums: {written}}}}}\n")
    claimed = config.load_experiment(run).run.claimed
    assert claimed == {"smollm2-135m-instruct": {"sums": score}}
    assert asked_score(written) == asked_score(as_written(score)) == score


def test_fetch_does_not_advise_fetch(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from claimbench.runner import preparing

    monkeypatch.setenv("CLAIMBENCH_CACHE", str(project / "cache"))
    pytest.importorskip("huggingface_hub")
    hubs = SUMS.replace("file: sums.jsonl", "hub: nobody/sums\n  revision: abc\n  split: test")
    (project / "configs" / "benchmarks" / "sums.yaml").write_text(hubs)
    experiment = config.load_experiment(
        project / "configs" / "runs" / "try.yaml", ["models=[r1-distill-qwen-7b]"]
    )
    with pytest.raises(ClaimbenchError, match="model r1-distill-qwen-7b cannot be fetched") as one:
        preparing.fetch(experiment, None, False, lambda _: None)
    assert "claimbench fetch" not in str(one.value)
    assert "run this where deepseek-ai/DeepSeek-R1-Distill-Qwen-7B can be reached" in str(one.value)


def test_a_plan_shows_what_is_here_and_says_what_is_not(toy: Path) -> None:
    from claimbench.cli.display_plan import render
    from claimbench.planning import estimate
    from claimbench.runner import preparing

    benchmarks = toy / "configs" / "benchmarks"
    unknown = SUMS.replace("sums.jsonl", "absent.jsonl").replace("rows: 5", "rows: null")
    (benchmarks / "absent.yaml").write_text(unknown)
    run = toy / "configs" / "runs" / "try.yaml"
    experiment = config.load_experiment(run, ["benchmarks=[sums, absent]"])
    made, lacking = preparing.dry_plan(experiment, toy / "data", False, lambda _: None)
    assert made is not None and set(lacking) == {"absent"}
    facts = estimate.describe(made, lacking)
    assert [cell["samples"] for cell in facts["cells"]] == [40, None]
    assert facts["samples"] is None and len(facts["published"]) == 1
    shown = render(facts)
    assert "run try: an unknown number of samples" in shown
    assert "What is 0 + 0?" in shown and "against vendor/scores:toy:sums:pass@1 = 60.0" in shown
    assert "toy on absent: an unknown number of samples" in shown
    assert "its rows are only in a local file" in shown


def test_a_file_whose_name_is_misspelt_has_the_nearest_one(toy: Path) -> None:
    from claimbench.runner import preparing

    (toy / "configs" / "benchmarks" / "sum.yaml").write_text(SUMS.replace("sums.j", "sum.j"))
    run = toy / "configs" / "runs" / "try.yaml"
    experiment = config.load_experiment(run, ["benchmarks=[sum]"])
    _, lacking = preparing.dry_plan(experiment, toy / "data", False, lambda _: None)
    assert f"give {toy / 'data' / 'sum.jsonl'}; did you mean sums.jsonl?" in lacking["sum"]
