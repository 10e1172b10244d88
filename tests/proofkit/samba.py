"""A real Active Directory domain controller with its DNS server and its KDC: Samba, on an address of loopback."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lab import gss
from proofkit.needs import missing, program

# One for each process and each of its networks: ports 53 and 88 cannot be moved.
_ADDRESS = f"{os.getpid() // 250 % 250}.{os.getpid() % 250 + 1}"
DOMAIN = "company.local"
NAME = f"dc01.{DOMAIN}"
PASSWORD = "Passw0rd-2007!"
PRINCIPAL = f"Administrator@{DOMAIN.upper()}"
_PORTS = {"dns": 53, "kdc": 88}
# Whose Python has Samba's modules.
_PYTHON = "/usr/bin/python3"


@dataclass(frozen=True)
class Controller:
    """``environment``: what a process needs to reach the KDC, and no ticket of anybody else."""

    address: str
    directory: Path
    environment: dict[str, str]

    def add(self, users: Iterable[Any], computers: Iterable[Any], keytabs: Path) -> None:
        """Accounts with their keytabs; what they are made of is in ``samba_accounts.py``."""
        self._accounts(users=list(users), computers=list(computers), keytabs=str(keytabs))

    def bad_passwords(self, name: str) -> int:
        """How many bad passwords in a row are counted for an account."""
        return self._accounts(told=[name])[name]

    def _accounts(self, **given: Any) -> dict[str, int]:
        program = Path(__file__).with_name("samba_accounts.py")
        told = json.dumps({"configuration": str(configuration(self.directory)), **given})
        done = subprocess.run([_PYTHON, "-I", str(program)], input=told, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        found: dict[str, int] = json.loads(done.stdout)
        return found


def configuration(directory: Path) -> Path:
    return directory / "dc" / "etc" / "smb.conf"


@contextlib.contextmanager
def controller(
    directory: Path, *, name: str = "dc01", network: str = "127.77", services: tuple[str, ...] = ("ldap", "kdc", "dns")
) -> Iterator[Controller]:
    """Provisioned anew; it binds ports 53 and 88, so that it needs the rights of root.

    :param services: no more than a test asks: the others bind ports on all of loopback, which a second controller lacks
    """
    samba = program("samba", "samba-ad-dc")
    if os.geteuid() != 0:
        pytest.skip("Samba binds ports that only root may")
    address = f"{network}.{_ADDRESS}"
    _provision(directory, name, address, services)
    log = (directory / "samba.log").open("w")
    server = subprocess.Popen(
        [samba, "-i", "-M", "single", "-s", str(configuration(directory))],
        stdin=subprocess.DEVNULL, stdout=log, stderr=log,
    )  # fmt: skip
    try:
        for port in (_PORTS[one] for one in services if one in _PORTS):
            _wait(server, address, port, directory / "samba.log")
        yield Controller(address, directory, _environment(directory, address))
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def _provision(directory: Path, name: str, address: str, services: tuple[str, ...]) -> None:
    tool, target = program("samba-tool", "samba-ad-provision"), directory / "dc"
    options = [
        f"--option={one}"
        for one in (
            f"interfaces={address}/8",
            "bind interfaces only=yes",
            "log level=0",
            f"server services={','.join(services)}",
            f"pid directory={directory}",
        )
    ]
    domain = ["--realm", DOMAIN.upper(), "--domain", "COMPANY", "--adminpass", PASSWORD, "--server-role=dc"]
    host = ["--dns-backend=SAMBA_INTERNAL", f"--host-name={name}", f"--host-ip={address}", f"--targetdir={target}"]
    made = subprocess.run(
        [tool, "domain", "provision", *domain, *host, *options], capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stdout + made.stderr


def _environment(directory: Path, address: str) -> dict[str, str]:
    realm = DOMAIN.upper()
    krb5 = directory / "krb5.conf"
    krb5.write_text(
        f"[libdefaults]\ndefault_realm = {realm}\ndns_lookup_kdc = false\ndns_lookup_realm = false\nrdns = false\n"
        f"dns_canonicalize_hostname = false\n[realms]\n{realm} = {{\n kdc = {address}\n}}\n"
        f"[domain_realm]\n.{DOMAIN} = {realm}\n{DOMAIN} = {realm}\n"
    )
    return {"KRB5_CONFIG": str(krb5), "KRB5CCNAME": f"FILE:{directory / 'ccache'}"}


def _wait(server: subprocess.Popen[bytes], address: str, port: int, log: Path) -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection((address, port), 1):
            return
        time.sleep(0.1)
    raise AssertionError(f"Samba does not listen on {port}: {log.read_text(errors='replace')[-2000:]}")


def gssapi(directory: Path) -> Any:
    """The library; without it a test is skipped, but in CI it fails."""
    return gss.library(directory) or missing("gssapi", "python3-gssapi")
