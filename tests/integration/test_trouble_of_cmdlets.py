"""Trouble with the cmdlets of Lync and its successors, in whole rollouts: each ends with a clear word, nothing is
assigned twice or lost, and a later run without it finishes the work."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from actionkit import Pool
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from languagekit import begin, each_host_in_every_language, in_every_language
from sitekit import Run, Site

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning import lync

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

FRONT_ENDS = ("fe01", "fe02", "fe03")
TYPES = ["Default", "WebServicesExternal", "WebServicesInternal"]
INSIDE = {"variables": {"ucops_only": {"pools": ["pool.company.local"]}}}


def told(run: Run) -> str:
    """The output in one line; a traceback is never among it."""
    assert "Traceback (most recent call last)" not in run.output, run.output
    return " ".join(run.output.split())


def assigned(site: Site) -> dict[str, dict[str, str]]:
    """host -> type -> thumbprint."""
    hosts = site.state()["hosts"]
    return {
        name: {type: held["thumbprint"] for type, held in hosts[name]["cs_server"]["assigned"].items()}
        for name in FRONT_ENDS
    }


def requests(site: Site) -> int:
    return len(site.state()["hosts"]["ca01"]["ca"]["requests"])


# --- known before anything is touched -------------------------------------------------------------------------------


@each_host_in_every_language
@pytest.mark.estate(
    name="sfb2019",
    hosts=[
        {"name": "fe01", "cs_server": {"cms_reachable": False}},
        {"name": "fe02", "cs_server": {"misbehave": ["no_module"]}},
        {"name": "fe03", "powershell": {"language_mode": "ConstrainedLanguage"}},
        {"name": "edge01", "cs_server": {"misbehave": ["store_closed"]}},
        {"name": "edge02", "cs_server": {"product": "sfb2015"}},
    ],
)
def test_what_keeps_the_cmdlets_from_assigning_is_known_before_anything_is_touched(site: Site) -> None:
    before = site.state()
    for more in ((), ("--check",)):
        run = site.play("deploy_pool", *more)
        text = told(run)
        assert run.code == 2 and "Nothing was touched, since not every host can do its part:" in text
        for line in (
            "- fe01.company.local: OAuth's certificate is to be assigned, and the Central Management Store is not open",
            "- fe02.company.local: neither the module SkypeForBusiness nor Lync is on the server. Set up the server"
            " with the deployment wizard first, or leave this to people: pool_certificates_lync: manual",
            "- fe03.company.local: PowerShell runs in ConstrainedLanguage mode here",
            "- edge01.company.local: Get-CsCertificate may not read: Cannot open database",
            "- edge02.company.local: the server has Skype for Business Server 2015 (version 6.0.9319.0), and the"
            " topology says Skype for Business Server 2019. Correct `product` of its pool in the topology",
        ):
            assert line in text, line
        assert "set pool_certificates_oauth: false" in text and "a member of RTCUniversalServerAdmins" in text
        assert site.state() == before
    # Only records are pushed: nothing of all that matters, and no PowerShell runs.
    site.estate.reset_counters()
    assert site.play("deploy_pool", "--tags", "dns").code == 0
    assert [assigned(site)[name] for name in FRONT_ENDS] == [{}, {}, {}] and requests(site) == 0


# --- half way ---------------------------------------------------------------------------------------------------------


def leftover(site: Site, host: str) -> str:
    """What somebody once assigned to all types: expired, signed by itself, and without its key. Its thumbprint."""
    key, now = rsa.generate_private_key(65537, 2048), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "pool.company.local")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(4711).not_valid_before(now - datetime.timedelta(days=400))
    old = builder.not_valid_after(now - datetime.timedelta(days=3)).sign(key, hashes.SHA256())
    lines = old.public_bytes(serialization.Encoding.PEM).decode().splitlines()
    for number, line in enumerate(lines):
        site.command(host, f"{'>>' if number else '>'}C:\\Windows\\Temp\\old.cer echo {line}")
    site.command(host, "certutil -addstore my C:\\Windows\\Temp\\old.cer")
    thumbprint = old.fingerprint(hashes.SHA1()).hex().upper()
    site.estate.order("cs_server", host, "assign", types=TYPES, thumbprint=thumbprint)
    return thumbprint


@each_host_in_every_language
@pytest.mark.estate(
    name="sfb2019",
    inventory=INSIDE,
    hosts=[
        {"name": "fe01", "cs_server": {"misbehave": ["no_https_binding"]}},
        {"name": "fe02", "cs_server": {"use_as_urn": True}},
        {"name": "fe03", "powershell": {"culture": "de-DE"}, "utc_offset_hours": 2},
    ],
)
def test_no_binding_a_urn_dates_of_another_culture_and_what_was_left_behind(site: Site) -> None:
    old = leftover(site, "fe02")
    first = site.play("deploy_pool", variables={"pool_certificates_effective_date": "2036-12-01T22:00:00Z"})
    assert first.code == 2 and "Https binding not found on the website." in told(first), first.output
    (failed,) = site.report()["failures"]
    assert failed["where"] == "fe01.company.local"
    assert "Set-CsCertificate did not assign all: Default not (nothing is)" in failed["what"]
    assert "Mend it on the server and run again: what is assigned already is left alone" in failed["what"]
    held = assigned(site)
    assert held["fe01"] == {} and sorted(held["fe02"]) == sorted(held["fe03"]) == TYPES
    assert old not in held["fe02"].values() and len({*held["fe02"].values(), *held["fe03"].values()}) == 2
    assert requests(site) == 4

    site.estate.order("cs_server", "fe01", "set", misbehave=[])
    finished = site.play("deploy_pool", variables={"pool_certificates_effective_date": "2036-12-01T22:00:00Z"})
    assert site.report()["summary"]["failed"] == 0 and not site.report()["failures"], finished.output
    now = assigned(site)
    assert sorted(now["fe01"]) == TYPES and {name: now[name] for name in ("fe02", "fe03")} == {
        name: held[name] for name in ("fe02", "fe03")
    }
    organisation = site.state()["hosts"]["fe01"]["cs_server"]["organisation"]
    assert list(organisation) == ["OAuthTokenIssuer"] and requests(site) == 4
    again = site.play("deploy_pool")
    assert again.code == 0 and again.total("changed") == 0, again.output
    assert assigned(site) == now


def refusal(pool: Pool, works: dict, misbehave: str) -> str:
    """What is said while the server does so."""
    pool.estate.order("cs_server", "fe02", "set", misbehave=[misbehave])
    with pytest.raises(RolloutError) as refused:
        pool.bring("fe02", works["fe02"])
    pool.estate.order("cs_server", "fe02", "set", misbehave=[])
    return str(refused.value)


@in_every_language
def test_powershell_that_never_ends_and_one_that_ends_within_its_answer(
    tmp_path: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The steps of the role, in one process: nobody waits for the whole deadline."""
    with begin("sfb2019", tmp_path, language) as estate:
        pool = Pool(estate)
        works = pool.works()
        with monkeypatch.context() as sooner:
            sooner.setattr(lync, "READ_TIMEOUT", 4.0)
            late = refusal(pool, works, "hangs")
        assert "PowerShell (reading of the assigned certificates)" in late and "4 seconds" in late, late
        assert estate.state()["hosts"]["fe02"]["cs_server"]["assigned"] == {}
        cut = refusal(pool, works, "dies")
        assert "assigning of the certificates: PowerShell ended with exit code 1, and its answer was cut off" in cut
        # It was assigned all the same, which the next run reads.
        held = estate.state()["hosts"]["fe02"]["cs_server"]["assigned"]
        assert sorted(held) == TYPES
        assert pool.bring("fe02", works["fe02"]) is False
        state = estate.state()["hosts"]
        assert {type: one["thumbprint"] for type, one in state["fe02"]["cs_server"]["assigned"].items()} == {
            type: one["thumbprint"] for type, one in held.items()
        }
        assert len(state["ca01"]["ca"]["requests"]) == 1
