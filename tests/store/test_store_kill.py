"""kill -9 at random moments: no finished sample is lost, none is there twice."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
import store_toys
from store_toys import SUMS, create, judge, sample, sample_id

from claimbench.store import RunStore

KILLS = 20
SAMPLES = 12_000

# The small pipe keeps the child from running far ahead of what its parent has heard.
WRITER = """
import fcntl, os, random, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from store_toys import SUMS, create, grade, judge, sample, sample_id

import pytest
fcntl.fcntl(1, 1031, 4096)
store = create(Path(sys.argv[2]))
present = store.present_ids(SUMS)
rng = random.Random(len(present))
for number in range(int(sys.argv[3])):
    if sample_id(number) not in present:
        row = sample(number, text="x" * rng.choice([10, 1000, 20_000]))
        store.append_sample(row)
        store.append_grade(SUMS, grade(number, row))
        os.write(1, f"{number}\\n".encode())
store.close()
"""


def start_writer(root: Path) -> subprocess.Popen[bytes]:
    here = str(Path(store_toys.__file__).parent)
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, here, str(root), str(SAMPLES)], stdout=subprocess.PIPE
    )


def reports_until_killed(child: subprocess.Popen[bytes], rng: random.Random) -> list[int]:
    """Kill `child` a moment after a random one of its reports; all reports it made."""
    assert child.stdout is not None
    heard = [child.stdout.readline() for _ in range(rng.randrange(1, 150))]
    time.sleep(rng.uniform(0, 0.004))
    child.kill()
    heard += child.stdout.read().splitlines(keepends=True)
    child.wait()
    return [int(line) for line in heard if line.endswith(b"\n")]


@pytest.mark.slow
def test_kill_9_at_twenty_random_moments(tmp_path: Path) -> None:
    root, rng = tmp_path / "run", random.Random(20)
    reported: list[int] = []
    for _ in range(KILLS):
        with start_writer(root) as child:
            reported += reports_until_killed(child, rng)
            assert child.returncode == -9, "the writer finished before it was killed"
        store = RunStore.existing(root)
        present = store.present_ids(SUMS)
        assert all(sample_id(number) in present for number in reported)
        assert len(reported) <= len(present) <= len(reported) + KILLS
        graded = store.graded_ids(SUMS, judge("g1"))
        assert all(sample_id(number) in graded for number in reported)
    assert len(set(reported)) == len(reported), "a finished sample was asked again"
    with create(root) as store:
        present = store.present_ids(SUMS)
        for number in range(SAMPLES):
            if sample_id(number) not in present:
                store.append_sample(sample(number))
        ids = [row.id for row in store.samples(SUMS)]
        assert len(ids) == SAMPLES
        assert set(ids) == {sample_id(number) for number in range(SAMPLES)}
    lines = sum(part.read_bytes().count(b"\n") for part in root.glob("samples/*/*/part-*.jsonl"))
    assert lines == SAMPLES, "a sample was stored twice"
