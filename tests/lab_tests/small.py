# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small estates for tests of the lab: one machine with DNS per generation of Windows, nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


def dns_host(name: str, address: str, generation: str, records: int = 0, **settings: Any) -> dict[str, Any]:
    """A DNS server with the zone `example.test`, holding that many A records beside SOA and NS."""
    many = [{"owner": f"h{number:03}", "type": "A", "data": f"192.0.2.{number % 250 + 1}"} for number in range(records)]
    dns = {"zones": [{"name": "example.test", "records": many}], **settings.pop("dns", {})}
    return {"name": name, "address": address, "generation": generation, "dns": dns, **settings}


def estate(path: Path, *hosts: dict[str, Any], **settings: Any) -> Path:
    """Write the estate file; returns its path."""
    content = {
        "domain": {"fqdn": "company.local", "netbios": "COMPANY"},
        "lockout_after": 5,
        "accounts": [
            {"name": "rollout", "password": "Rollout-2007!", "administrator": True},
            {"name": "clerk", "password": "Clerk-2007!"},
        ],
        "hosts": list(hosts),
        **settings,
    }
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path
