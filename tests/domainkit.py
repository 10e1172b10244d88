"""An estate whose domain is a real one: a KDC that knows its accounts, and a keytab for each of its members."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from proofkit import samba
from proofkit.needs import missing, program

from lab.estate import estate_file, load, merged

REALM = samba.DOMAIN.upper()
# What a domain's inventory says of the way in; addresses stand for the names here, so that these are named.
VARIABLES = {
    "ansible_user": f"rollout@{REALM}",
    "ansible_winrm_transport": "kerberos",
    "ansible_winrm_kinit_env_vars": ["KRB5_CONFIG"],
    "ansible_winrm_kerberos_hostname_override": "{{ inventory_hostname }}",
}


@dataclass(frozen=True)
class Domain:
    """``overrides``: what the description of the estate needs, merged into it."""

    controller: samba.Controller
    overrides: dict[str, Any]


@contextlib.contextmanager
def domain_of(
    estate: str | Path,
    directory: Path,
    overrides: dict[str, Any] | None = None,
    *,
    users: Iterable[dict[str, str]] = (),
    rejoined: Iterable[str] = (),
) -> Iterator[Domain]:
    """The domain of an estate. Its clients' environment is set while this lasts.

    :param users: further accounts of the KDC (``samba_accounts.py``).
    :param rejoined: members that have another key than the KDC says.
    """
    needed(directory)
    described = load(estate_file(estate), overrides)
    with samba.controller(directory, name="kdc01", network="127.78", services=("kdc",)) as controller:
        keytabs = directory / "keytabs"
        keytabs.mkdir()
        accounts = [{"name": one["name"], "password": one["password"]} for one in described["accounts"]]
        controller.add([*accounts, *users], computers_of(described, set(rejoined)), keytabs)
        overrides = {"kerberos": {"keytabs": str(keytabs)}, "inventory": {"variables": VARIABLES}}
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("KRB5_CONFIG", controller.environment["KRB5_CONFIG"])
            patch.delenv("KRB5CCNAME", raising=False)
            yield Domain(controller, overrides)


def needed(directory: Path) -> None:
    """Skip the test where something is not installed; in CI fail it."""
    program("kinit", "krb5-user")
    samba.gssapi(directory / "gssapi")
    if importlib.util.find_spec("kerberos") is None:
        missing("pykerberos", "of requirements-kerberos.txt, built with gcc, libkrb5-dev and python3.11-dev")


def computers_of(described: dict[str, Any], rejoined: set[str]) -> list[dict[str, Any]]:
    """A member has the services of its name and its full name: those of HTTP as every host, WSMAN's by WinRM itself."""
    domain = described["domain"]["fqdn"]
    names = [host["name"] for host in described["hosts"] if host.get("domain_member", True)]
    return [
        {
            "name": name,
            "services": [f"{kind}/{one}" for kind in ("HTTP", "WSMAN") for one in (name, f"{name}.{domain}")],
        }
        | ({"key": "another"} if name in rejoined else {})
        for name in names
    ]


def with_domain(domain: Domain, *more: dict[str, Any]) -> dict[str, Any]:
    """The estate's overrides, with more of them."""
    found = domain.overrides
    for one in more:
        found = merged(found, one)
    return found
