"""What a dataset says of a problem's tests → CodeTests.

Datasets write tests in half a dozen forms. `FORMS` names each with the columns it needs; a row's
columns are kept as they came (`details["tests"]`, LiveCodeBench's megabytes encoded and in a file)
and read by `TestsSource.load`, which belongs into a grading worker and remembers what it decoded
last: the samples of one problem come one after another.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from claimbench.errors import DataError
from claimbench.grading.code.asserts import (
    assert_tests,
    check_tests,
    entry_point_of,
    unittest_tests,
)
from claimbench.grading.code.cases import Case, CodeTests, TestKind
from claimbench.grading.code.evalplus import evalplus_tests
from claimbench.grading.code.pickled import open_tests
from claimbench.records.plain import JsonObject
from claimbench.records.runs import Problem

Columns = JsonObject

PRELUDE = "prelude of the benchmark"
"""Among a row's columns: what stands before all programs."""
REMEMBERED_CHARACTERS = 64_000_000
"""How much decoded text a process remembers."""


def _named(columns: Columns) -> str:
    return str(columns.get("entry_point") or "")


@dataclass(frozen=True, slots=True)
class Form:
    """A way to write tests: what they look like, the columns that a dataset must name, those it
    may, the reader, and what function a program must define, where that is to be had without
    reading them all."""

    looks: str
    """What its columns hold, in words."""
    needs: tuple[str, ...]
    may: tuple[str, ...]
    read: Callable[[Columns], CodeTests]
    entry_point: Callable[[Columns], str] = _named


@dataclass(frozen=True, slots=True)
class TestsSource:
    """Where a problem's tests are: small, hashable, ready for a worker process.

    `inline` holds small tests as JSON; larger ones are in the file `path`, whose digest is checked.
    `entry_point` is known without loading where the dataset has a column for it.
    """

    __test__ = False  # not a class of tests, whatever pytest thinks of its name

    where: str
    form: str
    digest: str
    entry_point: str = ""
    inline: str = ""
    path: str = ""

    def load(self) -> CodeTests:
        """Read and decode, or take what this process decoded last. Raises DataError, naming the
        problem and its row, for tests that are damaged or more than strings."""
        if self.digest in _remembered:
            _remembered.move_to_end(self.digest)
            return _remembered[self.digest]
        try:
            columns = self._columns()
            tests = _with_prelude(FORMS[self.form].read(columns), columns.get(PRELUDE, ""))
            if tests.kind != "assert" and not tests.cases:
                raise DataError("it has no tests, which any program would pass")
        except DataError as error:
            raise DataError(f"{self.where}: {error}") from error
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
            found = f"{type(error).__name__}: {str(error)[:100]}"
            message = (
                f"{self.where}: its tests are not in the form {self.form} ({found}): "
                f"{FORMS[self.form].looks}"
            )
            raise DataError(message) from error
        _remember(self.digest, tests)
        return tests

    def _columns(self) -> Columns:
        text = self.inline or Path(self.path).read_text("utf-8")
        if self.path and digest_of(text) != self.digest:
            raise DataError(f"{self.path} was changed; make the run folder again")
        columns: Columns = json.loads(text)
        return columns


def _with_prelude(tests: CodeTests, prelude: str) -> CodeTests:
    """Tests whose benchmark has source that stands before all programs."""
    if not prelude:
        return tests
    prelude = prelude.rstrip("\n") + "\n"
    return replace(tests, prelude=prelude + tests.prelude, setup=prelude + tests.setup)


_source: tuple[Problem, TestsSource] | None = None
"""The last problem asked for, and its tests: its samples come one after another."""


def tests_source(problem: Problem) -> TestsSource:
    """Where the tests of a problem are. Raises DataError for a problem without tests."""
    global _source  # noqa: PLW0603
    if _source is None or _source[0] is not problem:
        _source = (problem, _source_of(problem))
    return _source[1]


def _source_of(problem: Problem) -> TestsSource:
    kept = problem.details.get("tests")
    where = f"{problem.benchmark}, problem {problem.id}"
    if not isinstance(kept, Mapping) or kept.get("form") not in FORMS:
        raise DataError(f"{where}: it has no tests; key fields.tests of its benchmark says where")
    if row := kept.get("row"):
        where += f" ({row})"
    return TestsSource(
        where=where,
        form=kept["form"],
        digest=kept["sha256"],
        entry_point=str(problem.details.get("entry_point", "")),
        inline=canonical(kept["data"]) if "data" in kept else "",
        path=kept.get("file", ""),
    )


def canonical(columns: Columns) -> str:
    """Test columns as the JSON that is digested and stored."""
    return json.dumps(columns, sort_keys=True, separators=(",", ":"))


def digest_of(text: str) -> str:
    """SHA-256 (hex) of canonical test columns."""
    return hashlib.sha256(text.encode()).hexdigest()


_remembered: OrderedDict[str, CodeTests] = OrderedDict()


