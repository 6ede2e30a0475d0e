"""The failures of claimbench. Each message is one sentence that names the file and key and says
what to do; the command line prints it without a traceback.

    ClaimbenchError
    ├── InputError            exit 2: the user's input is wrong
    │   ├── ConfigError       a YAML file or a --set option
    │   ├── DataError         a dataset: missing, wrong row count, wrong digest
    │   ├── PromptError       a prompt breaks the model's rules or does not fit its context
    │   └── WrongRunFolder    a StoreError too: the folder named is no run's, or another run's
    ├── Missing               something that can be fetched or installed later: `plan` goes on
    └── StageError            exit 1: a stage failed; nothing that was finished is lost
        ├── ModelError        a checkpoint cannot be had or read
        ├── EngineDied        the engine cannot go on (out of memory, device error)
        ├── StoreError        the run folder: damaged line, no space
        │   └── StoreLocked   another process writes this run folder
        ├── GradingError      the grading pool cannot go on
        ├── CapReached        the run may not spend more
        └── IncompleteRun     samples received ≠ samples asked: no verdict
"""

from __future__ import annotations


def counted(count: int, one: str, many: str = "") -> str:
    """So many of something in an English sentence: `1 sample`, `2 samples`. `many` is the plural
    where it is not `one` with an s, or where the verb goes with it: `1 row fits`, `2 rows fit`."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


class ClaimbenchError(Exception):
    """Base of every failure that claimbench explains."""

    exit_code = 1


class InputError(ClaimbenchError):
    """The user's input is wrong."""

    exit_code = 2


class ConfigError(InputError):
    """A configuration file or a --set option is wrong."""


class DataError(InputError):
    """A dataset is missing or is not the pinned one."""


class PromptError(InputError):
    """A prompt breaks the model's rules or does not fit its context."""


class Missing(ClaimbenchError):
    """A checkpoint, dataset or package is not here, and can be had: mixed into the failure that it
    is for a run. A dry run goes on without it. `what` was looked for and `why` it did not come:
    for who fetches it, whom the message would send to fetch it."""

    def __init__(self, message: str, what: str = "", why: str = "") -> None:
        super().__init__(message)
        self.what, self.why = what, why


class StageError(ClaimbenchError):
    """A stage failed; what was finished is kept."""


class ModelError(StageError):
    """A checkpoint cannot be had or cannot be read."""


class CheckpointDamaged(ModelError):
    """A checkpoint's files are not what was fetched or made."""


class CheckpointMissing(Missing, ModelError):
    """A checkpoint, its tokenizer or an engine is not here."""


class DatasetMissing(Missing, DataError):
    """A dataset is not here."""


class EngineDied(StageError):
    """The engine cannot go on; open requests stay missing."""


class StoreError(StageError):
    """The run folder cannot be read or written."""


class WrongRunFolder(InputError, StoreError):
    """The folder that the user names is no run folder, or one of another run."""


class StoreLocked(StoreError):
    """Another process writes this run folder."""


class GradingError(StageError):
    """The grading pool cannot go on."""


class CapReached(StageError):
    """The cap on what a run may spend leaves no room for another request."""


class IncompleteRun(StageError):
    """Samples received are not the samples asked for; no verdict is given."""
