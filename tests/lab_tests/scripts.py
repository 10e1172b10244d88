# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running scripts with powershell.exe of the lab's machines in tests, and machines of Lync and Skype for Business."""

from __future__ import annotations

import base64
import datetime
import hashlib
import re
from pathlib import Path
from typing import Any

import winrm
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from lab_tests.windows import Ended, Lab, description

from lab.client import RunningEstate
from lab.estate import Estate
from lab.machine import Machine
from lab.network import Network
from lab.pki.stores import Stores, new_container

GENERATIONS = ("2008r2", "2012", "2012r2", "2016", "2019")


def encoded(script: str) -> str:
    """What -EncodedCommand takes."""
    return base64.b64encode(script.encode("utf-16-le")).decode("ascii")


def run(lab: Lab, host: str, script: str, switches: str = "-NoProfile -NonInteractive -InputFormat None") -> Ended:
    """Run a script as administrators' tools do."""
    return lab.run(host, f"powershell {switches} -EncodedCommand {encoded(script)}", stdin=b"")


def errors(ended: Ended) -> str:
    """What standard error tells of errors: the lines of CLIXML joined."""
    found = re.findall(r'<S S="Error">(.*?)</S>', ended.err)
    text = "".join(found).replace("_x000D__x000A_", "\n")
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def shells(directory: Path, **host: Any) -> Lab:
    """A machine of each generation that has PowerShell, named `ps` and the generation. `host` goes into each."""
    content = description()
    content["hosts"] = [
        {"name": f"ps{name}", "address": f"10.0.0.{at}", "generation": name, **host}
        for at, name in enumerate(GENERATIONS, 40)
    ]
    return Lab(Estate(content, directory, Network("ports", "127.39")))


def cs_host(name: str, address: str, generation: str, **server: Any) -> dict[str, Any]:
    """A server of the family for an estate file."""
    return {"name": name, "address": address, "generation": generation, "cs_server": server}


def cs_lab(directory: Path, *hosts: dict[str, Any], network: Network | None = None) -> Lab:
    """Servers inside this process, their services started."""
    content = description()
    content["hosts"] = list(hosts)
    lab = Lab(Estate(content, directory, network or Network("ports", "127.39")))
    return lab


def certificate(machine: Machine, *names: str, key: bool = True, trusted: bool = True, serial: int = 0xABC) -> str:
    """A certificate of its own in the machine's store; returns its thumbprint."""
    container = new_container(machine, 1024, "Microsoft RSA SChannel Cryptographic Provider", 12, 1, True)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(container.key.public_key())
        .serial_number(serial)
        .not_valid_before(datetime.datetime(2026, 1, 2, 3, 4, 5))
        .not_valid_after(datetime.datetime(2031, 6, 7, 8, 9, 10))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), False)
    )
    der = builder.sign(container.key, hashes.SHA256()).public_bytes(Encoding.DER)
    Stores(machine).add("MY", der, container if key else None)
    if trusted:
        Stores(machine).add("Root", der)
    return hashlib.sha1(der).hexdigest().upper()


def session(estate: RunningEstate, host: str) -> winrm.Session:
    """pywinrm's session with a host, whose run_ps sends `powershell -encodedcommand`."""
    told = estate.variables_of(host)
    return winrm.Session(
        f"{told['ansible_winrm_scheme']}://{told['ansible_host']}:{told['ansible_port']}/wsman",
        auth=(told["ansible_user"], told["ansible_password"]),
        transport="ntlm",
        message_encryption=told["ansible_winrm_message_encryption"],
        ca_trust_path=told.get("ansible_winrm_ca_trust_path"),
        proxy=None,
    )
