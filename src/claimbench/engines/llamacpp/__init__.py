"""llama.cpp's server, started on a GGUF file or joined (docs/laptop.md)."""
