# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which grant of docs/prerequisites.md an account lacks, by what it was denied."""

from __future__ import annotations

RIGHTS = 'docs/prerequisites.md, "Rights"'
WMI_URI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
_DNS = "root/microsoftdns"
REACH = (
    "be let in by WinRM, by Remote Management Users of the host (2) or, on Windows Server 2008 R2 and before, Read and"
    " Execute in its root security descriptor (3)"
)


def grant_for(resource_uri: str) -> str:
    """What to do where the use of this resource was denied.

    :param resource_uri: as messages name it: a class in a namespace of WMI, or the remote shell.
    """
    if not resource_uri.lower().startswith(WMI_URI):
        return (
            "To run programs there the account has to be a local administrator, or to have Read and Execute in WinRM's"
            f" root security descriptor (3): Remote Management Users alone opens no shell. The numbers are those of"
            f" {RIGHTS}"
        )
    namespace = resource_uri[len(WMI_URI) :].rpartition("/")[0]
    shown = namespace.replace("/", "\\")
    of_dns = ", and to be in DnsAdmins (5)" if namespace.lower() == _DNS else ""
    return (
        f"The account has to be a local administrator, or to {REACH}, and to have Enable Account, Execute Methods and"
        f" Remote Enable on {shown} (4){of_dns}. The numbers are those of {RIGHTS}"
    )
