"""Codes of certreq, certutil and AD CS."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.windows import codes


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        ("CertReq: Befehl wurde erfolgreich ausgeführt.", ()),
        ("Zugriff verweigert 0x80070005 (WIN32: 5)", (0x80070005,)),
        ("0x80094012 (-2146877422), then 0x800b0109, again 0x80094012", (0x80094012, 0x800B0109)),
        ("0x800B010a", (0x800B010A,)),
        ("0xC0000225", (0xC0000225,)),
        ("0x00000000 0x7fffffff 0x8009401 0x800940123", ()),
    ],
)
def test_failure_codes_are_read_from_text_in_any_language(text: str, found: tuple[int, ...]) -> None:
    assert codes.failure_codes(text) == found


@pytest.mark.parametrize(
    ("exit_code", "text", "shown"),
    [
        (1, "0x80094012 and 0x80091234", 0x80094012),
        (1, "0x80091234 and 0x80095678", 0x80095678),
        (-2146877422, "", 0x80094012),
        (0x80094012, "", 0x80094012),
        (1, "", None),
        (0, "no code", None),
    ],
)
def test_the_code_to_show(exit_code: int, text: str, shown: int | None) -> None:
    assert codes.failure_code(exit_code, text) == shown


def test_known_unknown_and_no_code() -> None:
    assert codes.meaning(0x80094012) == "0x80094012: the template's permissions do not let this account enrol"
    assert codes.advice(0x80094012).startswith("Give the account that logs on to the CA the permission Enroll")
    assert codes.meaning(0x8009FFFF) == "0x8009ffff"
    assert codes.advice(0x8009FFFF, "See the log") == "See the log"
    assert (codes.meaning(None), codes.advice(None)) == ("no reason was given", "")


KNOWN = [
    0x80094001, 0x80094003, 0x80094012, 0x80094014, 0x80094800, 0x80094801, 0x80094802, 0x80094811, 0x80094812,
    0x80070005, 0x80070050, 0x800706BA, 0x80092013, 0x80092004, 0x800B0109, 0x800B010A,
]  # fmt: skip


@pytest.mark.parametrize("code", KNOWN, ids=hex)
def test_a_known_code_has_meaning_and_advice(code: int) -> None:
    said = codes.meaning(code).partition(": ")[2]
    assert said and not said.endswith(".")
    assert codes.advice(code)[0].isupper() and not codes.advice(code).endswith(".")
