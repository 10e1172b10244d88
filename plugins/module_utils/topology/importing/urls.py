# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simple URLs as a topology has them; those that it cannot have are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.names import BadName
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.found import FoundUrl
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.imported import Assumption
from ansible_collections.ucops.rollout.plugins.module_utils.topology.shapes import FORMS

_KINDS = {"meet": "meet", "dialin": "dialin", "cscp": "admin", "webscheduler": "scheduler"}
PATH = "simple_urls"


def simple_urls(
    found: Sequence[FoundUrl] | None, sip_domains: Sequence[str]
) -> tuple[dict[str, Any] | None, list[Assumption]]:
    """The part of the topology, None where the document has none, and what is to be said of it."""
    if not found:
        return None, [_NONE]
    taken: list[dict[str, str]] = []
    notes: list[Assumption] = []
    for one in found:
        url, why = _url(one, sip_domains, taken)
        if url:
            taken.append(url)
        else:
            what = f"the simple URL {one.url[:200]!r} ({one.component}) is not taken"
            notes.append(Assumption(PATH, what, why, "add it to urls, if it is in use"))
    for kind, domain in (*(("meet", domain) for domain in sip_domains), ("dialin", "")):
        if not any(one["kind"] == kind and one.get("sip_domain", "") == domain for one in taken):
            url = {"kind": kind, "url": f"https://{kind}.{domain or sip_domains[0]}"}
            taken.append({**url, **({"sip_domain": domain} if domain else {})})
            notes.append(_made_up(kind, domain, url["url"]))
    order = list(_KINDS.values())
    taken.sort(key=lambda one: (order.index(one["kind"]), [*sip_domains, ""].index(one.get("sip_domain", ""))))
    return {"urls": taken}, notes


_NONE = Assumption(
    PATH,
    "the simple URLs are those that the product proposes: meet.<SIP domain>, dialin. and admin.<default>",
    "a published topology does not hold them",
    "compare with Get-CsSimpleUrlConfiguration, or import the zip of Export-CsConfiguration",
)


def _made_up(kind: str, domain: str, url: str) -> Assumption:
    what = f"{url} stands for the {kind} URL{f' of {domain}' if domain else ''}"
    return Assumption(PATH, what, "the document has none, and the product demands one", "write the URL in use")


def _url(one: FoundUrl, sip_domains: Sequence[str], taken: Sequence[dict[str, str]]) -> tuple[dict[str, str], str]:
    """The URL as a topology has it, or why it cannot be taken."""
    kind = _KINDS.get(one.component.lower(), "")
    if not kind:
        return {}, "what it leads to is not known"
    try:
        url = FORMS["url"].read(one.url)
    except BadName as error:
        return {}, error.what
    if one.sip_domain and one.sip_domain not in sip_domains:
        return {}, f"'{one.sip_domain}' is no SIP domain of the document"
    other = next((each["url"] for each in taken if _one_begins(each["url"], url)), "")
    if other:
        return {}, f"one of it and {other} begins with the other"
    domain = (one.sip_domain or sip_domains[0]) if kind == "meet" else ""
    if any((each["kind"], each.get("sip_domain", "")) == (kind, domain) for each in taken):
        return {}, f"there is another {kind} URL already"
    return {"kind": kind, "url": url, **({"sip_domain": domain} if domain else {})}, ""


def _one_begins(one: str, other: str) -> bool:
    shorter, longer = sorted((one.lower().split("/"), other.lower().split("/")), key=len)
    return longer[: len(shorter)] == shorter
