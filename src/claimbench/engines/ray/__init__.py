"""Replicas of any engine as actors on a Ray cluster, behind the interface of one engine.

    cluster.py    a given cluster, or a local one for the run; where replicas have room
    staff.py      replicas as actors; `engines/replicas` has what they do and who hands work out
    engine.py     the engine that the rest of claimbench sees

How many replicas there are changes no sample: it is provenance, as threads are.
"""
