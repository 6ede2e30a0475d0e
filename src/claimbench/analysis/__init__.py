"""Stored samples and grades → measurements, and what else they show: figures, no words.

measure.py          the scores of a cell → its measurement
votes.py            pass@k and cons@k: how the samples of each problem vote
lengths.py          scores at every token cap; repetition.py: replies cut while they repeated
problem_counts.py   what became of the samples of each problem
programs.py         how programs ended, and how isolated they ran
lm_eval_totals.py   what lm-eval itself would report
cells.py            the cells of a run folder, without model or dataset
stored.py           what a run folder measured and spent; cached.py keeps what was found
comparable.py       a measured cell with what makes it comparable; protocol.py: its settings
efficiency.py       tokens, time and money for each solved problem
labels.py           labels that came with imported outputs; agreement.py: beside our grades
repeats.py          samples that were generated twice
suspects.py         wrong grades that may be the grader's
doubts.py           when a score may be of something else; contradictions.py, servers.py: signs
"""
