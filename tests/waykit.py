"""What a whole rollout by one way in came to, in one form for all ways: pytest's summary shows them as a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

# The property of a test's report that is a row of the table.
PROPERTY = "way in"
COLUMNS = ("connection", "transport", "listener", "estate", "result", "requests", "seconds")


def row(
    way: tuple[str, str, str], estate: str, result: str, counters: dict[str, Any], seconds: float
) -> tuple[str, str]:
    """For ``record_property``.

    :param way: connection, transport and listener.
    :param counters: those of the estate, of each host; legs of a logon are requests, too.
    """
    requests = sum(one["requests"] for one in counters.values())
    cells = (*way, f"{estate}, {len(counters)} hosts", result, str(requests), f"{seconds:.1f}")
    return PROPERTY, " | ".join(cells)


def table(properties: Iterable[tuple[str, Any]]) -> list[str]:
    """The rows among the properties of reports, as Markdown; nothing where there are none."""
    rows = [str(value) for name, value in properties if name == PROPERTY]
    lines = (" | ".join(COLUMNS), " | ".join(["---"] * len(COLUMNS)), *rows)
    return [f"| {line} |" for line in lines] if rows else []
