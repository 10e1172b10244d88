"""Which server asks a CA first, and whether the others still need to."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.report.asking import CaTurn, ca_turn

ISSUER = {"name": "enterprise", "ca": "ca01\\Company CA"}


def host(state: str = "created", template: str = "WebServer", **issue: Any) -> dict[str, Any]:
    job = {"ca_host": "ca01", "certificate": {"issuer": ISSUER, "template": template}}
    return {
        "pool_certificates_work": {"certificates": [job]},
        "pool_certificates_request": {"state": state},
        "pool_certificates_issue": issue,
    }


def turns(**hosts: dict[str, Any]) -> dict[str, CaTurn]:
    return {name: ca_turn(hosts, list(hosts), name, 0) for name in hosts}


def test_one_asks_first() -> None:
    assert turns(fe1=host(), fe2=host(), fe3=host("outstanding")) == {
        "fe1": CaTurn(True), "fe2": CaTurn(False), "fe3": CaTurn(False)
    }  # fmt: skip


def test_who_holds_a_certificate_or_could_make_no_request_asks_nobody() -> None:
    found = turns(fe1=host("held"), fe2=host(""), fe3=host(), fe4=host())
    assert (found["fe3"], found["fe4"]) == (CaTurn(True), CaTurn(False))


def test_what_the_ca_refused_one_it_refuses_all() -> None:
    refused = host(failed=True, request_id=7, code=0x80094012, msg="ca01: the CA refused request 7. Give it Enroll")
    told = (
        "The CA was not asked: it refused the same for fe1 in this run. ca01: the CA refused request 7. Give it Enroll"
    )
    found = turns(fe1=refused, fe2=host(), fe3=host("outstanding"))
    assert found == {"fe1": CaTurn(True), "fe2": CaTurn(False, told), "fe3": CaTurn(False, told)}


@pytest.mark.parametrize(
    "first",
    [
        host(failed=True, msg="the connection was lost"),
        host(failed=True, request_id=7, code=0x80094014, msg="an officer denied it"),
        host(state="issued", request_id=7),
        host(template="Other", failed=True, request_id=7, code=0x80094800, msg="not offered"),
    ],
    ids=["never asked", "a person's no", "issued", "another template"],
)
def test_what_says_nothing_of_the_others(first: dict[str, Any]) -> None:
    assert turns(fe1=first, fe2=host())["fe2"].refusal == ""


def test_what_was_read_of_the_ca_comes_along() -> None:
    """Each asker has it: in check mode it says which authorities a server lacks."""
    read = {"ca_certificates": ["issuing", "root"], "chain_problem": ""}
    hosts = {"fe1": host(), "fe2": host(), "ca01": {"pool_report_authority": read}}
    assert [ca_turn(hosts, ["fe1", "fe2"], name, 0).above for name in ("fe1", "fe2")] == [("issuing", "root")] * 2
    hosts["ca01"] = {"pool_report_authority": {**read, "chain_problem": "no root"}}
    assert ca_turn(hosts, ["fe1"], "fe1", 0).above == ()


def test_a_host_alone_asks_first() -> None:
    assert ca_turn({}, ["fe1"], "fe1", 0) == CaTurn(True)
    assert ca_turn({"fe1": host()}, [], "fe1", 3) == CaTurn(False)
