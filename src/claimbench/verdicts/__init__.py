"""Verdicts: what a measurement makes of a published figure, and scores of an article's claim.

`judge_all` judges published figures, `articles` the claims of articles. Neither knows how samples
arose, what files hold them, or words: they hand on messages.
"""
