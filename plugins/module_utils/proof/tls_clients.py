# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which clients of 2007 to 2026 can speak with a listener: their TLS versions, and the signatures that they refuse.

The versions are those of the client as it comes, with its updates; the marks are explained in docs/evidence.md.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

VERSIONS = ("1.0", "1.1", "1.2", "1.3")

_MD5 = frozenset({"md2_rsa", "md4_rsa", "md5_rsa"})
_PSS = frozenset({"rsassa_pss"})
_SHA1 = frozenset({"sha1_rsa", "sha1_ecdsa"})


@dataclass(frozen=True, slots=True)
class TlsClient:
    """One client, or one kind of them, on what it runs on. ``refuses``: signature algorithms of certificates."""

    name: str
    lowest: str
    highest: str
    refuses: frozenset[str]
    mark: str
    source: str

    def speaks(self, version: str) -> bool:
        return VERSIONS.index(self.lowest) <= VERSIONS.index(version) <= VERSIONS.index(self.highest)


_XP = "Schannel of Windows XP has TLS 1.0 and no later version, and no RSASSA-PSS"
_VISTA = "Schannel of Windows Vista has TLS 1.0; Communicator asks for no later version on Windows 7 either"
_DEPRECATION = "Microsoft Learn, 'Disable TLS 1.0/1.1 in Skype for Business Server'"
_APPLE = "Apple, 'Requirements for trusted certificates in iOS 13 and macOS 10.15'; App Transport Security"
CLIENTS = (
    TlsClient("Communicator 2007 and 2007 R2 on Windows XP", "1.0", "1.0", _PSS, "I", _XP),
    TlsClient("Communicator 2007 and 2007 R2 on Windows Vista and 7", "1.0", "1.0", frozenset(), "U", _VISTA),
    TlsClient("Lync 2010", "1.0", "1.0", frozenset(), "I", f"{_DEPRECATION}: out of scope, so without TLS 1.2"),
    TlsClient("Lync Phone Edition", "1.0", "1.0", _PSS, "I", f"{_DEPRECATION}: out of scope, so without TLS 1.2"),
    TlsClient("Lync 2013 and Skype for Business 2015", "1.0", "1.2", frozenset(), "I", _DEPRECATION),
    TlsClient("Skype for Business 2016 and 2019", "1.0", "1.2", _MD5, "I", _DEPRECATION),
    TlsClient(
        "Windows 11 and others with TLS 1.0 and 1.1 off", "1.2", "1.3", _MD5, "U", "Microsoft, notice of August 2023"
    ),
    TlsClient("Skype for Business on iOS 13 and newer", "1.2", "1.3", _MD5 | _SHA1, "I", _APPLE),
    TlsClient("Skype for Business on Android 10 and newer", "1.2", "1.3", _MD5, "U", "Android 10 has TLS 1.3"),
)


def connecting(offered: Collection[str], not_offered: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the clients that find a version among those offered, and of those that find none.

    A client for which this hangs on a version that is in neither is in neither.
    """
    able = [client for client in CLIENTS if any(client.speaks(version) for version in offered)]
    spoken = {client.name: [version for version in VERSIONS if client.speaks(version)] for client in CLIENTS}
    shut_out = [name for name, versions in spoken.items() if all(version in not_offered for version in versions)]
    return tuple(client.name for client in able), tuple(shut_out)


def refusing(signature_algorithm: str) -> tuple[str, ...]:
    """Names of the clients that take no certificate with this signature."""
    return tuple(client.name for client in CLIENTS if signature_algorithm in client.refuses)
