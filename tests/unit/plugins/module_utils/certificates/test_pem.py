"""DER in text and back."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.pem import MAX_BUNDLE, armour, unarmour
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError


def test_armour_and_back():
    assert unarmour(armour(b"\x30abc", "X509 CRL"), where="test") == (b"\x30abc",)


def test_armour_has_lines_of_64_characters():
    assert armour(bytes(60), "CERTIFICATE") == (
        "-----BEGIN CERTIFICATE-----\n" + "A" * 64 + "\n" + "A" * 16 + "\n-----END CERTIFICATE-----\n"
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"A" * (MAX_BUNDLE + 1), "are more than certificates need"),
        (b"Access is denied.", "neither DER nor PEM"),
        (b"\xff\xfe\x00", "neither DER nor PEM"),
        ("-----BEGIN X-----\nA\n-----END X-----", "garbled base64"),
    ],
)
def test_what_is_neither(data, said):
    with pytest.raises(RolloutError, match=f"^file.cer: .*{said}"):
        unarmour(data, where="file.cer")


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN CERTIFICATE-----" + " " * 500_000,
        "-----BEGIN CERTIFICATE-----" * 18_000,
        "-----BEGIN CERTIFICATE-----" + "A" * 400_000 + "-----END CERTIFICATE REQUEST-----",
        "-----BEGIN " + "A" * 500_000,
        "MI" + " =" * 200_000,
    ],
    ids=["blanks", "begins", "another end", "no label", "paddings"],
)
def test_text_that_is_made_to_be_looked_at_again_and_again(text: str) -> None:
    """A pattern that did so would take hours, and this test with it."""
    with pytest.raises(RolloutError, match="neither DER nor PEM"):
        unarmour(text, where="test")
