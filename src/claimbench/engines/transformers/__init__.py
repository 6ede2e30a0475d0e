"""Checkpoints through PyTorch: our own continuous batching over transformers' models."""
