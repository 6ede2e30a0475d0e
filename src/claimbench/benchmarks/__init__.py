"""Benchmarks: datasets as problems, pinned by row count and digest wherever the rows come from.

loading.py   a benchmark's configuration → its problems, checked
rows.py      rows from local files, the package or the hub (hub.py); parsing.py: from bytes
choices.py   the choices of a row; details.py: its tests, date and rating
twins.py     rows that ask the same and differ in what is right
lm_eval/     tasks of lm-eval as benchmarks
"""
