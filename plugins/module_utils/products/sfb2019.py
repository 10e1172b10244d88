# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Skype for Business Server 2019: what differs from 2015. Rules only, no logic.

Gone are Persistent Chat, XMPP and the Mcx mobility service ('Features no longer supported in Skype for Business Server
2019'); the last had no name and no certificate of its own. Survivable branch appliances stay those of 2015.
"""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.module_utils.products import sfb2015
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import derive

_REQUIREMENTS = "'System requirements for Skype for Business Server 2019', certificates"
_NO_XMPP = ("sfb2015.xmpp", "sfb2015.xmpp-address", "sfb2015.edge-xmpp-domain", "sfb2015.edge-xmpp-host")
_CERTIFICATES = (
    "combined-certificate",
    "default-certificate",
    "web-internal-certificate",
    "web-external-certificate",
    "mediation-certificate",
    "branch-appliance-certificate",
)

PRODUCT = derive(
    sfb2015.PRODUCT,
    id="sfb2019",
    title="Skype for Business Server 2019",
    drop=_NO_XMPP,
    drop_roles=("persistent_chat",),
    change={
        f"sfb2015.{name}": {"id": f"sfb2019.{name}", "source": f"{_REQUIREMENTS} (the tables of 2015)"}
        for name in _CERTIFICATES
    },
    features=sfb2015.PRODUCT.features - {"xmpp"},
)
