"""The root that a certificate leads to, and what is said of one that a server does not trust."""

from __future__ import annotations

import pytest
from unit.fakes_windows import NOW, PEM, authority, certificate

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.roots import root_above, untrusted_root
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import load_certificate, load_certificates
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError

ROOT = authority()
ISSUING = authority("Issuing CA", ROOT, number=101)


def test_the_root_of_a_ca_and_of_a_certificate() -> None:
    issued = certificate(ISSUING).public_bytes(PEM).decode()
    for told in ([ROOT.pem], [ISSUING.pem, ROOT.pem], [issued, ROOT.pem, ISSUING.pem]):
        found = root_above(load_certificates("\n".join(told), where="x"), now=NOW, where="x")
        assert found is not None and found.thumbprint == ROOT.thumbprint
    assert root_above((), now=NOW, where="x") is None
    with pytest.raises(RolloutError):
        root_above(load_certificates(issued, where="x"), now=NOW, where="x")


def test_what_is_said_of_a_root() -> None:
    told = untrusted_root(load_certificate(ROOT.pem, where="x"), where="srv", begun="Nothing was installed. ")
    assert str(told) == (
        f"srv: this server does not trust the root 'CN=Company CA', thumbprint {ROOT.thumbprint}. Nothing was"
        " installed. Compare the thumbprint with the CA's owner, then either publish the root by Group Policy, which"
        " reaches no host in a workgroup, or give the thumbprint in trusted_roots (pool_certificates_trusted_roots)"
    )
