"""Kerberos as the way in, with tickets of a real KDC: over HTTP sealed, over HTTPS, and what can go wrong with them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from domainkit import REALM, Domain, domain_of, with_domain
from languagekit import begin
from proofkit.needs import program
from sitekit import BY_COMMAND, FIRST_CONTACT, ROOT, Site, play
from waykit import row

from lab.client import RunningEstate

pytestmark = pytest.mark.slow

EXAMPLES = ROOT / "examples" / "connections"
HOSTS = ("dc01", "ca01", "ocssrv01", "ocssrv02")
# Windows Server 2008 R2 listens with TLS 1.0 alone, which no controller of today speaks.
BY_HTTPS = {
    "hosts": [{"name": name, "generation": "2012r2", "winrm": {"https": True, "http": False}} for name in HOSTS]
}
PASSWORD = "Rollout-2007!"
PASSWORDS = {"rollout": PASSWORD, "deputy": "Deputy-2007!"}
ODD = {
    "accounts": [{"name": "deputy", "password": PASSWORDS["deputy"], "administrator": True}],
    "hosts": [
        # One that joined the domain anew since, and one whose clock is a quarter of an hour ahead.
        {"name": "odd01", "address": "10.0.0.21"},
        {"name": "fast01", "address": "10.0.0.22", "clock_ahead": 900},
    ],
}
STATES = ("disabled", "locked", "must_change", "expired")
IN_VAIN = "not logged on to: what ocssrv01.company.local tells lies with the controller"


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Domain]:
    users = [{"name": state, "password": PASSWORD, "state": state} for state in STATES]
    place = tmp_path_factory.mktemp("domain")
    with domain_of("origin", place, ODD, users=users, rejoined=["odd01"]) as found:
        yield found


def inventory_of(example: str, domain: Domain, estate: RunningEstate, place: Path) -> tuple[str, ...]:
    """The options of a run with a copy of an example's inventory, what its user brings, and where the hosts are."""
    shutil.copytree(EXAMPLES / example, place)
    fqdns = [f"{name}.company.local" for name in HOSTS]
    listeners = [estate.variables_of(one).get("ansible_winrm_ca_trust_path") for one in fqdns]
    pem = "".join(Path(one).read_text(encoding="ascii") for one in listeners if one)
    (place.parent / "company-ca.pem").write_text(pem, encoding="ascii")
    overridden = {"ansible_winrm_kerberos_hostname_override": "{{ inventory_hostname }}"}
    places = {one: {"ansible_host": estate.address(one), **overridden} for one in fqdns}
    more = {"all": {"hosts": places, "vars": {"vault_rollout_password": PASSWORD}}}
    (place / "places.yml").write_text(yaml.safe_dump(more), encoding="utf-8")
    return "-i", str(place / "hosts.yml"), "-i", str(place / "places.yml")


