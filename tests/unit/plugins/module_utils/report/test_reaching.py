"""What a run says of hosts that cannot do their part."""

from __future__ import annotations

from typing import Any

import pytest
from unit.fakes_windows import NOW, PEM, authority, certificate

from ansible_collections.ucops.rollout.plugins.module_utils.report.reaching import Unready, unready

CA, PUBLIC = authority(), authority("Public CA")
HOSTS = ["dc01", "ca01", "fe1", "fe2"]
OK = {"reached": True}
DEAD = {"reached": False, "logon_refused": False, "where": "dc01 (10.0.0.5:5985)"}


def test_all_that_cannot_do_their_part_are_told_together() -> None:
    same = "cannot log on: nothing listens there. Set it up"
    hostvars = {
        "dc01": {"pool_certificates_survey": {**DEAD, "msg": f"dc01 (10.0.0.5:5985): {same}"}},
        "ca01": {
            "pool_certificates_survey": OK,
            "pool_report_authority": {"serves": False, "msg": "ca01: it is another\nca01: no such template"},
        },
        "fe1": {
            "pool_certificates_survey": {**DEAD, "where": "fe1 (10.0.0.6:5985)", "msg": f"fe1 (10.0.0.6:5985): {same}"},
        },
        "fe2": {"pool_certificates_survey": OK, "pool_report_authority": {"skipped": True}},
    }
    assert unready(hostvars, HOSTS, NOW) == Unready(
        ("dc01", "ca01", "fe1"),
        "Nothing was touched, since not every host can do its part:\n"
        "- dc01 (10.0.0.5:5985), fe1 (10.0.0.6:5985): cannot log on: nothing listens there. Set it up\n"
        "- ca01: it is another\n"
        "- ca01: no such template",
    )


def server(*problems: str, **more: Any) -> dict[str, Any]:
    return {"pool_certificates_survey": {"reached": True, "problems": list(problems), **more}}


def test_servers_that_cannot_take_what_is_planned() -> None:
    hostvars = {"fe1": server("no module", "no rights"), "fe2": server("no rights"), "ca01": server()}
    assert unready(hostvars, HOSTS, NOW) == Unready(
        ("fe1", "fe2"),
        "Nothing was touched, since not every host can do its part:\n- fe1: no module\n- fe1, fe2: no rights",
    )


JOBS = [
    {"certificate": {"id": "fe/default"}, "offline": False, "ca_host": "ca01"},
    {"certificate": {"id": "fe/public"}, "offline": True, "ca_host": ""},
]


def asking(**more: Any) -> dict[str, Any]:
    """A server that has neither of two certificates, and trusts no root."""
    return server(
        work={"certificates": JOBS},
        obtain=True,
        certificates={"fe/default": {"thumbprint": None}},
        next={"fe/default": "make_key", "fe/public": "install"},
        held={"root_thumbprints": ["00"]},
        **{"trusted_roots": [], "brought": {}, **more},
    )


def test_a_root_that_a_server_neither_trusts_nor_may_be_given() -> None:
    read = {"pool_report_authority": {"ca_certificates": [CA.pem]}}
    issued = [certificate(PUBLIC).public_bytes(PEM).decode(), PUBLIC.pem]
    hostvars = {"fe1": asking(), "fe2": asking(brought={"fe/public": issued}), "ca01": read}
    (root,) = untrusted(hostvars, "fe1")
    begin = "this server does not trust the root"
    assert root.startswith(f"- fe1, fe2: {begin} 'CN=Company CA', thumbprint {CA.thumbprint}. Compare the thumbprint")
    assert untrusted(hostvars, "fe2")[1].startswith(f"- fe2: {begin} 'CN=Public CA', thumbprint {PUBLIC.thumbprint}")


def untrusted(hostvars: dict[str, Any], host: str) -> list[str]:
    return [line for line in unready(hostvars, HOSTS, NOW).msg.split("\n")[1:] if host in line]


@pytest.mark.parametrize(
    "changes",
    [
        {"trusted_roots": [CA.thumbprint]},
        {"held": {"root_thumbprints": [CA.thumbprint]}},
        {"obtain": False},
        {"next": {}},
        {"next": {"fe/default": "assign"}, "certificates": {"fe/default": {"thumbprint": "AB"}}},
        {"work": {"certificates": [{**JOBS[0], "ca_host": "ca02"}]}},
        {"work": {"certificates": [JOBS[1]]}, "brought": {"fe/public": ["no certificate"]}},
    ],
    ids=["named", "trusted", "not asked", "nothing to do", "held", "CA not read", "unreadable"],
)
def test_no_root_is_missed(changes: dict[str, Any]) -> None:
    read = {"pool_report_authority": {"ca_certificates": [CA.pem]}}
    one = {"pool_certificates_survey": {**asking()["pool_certificates_survey"], **changes}}
    assert unready({"fe1": one, "ca01": read}, HOSTS, NOW) == Unready()


def test_hosts_that_all_do_their_part() -> None:
    hostvars = {host: {"pool_certificates_survey": OK} for host in HOSTS}
    assert unready(hostvars, HOSTS, NOW) == Unready()
    assert unready({}, HOSTS, NOW) == Unready()
