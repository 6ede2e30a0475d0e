"""Tests of coding problems in every form; pickles of datasets are opened and never run."""

from __future__ import annotations

import base64
import io
import json
import os
import pickle
import pickletools
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claimbench.errors import DataError
from claimbench.grading.code import unpack
from claimbench.grading.code.cases import Case, CodeTests
from claimbench.grading.code.pickled import open_pickle, open_tests
from claimbench.records import Problem


def encode(pickled: bytes) -> str:
    return base64.b64encode(zlib.compress(pickled)).decode()


def problem(form: str, where: str = "", **columns: Any) -> Problem:
    text = unpack.canonical(columns)
    kept = {"form": form, "sha256": unpack.digest_of(text), "data": columns, "row": where}
    return Problem("lcb", "p1", details={"tests": kept})


def load(form: str, **columns: Any) -> CodeTests:
    return unpack.tests_source(problem(form, **columns)).load()


class TestPickles:
    @pytest.mark.parametrize("protocol", range(6))
    def test_a_string_and_a_flat_dict_open_in_every_protocol(self, protocol: int) -> None:
        same = "the same text"
        for value in ("", "é\n\ud7ff😀", "x" * 70_000, {}, {"a": "b"}, {"a": same, "b": same}):
            assert open_tests(encode(pickle.dumps(value, protocol))) == value
        many = {f"k{i}": f"v{i}" for i in range(1500)}
        assert open_pickle(pickle.dumps(many, protocol)) == many

    @settings(max_examples=50)
    @given(st.dictionaries(st.text(max_size=5), st.text(max_size=5)), st.integers(0, 5))
    def test_what_was_pickled_comes_back(self, value: dict[str, str], protocol: int) -> None:
        assert open_pickle(pickle.dumps(value, protocol)) == value

    @settings(max_examples=200)
    @given(st.binary(max_size=60) | st.integers(0, 5).map(lambda p: pickle.dumps([1, "a"], p)))
    def test_any_bytes_are_opened_or_refused(self, pickled: bytes) -> None:
        try:
            assert isinstance(open_pickle(pickled), str | dict)
        except DataError as error:
            assert "\n" not in str(error)

    @pytest.mark.parametrize("protocol", range(6))
    def test_programs_are_refused_and_not_run(self, protocol: int, tmp_path: Path) -> None:
        trap = tmp_path / "trap"

        class Runs:
            def __reduce__(self) -> tuple[Any, ...]:
                return os.system, (f"touch {trap}",)

        for value in (Runs(), {"a": Runs()}, ["x", Runs()], {"a": {"b": Runs()}}):
            with pytest.raises(DataError, match=r"only one string, or one flat dict"):
                open_tests(encode(pickle.dumps(value, protocol)))
        assert not trap.exists()

    def test_other_values_are_refused(self) -> None:
        for value in (1, None, b"x", ["a"], ("a",), {"a": 1}, {"a": None}, {"a": ["b"]}, {1: "a"}):
            for protocol in range(6):
                with pytest.raises(DataError):
                    open_pickle(pickle.dumps(value, protocol))
        with pytest.raises(DataError):
            open_pickle(pickle.dumps({"a": {"b": "c"}}))
        loop: dict[str, Any] = {}
        loop["self"] = loop
        with pytest.raises(DataError):
            open_pickle(pickle.dumps(loop))

    def test_persistent_ids_are_refused(self) -> None:
        class Persistent(pickle.Pickler):
            def persistent_id(self, value: Any) -> Any:
                return "id" if value == "p" else None

        for protocol in (0, 2, 4):
            out = io.BytesIO()
            Persistent(out, protocol).dump({"a": "p"})
            with pytest.raises(DataError, match="PERSID"):
                open_pickle(out.getvalue())

    @pytest.mark.parametrize(
        "pickled",
        {
            "lying BINUNICODE8": b"\x80\x04\x8d" + struct.pack("<Q", 1 << 62) + b"abc.",
            "short BINUNICODE8": b"\x80\x04\x8d" + struct.pack("<Q", 10) + b"abc.",
            "lying BINUNICODE": b"\x80\x04X" + struct.pack("<I", 0xFFFFFFFF) + b"abc.",
            "lying frame": b"\x80\x04\x95" + struct.pack("<Q", 1 << 60) + b"\x8c\x01a.x",
            "bad UTF-8": b"\x80\x04\x8c\x02\xff\xfe.",
            "no end": b"\x80\x04\x8c\x01a",
            "text behind the end": pickle.dumps("a") + b"x",
            "a second pickle": pickle.dumps("a") + pickle.dumps("b"),
            "nothing": b"",
            "two values": b"\x80\x04\x8c\x01a\x8c\x01b.",
            "memo of nothing": b"\x80\x04h\x07.",
            "memo of the dict": b"\x80\x04}\x94\x8c\x01ah\x00s.",
            "value without key": b"\x80\x04}\x8c\x01as.",
            "two items set as one": b"\x80\x04}\x8c\x01a\x8c\x01b\x8c\x01c\x8c\x01ds.",
            "mark inside": b"\x80\x04}(\x8c\x01a(s.",
            "items without mark": b"\x80\x04}\x8c\x01a\x8c\x01bu.",
            "popped": b"\x80\x04\x8c\x01a\x8c\x01b0.",
            "global": b"cos\nsystem\n.",
            "stack global": b"\x80\x04\x8c\x02os\x8c\x06system\x93.",
            "instance": b"(ios\nsystem\n.",
            "extension": b"\x80\x02\x82\x01.",
            "empty strings without end": b"\x80\x04" + b"\x8c\x00" * 200_000 + b".",
            "long number": b"L" + b"9" * 5000 + b"L\n.",
        }.items(),
        ids=lambda item: item[0],
    )
    def test_tricks(self, pickled: tuple[str, bytes]) -> None:
        with pytest.raises(DataError) as refused:
            open_pickle(pickled[1])
        assert "\n" not in str(refused.value)

    def test_every_opcode_that_is_not_needed_is_refused(self) -> None:
        known = {"PROTO", "FRAME", "STOP", "MARK", "EMPTY_DICT", "DICT", "SETITEM", "SETITEMS"}
        known |= {"PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE", "GET", "BINGET", "LONG_BINGET"}
        known |= {"UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"}
        dangerous = [op for op in pickletools.opcodes if op.name not in known]
        assert len(dangerous) > 40
        for opcode in dangerous:
            argument = b"" if opcode.arg is None else b"\x00" * 8 + b"\n"
            for tail in (b"\x8c\x01a.", b"."):
                with pytest.raises(DataError):
                    open_pickle(b"\x80\x04" + opcode.code.encode("latin-1") + argument + tail)

    def test_bombs_are_refused_before_they_are_unpacked(self) -> None:
        bomb = base64.b64encode(zlib.compress(pickle.dumps("x" * 50_000_000), 9)).decode()
        assert len(bomb) < 100_000
        with pytest.raises(DataError, match="larger than 1,000,000 bytes"):
            open_tests(bomb, most_bytes=1_000_000)

    @pytest.mark.parametrize(
        ("encoded", "words"),
        [
            ("not base64!", "not base64"),
            (base64.b64encode(b"not zlib").decode(), "not zlib"),
            (base64.b64encode(zlib.compress(pickle.dumps("a"))[:-3]).decode(), "cut off"),
            (base64.b64encode(zlib.compress(pickle.dumps("a")) + b"x").decode(), "behind their"),
        ],
    )
    def test_damaged_packing(self, encoded: str, words: str) -> None:
        with pytest.raises(DataError, match=words):
            open_tests(encoded)


