"""Every shipped configuration is valid; every mistake gets one sentence with file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from claimbench import config, engines
from claimbench.config import paths, subject_of
from claimbench.config.prompting import fill
from claimbench.config.yamlfile import nearest
from claimbench.errors import ConfigError


@pytest.mark.parametrize("name", config.names("runs"))
def test_every_run_file_resolves(name: str) -> None:
    experiment = config.load_experiment(paths.configs_dir() / "runs" / f"{name}.yaml")
    assert experiment.run.name == name
    assert [m.name for m in experiment.models] == list(experiment.run.models)


def test_the_six_distills_are_pinned_with_deepseeks_protocol() -> None:
    distills = [
        n for n in config.names("models") if n.startswith("r1-distill") and n == subject_of(n)
    ]
    assert set(config.load_experiment(Path("r1-distills")).run.models) == set(distills)
    assert len(distills) == 6
    for name in distills:
        model = config.load_model(name)
        assert len(model.revision) == 40
        run = config.load_experiment(Path(name)).run
        assert (run.sampling.temperature, run.sampling.top_p, run.sampling.top_k) == (0.6, 0.95, 0)
        assert run.sampling.max_tokens == 32768
        assert run.samples == {
            "aime24": 64,
            "math500": 16,
            "gpqa_diamond": 64,
            "livecodebench": 8,
        }
        assert set(run.benchmarks) == set(run.samples)
        assert run.engine.kind == "vllm"


def test_unknown_key_names_file_line_and_the_nearest_key(project: Path) -> None:
    path = project / "configs" / "runs" / "try.yaml"
    path.write_text(path.read_text().replace("top_p:", "topp:"))
    with pytest.raises(ConfigError) as failure:
        config.load_experiment(path)
    assert str(failure.value) == f"{path}:6: unknown key sampling.topp; did you mean top_p?"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("temperature: 0.6", "temperature: warm", "key sampling.temperature"),
        ("temperature: 0.6", "temperature: -1", "sampling.temperature"),
        ("temperature: 0.6", 'temperature: "0.6"', "a number is needed, not '0.6': leave the quo"),
        ("max_tokens: 16", "max_tokens: 1.5", "a whole number is needed, not 1.5"),
        ("seed: 7", "seed: yes", "key seed: a whole number is needed, not true"),
        ("seed: 7", "seed:", "key seed: a whole number is needed, but there is nothing"),
        ("seed: 7", "seed: 7\nengine: fast", "engine: keys and values below it are needed, not 'f"),
        ("seed: 7", "seed: 7\n\tlimit: 3", "a tab: indent with spaces"),
        ("title: A try", "title: A try: two", "put a text with one in quotes"),
        ("title: A try", "title: 12", "key title: a text is needed, not 12: put it in quotes"),
        (
            "models: [smollm2-135m-instruct]",
            "models: smollm2",
            "is needed, not 'smollm2': write [s",
        ),
        ("models: [smollm2-135m-instruct]", "models: [{a: 1}]", "a text is needed, not keys and v"),
        ("benchmarks: [sums]", "benchmarks: [sums, sums]", "key benchmarks names sums twice"),
        (
            "seed: 7",
            "seed: 7\nmargins: {sum: 2}",
            ":9: margins names sum, but the benchmarks of this run are s",
        ),
        ("  max_tokens: 16\n", "", "key sampling.max_tokens is missing"),
        ("seed: 7", "seed: 7\nseed: 8", "key seed is given twice (lines 8 and 9)"),
        ("seed: 7", "seed: 7\nsamples: {other: 2}", "samples names other, but the benchmarks"),
        ("seed: 7", "seed: 7\nsamples: 0", "samples must be at least 1"),
        ("seed: 7", "seed: 7\nsamples: {sums: 0}", "samples must be at least 1"),
        ("seed: 7", "seed: 7\nmargins: {sums: 0}", "key margins.sums"),
        ("models: [smollm2-135m-instruct]", "models: []", "key models"),
        (
            "seed: 7",
            "seed: 7\nmargins: 2",
            "not 2; it holds the points that count as the same score",
        ),
        (
            "seed: 7",
            "seed: 7\nclaimed: 60",
            "not 60; it holds your own figures in %, by model and b",
        ),
        (
            "seed: 7",
            "seed: 7\nclaimed: {sums: {sums: 60}}",
            ":9: claimed is by model, and below by",
        ),
        (
            "seed: 7",
            "seed: 7\nclaimed: {smol: {sums: 60}}",
            ":9: claimed names smol, but the models",
        ),
        (
            "seed: 7",
            "seed: 7\nlooks: {sum: [0.5]}",
            ":9: looks names sum, which this run does not ",
        ),
        ("seed: 7", "seed: 7\ngrading: 2", "not 2; known are min_isolation, workers"),
        ("title: A try", "title: 2025-01-31", "a text is needed, not 2025-01-31: put it in quotes"),
        ("seed: 7", "seed: 7\nextend: smoke", "unknown key extend; did you mean extends?"),
        ("seed: 7", "seed: 2025-02-30", ":8: not valid YAML (2025-02-30 is no date: day is out of"),
        ("title: A try", "title: [A", "not valid YAML"),
    ],
)
def test_mistakes_name_file_and_key(project: Path, old: str, new: str, words: str) -> None:
    path = project / "configs" / "runs" / "try.yaml"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(ConfigError, match=r"try\.yaml") as failure:
        config.load_experiment(path)
    assert words in str(failure.value)
    assert "\n" not in str(failure.value)


def test_missing_files_and_names(project: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere.yaml: there is no such file"):
        config.load_experiment(Path("nowhere.yaml"))
    with pytest.raises(ConfigError, match="did you mean sums"):
        config.load_benchmark("sum")
    with pytest.raises(ConfigError, match="folder"):
        config.load_experiment(project)
    with pytest.raises(ConfigError, match=r"no run of this name; did you mean try\?"):
        config.load_experiment(Path("tri.yaml"))
    (project / "configs" / "models").mkdir(exist_ok=True)
    for name in ("smollm2-135m-instruct", "smollm2-1.7b"):
        (project / "configs" / "models" / f"{name}.yaml").touch()
    with pytest.raises(ConfigError, match=r"did you mean smollm2-1.7b\?"):
        config.load_model("smollm2-1.b")
    with pytest.raises(ConfigError, match=r"there is no model smol in .*-1.7b or smollm2-135m"):
        config.load_model("smol")
    path = project / "configs" / "runs" / "latin.yaml"
    path.write_bytes(b"title: caf\xe9\n")
    with pytest.raises(ConfigError, match=r"latin\.yaml: not UTF-8 .*save it as UTF-8"):
        config.load_experiment(path)


def test_a_run_folder_is_no_run_file(project: Path) -> None:
    (project / "run.yaml").write_text("digest: x\nconfig: {}\n")
    with pytest.raises(ConfigError, match="name the run file that the run was begun with"):
        config.load_experiment(project)
    with pytest.raises(ConfigError, match=f"`claimbench run {project}` goes on with it"):
        config.load_experiment(project / "run.yaml")
    (project / "run.yaml").unlink()


def test_set_changes_a_nested_key_and_is_checked_like_the_file(project: Path) -> None:
    path = project / "configs" / "runs" / "try.yaml"
    run = config.load_experiment(
        path, ["sampling.max_tokens=32", "engine.slots=4", "samples=3"]
    ).run
    assert (run.sampling.max_tokens, run.engine.slots, run.samples) == (32, 4, 3)
    assert run.sampling.top_p == 0.95
    with pytest.raises(ConfigError, match=r"unknown key engine.slot; did you mean slots\?"):
        engines.settings(config.load_experiment(path, ["engine.slot=4"]).run.engine)
    with pytest.raises(ConfigError, match="--set seed: write --set key=value"):
        config.load_experiment(path, ["seed"])


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("sampling.topp=1", "--set sampling.topp=1: unknown key sampling.topp; did you mean top_p"),
        ("engine.slot=4", "--set engine.slot=4: unknown key engine.slot; did you mean slots"),
        ("seed=warm", "--set seed=warm: key seed: a whole number is needed, not 'warm'"),
        ("models=[1]", "--set models=[1]: key models.0: a text is needed, not 1: put it in quotes"),
        ("sampling={}", "--set sampling={}: key sampling.temperature is missing"),
        ("name=../evil", "{path}:1, --set seed=3, --set name=../evil: name '../evil' must"),
    ],
)
def test_a_mistake_of_the_command_line_is_not_the_files(
    project: Path, option: str, words: str
) -> None:
    path = project / "configs" / "runs" / "try.yaml"
    with pytest.raises(ConfigError) as failure:
        engines.settings(config.load_experiment(path, ["seed=3", option]).run.engine)
    assert str(failure.value).startswith(words.replace("{path}", str(path)))


def test_a_mistake_beside_an_option_stays_the_files(project: Path) -> None:
    path = project / "configs" / "runs" / "try.yaml"
    path.write_text(path.read_text().replace("top_p:", "topp:"))
    with pytest.raises(ConfigError, match=r"try\.yaml:6: unknown key sampling\.topp"):
        config.load_experiment(path, ["sampling.max_tokens=32"])


def test_prompt_must_hold_the_question_once(project: Path) -> None:
    path = project / "configs" / "benchmarks" / "sums.yaml"
    path.write_text(path.read_text().replace("{question}", "question"))
    with pytest.raises(ConfigError, match="prompt must contain"):
        config.load_benchmark("sums")


def test_digest_sees_values_not_order() -> None:
    assert config.digest({"a": 1, "b": 2}) == config.digest({"b": 2, "a": 1})
    assert config.digest({"a": 1}) != config.digest({"a": 2})


def test_set_does_not_replace_a_value_by_keys(project: Path) -> None:
    path = project / "configs" / "runs" / "try.yaml"
    with pytest.raises(ConfigError, match="key seed is 7, it has no keys below it"):
        config.load_experiment(path, ["seed.x=1"])
    with pytest.raises(ConfigError, match="must be letters"):
        config.load_experiment(path, ["name=../evil"])


def test_open_r1_samples_less_and_is_compared_with_itself() -> None:
    theirs, ours = (
        config.load_experiment(Path(n)).run for n in ("r1-distills-open-r1", "r1-distills")
    )
    assert theirs.samples == {"aime24": 64, "math500": 4, "gpqa_diamond": 8, "livecodebench": 16}
    assert theirs.published == ("open-r1",)
    assert theirs.models == ours.models and theirs.sampling == ours.sampling


@pytest.mark.parametrize("sets", [["samples=2"], ["samples={aime24: 4}"], []])
def test_greedy_decoding_is_asked_once(sets: list[str]) -> None:
    greedy = ["sampling.temperature=0", "benchmarks=[aime24]", *sets]
    with pytest.raises(ConfigError, match=r"aime24 asks \d+ samples per problem at temperature 0"):
        config.load_experiment(Path("r1-distills"), [*greedy, *([] if sets else ["samples="])])
    once = config.load_experiment(Path("r1-distills"), [*greedy, "samples=1"])
    assert [once.samples_of(b) for b in once.benchmarks] == [1]


def test_every_ablation_changes_one_thing() -> None:
    base = config.plain(config.load_experiment(Path("ablation")).run)
    found = {}
    for name in config.names("runs"):
        if name.startswith("ablation-"):
            run = config.plain(config.load_experiment(Path(name)).run)
            found[name] = {k for k in base if base[k] != run[k]} - {"name", "title"}
            assert len(found[name]) == 1, name
    assert len(found) >= 6
    assert config.load_experiment(Path("ablation-tensor-parallel")).run.engine.tensor_parallel == 2
    sampling = config.load_experiment(Path("ablation-temperature")).run.sampling
    assert (sampling.temperature, sampling.top_p, sampling.max_tokens) == (1.0, 0.95, 32768)


def test_a_file_extends_another(project: Path) -> None:
    runs = project / "configs" / "runs"
    (runs / "more.yaml").write_text("extends: try\nsampling: {top_p: 0.9}\nsamples: {sums: 3}\n")
    run = config.load_experiment(runs / "more.yaml").run
    assert (run.name, run.sampling.temperature, run.sampling.top_p) == ("more", 0.6, 0.9)
    (runs / "loop.yaml").write_text("extends: loop\n")
    with pytest.raises(ConfigError, match="it extends itself"):
        config.load_experiment(runs / "loop.yaml")
    (runs / "lost.yaml").write_text("extends: nothing\n")
    with pytest.raises(ConfigError, match=r"there is no nothing\.yaml beside it"):
        config.load_experiment(runs / "lost.yaml")
    (runs / "wrong.yaml").write_text("extends: try\n\nsampling: {topp: 0.9}\n")
    with pytest.raises(ConfigError, match=r"wrong\.yaml:3: unknown key sampling\.topp"):
        config.load_experiment(runs / "wrong.yaml")
    (runs / "above.yaml").write_text("extends: wrong\nseed: 9\n")
    with pytest.raises(ConfigError, match=r"wrong\.yaml:3: unknown key sampling\.topp"):
        config.load_experiment(runs / "above.yaml")


@pytest.mark.parametrize(
    ("prompt", "found", "known"),
    [
        ("{question} {hint}", "{hint}", "{question}"),
        ("Hint:{hint}\\n{question}", "{hint}", "{question}"),
        ("{question}{hint}", "{hint}", "{question}"),
        ("{question} {choices}", "{choices}", "{question}"),
    ],
)
def test_a_placeholder_that_no_row_fills_is_refused(
    project: Path, prompt: str, found: str, known: str
) -> None:
    path = project / "configs" / "benchmarks" / "sums.yaml"
    text = path.read_text()
    line = next(i for i, row in enumerate(text.splitlines(), 1) if row.startswith("prompt:"))
    old = text.splitlines()[line - 1]
    path.write_text(text.replace(old, f'prompt: "{prompt}"'))
    with pytest.raises(ConfigError) as failure:
        config.load_benchmark("sums")
    sentence = f"{path}:{line}: key prompt: {found} is no placeholder of this benchmark (it has "
    assert str(failure.value).startswith(f"{sentence}{known}); ")
    path.write_text(text)
    run = project / "configs" / "runs" / "try.yaml"
    run.write_text(run.read_text() + f'prompts: {{sums: {{prompt: "{prompt}"}}}}\n')
    with pytest.raises(ConfigError) as failure:
        config.load_experiment(run)
    where = f"{run}:{len(run.read_text().splitlines())}: key prompts.sums.prompt: {found} is no"
    assert str(failure.value).startswith(where)


def test_braces_of_latex_and_doubled_ones_are_no_placeholders(project: Path) -> None:
    path = project / "configs" / "benchmarks" / "sums.yaml"
    asked = r"{question} Put it in \boxed{answer} or \frac{a}{b}, x_{i}, {}, {{word}}, {1, 2}."
    old = next(row for row in path.read_text().splitlines() if row.startswith("prompt:"))
    path.write_text(path.read_text().replace(old, f"prompt: '{asked}'"))
    prompt = config.load_benchmark("sums").prompt
    shown = r"1{a} Put it in \boxed{answer} or \frac{a}{b}, x_{i}, {}, {word}, {1, 2}."
    assert fill(prompt, "1{a}") == shown
    assert fill("{{question}} {hint}", "Q", slots={"hint": "{{H}}"}) == "{Q} {{H}}"


@pytest.mark.parametrize(
    ("path", "words"),
    [("5", "not 5: put it in quotes"), ("[a]", "not ['a']"), ("yes", "not true: put it in quotes")],
)
def test_a_path_of_another_type_is_said_before_the_keys_it_stands_for(
    project: Path, path: str, words: str
) -> None:
    file = project / "configs" / "models" / "mine.yaml"
    file.write_text(f"title: Mine\npath: {path}\n")
    with pytest.raises(ConfigError) as failure:
        config.load_model("mine")
    assert str(failure.value) == f"{file}:2: key path: a text is needed, {words}"


def test_a_command_that_a_message_names_can_be_pasted(project: Path) -> None:
    folder = project / "my model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    with pytest.raises(ConfigError, match=f"claimbench new run --model '{folder}' --benchmark"):
        config.load_experiment(folder)


@pytest.mark.parametrize(
    ("looks", "words"),
    [
        ("0.5", "key looks: a list is needed, not 0.5: write [0.5]"),
        ("[2]", "key looks.0: a look is a share of the samples, 0.5 for half of them, not 2"),
        (
            "[0.5, -1]",
            "key looks.1: a look is a share of the samples, 0.5 for half of them, not -1",
        ),
        ("['50%']", "key looks.0: a number is needed, not '50%'"),
        ("{sum: [0.5]}", "looks names sum, which this run does not have; did you mean sums?"),
        ("{sums: 0.5}", "key looks.sums: a list is needed, not 0.5: write [0.5]"),
    ],
)
def test_looks_that_are_none_are_said(project: Path, looks: str, words: str) -> None:
    path = project / "configs" / "runs" / "try.yaml"
    with pytest.raises(ConfigError) as failure:
        config.load_experiment(path, [f"looks={looks}"])
    assert str(failure.value).endswith(words)


def test_the_beginning_of_a_name_is_nearer_than_letters_in_common() -> None:
    known = ["gpqa_diamond", "piqa", "math500"]
    assert nearest("gpqa", known) == "; did you mean gpqa_diamond?"
    assert nearest("pica", known) == "; did you mean piqa?"
    assert nearest("math50", ["math500", "math5000"]) == "; did you mean math500?"
