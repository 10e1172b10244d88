"""Rollouts over Ansible's psrp connection, which is never connected: pypsrp's transport carries our messages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from sitekit import Site

pytestmark = pytest.mark.slow

PSRP = {"ansible_connection": "psrp", "ansible_psrp_protocol": "http"}
HOSTS = ("ca01", "dc01", "ocssrv01", "ocssrv02")


def counted(site: Site) -> dict[str, Any]:
    """Since this was called before; by the short names of hosts."""
    found = site.estate.counters()
    site.estate.reset_counters()
    return {host.partition(".")[0]: one for host, one in found.items()}


def messages(found: dict[str, Any]) -> dict[str, dict[str, int]]:
    """host -> kind of message -> number; that of legs of authentication, too."""
    return {host: {kind: one["requests"] for kind, one in found[host]["kinds"].items()} for host in HOSTS}


def failed_logons(site: Site) -> int:
    return sum(one["logons"]["failed"] for one in site.estate.counters().values())


def test_a_rollout_over_psrp_asks_what_one_over_winrm_asks(site: Site, tmp_path: Path) -> None:
    """The first over psrp, sealed with NTLM; then nothing is left to do, over either and over both in one run."""
    run = site.play("deploy_pool", variables={**PSRP, "ucops_record": str(tmp_path / "recorded")})
    assert run.code == 0, run.output
    assert site.report()["summary"] == {
        "proved": 22, "unproved": 0, "failed": 0, "by_hand": 0, "would_be_checked": 0,
    }  # fmt: skip
    first = counted(site)
    assert [one["logons"]["failed"] for one in first.values()] == [0, 0, 0, 0]
    sent = sum(
        number for kinds in messages(first).values() for kind, number in kinds.items() if kind != "authentication"
    )
    # Each recording begins with a heading.
    recorded = [path.read_text(encoding="ascii") for path in (tmp_path / "recorded").iterdir()]
    assert sum(one.count("\n") - 1 for one in recorded) == sent
    asked = {}
    for way in ("psrp", "winrm", "both"):
        given = {"psrp": PSRP, "winrm": {}, "both": {"ansible_psrp_protocol": "http"}}[way]
        options = ("-i", str(both_ways(tmp_path))) if way == "both" else ()
        run = site.play("deploy_pool", *options, variables=given)
        assert (run.code, run.total("changed")) == (0, 0), run.output
        asked[way] = messages(counted(site))
    assert asked["psrp"] == asked["winrm"] == asked["both"]
    assert asked["psrp"]["dc01"]["create"] == 2


def both_ways(tmp_path: Path) -> Path:
    """An inventory beside the estate's: the CA and a server are reached over psrp."""
    kinds = {f"{name}.company.local": {"ansible_connection": "psrp"} for name in ("ca01", "ocssrv02")}
    path = tmp_path / "both.yml"
    path.write_text(yaml.safe_dump({"all": {"hosts": kinds}}), encoding="utf-8")
    return path


@pytest.mark.versions
def test_over_psrp_a_wrong_password_is_one_logon_and_a_wrong_port_none(site: Site) -> None:
    run = site.play("deploy_pool", variables={**PSRP, "ansible_password": "wrong"})
    assert run.code != 0 and "the credentials were rejected by the host" in " ".join(run.output.split())
    assert failed_logons(site) == 1
    site.estate.reset_counters()
    run = site.play("deploy_pool", variables={**PSRP, "ansible_port": 1})
    assert run.code != 0 and "nothing listens there (connection refused)" in " ".join(run.output.split())
    run = site.play("deploy_pool", variables={**PSRP, "ansible_psrp_auth": "basic"})
    assert run.code != 0 and "ansible_psrp_auth: ntlm" in run.output and "nothing was sent" in run.output
    assert sum(one["requests"] for one in site.estate.counters().values()) == 0