def _remember(digest: str, tests: CodeTests) -> None:
    """Keep `tests`, and forget the oldest ones where that is too much; the newest always stays."""
    _remembered[digest] = tests
    held = sum(map(_size, _remembered.values()))
    while held > REMEMBERED_CHARACTERS and len(_remembered) > 1:
        held -= _size(_remembered.popitem(last=False)[1])


def _size(tests: CodeTests) -> int:
    return len(tests.check) + sum(len(c.given) + len(c.expected) for c in tests.cases)


# --- the forms ------------------------------------------------------------------------------


def _livecodebench(columns: Columns) -> CodeTests:
    """Public tests, then private ones; `metadata` names the method of a functional problem."""
    private = columns["private"]
    if not private.lstrip().startswith("["):
        private = open_tests(private)
    if not isinstance(private, str):
        raise DataError("the private tests are a dict where a list in JSON is expected")
    rows = _listed(columns["public"]) + _listed(private)
    kinds = {row["testtype"] for row in rows}
    if len(kinds) != 1 or not kinds <= {"stdin", "functional"}:
        raise DataError(f"its tests are of the types {sorted(map(str, kinds))}")
    kind: TestKind = "functional" if kinds == {"functional"} else "stdin"
    cases = tuple(_case(row["input"], row["output"]) for row in rows)
    return CodeTests(kind, cases, _method(columns))


def _method(columns: Columns) -> str:
    """The method that a functional problem of LiveCodeBench asks for."""
    try:
        metadata = json.loads(columns.get("metadata") or "{}")
    except ValueError as error:
        raise DataError(f"its metadata are not JSON ({error})") from error
    return str((metadata.get("func_name") if isinstance(metadata, dict) else "") or "")


def _encoded(columns: Columns) -> CodeTests:
    """One encoded text: lists of inputs and outputs, and a called function's name."""
    opened = open_tests(columns["tests"])
    found = json.loads(opened["input_output"] if isinstance(opened, dict) else opened)
    pairs = zip(found["inputs"], found["outputs"], strict=True)
    name = str(found.get("fn_name") or "")
    return CodeTests("functional" if name else "stdin", tuple(_case(*pair) for pair in pairs), name)


def _stdin_pairs(columns: Columns) -> CodeTests:
    """A JSON list of {input: {stdin}, output: {stdout}}."""
    rows = _listed(columns["tests"])
    return CodeTests(
        "stdin", tuple(_case(row["input"]["stdin"], row["output"]["stdout"]) for row in rows)
    )


def _cases(columns: Columns) -> CodeTests:
    """A list of [given, expected]: texts for a program, or JSON values for a function, whose
    arguments are a list."""
    name, rows = _named(columns), columns["tests"]
    rows = json.loads(rows) if isinstance(rows, str) else rows
    if not name:
        return CodeTests("stdin", tuple(_case(given, expected) for given, expected in rows))
    cases = tuple(
        Case("\n".join(json.dumps(argument) for argument in given), json.dumps(expected))
        for given, expected in rows
    )
    return CodeTests("functional", cases, name)


def _listed(text: str) -> list[JsonObject]:
    rows = json.loads(text)
    if not isinstance(rows, list):
        raise DataError("its tests are not a list")
    return rows


def _case(given: object, expected: object) -> Case:
    if not (isinstance(given, str) and isinstance(expected, str)):
        raise DataError("a test's input and output must be strings")
    return Case(given, expected)


FORMS: Mapping[str, Form] = {
    "livecodebench": Form(
        "`public` and `private` are JSON lists of {input, output, testtype}, `private` perhaps "
        "encoded; `metadata` is JSON with the name of the method",
        *(("public", "private"), ("metadata",), _livecodebench, _method),
    ),
    "encoded": Form(
        "`tests` is a pickled, compressed text with lists of inputs and outputs",
        *(("tests",), (), _encoded),
    ),
    "stdin_pairs": Form(
        "`tests` is a JSON list of {input: {stdin}, output: {stdout}}",
        *(("tests",), (), _stdin_pairs),
    ),
    "cases": Form(
        "`tests` is a list, or the JSON of one, of [given, expected]: texts, or with `entry_point` "
        "a list of arguments and the value to be returned",
        *(("tests",), ("entry_point",), _cases),
    ),
    "check": Form(
        "`check` is a program that defines check(candidate) with asserts",
        *(("check", "entry_point"), ("prelude",), check_tests),
    ),
    "asserts": Form(
        "`asserts` is a list of assert statements, or one text of them (s = Solution() before them "
        "for a method), which call the program's function or class by name",
        *(("asserts",), ("setup", "imports"), assert_tests, entry_point_of),
    ),
    "unittest": Form(
        "`check` is a program that defines cases of unittest",
        *(("check",), ("entry_point", "prelude", "setup"), unittest_tests),
    ),
    "evalplus": Form(
        "`base` and `plus` are lists of lists of arguments, `solution` the reference's body",
        *(("prompt", "solution", "entry_point", "base", "plus"), ("atol",), evalplus_tests),
    ),
}
