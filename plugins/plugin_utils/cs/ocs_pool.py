# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pools and SIP domains that a server of OCS 2007 or 2007 R2 tells of in WMI: read, never written.

Some classes of OCS ask the pool's database or Active Directory, which may need a second hop: what cannot be read is
told, and ends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVar

from ansible_collections.ucops.rollout.plugins.module_utils.codec import to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.findings.run import ocs_findings
from ansible_collections.ucops.rollout.plugins.module_utils.topology.deployed import (
    POOLS,
    SIP_DOMAINS,
    DeployedDifference,
    DeployedOcs,
    DeployedPool,
)
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import as_said
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import (
    CODE_ACCESS_DENIED,
    CODE_BAD_FILTER,
    HostUnreachable,
    WsmanFault,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import GarbledAnswer
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi import as_text, as_tuple
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi_port import Wmi, WmiObject

NAMESPACE = "root/cimv2"
_POOLS, _DOMAINS = "MSFT_SIPPoolSetting", "MSFT_SIPDomainData"
_POOL, _DOMAIN = ("PoolFQDN", "PoolMemberList", "MajorVersion"), ("Address",)
# Whether the members come as an array or as one text is said nowhere: a text is taken apart at these.
_BETWEEN = re.compile(r"[;,\s]+")
_VERSION = re.compile(r"[0-9]{1,3}")
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,255}")

_T = TypeVar("_T")


def instances(wmi: Wmi, name: str, properties: Sequence[str] = ()) -> tuple[WmiObject, ...] | None:
    """All instances of a class of OCS; None on a server that does not have the class.

    :param properties: those that are needed. Where the host refuses to give them alone, all are asked for: the class
        may be missing, or one of them.
    """
    for told in (*((",".join(properties),) if properties else ()), "*"):
        try:
            return wmi.query(NAMESPACE, f"SELECT {told} FROM {name}")
        except WsmanFault as fault:
            # With which code a provider of OCS refuses a part of its properties is not known.
            if fault.code != CODE_BAD_FILTER and (told == "*" or fault.code == CODE_ACCESS_DENIED):
                raise
    return None


def read_deployed(host: WindowsHost, asked: Collection[str] = (POOLS, SIP_DOMAINS)) -> DeployedOcs:
    """Pools and SIP domains, each with what could not be read of them.

    :param asked: which of them.
    """
    unread: list[str] = []
    pools = _read(host, _POOLS, _POOL, _pool, unread) if POOLS in asked else None
    domains = _read(host, _DOMAINS, _DOMAIN, _domain, unread) if SIP_DOMAINS in asked else None
    return DeployedOcs(pools, domains, tuple(unread))


def told_of(found: DeployedOcs, differences: Sequence[DeployedDifference]) -> dict[str, Any]:
    """The documented result of ``ocs_pool_info``."""
    return {
        "changed": False,
        "pools": to_plain(found.pools),
        "sip_domains": to_plain(found.sip_domains),
        "differences": [to_plain(one) for one in differences],
        "findings": [to_plain(one) for one in ocs_findings(differences)],
        "unread": list(found.unread),
        "warnings": [*(one.told for one in differences), *found.unread],
    }


def _read(
    host: WindowsHost, name: str, properties: Sequence[str], made: Callable[[WmiObject], _T], unread: list[str]
) -> tuple[_T, ...] | None:
    try:
        found = instances(host.wmi, name, properties)
        if found is not None:
            return tuple(map(made, found))
        unread.append(f"{host.name} has no {name}: OCS is not on this server, or is not activated")
    except HostUnreachable:
        raise
    except RolloutError as error:
        unread.append(f"{name} could not be read: {as_said(str(error), 300)}")
    return None


def _pool(found: WmiObject) -> DeployedPool:
    members = (part for value in as_tuple(found.get("PoolMemberList")) for part in _BETWEEN.split(value) if part)
    return DeployedPool(
        _told(as_text(found.get("PoolFQDN"))),
        tuple(_told(one) for one in members),
        _version(as_text(found.get("MajorVersion")).strip()),
    )


def _domain(found: WmiObject) -> str:
    return _told(as_text(found.get("Address")))


def _version(text: str) -> int | None:
    if text and not _VERSION.fullmatch(text):
        raise GarbledAnswer(f"{_POOLS}.MajorVersion is no version: {as_said(text, 60)!r}")
    return int(text) if text else None


def _told(name: str) -> str:
    """A name as it stands there; what is none is shown as what it is."""
    return name if _NAME.fullmatch(name) else repr(as_said(name, 60))