PUBLIC = json.dumps([{"input": "1\n", "output": "2\n", "testtype": "stdin"}])
PRIVATE = json.dumps([{"input": "3\n", "output": "4\n", "testtype": "stdin"}])


class TestForms:
    def test_livecodebench_has_public_tests_then_private_ones(self) -> None:
        for private in (PRIVATE, encode(pickle.dumps(PRIVATE))):
            tests = load("livecodebench", public=PUBLIC, private=private, metadata="{}")
            assert tests == CodeTests("stdin", (Case("1\n", "2\n"), Case("3\n", "4\n")))

    def test_livecodebench_functional(self) -> None:
        row = [{"input": "[1]\n2", "output": "3", "testtype": "functional"}]
        asked = problem(
            "livecodebench",
            public=json.dumps(row),
            private="[]",
            metadata=json.dumps({"func_name": "addThem"}),
        )
        assert unpack.tests_source(asked).load() == CodeTests(
            "functional", (Case("[1]\n2", "3"),), "addThem"
        )

    def test_encoded(self) -> None:
        lists = json.dumps({"inputs": ["1"], "outputs": ["2"], "fn_name": "f"})
        for value in (lists, {"input_output": lists}):
            tests = load("encoded", tests=encode(pickle.dumps(value)))
            assert tests == CodeTests("functional", (Case("1", "2"),), "f")

    def test_stdin_pairs_and_cases(self) -> None:
        pairs = json.dumps([{"input": {"stdin": "a"}, "output": {"stdout": "b"}}])
        assert load("stdin_pairs", tests=pairs) == CodeTests("stdin", (Case("a", "b"),))
        assert load("cases", tests=[["a", "b"]]) == CodeTests("stdin", (Case("a", "b"),))
        tests = load("cases", tests=[[[1, "x"], [True]]], entry_point="f")
        assert tests == CodeTests("functional", (Case('1\n"x"', "[true]"),), "f")

    def test_check_has_the_prompt_before_the_program(self) -> None:
        tests = load("check", check="def check(c): ...", entry_point="f", prelude="def f():")
        assert (tests.kind, tests.entry_point, tests.prelude) == ("assert", "f", "def f():\n")

    @pytest.mark.parametrize(
        ("asserts", "name"),
        [
            (["assert f(1) == 2", "assert f(2) == 3"], "f"),
            (["assert set(f((1,), g(2))) == set([1])", "assert set(f(2)) == set()"], "f"),
            (["assert math.isclose(area(2), 4.0)"], "area"),
            (["assert sum(1, 2) == 3"], "sum"),
            (["assert not f(1)", "assert f(2)\r\n"], "f"),
        ],
    )
    def test_the_function_of_asserts(self, asserts: list[str], name: str) -> None:
        tests = load("asserts", asserts=asserts, setup="import math", imports=["import re"])
        assert tests.entry_point == name
        assert tests.check.startswith("import re\nimport math\nassert ")

    @pytest.mark.parametrize(
        ("form", "columns", "words"),
        [
            ("asserts", {"asserts": ["assert f(1", "x"]}, "not Python"),
            ("asserts", {"asserts": ["assert f(1)", "assert g(1)"]}, "no function in common"),
            ("asserts", {"asserts": ["assert " + "(" * 5000]}, "not Python"),
            ("livecodebench", {"public": "[]", "private": "[]"}, r"types \[\]"),
            ("livecodebench", {"public": "{}", "private": "[]"}, "not a list"),
            ("livecodebench", {"public": PUBLIC, "private": "[" * 100_000}, "RecursionError"),
            ("livecodebench", {"public": PUBLIC, "private": '[{"testtype": "x"}]'}, "types"),
            ("livecodebench", {"public": PUBLIC, "private": encode(b"cos\nsystem\n.")}, "GLOBAL"),
            ("stdin_pairs", {"tests": '[{"input": 1}]'}, "not in the form stdin_pairs"),
            ("cases", {"tests": [[1, 2]]}, "must be strings"),
            ("encoded", {"tests": encode(pickle.dumps("{}"))}, "KeyError"),
            ("evalplus", {"prompt": "", "solution": ""}, "KeyError"),
            ("cases", {"tests": []}, "any program would pass"),
            ("stdin_pairs", {"tests": "[]"}, "any program would pass"),
            ("encoded", {"tests": encode(pickle.dumps('{"inputs": [], "outputs": []}'))}, "would"),
            (
                "evalplus",
                {"prompt": "", "solution": "", "entry_point": "f", "base": [], "plus": []},
                "any program would pass",
            ),
        ],
    )
    def test_damage_names_problem_and_row(
        self, form: str, columns: Mapping[str, Any], words: str
    ) -> None:
        with pytest.raises(DataError, match=words) as refused:
            unpack.tests_source(problem(form, where="test4.jsonl:17", **columns)).load()
        assert str(refused.value).startswith("lcb, problem p1 (test4.jsonl:17): ")
        assert "\n" not in str(refused.value)

    def test_tests_in_a_file_are_checked_and_decoded_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        text = unpack.canonical({"tests": [["in", "out of the file"]]})
        file = tmp_path / "tests.json"
        file.write_text(text)
        kept = {"form": "cases", "sha256": unpack.digest_of(text), "file": str(file)}
        source = unpack.tests_source(Problem("b", "p", details={"tests": kept}))
        assert pickle.loads(pickle.dumps(source)) == source
        assert source.load().cases == (Case("in", "out of the file"),)
        file.unlink()
        assert source.load().cases == (Case("in", "out of the file"),)  # remembered
        monkeypatch.setattr(unpack, "REMEMBERED_CHARACTERS", 10)
        load("cases", tests=[["another", "one of many characters"]])
        file.write_text(text.replace("out", "tout"))
        with pytest.raises(DataError, match="was changed"):
            source.load()

    def test_a_problem_without_tests_says_so(self) -> None:
        with pytest.raises(DataError, match=r"has no tests; key fields\.tests"):
            unpack.tests_source(Problem("b", "p")).load()


