"""The run folder: append-only samples and grades, durable, resumable, locked.

`RunStore` is the only writer of a run folder. It keeps records and their order and knows nothing
of what they mean.

    files.py         names, whole files, what an OSError means to the user
    tokens.py        token ids as a short text; digests.py: short digests
    rows.py          Sample and Grade as one JSON line and as one fixed-width index record
    index.py         the rebuildable index beside each part
    parts.py         append-only part files; lines.py: files that are written once, whole
    together.py      many lines read at once
    reading.py       their rows, read back and checked (checks.py)
    current.py       which of them count
    lock.py          one writer per folder, or one per shard
    runfile.py       run.yaml: the resolved config that a folder belongs to
    manifest.py      the same, read back as models; seal.py: whether it still says what it said
    registration.py  what was registered before the run
    growth.py        a run whose samples are raised; looks.py: the looks it made
    unbegun.py       a folder in which nothing was stored
    problems.py      its problems (fields.py: which was edited), prompts.py: its prompts
    provenance.py    where the results came from; sessions.py: this session's entry
    run.py           RunStore, which puts them together
"""

from claimbench.store.current import Judge
from claimbench.store.digests import text_key
from claimbench.store.files import safe_name, write_folder
from claimbench.store.index import IdSet, hex_ids, positions
from claimbench.store.run import RunStore
from claimbench.store.runfile import holds_results_alone, is_run, read_run
from claimbench.store.together import Values

__all__ = [
    "IdSet",
    "Judge",
    "RunStore",
    "Values",
    "hex_ids",
    "holds_results_alone",
    "is_run",
    "positions",
    "read_run",
    "safe_name",
    "text_key",
    "write_folder",
]
