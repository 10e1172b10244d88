"""Public keys: kind, length, hash, and the signatures they prove."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519
from unit.fakes_windows import authority, certificate, rsa_key

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.public_key import (
    key_of,
    public_key_hash,
    verify_signature,
    weakness_of,
)
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        (rsa_key(), ("rsa", 2048)),
        (ec.generate_private_key(ec.SECP384R1()), ("ec", 384)),
        (dsa.generate_private_key(1024), ("dsa", 1024)),
        (ed25519.Ed25519PrivateKey.generate(), ("ed25519publickey", 0)),
    ],
    ids=["rsa", "ec", "dsa", "ed25519"],
)
def test_kind_and_length(key, kind):
    found = key_of(key.public_key())
    assert (found[0].replace("_", ""), found[1]) == kind


@pytest.mark.parametrize(
    ("key", "weakness"),
    [
        (rsa_key(), ""),
        (rsa_key(6, 1024), "RSA of 1024 bits"),
        (ec.generate_private_key(ec.SECP256R1()), ""),
        (ec.generate_private_key(ec.SECP521R1()), ""),
        (ec.generate_private_key(ec.SECP256K1()), "the curve secp256k1"),
        (ec.generate_private_key(ec.SECP224R1()), "the curve secp224r1"),
        (dsa.generate_private_key(1024), "dsa of 1024 bits"),
        (ed25519.Ed25519PrivateKey.generate(), "ed25519publickey"),
    ],
    ids=["rsa", "short rsa", "p-256", "p-521", "bitcoin", "p-224", "dsa", "ed25519"],
)
def test_weakness(key, weakness):
    assert weakness_of(key.public_key()).replace("_", "") == weakness


def test_hash():
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert public_key_hash(b"") == empty


def test_signature():
    issuer = authority()
    held = certificate(issuer)
    verify_signature(issuer.key.public_key(), held, held.tbs_certificate_bytes)
    with pytest.raises(InvalidSignature):
        verify_signature(rsa_key(9).public_key(), held, held.tbs_certificate_bytes)
    with pytest.raises(RolloutError, match="cannot be checked"):
        verify_signature(ed25519.Ed25519PrivateKey.generate().public_key(), held, held.tbs_certificate_bytes)
