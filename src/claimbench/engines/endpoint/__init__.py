"""Any OpenAI-compatible server as an engine (docs/endpoint.md)."""
