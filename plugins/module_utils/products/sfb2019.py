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
from ansible_collections.ucops.rollout.plugins.module_utils.products.sources import Sources

_REQUIREMENTS = "'System requirements for Skype for Business Server 2019', certificates (the tables of 2015)"

SOURCES = Sources(
    "sfb2019",
    stated={
        "combined-certificate default-certificate mediation-certificate branch-appliance-certificate": (
            "S",
            _REQUIREMENTS,
        ),
        "web-internal-certificate web-external-certificate": ("C", _REQUIREMENTS),
    },
)

PRODUCT = derive(
    sfb2015.PRODUCT,
    id="sfb2019",
    title="Skype for Business Server 2019",
    major=7,
    sources=SOURCES,
    drop="xmpp xmpp-address edge-xmpp-domain edge-xmpp-host",
    drop_roles="persistent_chat",
    without="xmpp",
)
