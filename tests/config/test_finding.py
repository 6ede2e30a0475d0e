"""Where configurations are found, what a run may leave out, and what narrowing it drops."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import RUN, SUMS, TOY_MODEL

from claimbench import config
from claimbench.errors import ConfigError

MODEL = TOY_MODEL.format(path="somewhere")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A newcomer's working directory, without configurations of its own."""
    monkeypatch.delenv("CLAIMBENCH_CONFIGS", raising=False)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def run_of(desk: Path, text: str = RUN) -> Path:
    return put(desk / "runs" / "mine.yaml", text)


@pytest.mark.parametrize(
    "place", ["configs/benchmarks", "runs/benchmarks", "runs/configs/benchmarks", "runs"]
)
def test_a_benchmark_is_found_beside_the_run_file_and_in_configs(desk: Path, place: str) -> None:
    put(desk / place / "sums.yaml", SUMS)
    experiment = config.load_experiment(run_of(desk))
    assert [b.title for b in experiment.benchmarks] == ["Sums"]
    # The shipped ones are still there.
    assert [m.name for m in experiment.models] == ["smollm2-135m-instruct"]


def test_the_folder_of_the_variable_is_added_not_put_in_place(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(desk / "elsewhere" / "benchmarks" / "sums.yaml", SUMS)
    monkeypatch.setenv("CLAIMBENCH_CONFIGS", str(desk / "elsewhere"))
    assert {"sums", "aime24"} <= set(config.names("benchmarks"))


def test_of_two_with_one_name_the_nearer_counts(desk: Path) -> None:
    put(desk / "configs" / "benchmarks" / "sums.yaml", SUMS.replace("Sums", "Of configs"))
    run = run_of(desk)
    assert config.load_experiment(run).benchmarks[0].title == "Of configs"
    put(desk / "runs" / "benchmarks" / "sums.yaml", SUMS.replace("Sums", "Beside"))
    assert config.load_experiment(run).benchmarks[0].title == "Beside"


def test_a_file_extends_a_shipped_one_even_of_its_own_name(desk: Path) -> None:
    run = put(desk / "fast.yaml", "extends: smoke\nsampling: {max_tokens: 8}\n")
    found = config.load_experiment(run).run
    assert (found.name, found.sampling.max_tokens, found.samples) == ("fast", 8, 8)
    put(desk / "configs" / "benchmarks" / "aime24.yaml", "extends: aime24\nsamples: 3\n")
    changed = config.load_benchmark("aime24")
    assert (changed.samples, changed.dataset.rows) == (3, 30)


def test_a_missing_name_has_the_nearest_whatever_its_case_and_how_to_add_one(desk: Path) -> None:
    for key, name, meant in (
        ("benchmarks", "AIME24", "aime24"),
        ("benchmarks", "MATH-500", "math500"),
        ("models", "R1-Distill-Qwen-7B", "r1-distill-qwen-7b"),
    ):
        thing = key.removesuffix("s")
        with pytest.raises(ConfigError) as failure:
            config.load_experiment(Path("smoke"), [f"{key}=[{name}]"])
        said = str(failure.value)
        assert f"there is no {thing} {name} in " in said
        assert f"; did you mean {meant}? (`claimbench new {thing} " in said
    with pytest.raises(ConfigError, match="did you mean smoke"):
        config.load_experiment(Path("SMOKE"))


def test_all_missing_keys_are_named_at_once(desk: Path) -> None:
    run = run_of(desk, "title: A try\nsampling: {top_p: 1.0}\n")
    with pytest.raises(ConfigError) as failure:
        config.load_experiment(run)
    said = str(failure.value)
    assert said.endswith(
        "key models is missing, and so are benchmarks, sampling.temperature, sampling.max_tokens"
    )
    put(desk / "configs" / "models" / "bare.yaml", "prompt: {head: a, tail: b}\n")
    with pytest.raises(ConfigError, match=r"key hub is missing, and so are revision, context, st"):
        config.load_model("bare")


def test_only_what_is_needed_is_mandatory(desk: Path) -> None:
    run = run_of(
        desk,
        "models: [mine]\nbenchmarks: [sums]\nsampling: {temperature: 0.5, max_tokens: 9}\n",
    )
    put(
        desk / "configs" / "models" / "mine.yaml",
        "path: ../../checkpoint\ncontext: 99\nprompt: {head: a, tail: b}\nstop_tokens: [z]\n",
    )
    put(
        desk / "configs" / "benchmarks" / "sums.yaml",
        "dataset: {file: ./sums.jsonl}\nfields: {question: ask, gold: answer}\n"
        "prompt: '{question}'\ngrader: {kind: number}\n",
    )
    experiment = config.load_experiment(run)
    model, benchmark = experiment.models[0], experiment.benchmarks[0]
    assert (experiment.run.title, model.title, benchmark.title) == ("mine", "mine", "sums")
    assert experiment.run.sampling.top_p == 1.0
    assert model.path == str(desk / "checkpoint")
    assert benchmark.dataset.file == str(desk / "configs" / "benchmarks" / "sums.jsonl")
    assert (benchmark.dataset.rows, benchmark.samples) == (None, 1)


def test_narrowing_a_shipped_run_drops_what_no_longer_applies(desk: Path) -> None:
    narrow = config.load_experiment(Path("r1-distills"), ["benchmarks=[aime24]"]).run
    assert (narrow.benchmarks, narrow.samples) == (("aime24",), {"aime24": 64})
    smoke = config.load_experiment(Path("smoke"), ["benchmarks=[aime24]"]).run
    assert smoke.margins == {}
    run = run_of(desk, "extends: r1-distills\nbenchmarks: [math500]\n")
    assert config.load_experiment(run).run.samples == {"math500": 16}


def test_a_misspelt_name_is_no_narrowing(desk: Path) -> None:
    for sets in (["samples={aime: 4}"], ["benchmarks=[aime24]", "samples.math500=4"]):
        with pytest.raises(ConfigError, match=r"(samples|margins) names"):
            config.load_experiment(Path("r1-distills"), sets)


def test_a_file_with_a_space_in_its_name_gives_a_run_without_one(desk: Path) -> None:
    put(desk / "benchmarks" / "sums.yaml", SUMS)
    assert config.load_experiment(put(desk / "my run.yaml", RUN)).run.name == "my-run"
    with pytest.raises(ConfigError, match=r"must be letters.*\(for example my-run\)"):
        config.load_experiment(Path("smoke"), ["name=my run"])


def test_a_configuration_file_may_be_named_by_its_path(desk: Path) -> None:
    put(desk / "lab" / "toy.yaml", MODEL)
    put(desk / "lab" / "sums.yaml", SUMS)
    run = run_of(
        desk,
        RUN.replace("[sums]", "[../lab/sums.yaml]").replace(
            "[smollm2-135m-instruct]", "[../lab/toy.yaml]"
        ),
    )
    experiment = config.load_experiment(run)
    assert (experiment.run.models, experiment.run.benchmarks) == (("toy",), ("sums",))
    assert (experiment.models[0].title, experiment.benchmarks[0].title) == ("Toy", "Sums")
    # Of an option, the working directory counts.
    found = config.load_experiment(run, ["benchmarks=[lab/sums.yaml]"])
    assert found.benchmarks[0].title == "Sums"
    with pytest.raises(ConfigError, match="would both be called sums"):
        config.load_experiment(run, ["benchmarks=[lab/sums.yaml, x/sums.yaml]"])
