"""A real Active Directory domain controller with its DNS server and its KDC: Samba, on an address of loopback."""

from __future__ import annotations

import contextlib
import importlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from proofkit.needs import missing, program

# One for each process: port 53 cannot be moved.
ADDRESS = f"127.77.{os.getpid() // 250 % 250}.{os.getpid() % 250 + 1}"
DOMAIN = "company.local"
NAME = f"dc01.{DOMAIN}"
PASSWORD = "Passw0rd-2007!"
PRINCIPAL = f"Administrator@{DOMAIN.upper()}"
# No more services than a test asks: the others bind ports on all of loopback, which a second controller then lacks.
_OPTIONS = (
    f"interfaces={ADDRESS}/8",
    "bind interfaces only=yes",
    "log level=0",
    "server services=ldap,kdc,dns",
)


@dataclass(frozen=True)
class Controller:
    """``environment``: what a process needs to reach the KDC, and no ticket of anybody else."""

    address: str
    environment: dict[str, str]


@contextlib.contextmanager
def controller(directory: Path) -> Iterator[Controller]:
    """Provisioned anew; it binds port 53, so that it needs the rights of root."""
    samba, tool = program("samba", "samba-ad-dc"), program("samba-tool", "samba-ad-provision")
    if os.geteuid() != 0:
        pytest.skip("Samba binds port 53, which only root may")
    target = directory / "dc"
    options = [f"--option={one}" for one in (*_OPTIONS, f"pid directory={directory}")]
    domain = ["--realm", DOMAIN.upper(), "--domain", "COMPANY", "--adminpass", PASSWORD, "--server-role=dc"]
    host = ["--dns-backend=SAMBA_INTERNAL", "--host-name=dc01", f"--host-ip={ADDRESS}", f"--targetdir={target}"]
    made = subprocess.run(
        [tool, "domain", "provision", *domain, *host, *options], capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stdout + made.stderr
    log = (directory / "samba.log").open("w")
    server = subprocess.Popen(
        [samba, "-i", "-M", "single", "-s", str(target / "etc" / "smb.conf")],
        stdin=subprocess.DEVNULL, stdout=log, stderr=log,
    )  # fmt: skip
    try:
        for port in (53, 88):
            _wait(server, port, directory / "samba.log")
        yield Controller(ADDRESS, _environment(directory))
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def _environment(directory: Path) -> dict[str, str]:
    realm = DOMAIN.upper()
    configuration = directory / "krb5.conf"
    configuration.write_text(
        f"[libdefaults]\ndefault_realm = {realm}\ndns_lookup_kdc = false\ndns_lookup_realm = false\nrdns = false\n"
        f"dns_canonicalize_hostname = false\n[realms]\n{realm} = {{\n kdc = {ADDRESS}\n}}\n"
        f"[domain_realm]\n.{DOMAIN} = {realm}\n{DOMAIN} = {realm}\n"
    )
    return {"KRB5_CONFIG": str(configuration), "KRB5CCNAME": f"FILE:{directory / 'ccache'}"}


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection((ADDRESS, port), 1):
            return
        time.sleep(0.1)
    raise AssertionError(f"Samba does not listen on {port}: {log.read_text(errors='replace')[-2000:]}")


def gssapi(directory: Path) -> Any:
    """The library, for which no wheel exists, as Debian's package has it for its own Python of the same version."""
    place = Path("/usr/lib/python3/dist-packages")
    try:
        return importlib.import_module("gssapi")
    except ImportError:
        if not (place / "gssapi").is_dir() or sys.version_info[:2] != (3, 11):
            missing("gssapi", "python3-gssapi")
    for name in ("gssapi", "decorator.py"):
        (directory / name).symlink_to(place / name)
    sys.path.append(str(directory))
    return importlib.import_module("gssapi")
