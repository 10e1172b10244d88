"""Whatever step fails: what the hand-over lists as changed is there, and nothing else is listed.

The servers, the CA and the DNS server in memory are looked at directly, not through what the collection reads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from unit.certificate_steps import install_issued, issued_for, request
from unit.fakes_windows import STORES, FakeCa, FakeServer, Lost, authority, rsa_key, thumbprint
from unit.hand_overs import report_data
from unit.memory_dns import MemoryDns

from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import ZoneState
from ansible_collections.ucops.rollout.plugins.module_utils.dns.push import push
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import read_request
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.http_sys import bind

SERVER, ID = "ocssrv01.company.local", "ocssrv01.company.local/default"
ENDPOINT = "0.0.0.0:443"
HTTP = f"SYSTEM\\CurrentControlSet\\Services\\HTTP\\Parameters\\SslBindingInfo\\{ENDPOINT}"
CA_KEY = authority()

# A program may fail before it did anything, after it, or say that it did and not have done.
FAULTS = ("none", "before", "after", "lied", "refused")


class Faulty:
    """Calls of one host, of which the one with the number goes wrong."""

    def __init__(self, fault: str, at: int) -> None:
        self.fault, self.at, self.number = fault, at, 0

    def hinder(self, work: Callable[..., Any], nothing: Callable[..., Any]) -> Callable[..., Any]:
        def hindered(*args: Any, **more: Any) -> Any:
            self.number += 1
            if self.number != self.at or self.fault == "none":
                return work(*args, **more)
            if self.fault == "before":
                raise Lost("the connection was lost")
            if self.fault == "after":
                work(*args, **more)
                raise Lost("the connection was lost")
            return nothing(1 if self.fault == "refused" else 0, *args)

        return hindered


def _hinder(host: Any, faulty: Faulty) -> None:
    handlers = host.programs.handlers
    for name, work in list(handlers.items()):
        handlers[name] = faulty.hinder(work, lambda code, _words: (code, "Xyzzy"))
    host.files.read = faulty.hinder(host.files.read, lambda _code, _path: None)
    host.registry.subkeys = faulty.hinder(host.registry.subkeys, lambda _code, _key: ())


@contextmanager
def _failing(entry: dict[str, Any], step: str):
    """As Ansible registers a failure: the result of the error joined by its message."""
    try:
        yield
    except RolloutError as error:
        entry[step] = {"changed": False, **getattr(error, "result", {}), "failed": True, "msg": str(error)}


def _rolled_out(server: FakeServer, ca: FakeCa) -> dict[str, Any]:
    """The steps of a role one after the other, as far as they come."""
    entry: dict[str, Any] = {}
    with _failing(entry, "request"):
        entry["request"] = request(server)
    if entry["request"].get("failed"):
        return entry
    with _failing(entry, "issue"):
        entry["issue"] = issued_for(ca, entry["request"])
    if entry["issue"].get("state") != "issued":
        return entry
    with _failing(entry, "install"):
        entry["install"] = install_issued(server, entry["issue"], roots=(CA_KEY.thumbprint,))
    if entry["install"].get("failed"):
        return entry
    with _failing(entry, "binding"):
        entry["binding"] = bind(server.host, ENDPOINT, Thumbprint(entry["install"]["thumbprint"])).to_result()
    return entry


def _held(server: FakeServer, *stores: str) -> set[str]:
    """What the stores hold, looked up in the values themselves, which no fault hides."""
    places = [f"{STORES}\\{store}\\Certificates\\" for store in stores]
    return {key.rpartition("\\")[2].upper() for key in server.registry.values for at in places if key.startswith(at)}


def _evident(server: FakeServer, ca: FakeCa, had: bytes | None, line: dict[str, Any]) -> bool:
    """Whether the estate shows what the line says; a line that nobody knows is not evident."""
    what, after = line["what"].removesuffix(f" ({ID})"), line["after"]
    bound = server.registry.values.get(HTTP, {}).get("SslCertHash")
    certificates = {thumbprint(row.issued) for row in ca.rows if row.issued}
    if what == "key and request made":
        return bool(server.keys and _held(server, "REQUEST", "MY"))
    if what == "certificate issued":
        return after in certificates
    if what.startswith("request 1 handed in"):
        decided = {9: "it waits for an officer", 20: "answered with a certificate for another key"}
        return what.endswith(decided.get(ca.rows[0].disposition, "the CA refused it"))
    if what == "certificate installed":
        return after in _held(server, "MY")
    if what.startswith("certificate of an authority put into the store "):
        return after in _held(server, what.rpartition(" ")[2])
    if what == f"bound to {ENDPOINT}":
        return bound is not None and bound.hex().upper() == after
    if what == f"what is bound to {ENDPOINT} is not known":
        return had is not None  # what was there may be there still
    if what == f"former binding of {ENDPOINT} deleted":
        return bound is None or bound != had
    return False


def _lines(server: FakeServer, ca: FakeCa, entry: dict[str, Any]) -> list[dict[str, Any]]:
    return report_data({"servers": {SERVER: {"certificates": {ID: entry}}}})["changes"]


CAS = {
    "issues": {},
    "waits": {"decision": 9},
    "denies": {"decision": 31, "status": 0x80094012},
    "fails": {"decision": 30, "status": 0x80094800},
    "other names": {"names": ["evil.company.local"]},
    "another key": {"other_key": rsa_key(77)},
    "too short": {"days": 3},
    "loses the connection": {"lose_at": "submit"},
    "says no number": {"decision": 9, "prints_id": False},
    "keeps its database closed": {"decision": 9, "view_code": 0x80070005},
}


@given(
    ca=st.sampled_from(sorted(CAS)),
    where=st.sampled_from(["server", "ca"]),
    fault=st.sampled_from(FAULTS),
    at=st.integers(1, 24),
    bound=st.booleans(),
)
@example(ca="denies", where="server", fault="none", at=1, bound=False)
@example(ca="waits", where="server", fault="none", at=1, bound=False)
@example(ca="another key", where="server", fault="none", at=1, bound=False)
def test_no_change_of_certificates_without_its_evidence(ca: str, where: str, fault: str, at: int, bound: bool) -> None:
    _tells_only_what_is(ca, where, fault, at, bound)


@pytest.mark.parametrize("fault", FAULTS)
def test_no_call_of_a_server_that_fails_makes_a_false_claim(fault: str) -> None:
    for at in range(1, 30):
        _tells_only_what_is("issues", "server", fault, at, bound=True)


def _tells_only_what_is(ca: str, where: str, fault: str, at: int, bound: bool) -> None:
    server, authority_host = FakeServer(), FakeCa(issuer=CA_KEY, **CAS[ca])
    had = bytes(range(20)) if bound else None
    if had:
        server.registry.set(HTTP, "SslCertHash", had)
        server.registry.set(HTTP, "SslCertStoreName", "MY")
    _hinder(server if where == "server" else authority_host, Faulty(fault, at))
    entry = _rolled_out(server, authority_host)
    told = _lines(server, authority_host, entry)
    assert [line["what"] for line in told if not _evident(server, authority_host, had, line)] == []


def test_a_whole_rollout_tells_each_step() -> None:
    server, ca = FakeServer(), FakeCa(issuer=CA_KEY)
    entry = _rolled_out(server, ca)
    assert [line["what"].removesuffix(f" ({ID})") for line in _lines(server, ca, entry)] == [
        "key and request made",
        "certificate issued",
        "certificate of an authority put into the store Root",
        "certificate installed",
        f"bound to {ENDPOINT}",
    ]


def test_a_refused_request_is_told_as_such() -> None:
    server, ca = FakeServer(), FakeCa(issuer=CA_KEY, **CAS["denies"])
    entry = _rolled_out(server, ca)
    assert [line["what"].removesuffix(f" ({ID})") for line in _lines(server, ca, entry)] == [
        "key and request made",
        "request 1 handed in, the CA refused it",
    ]


def test_a_binding_that_is_lost_is_told() -> None:
    """The new binding is refused, and so is the former one when it is to be put back."""
    server, ca = FakeServer(), FakeCa(issuer=CA_KEY)
    server.registry.set(HTTP, "SslCertHash", bytes(range(20)))
    netsh = server.programs.handlers["netsh"]
    server.programs.handlers["netsh"] = lambda words: (1, "Xyzzy") if words[1] == "add" else netsh(words)
    entry = _rolled_out(server, ca)
    assert [(line["verb"], line["what"]) for line in _lines(server, ca, entry)][-1] == (
        "delete",
        f"former binding of {ENDPOINT} deleted ({ID})",
    )


CALLS = ["zone company.local", "add sip.company.local", "add web.company.local", "ttl old.company.local"]
BUSY = RolloutError("the server is busy")


def _records() -> Sequence[dict[str, Any]]:
    return [
        {"zone": "company.local", "name": name, "type": "A", "values": [address]}
        for name, address in (("sip", "10.0.0.10"), ("web", "10.0.0.20"), ("old", "10.0.0.30"))
    ]


@given(
    new=st.booleans(),
    refuse=st.sets(st.sampled_from(CALLS)),
    fail_after=st.sets(st.sampled_from(CALLS)),
    lose=st.sets(st.sampled_from(CALLS)),
    deaf_after=st.none() | st.integers(0, 6),
)
def test_no_change_of_records_without_its_evidence(
    new: bool, refuse: set[str], fail_after: set[str], lose: set[str], deaf_after: int | None
) -> None:
    server = MemoryDns(
        held={} if new else {"company.local": ZoneState("company.local", "primary", in_directory=True)},
        refuse=dict.fromkeys(refuse, BUSY),
        fail_after=dict.fromkeys(fail_after, BUSY),
        lose=lose,
        deaf_after=deaf_after,
    )
    zones = [{"name": "company.local", "if_missing": "create"}]
    entry: dict[str, Any] = {}
    with _failing(entry, "dns"):
        entry["dns"] = push(server, read_request(zones, _records()), check_mode=False)
    for line in report_data(entry)["changes"]:
        if line["what"] == "zone company.local":
            assert "company.local" in server.held
        else:
            name, _type, value = line["what"].split()
            assert f"{name}.company.local" in [row.owner for row in server.rows if str(row.value) == value]
    if entry["dns"].get("failed") is None:
        assert len(report_data(entry)["changes"]) == 3 + new
