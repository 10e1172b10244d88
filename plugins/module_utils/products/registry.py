# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The products whose rules are known. A further one is a file of rules and a line here."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.ucops.rollout.plugins.module_utils.products import (
    lync2010,
    lync2013,
    ocs2007,
    ocs2007r2,
    sfb2015,
    sfb2019,
    sfbse,
)
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import Product

PRODUCTS: Mapping[str, Product] = {
    product.id: product
    for product in (
        ocs2007.PRODUCT,
        ocs2007r2.PRODUCT,
        lync2010.PRODUCT,
        lync2013.PRODUCT,
        sfb2015.PRODUCT,
        sfb2019.PRODUCT,
        sfbse.PRODUCT,
    )
}
