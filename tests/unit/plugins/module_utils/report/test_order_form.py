"""The text for an authority's order form."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from proofkit.public_ca import PublicCa, Refused
from unit.fakes_windows import planned_certificate

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import load_certificates
from ansible_collections.ucops.rollout.plugins.module_utils.report.order_form import order_form


def form(**changes: object) -> str:
    return order_form(replace(planned_certificate(), **changes), "edge.req", "edge.cer")


def test_the_whole_text() -> None:
    names = ("sip.contoso.com", "webcon.contoso.com")
    told = form(
        holders=("edge01.contoso.net",),
        use="edge_external",
        subject=replace(planned_certificate().subject, common_name="sip.contoso.com"),
        subject_alternative_names=names,
    )
    assert (
        told
        == """\
Order of a certificate for edge01.contoso.net (edge_external)

Request      edge.req: hand it in as it is; all that follows stands in it
Kind         multi-domain (UC, SAN)
Common name  sip.contoso.com
Names, in this order, all of them:
     1. sip.contoso.com
     2. webcon.contoso.com
Key          RSA, 2048 bits, made on the server
Usage        server authentication
Signature    SHA-256 or better

The certificate is put beside the request as edge.cer, with the chain in the same file or beside it as .p7b.
Then the same command is run again: names, key, usage and chain are compared before anything is installed.
"""
    )


def test_what_kind_of_certificate_is_to_be_bought() -> None:
    one = planned_certificate()
    assert "Kind         one name\n" in form(subject_alternative_names=(one.common_name,))
    assert "Kind         wildcard with further names" in form(subject_alternative_names=("a.b", "*.contoso.com"))


def test_usages_and_what_could_move_a_cursor() -> None:
    told = form(extended_key_usage=("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "1.2.3"), use="x\x1b[2J")
    assert "Usage        server authentication, client authentication, 1.2.3\n" in told
    assert "(x\\x1b[2J)" in told


def test_a_clerk_signs_what_agrees_with_the_text_and_nothing_else(tmp_path: Path) -> None:
    authority = PublicCa(tmp_path / "public")
    request = tmp_path / "edge.req"
    command = (
        "openssl req -new -newkey rsa:2048 -nodes -subj /CN=sip.contoso.com -keyout edge.key -out edge.req -addext"
    )
    asked = [*command.split(), "subjectAltName=DNS:sip.contoso.com,DNS:webcon.contoso.com"]
    subprocess.run(asked, cwd=tmp_path, check=True, capture_output=True)
    subject = replace(planned_certificate().subject, common_name="sip.contoso.com")

    def ordered(*names: str) -> None:
        told = form(subject=subject, subject_alternative_names=names)
        (tmp_path / "edge.order.txt").write_text(told, encoding="utf-8")

    ordered("webcon.contoso.com", "sip.contoso.com")
    with pytest.raises(Refused, match="the order form for"):
        authority.carry_out(request)
    assert sorted(path.suffix for path in tmp_path.glob("edge.*")) == [".key", ".req", ".txt"]
    ordered("sip.contoso.com", "webcon.contoso.com")
    authority.carry_out(request)
    signed, chain = ((tmp_path / f"edge.{suffix}").read_bytes() for suffix in ("cer", "p7b"))
    (leaf,) = load_certificates(signed, where="edge.cer")
    assert (leaf.names, leaf.is_authority) == (("sip.contoso.com", "webcon.contoso.com"), False)
    assert [one.is_authority for one in load_certificates(chain, where="edge.p7b")] == [True, True]
