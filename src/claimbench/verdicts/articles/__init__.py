"""Article verdicts: all evidence at hand → every claim's verdict, and every re-measured figure's.

results             one source's result on one test, and a claim's verdict from all of them
sources, runs       who measured what: vendors, third parties, our own run folders
benchmark_claims, published_data, efficiency_claims    claims by kind
claims, reported    all claims of all articles; as a report shows them
filters             claims of one article, kind or status
"""
