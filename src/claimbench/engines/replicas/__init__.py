"""Replicas of any engine behind the interface of one engine.

    replica.py    an engine that works through what it is handed, and the contract of the workers
                  that hold one: `processes` here, and `ray` on a cluster
    dispatch.py   hands requests out as replicas have room, and again when one is lost
    processes.py  a process for each replica, with GPUs or cores of its own
    engine.py     the engine that the rest of claimbench sees

How many replicas there are changes no sample's identity: it is provenance, as threads are.
"""
