"""A run as an array of shards on Slurm, through submitit.

    task.py    what runs on a node: one shard as a child process, stopped cleanly and queued again
    jobs.py    submitting shards, and asking Slurm whether any of them is left
    array.py   submit, wait, a last pass for what is missing, report

Whether the run is complete is read from its folder, never from Slurm's state of a job: without
accounting that stays unknown, and a job that ended well may still owe samples.
"""
