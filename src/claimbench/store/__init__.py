"""The run folder: append-only samples and grades, durable, resumable, locked.

`RunStore` is the only writer of a run folder. It keeps records and their order and knows nothing
of what they mean.

    files.py     names, whole files, what an OSError means to the user
    tokens.py    token ids as a short text
    rows.py      Sample and Grade as one JSON line and as one fixed-width index record
    index.py     the rebuildable index beside each part
    parts.py     append-only part files
    together.py  many lines read at once
    reading.py   their rows, read back and checked
    lock.py      one writer per folder, or one per shard
    runfile.py   run.yaml: the resolved config that a folder belongs to
    run.py       RunStore, which puts them together
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
