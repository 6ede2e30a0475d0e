"""lm-eval's own filters and metrics as a grader.

names.py     names of tasks, groups and tags → the tasks behind them
metrics.py   which tasks and metrics are taken, and which of them counts as right
grader.py    the grader; judging.py: what it asks of a grading worker
"""
