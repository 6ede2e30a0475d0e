"""A child process of test_lm_eval_folder.py: a task of lm-eval with a scripted engine, slowly.

python lm_eval_child.py RUN.yaml DATA_DIR OUT SECONDS_PER_SAMPLE
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from lm_eval_toys import reply_to
from scripted import ScriptedEngine, scripted_kind

from claimbench import config, engines
from claimbench.records import Request
from claimbench.runner import pipeline, preparing, reporting


def main() -> None:
    run_file, data_dir, out, pause = sys.argv[1:]
    golds: dict[tuple[str, str], str] = {}

    def reply(request: Request) -> str:
        time.sleep(float(pause))
        gold = golds[request.benchmark, request.problem_id]
        return reply_to(request.benchmark, gold, request.problem_id, request.sample_index)

    engine = ScriptedEngine(reply, shuffle=int(time.time() * 1000) % 1000)
    kind = scripted_kind(lambda: engine)
    engines.ENGINES = {"transformers": kind}
    experiment = config.load_experiment(Path(run_file))
    plan = preparing.plan(experiment, Path(data_dir), False, lambda _: None)
    golds.update({(c.benchmark.name, p.id): p.gold for c in plan.cells for p in c.problems})
    print("started", flush=True)
    pipeline.run(plan, Path(out), reporting.report, lambda _: None, lambda _: None)
    print("delivered", engine.delivered, flush=True)


if __name__ == "__main__":
    main()
