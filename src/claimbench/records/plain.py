"""Plain types that records share: JSON objects once they are read, and those that are to be
written; the tier of a figure.

What a key of an object holds is known to its reader, and checked where it may come from elsewhere;
a shape that several modules build on is a record or a pydantic model instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

JsonObject: TypeAlias = Mapping[str, Any]
"""One that is only read."""
JsonDict: TypeAlias = dict[str, Any]

Tier = Literal["A", "B", "C", "D"]
"""A our run; B a third party's raw outputs graded by us; C a third party's score; D the vendor's
own."""
