"""One run from plan to report: the only package that puts the stages together.

preparing.py      what a run will ask, and what it needs on this machine
pipeline.py       the order of the stages
generate.py       requests → stored samples and grades; budget.py: how much they may cost
looks.py          looks at a run while it grows
reporting.py      stored samples and grades → the files of a report
comparing.py      run folders → comparisons
repeating.py      a share of a finished run, generated again
registration.py   what is registered before a run, and what became of it
verify.py         a run folder held against itself (verify_rows.py, verify_results.py)
watching.py       how a run stands while it runs
shards.py         a run in parts, on any scheduler; slurm/: as an array on Slurm
"""
