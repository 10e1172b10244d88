"""A public authority whose host nobody logs on to: request and order form in, certificate and chain out, as files.

All of it is OpenSSL's work. What a clerk of such an authority sees is the order form, and the request has to agree.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

_ROOT = "basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
# Of the request such an authority takes the key and the names; everything else is its own.
_LEAF = (
    "basicConstraints=critical,CA:false\nkeyUsage=critical,digitalSignature,keyEncipherment\n"
    "extendedKeyUsage=serverAuth\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
    "crlDistributionPoints=URI:http://crl.example.net/issuing.crl\n"
    "authorityInfoAccess=caIssuers;URI:http://aia.example.net/issuing.crt\n"
)
DAYS = 200


class Refused(Exception):
    """Why an order is not carried out."""


class PublicCa:
    """A root and an issuing authority, made in a directory of its own."""

    def __init__(self, place: Path) -> None:
        self._place = place
        place.mkdir()
        (place / "root.cnf").write_text(_ROOT, encoding="utf-8")
        for name, title in (("root", "Example Public Root"), ("issuing", "Example Public Issuing CA")):
            self._openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", f"/O=Example Trust/CN={title}",
                          "-keyout", f"{name}.key", "-out", f"{name}.csr")  # fmt: skip
        common = ("-days", "3650", "-sha256", "-extfile", "root.cnf")
        self._openssl("x509", "-req", "-in", "root.csr", "-signkey", "root.key", "-out", "root.pem", *common)
        self._openssl("x509", "-req", "-in", "issuing.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial",
                      "-out", "issuing.pem", *common)  # fmt: skip

    @property
    def root(self) -> str:
        """The root's SHA-1 thumbprint."""
        return self._openssl("x509", "-in", "root.pem", "-noout", "-fingerprint", "-sha1").rpartition("=")[2].strip(
        ).replace(":", "")  # fmt: skip

    def carry_out(self, request: Path, *, without: str = "") -> None:
        """Sign a request that agrees with its order form; the certificate and its chain are put beside it.

        Raises `Refused`. `without`: a name that the clerk leaves out.
        """
        form = request.with_name(f"{request.stem}.order.txt").read_text(encoding="utf-8")
        names = ordered_names(form)
        self._compare(request, form, names)
        kept = ",".join(f"DNS:{name}" for name in names if name != without)
        (self._place / "leaf.cnf").write_text(f"{_LEAF}subjectAltName={kept}\n", encoding="utf-8")
        leaf = request.with_name(answer_name(form))
        signer = ("-CA", "issuing.pem", "-CAkey", "issuing.key", "-CAcreateserial", "-sha256", "-days", str(DAYS))
        self._openssl("x509", "-req", "-in", str(request), *signer, "-extfile", "leaf.cnf", "-out", str(leaf))
        self._openssl("crl2pkcs7", "-nocrl", "-certfile", "issuing.pem", "-certfile", "root.pem",
                      "-out", str(request.with_suffix(".p7b")))  # fmt: skip

    def _compare(self, request: Path, form: str, names: list[str]) -> None:
        shown = self._openssl("req", "-in", str(request), "-noout", "-text", "-verify", "-nameopt", "multiline")
        asked = re.findall(r"DNS:([^,\s]+)", shown)
        if asked != names:
            raise Refused(f"the request asks for {asked}, the order form for {names}")
        (common_name,) = re.findall(r"^Common name  (\S+)$", form, re.MULTILINE)
        if f"commonName                = {common_name}\n" not in shown:
            raise Refused(f"the request's common name is not {common_name}")
        (length,) = re.findall(r"^Key          RSA, (\d+) bits", form, re.MULTILINE)
        if f"Public-Key: ({length} bit)" not in shown or int(length) < 2048:
            raise Refused(f"the request's key is none of RSA with {length} bits")
        if not re.search(r"Signature Algorithm: sha(256|384|512)WithRSAEncryption", shown):
            raise Refused("the request is signed with a hash that no public authority takes")

    def _openssl(self, *arguments: str) -> str:
        command = ["openssl", *arguments]
        done = subprocess.run(command, cwd=self._place, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Refused(f"{shlex.join(command)}: {done.stderr}")
        return done.stdout


def ordered_names(form: str) -> list[str]:
    """The numbered names of an order form, in their order."""
    return re.findall(r"^ +\d+\. (\S+)$", form, re.MULTILINE)


def answer_name(form: str) -> str:
    """Under which name the order form wants the certificate."""
    (found,) = re.findall(r"beside the request as (\S+),", form)
    return found
