"""What lies above a CA, what a server lacks of it, and what is said of a root that it does not trust."""

from __future__ import annotations

from typing import Any

import pytest
from unit.fakes_windows import NOW, PEM, authority, certificate

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.roots import (
    chain_above,
    lacks_authorities,
    untrusted_root,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import load_certificate, load_certificates
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError

ROOT = authority()
ISSUING = authority("Issuing CA", ROOT, number=101)


def test_the_chain_of_a_ca_and_of_a_certificate() -> None:
    issued = certificate(ISSUING).public_bytes(PEM).decode()
    of_issued = load_certificate(issued, where="x").thumbprint
    for told, wanted in (
        ([ROOT.pem], [ROOT.thumbprint]),
        ([ISSUING.pem, ROOT.pem], [ISSUING.thumbprint, ROOT.thumbprint]),
        ([issued, ROOT.pem, ISSUING.pem], [of_issued, ISSUING.thumbprint, ROOT.thumbprint]),
    ):
        found = chain_above(load_certificates("\n".join(told), where="x"), now=NOW, where="x")
        assert [one.thumbprint for one in found] == wanted
    assert chain_above((), now=NOW, where="x") == ()
    with pytest.raises(RolloutError):
        chain_above(load_certificates(issued, where="x"), now=NOW, where="x")


ALL = {
    "root_thumbprints": [ROOT.thumbprint],
    "authority_thumbprints": [ISSUING.thumbprint],
    "disallowed_thumbprints": [],
}


@pytest.mark.parametrize(
    ("held", "trusted", "lacks"),
    [
        ({}, [], False),
        ({"authority_thumbprints": []}, [], True),
        ({"authority_thumbprints": [], "disallowed_thumbprints": [ISSUING.thumbprint]}, [], False),
        ({"root_thumbprints": []}, [], False),
        ({"root_thumbprints": []}, [ROOT.thumbprint], True),
        ({"authority_thumbprints": None}, [], False),
    ],
    ids=["all there", "no intermediate", "distrusted", "untrusted root", "a root that may be added", "not known"],
)
def test_whether_a_server_lacks_an_authority(held: dict[str, Any], trusted: list[str], lacks: bool) -> None:
    authorities = {"ca01": [ISSUING.pem, ROOT.pem], "broken": [ISSUING.pem], "unread": []}
    assert lacks_authorities({**ALL, **held}, authorities, trusted, now=NOW) is lacks


def test_what_is_said_of_a_root() -> None:
    told = untrusted_root(load_certificate(ROOT.pem, where="x"), where="srv", begun="Nothing was installed. ")
    assert str(told) == (
        f"srv: this server does not trust the root 'CN=Company CA', thumbprint {ROOT.thumbprint}. Nothing was"
        " installed. Compare the thumbprint with the CA's owner, then either publish the root by Group Policy, which"
        " reaches no host in a workgroup, or give the thumbprint in trusted_roots (pool_certificates_trusted_roots)"
    )
