"""The version: in a module of its own, so that no package imports the door that imports it."""

__version__ = "0.1.0"
