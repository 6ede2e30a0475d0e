"""Tasks of lm-eval (EleutherAI's evaluation harness) as benchmarks.

lm-eval builds documents and few-shot contexts, filters replies and computes metrics; everything
between context and reply (chat template, sampling, store, resume, statistics) is claimbench's.
lm-eval itself is imported only inside functions: it takes seconds.
"""
