# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the cmdlets of Lync Server 2010 and later can assign on a server: read as an assignment reads first.

So a module that is missing or does not load, a constrained language and an account without rights are known before
anything is touched.
"""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.products.grammar import Product
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.cs_scripts import READ
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.lync import CENTRAL, CsState, read_state
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


def require_cmdlets(host: WindowsHost, *, product: Product | None, oauth: bool) -> CsState:
    """What they have assigned; raises RolloutError where they could not assign, or are those of another version.

    :param product: the planned one, None where nobody says it.
    :param oauth: OAuth's certificate is to be assigned, which is the organisation's.
    """
    state = read_state(host)
    if product is not None:
        _require_version(host, product, state)
    if oauth and state.closed:
        what = f"OAuth's certificate is to be assigned, and the Central Management Store is not open: {state.unread}"
        raise RolloutError(what, where=host.name, mend=CENTRAL)
    return state


def _require_version(host: WindowsHost, product: Product, state: CsState) -> None:
    """2019 and the Subscription Edition have one number. A server that tells none is believed."""
    if not state.version or int(state.version.partition(".")[0]) == product.major:
        return
    cmdlets = (one for one in PRODUCTS.values() if one.knows("management_shell"))
    titles = [one.title for one in cmdlets if state.version.startswith(f"{one.major}.")]
    raise RolloutError(
        f"the server has {' or '.join(titles) or 'another product'} (version {state.version}), and the topology says"
        f" {product.title}",
        where=host.name,
        mend=f"Correct `product` of its pool in the topology; or {READ.otherwise}",
    )
