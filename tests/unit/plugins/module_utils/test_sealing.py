"""Files that know whether somebody has changed them."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.sealing import is_untouched, sealed

# sha256sum of "a: 1\n".
DIGEST = "37b128c59f1f5097f73f82691cb519f1f568667faab5ced1b4ab979d36837eae"


def test_the_last_line_seals_the_others() -> None:
    text = sealed("a: 1\n")
    last = f"# Unchanged since it was made, while this is the SHA-256 of the lines above: {DIGEST}"
    assert text.splitlines() == ["a: 1", last]
    assert is_untouched(text.encode())


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("1", "2", 1),
        lambda text: text + "\n",
        lambda text: text + "b: 2\n",
        lambda text: "\n" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text[:-70] + "0" * 69 + "\n",
        lambda text: text.splitlines()[0] + "\n",
        lambda text: "",
    ],
)
def test_any_change_is_seen(change) -> None:  # type: ignore[no-untyped-def]
    assert not is_untouched(change(sealed("a: 1\n")).encode())