def checked(tests: CodeTests, function: Any) -> bool:
    """Whether a function passes the test program, run here: it was written by this project."""
    names: dict[str, Any] = {}
    exec(tests.check, names)
    try:
        names["check"](function)
    except AssertionError:
        return False
    return True


class TestEvalPlus:
    def row(self, **changes: Any) -> CodeTests:
        columns = {
            "prompt": "def scaled(xs, k):\n    '''Every x times k.'''\n",
            "solution": "    return [x * k for x in xs]\n",
            "entry_point": "scaled",
            "base": [[[1, 2], 3]],
            "plus": [[[], 1], [[0.1, 0.2], 3]],
            "atol": 0,
        }
        return load("evalplus", **{**columns, **changes})

    def test_the_reference_decides(self) -> None:
        tests = self.row()
        assert (tests.kind, tests.entry_point) == ("assert", "scaled")
        assert checked(tests, lambda xs, k: [k * x for x in xs])
        assert checked(tests, lambda xs, k: [k * x + 1e-9 * isinstance(x, float) for x in xs])
        assert not checked(tests, lambda xs, k: [k * x + 1e-3 for x in xs])
        assert not checked(tests, lambda xs, k: tuple(k * x for x in xs))
        assert not checked(
            tests, lambda xs, k: [k * x for x in xs][:2] if k == 3 and xs == [] else None
        )

    def test_the_candidate_cannot_change_the_references_input(self) -> None:
        def greedy(xs: list[Any], k: int) -> list[Any]:
            out = [x * k for x in xs]
            xs.clear()
            return out

        assert checked(self.row(), greedy)

    def test_tuples_come_back_where_the_prompt_shows_them(self) -> None:
        tests = load(
            "evalplus",
            prompt='"""\nPairs.\nassert kinds((1, [2], (3,))) == 1\n"""\n',
            solution="def kinds(x):\n    return repr(x)\n",
            entry_point="kinds",
            base=[[[1, [2], [3]]]],
            plus=[[[4, [5, 6], [7, 8]]], [[9, 9]]],
            atol=0,
        )
        seen = []
        checked(tests, lambda x: seen.append(x) or repr(x))
        assert seen == [(1, [2], (3,)), (4, [5, 6], (7, 8)), (9, 9)]

    def test_special_oracles(self) -> None:
        same = self.row(
            prompt="", solution="def Diff(a, b):\n    return [1, 2]\n", entry_point="Diff",
            base=[[1, 2]], plus=[],
        )  # fmt: skip
        assert checked(same, lambda a, b: [2, 1])
        root = self.row(
            prompt="", solution="def find_zero(xs):\n    return 1.0\n", entry_point="find_zero",
            base=[[[-4, 0, 1]]], plus=[], atol=1e-4,
        )  # fmt: skip
        assert checked(root, lambda xs: -2.0)
        assert not checked(root, lambda xs: 1.0)
        turned = self.row(
            prompt="", solution="def angle_complex(a, b):\n    return abs(a + b)\n",
            entry_point="angle_complex", base=[["3.0", "4j"]], plus=[],
        )  # fmt: skip
        assert checked(turned, lambda a, b: 5.0)
        special = self.row(base=[[[float("inf"), float("nan")], 1]], plus=[])
        assert "INPUTS = [[[inf, nan], 1]]" in special.check


@pytest.mark.shared
def test_the_real_sample_opens_to_its_decoded_twin(shared: Path) -> None:
    def rows(name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (shared / "data" / name).read_text().splitlines()]

    for encoded, plain in zip(
        rows("lcb_sample_encoded.jsonl"), rows("lcb_sample.jsonl"), strict=True
    ):
        expected = plain["input_output"]
        tests = load("encoded", tests=encoded["test"])
        assert [case.given for case in tests.cases] == expected["inputs"]
        assert [case.expected for case in tests.cases] == expected["outputs"]
        assert tests.entry_point == (expected["fn_name"] or "")
