"""The hosts of an estate speak all languages in turn, and another one begins in the next case and in the next test."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_tests.foreign import Psrp
from languagekit import LANGUAGES, begin, each_host_in_every_language, turn_of
from sitekit import Site

from lab.client import RunningEstate

HOSTS = ("ca01", "ocssrv01", "ocssrv02", "dc01")
TURNS = (
    "en-US de-DE fr-FR ja-JP",
    "de-DE fr-FR ja-JP en-US",
    "fr-FR ja-JP en-US de-DE",
    "ja-JP en-US de-DE fr-FR",
)


def spoken(estate: RunningEstate) -> str:
    """By what the hosts say of themselves."""
    account = (estate.variables["ansible_user"], estate.variables["ansible_password"])
    hosts = (Psrp(estate.address(host), *account) for host in HOSTS)
    systems = (host.query("SELECT * FROM Win32_OperatingSystem", "root/cimv2") for host in hosts)
    return " ".join(str(one["MUILanguages"]) for (one,) in systems)


@pytest.fixture(autouse=True)
def _first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UCOPS_FIRST_LANGUAGE", raising=False)


@pytest.mark.parametrize("case", range(4))
def test_each_case_begins_with_the_next(site: Site, turn: int, case: int) -> None:
    assert (turn, spoken(site.estate)) == (case, TURNS[case])


@pytest.mark.estate(hosts=[{"name": "ca01", "language": "ja-JP"}])
def test_the_next_test_too_and_a_host_keeps_its_own(site: Site, language: str) -> None:
    assert (language, spoken(site.estate)) == ("de-DE", "ja-JP fr-FR ja-JP en-US")


def test_all_hosts_speak_one(tmp_path: Path) -> None:
    with begin("origin", tmp_path, "fr-FR") as estate:
        assert spoken(estate) == "fr-FR fr-FR fr-FR fr-FR"


def test_the_first_can_be_chosen(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """So that four runs have each host in each language."""
    monkeypatch.setenv("UCOPS_FIRST_LANGUAGE", "2")
    assert turn_of(request.node) == 3 + 2


@each_host_in_every_language
def test_each_host_speaks_each(site: Site, turn: int, request: pytest.FixtureRequest) -> None:
    """Whichever the test's place is; a case has the name of the CA's language."""
    assert spoken(site.estate) == TURNS[turn]
    assert request.node.name.endswith(f"[{LANGUAGES[turn]}]")
