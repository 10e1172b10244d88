"""What people and other teams do in the lab while somebody follows a guide, and what breaks there."""

from __future__ import annotations

import base64
import datetime
import ssl
from collections.abc import Callable
from typing import Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

ORDERS: dict[str, Callable[..., None]] = {}


def order(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """An order of the comment `lab` that takes the walk and the words after its name."""

    def keep(work: Callable[..., None]) -> Callable[..., None]:
        ORDERS[name] = work
        return work

    return keep


@order("stop")
def stop(walk: Any, host: str) -> None:
    """A machine goes off the network."""
    walk.site.estate.stop_host(host)


@order("start")
def start(walk: Any, host: str) -> None:
    walk.site.estate.start_host(host)


@order("command")
def command(walk: Any, host: str, line: str) -> None:
    """Somebody types a command line on a host."""
    walk.site.command(host, line)


@order("service")
def service(walk: Any, host: str, name: str, what: str) -> None:
    """A service is stopped, or started: ``service fe02 RTCSRV stop``."""
    walk.site.command(host, f"net {what} {name}")


@order("delete-record")
def delete_record(walk: Any, zone: str, owner: str, kind: str, data: str) -> None:
    """Somebody deletes a record on the DNS server inside."""
    walk.site.command("dc01", f"dnscmd /RecordDelete {zone} {owner} {kind} {data} /f")


@order("password")
def password(walk: Any, given: str) -> None:
    """The vault has another one, which is ``wrong``, or the ``right`` one."""
    path = walk.work / "inventory" / "lab.yml"
    inventory = yaml.safe_load(path.read_text(encoding="utf-8"))
    right = walk.site.estate.variables["ansible_password"]
    inventory["all"]["vars"]["ansible_password"] = right if given == "right" else f"not {right}"
    path.write_text(yaml.safe_dump(inventory), encoding="utf-8")


@order("runs-out")
def runs_out(walk: Any, host: str) -> None:
    """The certificate of a Front End ended three days ago, and no other lies there."""
    held = walk.site.state()["hosts"][host]["cs_server"]["assigned"]["Default"]["thumbprint"]
    assign_old(walk, host)
    walk.site.command(host, f"certutil -delstore my {held}")


@order("assign-old")
def assign_old(walk: Any, host: str) -> None:
    """Somebody assigns a certificate of the same names that ended three days ago to all types of a Front End."""
    held = walk.site.state()["hosts"][host]["cs_server"]["assigned"]
    serving = certificate_shown(walk.site.estate.address(host), 5061)
    key, now = rsa.generate_private_key(65537, 2048), datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(serving.subject).issuer_name(serving.issuer)
    builder = builder.public_key(key.public_key()).serial_number(4711)
    builder = builder.not_valid_before(now - datetime.timedelta(days=733))
    builder = builder.not_valid_after(now - datetime.timedelta(days=3, hours=1))
    for extension in serving.extensions:
        if not isinstance(extension.value, (x509.SubjectKeyIdentifier, x509.AuthorityKeyIdentifier)):
            builder = builder.add_extension(extension.value, extension.critical)
    made = builder.sign(key, hashes.SHA256())
    place = {"store": "MY", "certificates": [base64.b64encode(made.public_bytes(Encoding.DER)).decode()]}
    kept = key.private_bytes(Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    place |= {"key": base64.b64encode(kept).decode(), "provider": PROVIDER}
    walk.site.estate.order("domain_member", host, "put", **place)
    thumbprint = made.fingerprint(hashes.SHA1()).hex().upper()
    walk.site.estate.order("cs_server", host, "assign", types=sorted(held), thumbprint=thumbprint)
    for what in ("stop", "start"):
        service(walk, host, "RTCSRV", what)


PROVIDER = "Microsoft RSA SChannel Cryptographic Provider"


def certificate_shown(address: str, port: int) -> x509.Certificate:
    """What a listener shows."""
    return x509.load_pem_x509_certificate(ssl.get_server_certificate((address, port)).encode())


@order("renews")
def renews(walk: Any, host: str) -> None:
    """The certificate of a Front End is renewed, whatever its date."""
    held = walk.site.state()["hosts"][host]["cs_server"]["assigned"]["Default"]["thumbprint"]
    given = f"""-e '{{"pool_certificates_renew": ["{held}"]}}'"""
    walk.play(f"ansible-playbook ucops.rollout.renew_certificates -i inventory {given}")
