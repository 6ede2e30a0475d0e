"""The engine for NVIDIA GPUs: vLLM, driven step by step. The same code runs on its CPU build."""
