"""The engine for CPUs and single GPUs: transformers checkpoints, continuous batching over slots."""

from claimbench.engines.transformers.engine import Stats, TransformersEngine

__all__ = ["Stats", "TransformersEngine"]
