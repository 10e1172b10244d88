# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ready inventory that comes with a running estate: hosts, credentials, topology, what differs in its mode."""

from __future__ import annotations

import ipaddress
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from lab.pki.client_certificates import ClientIdentity
from lab.pki.stores import thumbprint
from lab.roles import roles
from lab.roles.ca import CertificateAuthority
from lab.winrm.authenticators import authenticators
from lab.winrm.authenticators.basic import Basic
from lab.winrm.authenticators.client_certificate import ClientCertificate
from lab.winrm.authenticators.credssp import CredSsp
from lab.winrm.transports import transports
from lab.winrm.transports.http import Http
from lab.winrm.transports.https import Https

if TYPE_CHECKING:
    from lab.estate import Estate
    from lab.machine import Machine


def write(estate: Estate, directory: Path) -> Path:
    """Write `hosts.yml`, `group_vars` and `host_vars` below the directory; returns the path of `hosts.yml`."""
    groups = {group: {"hosts": dict.fromkeys(members)} for group, members in _members(estate).items()}
    hosts = {machine.fqdn: {"ansible_host": machine.address} for machine in estate.machines.values()}
    _dump(directory / "hosts.yml", {"all": {"hosts": hosts, "children": groups}})
    _dump(directory / "group_vars" / "all.yml", _variables(estate))
    for machine in estate.machines.values():
        variables = _own_account(machine) | _https(machine, directory) | _way_in(machine) | _untaught(machine)
        if variables:
            _dump(directory / "host_vars" / f"{machine.fqdn}.yml", variables)
    return directory / "hosts.yml"


def _own_account(machine: Machine) -> dict[str, Any]:
    """How to log on where the domain's accounts mean nothing: with the first of the machine's own."""
    found = machine.accounts.all()
    if machine.in_domain or not found:
        return {}
    return {"ansible_user": found[0].qualified, "ansible_password": found[0].password}


def _https(machine: Machine, directory: Path) -> dict[str, Any]:
    """The listener's certificate, which the machine issued to itself, as an administrator would bring it over."""
    listener = next((one for one in transports(machine) if isinstance(one, Https)), None)
    if listener is None or listener.certificate is None:
        return {}
    # Beside the inventory: Ansible tries to read whatever lies in its folder.
    path = directory.with_name("listeners") / f"{machine.fqdn}.pem"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(ssl.DER_cert_to_PEM_cert(listener.certificate), encoding="ascii")
    return {
        "ansible_port": Https.port,
        "ansible_winrm_scheme": Https.scheme,
        "ansible_winrm_message_encryption": "auto",
        "ansible_winrm_server_cert_validation": "validate",
        "ansible_winrm_ca_trust_path": str(path),
    }


def _way_in(machine: Machine) -> dict[str, Any]:
    """With what else than NTLM to log on: the first of these that the machine offers."""
    offered = {kind for transport in transports(machine) for kind in authenticators(transport).values()}
    if ClientCertificate in offered:
        identity = ClientIdentity(machine.estate)
        files = {"cert_pem": identity.certificate_path, "cert_key_pem": identity.key_path}
        told = {f"ansible_winrm_{name}": str(path) for name, path in files.items()}
        return {"ansible_winrm_transport": "certificate", **told}
    if Basic in offered:
        # A name alone: Basic knows no domains.
        account = next(iter(machine.accounts.all()), None)
        if account is None:
            raise ValueError(f"{machine.name}: `winrm: auth: basic` takes an account of the host: give it `accounts`")
        credentials = {"ansible_user": account.name, "ansible_password": account.password}
        return {"ansible_winrm_transport": "basic", **credentials}
    return {"ansible_winrm_transport": "credssp"} if CredSsp in offered else {}


def _untaught(machine: Machine) -> dict[str, Any]:
    """A machine that no domain brings the CAs' roots to: they are added because somebody names them."""
    found = [one.role(CertificateAuthority) for one in machine.estate.machines.values()]
    roots = [thumbprint(one.chain[-1]) for one in found if one is not None and one.chain]
    return {} if machine.in_domain or not roots else {"pool_certificates_trusted_roots": roots}


def _members(estate: Estate) -> dict[str, list[str]]:
    """The hosts of each group that a role puts its hosts into."""
    members: dict[str, list[str]] = {role.inventory_group: [] for role in roles() if role.inventory_group}
    for role in roles():
        for one in estate.machines.values():
            held = one.role(role)
            if held is not None and held.group:
                members.setdefault(held.group, []).append(one.fqdn)
    for one in estate.machines.values():
        for group in one.settings.get("groups", ()):
            members.setdefault(group, []).append(one.fqdn)
    return members


def _variables(estate: Estate) -> dict[str, Any]:
    """The connection, then what the estate file gives under `inventory`, then what the mode makes necessary."""
    given = estate.description.get("inventory", {})
    user = given.get("user", estate.accounts.all()[0].name)
    account = estate.accounts.find(user)
    if account is None:
        raise ValueError(f"inventory.user: the estate has no account {user}")
    connection = {
        "ansible_connection": "winrm",
        "ansible_port": Http.port,
        "ansible_winrm_scheme": Http.scheme,
        "ansible_winrm_transport": "ntlm",
        "ansible_winrm_message_encryption": "always",
        "ansible_user": account.qualified,
        "ansible_password": account.password,
    }
    variables: dict[str, Any] = _moved(estate, given.get("variables", {}))
    return connection | variables | _mode_variables(estate)


def _mode_variables(estate: Estate) -> dict[str, Any]:
    """Only where the ports differ from the real ones."""
    ports = estate.network.port_map()
    web = {443: ports.get(443)}
    maps = {"pool_verify_port_map": web, "pool_certificates_port_map": web}
    return {"pool_verify_dns_port": ports[53], **maps} if ports else {}


def _moved(estate: Estate, value: Any) -> Any:
    """The same value with the estate's addresses turned into those of the mode."""
    if isinstance(value, dict):
        return {key: _moved(estate, member) for key, member in value.items()}
    if isinstance(value, list):
        return [_moved(estate, member) for member in value]
    if isinstance(value, str) and _is_address(value):
        return estate.network.address(value)
    return value


def _is_address(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def _dump(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    head = "---\n# Written by the lab for one run; the estate's passwords guard nothing but the estate.\n"
    path.write_text(head + yaml.safe_dump(content, sort_keys=False, width=110), encoding="utf-8")
