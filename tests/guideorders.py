"""What people and other teams do in the lab while somebody follows a guide, and what breaks there."""

from __future__ import annotations

import base64
import datetime
import json
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dnskit
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from proofkit import dnsservers
from proofkit.public_ca import PublicCa

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
    right = walk.site.estate.variables["ansible_password"]
    walk.know(ansible_password=right if given == "right" else f"not {right}")


def assigned(walk: Any, host: str) -> str:
    """The thumbprint of what a Front End names by the type Default."""
    held = walk.site.state()["hosts"][host]["cs_server"]["assigned"]["Default"]["thumbprint"]
    return str(held)


@order("runs-out")
def runs_out(walk: Any, host: str) -> None:
    """The certificate of a Front End ended three days ago, and no other lies there."""
    held = assigned(walk, host)
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
def renews(walk: Any, *hosts: str, **more: int) -> None:
    """The certificates of these Front Ends are renewed, whatever their dates."""
    given = json.dumps({"pool_certificates_renew": [assigned(walk, host) for host in hosts], **more})
    walk.play(f"ansible-playbook ucops.rollout.renew_certificates -i inventory -e '{given}'")


@order("ages")
def ages(walk: Any, days: str, *hosts: str) -> None:
    """The certificates of these Front Ends are nearly two years old, and end in so many days."""
    former = {host: assigned(walk, host) for host in hosts}
    lives = {"validity_days": int(days) + 0.5, "backdate_days": 730 - int(days)}
    walk.site.estate.order("ca", "ca01", "change_template", name="WebServer", **lives)
    renews(walk, *hosts, pool_certificates_minimum_days=1)
    for host, thumbprint in former.items():
        walk.site.command(host, f"certutil -delstore my {thumbprint}")
    usual = {"validity_days": 730, "backdate_days": 0}
    walk.site.estate.order("ca", "ca01", "change_template", name="WebServer", **usual)


@order("approval")
def approval(walk: Any, wanted: str) -> None:
    """Requests by the template WebServer wait for an officer of the CA (``on``), or do not any more (``off``)."""
    walk.site.estate.order("ca", "ca01", "change_template", name="WebServer", pending=wanted == "on")


@order("approve")
def approve(walk: Any, *numbers: str) -> None:
    for number in numbers:
        walk.site.estate.approve(int(number))


@order("enters")
def enters(walk: Any, path: str, which: str, name: str) -> None:
    """The DNS team types the commands of a batch file: all ``but`` those with a name, or these ``only``."""
    for line in (walk.work / path).read_text(encoding="utf-8").splitlines():
        if line.startswith("dnscmd") and (name in line) == (which == "only"):
            walk.site.command("dc01", line.partition(" ||")[0])


@order("bind")
def bind(walk: Any, address: str, zone: str) -> None:
    """Another team has the zone on BIND at that address, and lets the rollout's key change it."""
    place = walk.work.parent / "bind"
    place.mkdir()
    server = dnsservers.named(place, {zone: "www A 203.0.113.80\n"}, more=dnskit.KEY, each=dnskit.BY_KEY)
    port = walk.others.enter_context(server)
    walk.stand_ins |= {address: "127.0.0.1", "port: 53": f"port: {port}"}
    walk.know(vault_tsig_secret=dnskit.SECRET)


@order("files")
def files(walk: Any, guide: str) -> None:
    """The files of another guide lie there."""
    walk.write_files(guide)


@order("listeners")
def listeners(walk: Any, *hosts: str) -> None:
    """Somebody copied the certificates that these hosts issued to their own listeners of WinRM."""
    for host in hosts:
        held = Path(walk.site.estate.variables_of(host)["ansible_winrm_ca_trust_path"]).read_bytes()
        place = walk.work / "listeners" / f"{host}.pem"
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(held)


@order("signs")
def signs(walk: Any, request: str, without: str = "") -> None:
    """A public authority carries out an order, or all of it but a name; certificate and chain lie beside it."""
    walk.authority = walk.authority or PublicCa(walk.work.parent / "public")
    walk.authority.carry_out(walk.work / request, without=without)
