def wrapped(code: str) -> str:
    return code
