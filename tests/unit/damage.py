"""Hypothesis strategies: values that nobody planned for, and sound ones that were damaged at some places."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

S = TypeVar("S", bytes, str)

# What trips readers: halves of surrogate pairs, digits of other scripts, underscores, truth values that are numbers.
_ODD = st.sampled_from(
    [
        None,
        True,
        False,
        -1,
        0,
        65536,
        2**31,
        1.5,
        float("inf"),
        float("nan"),
        "",
        " ",
        "@",
        "*",
        ".",
        "\u0663\u0660",
        "1_0",
        " 1",
        "\ud800",
        "a\x00b",
        "\u202egnp",
        "x" * 300,
        "1.2.3.4",
        "fe80::1%eth0",
        "xn--a",
        "\u00df.de",
    ]
)
# Nothing for hypothesis, which writes its values out: a number too long for that, and a nest too deep for it.
ENDLESS = 10**5000
NEST: Any = []
for _ in range(3000):
    NEST = [NEST]

TEXTS = st.text(st.characters(), max_size=12)
_LEAVES = _ODD | st.integers() | st.floats() | TEXTS
ANYTHING = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS | st.integers() | st.none(), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container below a value, with each of its keys or positions."""
    items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield value, key
        yield from places(inner)


@st.composite
def damaged(draw: st.DrawFn, sound: Any, values: st.SearchStrategy[Any] = ANYTHING) -> Any:
    """A plain value of which one to three places are gone, twice there, exchanged, or something else."""
    value = copy.deepcopy(sound)
    for _place in range(draw(st.integers(1, 3))):
        found = list(places(value))
        if not found:
            break
        container, key = found[draw(st.integers(0, len(found) - 1))]
        deed = draw(st.sampled_from(["other", "other", "other", "gone", "moved", "beside"]))
        if deed == "other":
            container[key] = draw(values)
        elif deed == "gone":
            del container[key]
        elif deed == "moved":
            other, at = found[draw(st.integers(0, len(found) - 1))]
            container[key] = copy.deepcopy(other[at])
        elif isinstance(container, list):
            container.append(copy.deepcopy(container[key]))
        else:
            container[draw(TEXTS)] = draw(values)
    return value


@st.composite
def torn(draw: st.DrawFn, sound: S, pieces: Sequence[S] = ()) -> S:
    """Bytes or text of which one to four stretches are gone, twice there, or replaced by noise or by ``pieces``."""
    value = sound
    noise: st.SearchStrategy[Any] = st.binary(max_size=6) if isinstance(sound, bytes) else TEXTS
    for _stretch in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(value)))
        end = min(len(value), start + draw(st.sampled_from([0, 1, 1, 2, 4, 16, 200, len(sound)])))
        insert = draw(noise | st.sampled_from([value[:0], value[start:end] * 2, *pieces]))
        value = value[:start] + insert + value[end:]
    return value
