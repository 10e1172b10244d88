# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which product and which role of ours the services of a pool make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.found import (
    FoundCluster,
    FoundDeployment,
    FoundService,
    NotImported,
)

# A service's version of 5 and 6 is inferred; 8 is what Subscription Edition is expected to have too.
PRODUCT_OF = {5: "lync2010", 6: "lync2013", 7: "sfb2015", 8: "sfb2019"}
INFERRED = (5, 6)
SE_TOO = 8
SE = "sfbse"

# The first that a pool has decides; a Registrar without user services is a branch's.
_ROLES = (
    ("EdgeServer", "edge"),
    ("UserServices", "front_end"),
    ("Registrar", "survivable_branch_appliance"),
    ("MediationServer", "mediation"),
    ("WacService", "office_web_apps"),
    ("ArchivingServer", "archiving"),
    ("MonitoringServer", "monitoring"),
    ("ConfServices", "av_conferencing"),
)
_CHAT = "PersistentChat"
_STORE = "Store"
# What stands beside and needs nothing of ours.
_BESIDE = {"PstnGateway", "CentralMgmt", "ManagementServices", "WebServices", "ApplicationServer", "ExternalServer"}


def role_of(services: Sequence[FoundService]) -> str | None:
    """The role of a pool by its services, None where it needs neither records nor certificates of ours."""
    if any(one.is_director for one in services):
        return "director"
    there = {one.role for one in services if not one.on_database}
    found = next((role for service, role in _ROLES if service in there), None)
    if found is None and any(_is_chat(one) for one in there):
        return "persistent_chat"
    return found


def unknown_roles(services: Iterable[FoundService]) -> list[str]:
    """Names of services that nothing is known of."""
    known = {service for service, _role in _ROLES} | _BESIDE
    roles = {one.role for one in services}
    return sorted(one for one in roles if one not in known and not one.endswith(_STORE) and not _is_chat(one))


def _is_chat(role: str) -> bool:
    return role.startswith(_CHAT) and not role.endswith(_STORE)


def version_of(services: Iterable[FoundService]) -> int:
    """The version of a pool: the newest of its services."""
    return max((one.version for one in services if not one.on_database), default=0)


def main_version(found: FoundDeployment, pools: Iterable[FoundCluster]) -> int:
    """The version that most pools have, the newer one of two; 0 for none."""
    counted = Counter(version_of(found.on(one.fqdn)) for one in pools)
    return max(counted, key=lambda version: (counted[version], version), default=0)


def product_of(version: int, main: int, given: str | None) -> str:
    """The product of a version; the one given stands for the main version. Raises NotImported."""
    if given and version == main:
        return given
    if version not in PRODUCT_OF:
        known = ", ".join(f"{number} ({product})" for number, product in PRODUCT_OF.items())
        raise NotImported(
            f"its services have the version {version}, which no known product has",
            mend=f"Known are {known}. Say which product it is nearest to with known.product",
        )
    return PRODUCT_OF[version]
