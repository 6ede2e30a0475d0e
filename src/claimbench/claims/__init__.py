"""Claims of articles and published figures: read from seeds/, checked strictly.

catalogue   the models, benchmarks and metrics that may be named
sources     where something is written down, and what counts as a record
schema      what an article file holds, and how a claim of each kind is tested
articles    seeds/articles/*.yaml → Article, Claim; checks against the text when it is at hand
published   seeds/published/*.yaml → PublishedResult, Figure
formula     a tiny safe expression language
decided     claims that need no run: arithmetic and artifacts
"""
