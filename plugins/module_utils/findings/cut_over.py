# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SIP domains that have moved to Microsoft 365, and the zones inside that hide their names."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.findings.facts import Facts
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import RECORDS, Example, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import WARNING, Finding

# The four names of a SIP domain that clients and partners look for, and where they lead.
NEEDED = {
    "_sipfederationtls._tcp": "SRV 100 1 5061 sipfed.online.lync.com",
    "_sip._tls": "SRV 100 1 443 sipdir.online.lync.com",
    "lyncdiscover": "CNAME webdir.online.lync.com",
    "sip": "CNAME sipdir.online.lync.com",
}
_MOVED = {"sip_domains[1]": {"name": "fabrikam.com", "cut_over": True}}
_ZONE = {"name": "fabrikam.com"}

CUT_OVER_NAMES_INSIDE = FindingKind(
    code="cut-over-names-inside",
    severity=WARNING,
    about=RECORDS,
    title="A SIP domain has moved to Microsoft 365, and a zone inside hides its names",
    message=(
        "'{domain}' has moved to Microsoft 365, and the internal zone '{zone}' hides {missing} from everybody inside"
    ),
    breaks="sign-in of '{domain}' for users inside: they look for these names in the internal zone",
    mend="Copy them into the zone and name them in its copied_names: {wanted}",
    source="Microsoft 'External DNS records required for Skype for Business Online'; RFC 1034 (a hosted zone answers)",
    decision="the site may have copied them without telling us",
    example=Example(
        "lync",
        change={**_MOVED, "dns.internal.zones[2]": _ZONE},
        where=("sip_domains[1]",),
        near={**_MOVED, "dns.internal.zones[2]": {**_ZONE, "copied_names": list(NEEDED)}},
        message=(
            "'fabrikam.com' has moved to Microsoft 365, and the internal zone 'fabrikam.com' hides"
            " _sipfederationtls._tcp, _sip._tls, lyncdiscover, sip from everybody inside"
        ),
    ),
)


def look(facts: Facts) -> Iterator[Finding]:
    """Each SIP domain that has moved, in the zone inside that its names belong to."""
    index = facts.indexes.get("internal") or names.ZoneIndex(())
    for sip_domain in facts.topology.sip_domains:
        found = index.find(sip_domain.name) if sip_domain.cut_over else None
        zone = facts.zones["internal", found] if found else None
        if zone is None or zone.kind == "pin_point":
            continue
        missing = [
            name
            for name in NEEDED
            if names.owner_in(f"{name}.{sip_domain.name}", zone.name) not in zone.copied_names
            and not facts.is_planned("internal", f"{name}.{sip_domain.name}")
            and ("internal", f"{name}.{sip_domain.name}") not in facts.services
        ]
        if missing:
            yield CUT_OVER_NAMES_INSIDE.at(
                sip_domain.path,
                domain=sip_domain.name,
                zone=zone.name,
                missing=", ".join(missing),
                wanted="; ".join(f"{name}.{sip_domain.name} {NEEDED[name]}" for name in missing),
            )
