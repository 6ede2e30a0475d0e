"""Other harnesses: their outputs in, our results out.

readers/      one reader for each format, by name; rows.py is what a reader yields, lines.py and
              parquet.py read in bounded memory, mapped.py says which column holds what
match.py      rows → problems, ours or the file's own (alike.py: questions written otherwise,
              golds.py: golds compared, and taken out of solutions)
answers.py    rows that state their answer, or are one
survey.py     the first pass: everything is checked before anything is written (lengths.py: the
              stated max_tokens, sound.py: what cannot be graded, and what to doubt)
imports.py    both passes; samples into a run folder (wanted.py: what is asked for,
              described.py: what the folder says of it)
writers/      a run folder → other tools' files, one writer for each format, by name
"""
