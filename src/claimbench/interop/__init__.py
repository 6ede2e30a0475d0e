"""Other harnesses: their tasks as benchmarks, their outputs in, our results out.

    rows.py          what a reader yields: rows, and what the files say of their protocol
    lines.py         bounded reading of lines, CSV, JSON; parquet.py of Parquet,
                     unpacked by a process of its own (parquetworker.py)
    lm_eval/         lm-eval's tasks as benchmarks
    lm_eval_samples.py lighteval.py inspect_log.py evalplus.py livecodebench.py tables.py
                     one reader for each format
    match.py         rows → problems, ours or the file's own
    survey.py        the first pass: everything is checked before anything is written
    imports.py       both passes; samples into a run folder (wanted.py: what is asked for,
                     described.py: what the folder says of it)
    sources.py       the readers by name
    labels.py        their labels beside our grades
    export.py        a run folder → other tools' files (hub.py, lm_eval_files.py, export_tables.py)

A reader is one file and one line in `SOURCES` of sources.py, a writer one in `FORMATS` of
export.py.
"""
