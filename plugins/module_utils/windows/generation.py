# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a Windows host is, by its version number; names and texts differ by language, numbers do not."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError

# The kernel's version of each generation of Windows Server, and the first build from 10.0 on.
_BY_KERNEL = {(5, 2): "2003", (6, 0): "2008", (6, 1): "2008r2", (6, 2): "2012", (6, 3): "2012r2"}
_BY_BUILD = ((26100, "2025"), (20348, "2022"), (17763, "2019"), (14393, "2016"))
_FIRST_WITH_CNG = (6, 0)
_FIRST_THAT_DELETES = (6, 2)
_FIRST_THAT_CHECKS_ROOTS = (6, 2)


@dataclass(frozen=True)
class Generation:
    """A generation of Windows Server, or of the client that shares its kernel."""

    name: str
    #: keys and certificates of Cryptography Next Generation, and INF files that ask for them
    cng: bool
    #: certificate bindings of http.sys can be set with netsh
    netsh_http: bool
    #: WMI deletes instances over WS-Management (MS-WSMV, appendix A, note 107)
    wmi_deletes: bool
    #: Schannel refuses clients' certificates while one that is no root is among the roots, and sends no list of trusted
    #: issuers unless told to (KB2802568; Schannel's SendTrustedIssuerList)
    checks_roots: bool


def generation(version: str) -> Generation:
    """The generation of a version such as ``6.1.7601``; ``older`` or ``newer`` outside of what is known.

    :raises RolloutError: the text is no version.
    """
    kernel, build = _numbers(version)
    modern = kernel >= _FIRST_WITH_CNG
    return Generation(
        _name(kernel, build),
        cng=modern,
        netsh_http=modern,
        wmi_deletes=kernel >= _FIRST_THAT_DELETES,
        checks_roots=kernel >= _FIRST_THAT_CHECKS_ROOTS,
    )


def _name(kernel: tuple[int, int], build: int) -> str:
    if kernel >= (10, 0):
        return next((name for first, name in _BY_BUILD if build >= first), "newer")
    return _BY_KERNEL.get(kernel, "older" if kernel < (5, 2) else "newer")


def _numbers(version: str) -> tuple[tuple[int, int], int]:
    try:
        major, minor, build = (int(part) for part in version.split(".")[:3])
    except ValueError:
        raise RolloutError(f"'{version}' is no version of Windows") from None
    return (major, minor), build
