"""What a port demands of an adapter."""

from __future__ import annotations

import pytest


def demands(port: type, *methods: str) -> bool:
    """Whether exactly these methods make an adapter: without one of them nothing can be made."""
    for missing in methods:
        given = {name: lambda self: None for name in methods if name != missing}
        with pytest.raises(TypeError, match=missing):
            type("Half", (port,), given)()
    return bool(type("Whole", (port,), dict.fromkeys(methods, lambda self: None))())
