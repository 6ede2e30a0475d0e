"""Article verdicts: all evidence at hand → every claim's verdict, and every re-measured figure's.

results.py            one source's result on one test, and a claim's verdict from all of them
sources.py            who measured what: vendors, third parties, our own run folders (runs.py)
scores.py             each party's figures, and what they make of a comparison
benchmark_claims.py   claims by kind; so are efficiency_claims.py, published_data.py, records.py
claims.py             all claims of all articles; reported.py: as a report shows them
filters.py            claims of one article, kind or status
"""
