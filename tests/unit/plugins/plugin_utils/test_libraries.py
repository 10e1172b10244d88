"""Libraries that are missing on the controller are named all at once."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils import libraries


def lacking(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    def refusing(name: str):
        def require() -> None:
            raise RolloutError(f"{name} is missing on the controller", mend=f"pip install {name}")

        return require

    for name in names:
        monkeypatch.setattr(getattr(libraries, f"seam_{name}"), "require", refusing(name))


@pytest.mark.parametrize(
    ("halves", "proof", "told"),
    [
        (("records", "certificates"), True, "winrm is missing; cryptography is missing; dns is missing"),
        (("records",), False, "winrm is missing; dns is missing"),
        (("certificates",), False, "winrm is missing; cryptography is missing"),
        ((), True, "winrm is missing; cryptography is missing; dns is missing"),
        ((), False, ""),
    ],
)
def test_each_part_needs_its_own(
    monkeypatch: pytest.MonkeyPatch, halves: tuple[str, ...], proof: bool, told: str
) -> None:
    lacking(monkeypatch, "winrm", "cryptography", "dns")
    found = ""
    try:
        libraries.require_libraries(halves, proof=proof)
    except RolloutError as error:
        found = error.what
    assert found == told


@pytest.mark.parametrize(("connections", "told"), [({"winrm"}, ""), ({"winrm", "psrp"}, "pypsrp is missing")])
def test_psrp_needs_a_library_of_its_own(monkeypatch: pytest.MonkeyPatch, connections: set[str], told: str) -> None:
    lacking(monkeypatch, "pypsrp")
    found = ""
    try:
        libraries.require_libraries(("records",), proof=True, connections=connections)
    except RolloutError as error:
        found = error.what
    assert found == told


def test_what_now(monkeypatch: pytest.MonkeyPatch) -> None:
    lacking(monkeypatch, "cryptography", "dns")
    with pytest.raises(RolloutError) as refused:
        libraries.require_libraries(("records", "certificates"), proof=True)
    assert str(refused.value) == (
        "the controller: cryptography is missing; dns is missing. Nothing was touched. pip install cryptography. pip"
        " install dns"
    )


def test_nothing_is_missing_here() -> None:
    libraries.require_libraries(("records", "certificates"), proof=True)
