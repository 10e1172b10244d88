"""An authority that nobody logs on to: it answers the requests of a folder, as people bring and fetch them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

_ASKED_FOR = (x509.SubjectAlternativeName, x509.ExtendedKeyUsage, x509.KeyUsage)


class PublicAuthority:
    """A root and an issuing authority below it; keys as long as Windows of that time takes them."""

    def __init__(self) -> None:
        self._keys = [rsa.generate_private_key(65537, 2048) for _unused in range(2)]
        self._now = datetime.now(timezone.utc)
        self.root = self._authority("Public Root CA", 0)
        self.issuing = self._authority("Public Issuing CA", 1)

    @property
    def thumbprint(self) -> str:
        """That of the root."""
        return self.root.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303

    def answer(self, folder: Path) -> list[str]:
        """Put a certificate with its chain beside each request that has none; returns the names of the requests."""
        asked = [path for path in sorted(folder.glob("*.req")) if not path.with_suffix(".cer").exists()]
        for path in asked:
            chain = (self._issued(x509.load_pem_x509_csr(path.read_bytes())), self.issuing, self.root)
            path.with_suffix(".cer").write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in chain))
        return [path.stem for path in asked]

    def _authority(self, name: str, number: int) -> x509.Certificate:
        builder = self._builder(_named(name), _named("Public Root CA"), self._keys[number].public_key(), 3650)
        builder = builder.add_extension(x509.BasicConstraints(True, None), True)
        return builder.sign(self._keys[0], hashes.SHA256())

    def _issued(self, request: x509.CertificateSigningRequest) -> x509.Certificate:
        builder = self._builder(request.subject, self.issuing.subject, request.public_key(), 180)
        for kind in _ASKED_FOR:
            found = request.extensions.get_extension_for_class(kind)
            builder = builder.add_extension(found.value, found.critical)
        place = x509.DistributionPoint(
            [x509.UniformResourceIdentifier("http://crl.public.example/a.crl")], None, None, None
        )
        builder = builder.add_extension(x509.CRLDistributionPoints([place]), False)
        return builder.sign(self._keys[1], hashes.SHA256())

    def _builder(self, subject: x509.Name, issuer: x509.Name, key: object, days: int) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)  # type: ignore[arg-type]
        builder = builder.serial_number(x509.random_serial_number())
        begin = self._now - timedelta(hours=1)
        return builder.not_valid_before(begin).not_valid_after(begin + timedelta(days=days))


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
