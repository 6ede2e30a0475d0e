"""Verdicts: what a measurement makes of a published figure, and scores of an article's claim.

Nothing here knows how samples arose, what files hold them, or words: it hands on messages.

    cases.py          what is judged: a figure beside what was measured of it
    published.py      published figures → verdicts; pairing.py: those of a run
    untestable.py     why there is no test; protocol.py: where two protocols differ
    noise.py          the error of each side; learned.py, laboratories.py, spread.py: laboratories'
    looks.py          a run that was judged as it grew; stopping.py: may it stop
    sentences.py      what a reader needs of a verdict, as messages
    second_readings.py    what stands beside a verdict
    registration.py   as registered, or not
    remeasured.py     third parties' figures against the vendors'; paired_scores.py: by problem
    side_by_side.py   all that is known of one model on one benchmark
    comparisons.py    runs against a reference run (arms.py); contrasts.py: before and after
    claims.py         article claims, composed of their benchmarks (composition.py)
    articles/         the claims of all articles, by all evidence at hand
"""
