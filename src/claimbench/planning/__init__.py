"""What a run will ask: its cells, the ids of their samples, what they cost and what they can show.

plan.py          a run's configuration → requests, cell by cell (cells.py)
resolved.py      what `run.yaml` records of it; registering.py: what can be registered
estimate.py      tokens, disk, time and power; lengths.py: mean lengths of completions
exposure.py      whether problems were public before a checkpoint
gpus.py          ways to spread a run over GPUs (gpu_table.py), by a roofline (roofline.py,
                 shapes.py); laptops.py: the same for laptops
"""
