"""Messages → words: the only place that knows words, one catalogue per language.

A catalogue is a Fluent file beside this module (`en.ftl`, `ko.ftl`); its name is the language. To
add a language, add its file: it appears on the page of every report and as `--language`. What a
catalogue lacks is said in English.
"""

from claimbench.report.messages.catalogue import (
    ENGLISH,
    Words,
    english,
    languages,
    words,
)
from claimbench.report.messages.data import plain

__all__ = ["ENGLISH", "Words", "english", "languages", "plain", "words"]
