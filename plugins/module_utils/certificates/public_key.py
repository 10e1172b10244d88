# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Public keys and what they prove: kind and length, the hash by which a key is known, signatures."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from ansible_collections.ucops.rollout.plugins.module_utils import seam_cryptography as crypto
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError

if TYPE_CHECKING:
    from cryptography import x509


def key_of(public_key: Any) -> tuple[str, int]:
    """Algorithm and length in bits."""
    for name, kind in (("rsa", crypto.rsa.RSAPublicKey), ("dsa", crypto.dsa.DSAPublicKey)):
        if isinstance(public_key, kind):
            return name, public_key.key_size
    if isinstance(public_key, crypto.ec.EllipticCurvePublicKey):
        return "ec", public_key.curve.key_size
    return type(public_key).__name__.lower(), 0


SHORTEST_RSA = 2048
# What Schannel and the clients of the family know (RFC 4492; NIST P-256, P-384, P-521).
USUAL_CURVES = frozenset({"secp256r1", "secp384r1", "secp521r1"})


def weakness_of(public_key: Any) -> str:
    """Why a key is too weak for a server, or of a kind that clients do not know; "" where it is neither."""
    algorithm, length = key_of(public_key)
    if algorithm == "rsa":
        return f"RSA of {length} bits" if length < SHORTEST_RSA else ""
    if algorithm == "ec":
        return "" if public_key.curve.name in USUAL_CURVES else f"the curve {public_key.curve.name}"
    return f"{algorithm} of {length} bits" if length else algorithm


def public_key_hash(spki_der: bytes) -> str:
    """Hex SHA-256 of a SubjectPublicKeyInfo: how requests, stand-ins and certificates of one key are matched."""
    return hashlib.sha256(spki_der).hexdigest()


def spki(public_key: Any) -> str:
    """The hash of a key of the library."""
    encoding = crypto.serialization.Encoding.DER
    return public_key_hash(public_key.public_bytes(encoding, crypto.serialization.PublicFormat.SubjectPublicKeyInfo))


def verify_signature(public_key: Any, signed: x509.Certificate | x509.CertificateSigningRequest, tbs: bytes) -> None:
    """Raise unless ``public_key`` made the signature over ``tbs`` (the part that is signed).

    The library's own helpers refuse SHA-1, which is what Windows Server up to 2012 R2 signs with by default.
    """
    parameters = signed.signature_algorithm_parameters
    if isinstance(public_key, crypto.rsa.RSAPublicKey):
        public_key.verify(signed.signature, tbs, parameters, signed.signature_hash_algorithm)  # type: ignore[arg-type]
    elif isinstance(public_key, crypto.ec.EllipticCurvePublicKey):
        public_key.verify(signed.signature, tbs, parameters)  # type: ignore[arg-type]
    else:
        raise RolloutError(f"signatures of a {type(public_key).__name__} cannot be checked")
