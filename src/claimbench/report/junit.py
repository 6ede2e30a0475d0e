"""Checks → JUnit's XML, as Jenkins, GitLab, GitHub's actions and junitparser read it."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from claimbench.report.checks import Check, Result

_ELEMENTS: dict[Result, str] = {"failed": "failure", "skipped": "skipped", "error": "error"}
"""What stands inside a test that did not pass."""


def junit_xml(suite: str, checks: Sequence[Check]) -> str:
    """One suite with a test per check: its class is whose outcome it is, its message the word with
    its sentence. Times are left out: a verdict takes none, and a run's cost is in its report."""
    root = ET.Element("testsuites")
    counts = {
        "tests": len(checks),
        "failures": _count(checks, "failed"),
        "errors": _count(checks, "error"),
        "skipped": _count(checks, "skipped"),
    }
    attributes = {name: str(count) for name, count in counts.items()}
    inside = ET.SubElement(root, "testsuite", {"name": suite, **attributes})
    for check in checks:
        _add(inside, check)
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _count(checks: Sequence[Check], result: Result) -> int:
    return sum(check.result == result for check in checks)


def _add(suite: ET.Element, check: Check) -> None:
    case = ET.SubElement(suite, "testcase", classname=check.group, name=check.name)
    if element := _ELEMENTS.get(check.result):
        told = ET.SubElement(case, element, message=f"{check.word}: {check.sentence}")
        if check.result != "skipped":
            told.set("type", check.word)
    else:
        ET.SubElement(case, "system-out").text = f"{check.word}: {check.sentence}"
