# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Request-CsCertificate, the cmdlet of Lync Server 2010 and its successors; OCS has none, and is told so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ansible_collections.ucops.rollout.plugins.module_utils.exports.powershell import literal, remark
from ansible_collections.ucops.rollout.plugins.module_utils.exports.selection import (
    CR_LF,
    Selection,
    certificate_facts,
    certificate_file_name,
    certificates_of,
)
from ansible_collections.ucops.rollout.plugins.module_utils.model import GLOBAL, Plan, PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.products.cs_types import TYPES, without_cmdlets

CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2"
FILE = "request_cs_certificates.ps1"
# An Edge Server is in no domain and reaches no CA of one.
_OF_EDGE = ("Internal", "AccessEdgeExternal", "DataEdgeExternal", "AudioVideoAuthentication")


def script(plan: Plan, selection: Selection) -> dict[str, str]:
    """One file with a command per certificate; none where the plan has no certificates."""
    certificates = certificates_of(plan)
    return {FILE: CR_LF.join([*_script(certificates), ""])} if certificates else {}


def _script(certificates: Sequence[PlannedCertificate]) -> Iterator[str]:
    yield remark("Certificates. Run each command on its server, in the product's Management Shell.")
    yield remark("The cmdlet adds names of the published topology: compare what was issued with the plan.")
    yield remark("Then assign with Set-CsCertificate -Type, the same types, -Thumbprint.")
    for planned in certificates:
        yield ""
        for fact in certificate_facts(planned):
            yield remark(fact)
        yield from _request(planned)


def _request(planned: PlannedCertificate) -> Iterator[str]:
    types = list(dict.fromkeys(TYPES[one] for one in _components(planned) if one in TYPES))
    without = without_cmdlets(planned)
    if without or not types:
        why = f"{without} has no such cmdlet" if without else "no type of the cmdlet fits"
        yield remark(f"{', '.join(_components(planned))}: {why}. Use the file for certreq or openssl.")
        return
    yield " ".join(["Request-CsCertificate -New", *(f"{name} {given}" for name, given in _parameters(planned, types))])
    for holder in planned.holders[1:] if planned.scope != GLOBAL else ():
        yield remark(f"On {holder}: the same certificate with its key, by Import-CsCertificate.")


def _parameters(planned: PlannedCertificate, types: list[str]) -> Iterator[tuple[str, str]]:
    yield "-Type", ",".join(types)
    yield "-ComputerFqdn", literal(planned.holders[0])
    yield "-FriendlyName", literal(f"{planned.common_name} {planned.use}")
    yield from _way(planned, types)
    yield "-KeySize", str(planned.key.length)
    yield "-PrivateKeyExportable", "$true" if planned.key.exportable else "$false"
    if CLIENT_AUTHENTICATION in planned.extended_key_usage:
        yield "-ClientEKU", "$true"
    if planned.subject_alternative_names:
        yield "-DomainName", literal(",".join(planned.subject_alternative_names))


def _way(planned: PlannedCertificate, types: list[str]) -> Iterator[tuple[str, str]]:
    """To a CA at once, or into a file: for a CA that is not there by host and name, and from an Edge Server."""
    if not planned.issuer.ca or any(one in _OF_EDGE for one in types):
        yield "-Output", literal(f".\\{certificate_file_name(planned, '.req')}")
        return
    yield "-CA", literal(planned.issuer.ca)
    if planned.template:
        yield "-Template", literal(planned.template)


def _components(planned: PlannedCertificate) -> list[str]:
    return list(dict.fromkeys(one.component for one in planned.assignments))
