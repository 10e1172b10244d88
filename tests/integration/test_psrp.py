"""Rollouts over Ansible's psrp connection, which is never connected: pypsrp's transport carries our messages."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader
from languagekit import begin
from sitekit import ROOT, Site
from waykit import row

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.connections import kind_of
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import HostUnreachable, LogonRefused
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host import open_windows_host
from lab.client import RunningEstate

pytestmark = pytest.mark.slow

PSRP = {"ansible_connection": "psrp", "ansible_psrp_protocol": "http"}
EXAMPLE = ROOT / "examples" / "connections" / "psrp" / "group_vars" / "windows" / "connection.yml"
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


def test_a_rollout_over_psrp_asks_what_one_over_winrm_asks(
    site: Site, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """The first over psrp as the example has it; then nothing is left to do, over winrm and over both in one run."""
    example = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    assert example.items() >= PSRP.items()
    passwords = {"vault_rollout_password": site.estate.variables["ansible_password"]}
    started = time.monotonic()
    run = site.play("deploy_pool", variables={**example, **passwords, "ucops_record": str(tmp_path / "recorded")})
    seconds = time.monotonic() - started
    assert run.code == 0, run.output
    status, counters = site.report()["status"], site.estate.counters()
    record_property(*row(("psrp", "NTLM", "HTTP"), "origin", status, counters, seconds))
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
    for way, options in (("winrm", ()), ("both", ("-i", str(both_ways(tmp_path))))):
        run = site.play("deploy_pool", *options)
        assert (run.code, run.total("changed")) == (0, 0), run.output
        asked[way] = messages(counted(site))
    assert asked["both"] == asked["winrm"]
    assert [asked["winrm"][host]["create"] for host in HOSTS] == [2, 2, 1, 1]


def both_ways(tmp_path: Path) -> Path:
    """An inventory beside the estate's: all but one server are reached over psrp."""
    path = tmp_path / "both.yml"
    kinds = {f"{name}.company.local": PSRP for name in HOSTS[:-1]}
    path.write_text(yaml.safe_dump({"all": {"hosts": kinds}}), encoding="utf-8")
    return path


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


# --- in this process: with Ansible's own connection, and a host that takes every way of logging on


@pytest.fixture(scope="module")
def every_way(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEstate]:
    ways = {"basic": True, "certificate": True, "credssp": True}
    own = [{"name": "Administrator", "password": OWN["ansible_password"], "administrator": True, "built_in": True}]
    host = {"name": "dc01", "generation": "2016", "accounts": own, "winrm": {"https": True, "auth": ways}}
    with begin("origin", tmp_path_factory.mktemp("lab"), 0, {"hosts": [host]}) as estate:
        yield estate


OWN = {"ansible_user": "Administrator", "ansible_password": "Own-Administrator-1"}


def connection_to(estate: RunningEstate, scheme: str, **variables: Any) -> Any:
    """As Ansible makes it: a variable that the connection does not know has no effect."""
    told = estate.variables_of("dc01")
    given = {
        "ansible_host": estate.address("dc01"),
        "ansible_port": {"https": 5986, "http": 5985}[scheme],
        "ansible_user": estate.variables["ansible_user"],
        "ansible_password": estate.variables["ansible_password"],
        "ansible_psrp_protocol": scheme,
        "ansible_psrp_ca_cert": told["ansible_winrm_ca_trust_path"],
        "ansible_psrp_certificate_pem": told["ansible_winrm_cert_pem"],
        "ansible_psrp_certificate_key_pem": told["ansible_winrm_cert_key_pem"],
        **variables,
    }
    connection = connection_loader.get("psrp", PlayContext(), None)
    connection.set_options(var_options=given)
    return connection


def wmi_and_a_program(connection: Any) -> tuple[int, int]:
    kind = kind_of(connection, "dc01")
    attempt = kind.attempt(connection, "dc01", print)
    attempt.refuse_in_the_clear()
    with open_windows_host(kind.open(connection, attempt, None), name="dc01") as host:
        found = list(host.wmi.query("root/cimv2", "SELECT * FROM Win32_OperatingSystem"))
        return len(found), host.programs.run(["hostname"]).exit_code


def logons(estate: RunningEstate) -> dict[str, int] | None:
    """None where nothing came at all."""
    found: dict[str, int] | None = estate.counters().get("dc01.company.local", {}).get("logons")
    return found


WAYS = [
    ("http", {"ansible_psrp_auth": "ntlm"}),
    ("http", {"ansible_psrp_auth": "credssp"}),
    ("https", {}),
    ("https", {"ansible_psrp_auth": "ntlm", "ansible_psrp_message_encryption": "always"}),
    ("https", {"ansible_psrp_auth": "credssp"}),
    ("https", {"ansible_psrp_auth": "basic", **OWN}),
    ("https", {"ansible_psrp_auth": "certificate"}),
]


@pytest.mark.versions
@pytest.mark.parametrize(("scheme", "variables"), WAYS)
def test_each_way_of_logging_on_is_one_logon_and_leaves_ansibles_connection_as_it_is(
    every_way: RunningEstate, scheme: str, variables: dict[str, Any]
) -> None:
    every_way.reset_counters()
    connection = connection_to(every_way, scheme, **variables)
    before = dict(vars(connection))
    assert wmi_and_a_program(connection) == (1, 0)
    assert logons(every_way) == {"ok": 1, "failed": 0}
    kinds = every_way.counters()["dc01.company.local"]["kinds"]
    assert (kinds["create"]["requests"], kinds["delete"]["requests"]) == (1, 1)
    # Whoever connects it later, such as a task of ansible.windows, finds nothing changed.
    assert vars(connection) == before and connection.runspace is None


@pytest.mark.parametrize(("scheme", "variables"), WAYS[:-1])
def test_by_each_way_a_wrong_password_is_one_failed_logon(
    every_way: RunningEstate, scheme: str, variables: dict[str, Any]
) -> None:
    every_way.unlock()
    every_way.reset_counters()
    with pytest.raises(LogonRefused, match="were rejected"):
        wmi_and_a_program(connection_to(every_way, scheme, **{**variables, "ansible_password": "wrong"}))
    assert logons(every_way) == {"ok": 0, "failed": 1}


@pytest.mark.parametrize(
    ("scheme", "variables", "told"),
    [
        ("https", {"ansible_psrp_ca_cert": None}, "does not trust the certificate of the host's HTTPS listener"),
        ("https", {"ansible_port": 5985}, "what answers there does not speak TLS"),
        ("http", {"ansible_psrp_auth": "basic", **OWN}, "the password too; nothing was sent"),
        ("http", {"ansible_psrp_auth": "ntlm", "ansible_psrp_message_encryption": "never"}, "nothing was sent"),
        ("https", {"ansible_psrp_auth": "kerberos"}, "the library for Kerberos is not installed|no domain controller"),
    ],
)
def test_where_no_logon_is_made(every_way: RunningEstate, scheme: str, variables: dict[str, Any], told: str) -> None:
    every_way.reset_counters()
    with pytest.raises(HostUnreachable, match=told):
        wmi_and_a_program(connection_to(every_way, scheme, **variables))
    assert logons(every_way) in (None, {"ok": 0, "failed": 0})
