# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run took out of DNS, so that a proof can ask who still gives it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.change_set import CHANGE, DELETE, values_gone
from ansible_collections.ucops.rollout.plugins.module_utils.dns.record_types import RECORD_TYPES
from ansible_collections.ucops.rollout.plugins.module_utils.model import INTERNAL
from ansible_collections.ucops.rollout.plugins.module_utils.names import in_zone
from ansible_collections.ucops.rollout.plugins.module_utils.report.kept import HostVars, kept


def removed(hostvars: HostVars, dns_hosts: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Record sets as ``dns_check`` takes them, with the values that went and did not come back; of each view once.

    What a zone remembers of a rollout is nobody's to ask for.
    """
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for host in dict.fromkeys(dns_hosts):
        view = str(kept(hostvars, host, "pool_dns_pushed_view") or INTERNAL)
        for one in _of_push((kept(hostvars, host, "pool_dns_result") or {}).get("changes") or ()):
            found.setdefault((view, one["fqdn"], one["type"]), {**one, "view": view, "removed": True})
    yield from found.values()


def _of_push(changes: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for change in changes:
        gone = values_gone(change.get("before"), change.get("after"))
        if gone and change["verb"] in (CHANGE, DELETE) and change["type"] in RECORD_TYPES:
            zone, type = change["zone"], change["type"]
            yield {"zone": zone, "fqdn": in_zone(change["name"], zone), "type": type, "values": gone}