# Requests that carry nothing but a logon: one for each ticket, and none where the message needs no sealing.
@pytest.mark.parametrize(
    ("example", "listener", "per_logon"), [("domain", {}, 1), ("hardened-domain", BY_HTTPS, 0)], ids=["http", "https"]
)
def test_a_rollout_by_tickets(
    domain: Domain,
    tmp_path: Path,
    turn: int,
    example: str,
    listener: dict[str, Any],
    per_logon: int,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    krb5 = (EXAMPLES / "krb5.conf").read_text(encoding="utf-8")
    assert f"```ini\n{krb5}```" in (ROOT / "docs" / "prerequisites.md").read_text(encoding="utf-8")
    (tmp_path / "krb5.conf").write_text(re.sub(r"dc0\d\.company\.local", domain.controller.address, krb5))
    monkeypatch.setenv("KRB5_CONFIG", str(tmp_path / "krb5.conf"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tickets"))
    (tmp_path / "tickets").mkdir()
    with begin("origin", tmp_path / "lab", turn, with_domain(domain, BY_COMMAND, listener)) as estate:
        site = Site(estate, tmp_path)
        options = inventory_of(example, domain, estate, tmp_path / example)
        given = {name: value for name, value in estate.variables.items() if not name.startswith("ansible_")}
        given |= {"pool_report_directory": str(site.reports), "pool_verify_wait": 0, "pool_verify_replication_wait": 0}
        started = time.monotonic()
        run = play("deploy_pool", *options, "-vvvvv", variables=given, cwd=tmp_path)
        seconds = time.monotonic() - started
        report = site.report()
        way = ("winrm", "Kerberos", "HTTPS" if listener else "HTTP")
        record_property(*row(way, "origin", report["status"], estate.counters(), seconds))
        assert (run.code, report["status"]) == (0, "done"), run.output
        assert report["counts"]["unproved"] == report["counts"]["wrong"] == 0
        assert run.output.count("kinit succeeded") > len(HOSTS) and PASSWORD not in run.output
        assert list((tmp_path / "tickets").iterdir()) == []
        for host, counted in estate.counters().items():
            logons = counted["logons"]
            assert logons["failed"] == 0, host
            assert counted["kinds"].get("authentication", {}).get("requests", 0) == per_logon * logons["ok"], host
        assert domain.controller.bad_passwords("rollout") == 0

        second = play("deploy_pool", *options, variables=given, cwd=tmp_path)
        assert (second.code, second.total("changed")) == (0, 0), second.output


# --- what can go wrong -----------------------------------------------------------------------------------------------


class Contact:
    """Hosts that are reached for the first time, in one task."""

    def __init__(self, site: Site) -> None:
        self.site = site
        (site.work / "first.yml").write_text(FIRST_CONTACT, encoding="utf-8")

    def tell(self, *names: str, forked: bool = True, settings: dict[str, str] | None = None, **variables: Any) -> Any:
        """Of each host what ``hosts_info`` says; nothing of it holds a password or a traceback."""
        told = self.site.work / "told.json"
        told.unlink(missing_ok=True)
        self.site.estate.reset_counters()
        given = {"reached": [f"{name}.company.local" for name in names], "told": str(told), **variables}
        run = self.site.play(
            str(self.site.work / "first.yml"), "-vvv", variables=given, settings=settings, forked=forked
        )
        assert run.code == 0, run.output
        assert "Traceback" not in run.output and PASSWORD not in run.output
        found = json.loads(told.read_text(encoding="utf-8"))["hosts"]
        return [json.loads(found[name]) for name in given["reached"]]

    def logons(self) -> dict[str, tuple[int, int]]:
        """Of each host that was asked anything: logons that it took, and such that it refused."""
        counters = self.site.estate.counters()
        return {
            host.partition(".")[0]: (one["logons"]["ok"], one["logons"]["failed"])
            for host, one in counters.items()
            if one["requests"]
        }


@pytest.fixture(scope="module")
def contact(domain: Domain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contact]:
    place = tmp_path_factory.mktemp("contact")
    with begin("origin", place / "lab", 0, with_domain(domain, BY_COMMAND, ODD)) as estate:
        yield Contact(Site(estate, place))


def of_each(**values: str) -> str:
    """A variable that says something else for each host, as in their own files; for all others as the estate has it."""
    return f"{{{{ {values}.get(inventory_hostname.partition('.')[0], 'rollout@{REALM}') }}}}"


def test_accounts_that_the_kdc_refuses(contact: Contact) -> None:
    refused = {
        "dc01": ("disabled", "the account is locked, disabled or expired, or may not log on at this hour"),
        "ca01": ("locked", "the account is locked, disabled or expired, or may not log on at this hour"),
        "odd01": ("expired", "the account is locked, disabled or expired, or may not log on at this hour"),
        "fast01": ("must_change", "the account's password has expired or must be changed at the next logon"),
        "ocssrv01": ("nobody", "the domain does not know this account (Client 'nobody@COMPANY.LOCAL' not found in"),
    }
    users = {host: f"{user}@{REALM}" for host, (user, _says) in refused.items()}
    told = contact.tell(*refused, "ocssrv02", ansible_user=of_each(**users))
    for one, (host, (_user, says)) in zip(told, refused.items(), strict=False):
        assert says in one["msg"] and one["logon_refused"], host
    assert told[-1]["reached"]
    assert contact.logons() == {"ocssrv02": (1, 0)}


def test_a_rollout_with_a_wrong_password_is_one_failed_logon(contact: Contact, domain: Domain) -> None:
    assert all(one["reached"] for one in contact.tell("ocssrv01"))
    assert domain.controller.bad_passwords("rollout") == 0
    contact.site.estate.reset_counters()
    run = contact.site.play("deploy_pool", variables={"ansible_password": "Wrong-secret-1"})
    assert run.code == 2 and "Traceback" not in run.output and "Wrong-secret-1" not in run.output
    assert "Nothing was touched" in run.output and "user name or password are wrong" in run.output, run.output
    assert domain.controller.bad_passwords("rollout") == 1
    assert contact.logons() == {}


DEAD = (r"kdc = .*", "kdc = 127.78.255.250")
EXACT_CLOCKS = (r"\[realms\]", "kdc_timesync = 0\n[realms]")
RC4 = (r"\[realms\]", "permitted_enctypes = arcfour-hmac\nallow_weak_crypto = true\n[realms]")
MANUAL = {"ansible_winrm_kinit_mode": "manual", "ansible_password": ""}
NO_KDC = "no domain controller is found that issues Kerberos tickets (Cannot"


@pytest.mark.parametrize(
    ("krb5", "given", "says"),
    [
        (None, {"ansible_user": "rollout@company.local"}, f'{NO_KDC} find KDC for realm "company.local")'),
        (None, {"ansible_winrm_kinit_env_vars": []}, f'{NO_KDC} find KDC for realm "COMPANY.LOCAL")'),
        (DEAD, {}, f"{NO_KDC} contact any KDC for realm 'COMPANY.LOCAL')"),
        (None, {"ansible_winrm_kinit_cmd": "/nonexistent/kinit"}, "the program kinit cannot be started on the"),
        (EXACT_CLOCKS, {"ansible_winrm_kinit_cmd": "FAST"}, "the controller's clock differs from the domain"),
        (None, MANUAL, "there is no Kerberos ticket for the account"),
    ],
    ids=["realm", "variables", "dead", "kinit", "clock", "manual"],
)
def test_what_keeps_the_account_from_every_host_is_met_once(
    contact: Contact,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    krb5: tuple[str, str] | None,
    given: dict[str, Any],
    says: str,
) -> None:
    if krb5:
        monkeypatch.setenv("KRB5_CONFIG", str(changed(tmp_path / "krb5.conf", *krb5)))
    if given.get("ansible_winrm_kinit_cmd") == "FAST":
        given = {"ansible_winrm_kinit_cmd": str(fast_kinit(tmp_path / "kinit"))}
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path}/none")
    first, second = contact.tell("ocssrv01", "ocssrv02", **given)
    assert says in first["msg"] and not first["logon_refused"]
    assert second["msg"].startswith(IN_VAIN)
    assert contact.logons() == {}


def changed(path: Path, pattern: str, by: str) -> Path:
    """The KDC's own configuration with something else in it."""
    text = Path(os.environ["KRB5_CONFIG"]).read_text(encoding="utf-8")
    path.write_text(re.sub(pattern, by, text), encoding="utf-8")
    return path


def program_of(path: Path, lines: str) -> Path:
    path.write_text(f"#!/bin/sh\n{lines}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def fast_kinit(path: Path) -> Path:
    """On a controller whose clock is ten minutes ahead."""
    return program_of(path, f'exec {program("faketime", "faketime")} -f +600s kinit "$@"')


def test_tickets_that_were_there_before(contact: Contact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path}/mine")
    kinit("-l", "1s")
    time.sleep(1.2)
    (ended,) = contact.tell("ocssrv01", **MANUAL)
    assert "the Kerberos ticket of the account has ended. Call kinit again" in ended["msg"]
    kinit()
    assert all(one["reached"] for one in contact.tell("ocssrv01", "ocssrv02", **MANUAL))
    (other,) = contact.tell("ocssrv01", **MANUAL, ansible_user=f"clerk@{REALM}")
    assert "there is no Kerberos ticket for the account. Set ansible_password" in other["msg"]
    assert (tmp_path / "mine").exists()


def kinit(*options: str) -> None:
    asked = f"{PASSWORD}\n"
    subprocess.run(["kinit", *options, f"rollout@{REALM}"], input=asked, text=True, check=True, capture_output=True)


def test_hosts_that_do_not_take_the_ticket(contact: Contact) -> None:
    rejoined, fast, right = contact.tell("odd01", "fast01", "ocssrv01")
    for name, one in (("odd01", rejoined), ("fast01", fast)):
        assert "the domain accepted the password, but the credentials were rejected by the host" in one["msg"]
        assert f"setspn -Q HTTP/{name}.company.local" in one["msg"]
    assert right["reached"]
    assert contact.logons() == {"odd01": (0, 1), "fast01": (0, 1), "ocssrv01": (1, 0)}


def test_names_that_the_domain_does_not_know(contact: Contact) -> None:
    names = {"ocssrv01": "nobody.company.local", "ocssrv02": "10.0.0.12"}
    told = contact.tell(*names, ansible_winrm_kerberos_hostname_override=of_each(**names))
    for name, one in zip(names.values(), told, strict=True):
        assert f"the domain knows no service HTTP/{name}. Let ansible_host" in one["msg"]
    assert contact.logons() == {}


def test_no_encryption_in_common(contact: Contact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRB5_CONFIG", str(changed(tmp_path / "krb5.conf", *RC4)))
    (first,) = contact.tell("ocssrv01")
    assert "have no Kerberos encryption in common" in first["msg"]


def test_without_the_library(contact: Contact, tmp_path: Path) -> None:
    (tmp_path / "kerberos.py").write_text("raise ImportError\n", encoding="utf-8")
    first, second = contact.tell("ocssrv01", "ocssrv02", forked=False, settings={"PYTHONPATH": str(tmp_path)})
    assert "the library for Kerberos is not installed on the controller. pip install" in first["msg"]
    assert second["msg"].startswith(IN_VAIN)


# --- side by side ----------------------------------------------------------------------------------------------------


def test_each_host_gets_the_ticket_of_its_own_user(contact: Contact, tmp_path: Path) -> None:
    """Each is accepted by one host first, then both log on side by side. No password is an argument of a program."""
    asked = tmp_path / "asked"
    program_of(tmp_path / "kinit", f'echo "$*" >>{asked}\nexec kinit "$@"')
    users = {"dc01": "rollout", "ca01": "deputy", "ocssrv01": "deputy", "ocssrv02": "rollout"}
    told = contact.tell(
        *users,
        ansible_user=of_each(**{host: f"{user}@{REALM}" for host, user in users.items()}),
        ansible_password=of_each(**{host: PASSWORDS[user] for host, user in users.items()}),
        ansible_winrm_kinit_cmd=str(tmp_path / "kinit"),
    )
    assert all(one["reached"] for one in told), told
    assert contact.logons() == dict.fromkeys(users, (1, 0))
    arguments = asked.read_text(encoding="utf-8").splitlines()
    assert sorted(arguments) == sorted(f"{user}@{REALM}" for user in users.values())
