# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The products whose rules are known. A further one is a file of rules and a line here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

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

_PRODUCTS: dict[str, Product] = {
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
# By their ids, in the order of their years. Always those that are registered at the moment.
PRODUCTS: Mapping[str, Product] = MappingProxyType(_PRODUCTS)


@contextmanager
def registered(product: Product) -> Iterator[Product]:
    """One more product for a while; raises ValueError for an id that is taken."""
    if product.id in _PRODUCTS:
        raise ValueError(f"there is a product {product.id} already")
    _PRODUCTS[product.id] = product
    try:
        yield product
    finally:
        del _PRODUCTS[product.id]
