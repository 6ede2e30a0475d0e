"""Run as a child process by test_kill.py: the whole journey with a scripted engine, slowly.

python journey_child.py RUN.yaml DATA_DIR OUT SECONDS_PER_SAMPLE
"""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

from scripted import ScriptedEngine, scripted_kind

from claimbench import config, engines
from claimbench.records import Request
from claimbench.runner import pipeline, preparing, reporting


def main() -> None:
    # A child of a background job inherits an ignored SIGINT; this one is to be interrupted.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    run_file, data_dir, out, pause = sys.argv[1:]

    def reply(request: Request) -> str:
        time.sleep(float(pause))
        number = int(request.problem_id.removeprefix("q"))
        return f"So.</think>It is {2 * number + (request.sample_index % 2)}"

    engine = ScriptedEngine(reply, shuffle=int(time.time() * 1000) % 1000)
    kind = scripted_kind(lambda: engine)
    engines.ENGINES = {"transformers": kind}
    experiment = config.load_experiment(Path(run_file))
    plan = preparing.plan(experiment, Path(data_dir), False, lambda _: None)
    print("started", flush=True)
    pipeline.run(plan, Path(out), reporting.report, lambda _: None, lambda _: None)
    print("delivered", engine.delivered, flush=True)


if __name__ == "__main__":
    main()
