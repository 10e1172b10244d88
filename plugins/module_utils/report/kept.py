# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables of the hosts of a run. ``hostvars`` is Ansible's variable of that name: host to its variables."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from typing import Any

CONTROLLER = "localhost"
# The variable of the controller that has what ``hosts_info`` returned of the hosts of a run.
READ = "pool_certificates_read"

HostVars = Mapping[str, Mapping[str, Any]]


class ReadHostVars(Mapping[str, Mapping[str, Any]]):
    """The same, each host's worked out once: Ansible does it anew for each look at a host."""

    def __init__(self, hostvars: HostVars) -> None:
        self._hostvars = hostvars
        self._read: dict[str, Mapping[str, Any]] = {}

    def __getitem__(self, host: str) -> Mapping[str, Any]:
        if host not in self._read:
            self._read[host] = self._hostvars[host]
        return self._read[host]

    def __iter__(self) -> Iterator[str]:
        return iter(self._hostvars)

    def __len__(self) -> int:
        return len(self._hostvars)

    def __contains__(self, host: object) -> bool:
        return host in self._hostvars

    @functools.cached_property
    def first_reads(self) -> Mapping[str, str]:
        """Host to what the first contact told of it, as text."""
        return _first_reads(self)


def kept(hostvars: HostVars, host: str, name: str) -> Any:
    """A variable of a host; None where there is no such host or variable."""
    return hostvars[host].get(name) if host in hostvars else None


def first_read(hostvars: HostVars, host: str) -> Mapping[str, Any]:
    """What the first contact of a run told of a host, where all of them were read in one task; else empty."""
    reads = hostvars.first_reads if isinstance(hostvars, ReadHostVars) else _first_reads(hostvars)
    return _parsed(reads.get(host, "{}"))


def _first_reads(hostvars: HostVars) -> Mapping[str, str]:
    told = (kept(hostvars, CONTROLLER, READ) or {}).get("hosts") or {}
    return {str(host): str(text) for host, text in told.items()}


@functools.cache
def _parsed(text: str) -> Mapping[str, Any]:
    told: Mapping[str, Any] = json.loads(text)
    return told
