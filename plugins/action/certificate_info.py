# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of ``ucops.rollout.certificate_info``; see plugins/modules for its documentation."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.chain import find_chain
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate
from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain, to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import (
    CA,
    MY,
    ROOT,
    CertificateStores,
    StoreEntry,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import WindowsAction
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost


class ActionModule(WindowsAction):
    argument_spec = {
        "thumbprints": {"type": "list", "elements": "str"},
        "chains": {"type": "bool", "default": False},
    }

    def work(self, host: WindowsHost, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        wanted = arguments["thumbprints"]
        names = None if wanted is None else from_plain(tuple[Thumbprint, ...], wanted, where="thumbprints")
        stores = CertificateStores(host.registry, host.name)
        entries = stores.entries(MY, names)
        return {
            "changed": False,
            "certificates": [
                {**_described(entry), **(_chain(stores, entry, host.name) if arguments["chains"] else {})}
                for entry in entries
            ],
            "root_thumbprints": sorted(stores.effective_thumbprints(ROOT)),
            "authority_thumbprints": sorted(stores.effective_thumbprints(CA)),
        }


def _described(entry: StoreEntry) -> dict[str, Any]:
    """The entry, JSON-able; of a certificate that cannot be read only its thumbprint and why."""
    known = to_plain(entry.certificate.description if entry.certificate else {"thumbprint": entry.thumbprint})
    return {
        **known,
        "problem": entry.problem,
        "friendly_name": entry.friendly_name,
        "has_private_key": entry.key is not None,
        "provider": entry.key.provider if entry.key else None,
        "provider_type": entry.key.provider_type if entry.key else None,
    }


def _chain(stores: CertificateStores, entry: StoreEntry, host: str) -> dict[str, Any]:
    """The issuers in the machine's own stores up to a root that it trusts, or why there is no such way."""
    if entry.certificate is None:
        return {"chain": [], "chain_problem": entry.problem}
    now = datetime.now(timezone.utc)
    try:
        issuers = find_chain(entry.certificate, (), stores.authorities(), now=now, where=host)
    except RolloutError as error:
        return {"chain": [], "chain_problem": error.what}
    return {"chain": [issuer.pem for issuer in issuers], "chain_problem": _distrust(stores, issuers[-1])}


def _distrust(stores: CertificateStores, root: X509Certificate) -> str:
    if root.thumbprint in stores.effective_thumbprints(ROOT):
        return ""
    return f"the root '{root.subject}' ({root.thumbprint}) is not among the trusted ones"
