# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Components that Lync Server 2010 and later name as types of their certificate cmdlets."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS

OAUTH = "OAuthTokenIssuer"
XMPP = "XmppServer"
ACCESS_EDGE = "AccessEdgeExternal"
AV_AUTHENTICATION = "AudioVideoAuthentication"
# What a component of the plan is to the cmdlets. The others, such as a reverse proxy, are no servers of the topology.
# `External` is none that people assign; Group Chat has a tool of its own.
TYPES: Mapping[str, str] = {
    "front_end": "Default",
    "director": "Default",
    "mediation": "Default",
    "av_conferencing": "Default",
    "persistent_chat": "Default",
    "web_internal": "WebServicesInternal",
    "web_external": "WebServicesExternal",
    "oauth": OAUTH,
    "edge_internal": "Internal",
    "access_edge": ACCESS_EDGE,
    "web_conferencing_edge": "DataEdgeExternal",
    "av_authentication": AV_AUTHENTICATION,
}


def without_cmdlets(planned: PlannedCertificate) -> str:
    """The family of products whose rules made it, where these have no cmdlet: a plan tells a product by its rules."""
    reasons = (reason for several in planned.name_reasons.values() for reason in several)
    made_by = (PRODUCTS.get(reason.rule.partition(".")[0]) for reason in reasons)
    return next((one.family for one in made_by if one is not None and not one.knows("management_shell")), "")


def cmdlet_type(planned: PlannedCertificate, component: str) -> str:
    """The type of a component, empty where it has none or its product has no cmdlets."""
    # A certificate without reasons was written by hand: nothing says that its product has cmdlets.
    known = bool(planned.name_reasons) and not without_cmdlets(planned)
    return TYPES.get(component, "") if known else ""


def is_for_organisation(planned: PlannedCertificate) -> bool:
    """Whether the product itself brings it, with its key, to all servers: OAuth's, which one server sets."""
    types = {cmdlet_type(planned, one.component) for one in planned.assignments}
    return types == {OAUTH}
