# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Skype for Business Server Subscription Edition: as 2019, and every rule of it inferred.

No document of its own on DNS and certificates was found. It is installed over 2019 and comes from the same line of code
('Why in-place upgrade from Skype for Business Server 2019 to Subscription Edition is low risk', 2025-06-26).
"""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.module_utils.products import sfb2019
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import derive
from ansible_collections.ucops.rollout.plugins.module_utils.products.sources import Sources

SOURCES = Sources(
    "sfbse",
    stated={rule.key: ("I", f"inferred from its predecessor: {rule.source}") for rule in sfb2019.PRODUCT.rules()},
)

PRODUCT = derive(
    sfb2019.PRODUCT,
    id="sfbse",
    title="Skype for Business Server Subscription Edition",
    sources=SOURCES,
    inferred_from=sfb2019.PRODUCT.title,
)
