# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the certificate stores of a machine hold, as values: its own certificates, waiting keys, and the authorities."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.fit import PrivateKey
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate
from ansible_collections.ucops.rollout.plugins.module_utils.windows.generation import Generation


@dataclass(frozen=True, slots=True)
class StoredCertificate:
    """One certificate of the machine's store MY, or the stand-in of a waiting key in REQUEST.

    ``exportable``: None where nobody could tell. ``chain_problem``: why it leads to no root that the machine trusts;
    ``issuers``: those above it up to the root, as the machine's own stores have them, none where they lead nowhere.
    ``problem``: why the certificate itself could not be read. ``archived``: Windows shows it to nobody who does not ask
    for such ones.
    """

    thumbprint: str
    certificate: X509Certificate | None
    key: PrivateKey | None
    exportable: bool | None = None
    chain_problem: str = ""
    problem: str = ""
    issuers: tuple[X509Certificate, ...] = ()
    archived: bool = False


@dataclass(frozen=True, slots=True)
class TrustedCertificate:
    """A certificate that the machine trusts as a root. ``place``: where it lies, a key of the registry without HKLM.

    ``certificate``: None where it cannot be read.
    """

    place: str
    thumbprint: str
    certificate: X509Certificate | None


@dataclass(frozen=True, slots=True)
class TrustedRoots:
    """All roots that count for the machine, also what Group Policy and Active Directory brought, once for each place.

    ``windows``: None where it was not read. ``list_setting``: what Schannel was told of sending its list of trusted
    issuers (``SendTrustedIssuerList``), None where nobody told it anything.
    """

    certificates: tuple[TrustedCertificate, ...] = ()
    windows: Generation | None = None
    list_setting: int | None = None

    @property
    def refuses_strangers(self) -> bool:
        """Whether Windows refuses clients' certificates while one that is no root is among the roots."""
        return self.windows is not None and self.windows.checks_roots

    @property
    def sends_list(self) -> bool:
        """Whether Schannel sends those who connect the list of the issuers that it trusts."""
        by_itself = self.windows is None or not self.windows.checks_roots
        return by_itself if self.list_setting is None else self.list_setting != 0
