"""Any OpenAI-compatible server as an engine (docs/endpoint.md)."""

from claimbench.engines.endpoint.engine import EndpointEngine

__all__ = ["EndpointEngine"]
