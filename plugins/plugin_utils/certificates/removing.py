# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates taken out of a machine's stores, with their keys where these are theirs alone.

The key goes before the certificate: a run that is cut off between leaves what the next one finds.
"""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.fit import PrivateKey
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate
from ansible_collections.ucops.rollout.plugins.module_utils.change_set import DELETE, Change, ChangeSet
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.certreq import (
    delete_from_store,
    delete_key,
    failed,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import (
    MY,
    REQUEST,
    CertificateStores,
    StoreEntry,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.claim import alone
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost

KEY_DELETED, KEY_SHARED, KEY_UNKNOWN = "deleted", "shared", "unknown"


def remove_with_key(host: WindowsHost, store: str, entry: StoreEntry, others: Sequence[StoreEntry]) -> str:
    """Remove one certificate, and read that it is gone; what became of its key, empty where it has none.

    :param others: all other entries of the machine that may have the same key.
    """
    key = _without_key(host, entry, others)
    result = delete_from_store(host, store, entry.thumbprint)
    if entry.thumbprint in CertificateStores(host.registry, host.name).thumbprints(store):
        raise failed(f"certificate {entry.thumbprint} is still in the store {store}", result, where=host.name)
    return key


def _without_key(host: WindowsHost, entry: StoreEntry, others: Sequence[StoreEntry]) -> str:
    """What became of its key: deleted where it is this certificate's alone."""
    key, certificate = entry.key, entry.certificate
    if key is None:
        return ""
    if certificate is None or any(other.certificate is None for other in others):
        return KEY_UNKNOWN
    if any(_same_key(key, certificate, other) for other in others) or not (key.is_machine and key.is_legacy):
        return KEY_SHARED
    return KEY_DELETED if delete_key(host, key) else KEY_UNKNOWN


def _same_key(key: PrivateKey, certificate: X509Certificate, other: StoreEntry) -> bool:
    by_container = other.key is not None and other.key.container.casefold() == key.container.casefold()
    return by_container or (other.certificate is not None and other.certificate.public_key == certificate.public_key)


def give_up_key(host: WindowsHost, claim: str, public_key: str, *, check_mode: bool) -> ChangeSet:
    """Take a key that waits for its certificate out of the store REQUEST, so that the next run makes another.

    :param claim: the one under which keys are made on the server.
    """
    if check_mode:
        return _change_set(public_key)
    with alone(host, claim):
        stores = CertificateStores(host.registry, host.name)
        mine, waiting = stores.entries(MY), stores.entries(REQUEST)
        gone = [one for one in waiting if one.certificate and one.certificate.public_key == public_key]
        others = [one for one in (*mine, *waiting) if one not in gone]
        for one in gone:
            remove_with_key(host, REQUEST, one, others)
    return _change_set(public_key) if gone else ChangeSet()


def _change_set(public_key: str) -> ChangeSet:
    subject = {"store": REQUEST, "public_key": public_key}
    change = Change(DELETE, "waiting request and key removed", subject, before=public_key, done="removed")
    return ChangeSet(f"{REQUEST} key {public_key}\n", "", (change,))
