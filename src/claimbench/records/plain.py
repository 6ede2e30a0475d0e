"""JSON objects once they are read, and those that are to be written.

What a key holds is known to its reader, and checked where it may come from elsewhere; a shape that
several modules build on is a record or a pydantic model instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

JsonObject: TypeAlias = Mapping[str, Any]
"""One that is only read."""
JsonDict: TypeAlias = dict[str, Any]
