"""An engine that replies from a script: for tests of everything that an engine feeds."""

from claimbench.engines.scripted.engine import ScriptedEngine, completion_of
from claimbench.engines.scripted.settings import scripted_kind

__all__ = ["ScriptedEngine", "completion_of", "scripted_kind"]
