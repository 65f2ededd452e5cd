"""Values as TOML writes them."""

import json


def text(said: str) -> str:
    """A text of TOML. What JSON writes is one, but for the one control character that it leaves as it is."""
    return json.dumps(said, ensure_ascii=False).replace("\x7f", "\\u007f")


def value(found: object) -> str:
    if isinstance(found, list):
        return f"[{', '.join(map(value, found))}]"
    return text(found) if isinstance(found, str) else str(found)
