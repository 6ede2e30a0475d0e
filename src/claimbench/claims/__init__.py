"""Claims of articles and published figures: read from seeds, checked strictly.

catalogue.py          the models, benchmarks and metrics that may be named
sources.py            where something is written down, and what counts as a record
schema.py             what an article file holds, and how a claim of each kind is tested
articles.py           seeds/articles/*.yaml → Article, Claim; checked against the text where it
                      is at hand
published_schema.py   what a file of seeds/published holds
published.py          seeds/published/*.yaml → PublishedResult, Figure
problem_scores.py     scores of every problem, in CSV files beside them
pairs.py              which published figures stand side by side
formula.py            a tiny safe expression language
decided.py            claims that need no run: arithmetic and artifacts
"""
