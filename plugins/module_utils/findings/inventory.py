# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the inventory lacks for a rollout of the plan. Made where hosts are looked up (``plan/hosts.py``)."""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import INVENTORY, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import ERROR, NOTE

SERVER_WITHOUT_INVENTORY_HOST = FindingKind(
    code="server-without-inventory-host",
    severity=ERROR,
    about=INVENTORY,
    title="A server of the plan has no host in the inventory",
    message="the server '{name}' has no host in the inventory group '{group}'; looked for {tried}",
    breaks="certificates cannot be requested and assigned on this server",
    mend=(
        "Add the host to the group, or name it with inventory_host in the topology; `logon: false` there says that"
        " nobody logs on to it"
    ),
    source="the inventory",
    decision="the rollout could only do half of its work",
    elsewhere="a server that no host of the inventory group is named for",
)
CA_WITHOUT_INVENTORY_HOST = FindingKind(
    code="ca-without-inventory-host",
    severity=ERROR,
    about=INVENTORY,
    title="A CA of the plan has no host in the inventory",
    message="the CA {name} has no host in the inventory group '{group}'; looked for {tried}",
    breaks="nobody can be asked for its certificates",
    mend=(
        "Put the CA's host into the group under that name (ansible_host may give another address), or correct `ca` of"
        " the issuer"
    ),
    source="the inventory",
    decision="the rollout could only do half of its work",
    elsewhere="an issuer whose `ca` names a host that is not in the group ucops_ca",
)
INVENTORY_HOST_SHARED = FindingKind(
    code="inventory-host-shared",
    severity=ERROR,
    about=INVENTORY,
    title="Two servers of the plan are the same host of the inventory",
    message="the servers '{one}' and '{name}' are both the inventory host '{host}'",
    breaks="one of the servers gets no certificate, the other one two",
    mend="Name each server's host with inventory_host in the topology",
    source="the inventory",
    decision="the rollout would do the wrong work on one host",
    elsewhere="two servers with the same inventory_host",
)
INVENTORY_GROUP_EMPTY = FindingKind(
    code="inventory-group-empty",
    severity=ERROR,
    about=INVENTORY,
    title="A group that the rollout works on is missing or empty",
    message="the inventory group '{group}' is missing or has no hosts",
    breaks="{breaks}",
    mend="Add the hosts to the group, or give the group's name to the rollout",
    source="the inventory",
    decision="the rollout could only do half of its work",
    elsewhere="no host in the group ucops_dns",
)
EXTERNAL_VIEW_WITHOUT_DNS_SERVER = FindingKind(
    code="external-view-without-dns-server",
    severity=NOTE,
    about=INVENTORY,
    title="Records of the external view have no DNS server in the inventory",
    message="the group '{group}' has no hosts, and the plan has {count} for the external view",
    breaks="nobody pushes these records, and a rollout of them is refused",
    mend=(
        "Put the DNS server that clients outside ask into the group, or leave the view to others:"
        " name internal alone under views in ucops_only"
    ),
    source="the inventory",
    decision="the plan itself is right; a rollout refuses it",
    elsewhere="an external view and no host in the group ucops_dns_external",
)
