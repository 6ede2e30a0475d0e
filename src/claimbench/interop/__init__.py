"""Other harnesses: their outputs in, our results out.

readers/      one reader for each format, by name
match.py      rows → problems, ours or the file's own (alike.py: questions written otherwise,
              golds.py: golds compared, and taken out of solutions)
answers.py    rows that state their answer, or are one
survey.py     the first pass: everything is checked before anything is written (lengths.py: the
              stated max_tokens, sound.py: what cannot be graded, and what to doubt)
imports.py    both passes; samples into a run folder (wanted.py: what is asked for,
              described.py: what the folder says of it)
eee_figures.py   scores of every_eval_ever's files as published figures
results.py    a run folder as Python reads it: `claimbench.load`
stored.py     what an export reads of a run folder (samples.py: one sample; escapes.py: cells that
              could not stand in CSV as they are)
writers/      a run folder → other tools' files, one writer for each format, by name
"""
