# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The generations of Windows: one row each. What differs between them is read from these fields and nowhere else.

Figures are from the published WinRM quotas; cipher suites from what SChannel lists as its defaults. The marks stand in
docs/evidence.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

_RSA_SUITES = ("AES128-SHA", "AES256-SHA", "RC4-SHA", "DES-CBC3-SHA")
_VISTA_SUITES = ("AES128-SHA", "AES256-SHA", "RC4-SHA", "DES-CBC3-SHA", "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA")
_SHA256_SUITES = (
    "ECDHE-RSA-AES128-SHA256", "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA", "AES256-SHA256", "AES128-SHA256",
    "AES256-SHA", "AES128-SHA", "DES-CBC3-SHA", "RC4-SHA",
)  # fmt: skip
_GCM_SUITES = ("AES256-GCM-SHA384", "AES128-GCM-SHA256")
_2016_SUITES = (
    "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-SHA384", "ECDHE-RSA-AES128-SHA256",
    "ECDHE-RSA-AES256-SHA", "ECDHE-RSA-AES128-SHA", "AES256-GCM-SHA384", "AES128-GCM-SHA256", "AES256-SHA256",
    "AES128-SHA256", "AES256-SHA", "AES128-SHA", "DES-CBC3-SHA",
)  # fmt: skip
_BINDING_VERBS = frozenset({"show", "add", "delete"})


@dataclass(frozen=True)
class Generation:
    """What differs between versions of Windows. Sizes in kB, times in ms."""

    name: str
    version: str
    build: int
    caption: str
    system_root: str = r"C:\Windows"
    service_pack: int = 0

    # WS-Management and the remote shell; a host of the estate file may change these under `winrm`.
    envelope_kb: int = 150
    batch_items: int = 32000
    operations_per_user: int = 15
    shells_per_user: int = 5
    processes_per_shell: int = 15
    shell_idle_ms: int = 180000
    timeout_ms: int = 60000
    enumeration_ms: int = 60000
    one_item_first: bool = True
    wmi_errors: bool = False

    # Whether UAC takes the rights of an administrator from the machine's own accounts that come over the network.
    uac: bool = True
    # Whether it has CredSSP.
    credssp: bool = True
    # Groups that let others than administrators use WMI over WinRM, and whether its plug-in has its own descriptor.
    remote_management_users: bool = False
    wmi_users_group: bool = False
    wmi_plugin_apart: bool = False

    # WMI. It deletes nothing over WS-Management before 2012 (MS-WSMV, note 107).
    wmi_deletes: bool = False
    registry_in_cimv2: bool = False
    omitted_ttl_zero_below_service_pack: int = 0

    # Programs: which there are, and what they print.
    absent_programs: frozenset[str] = frozenset()
    dnscmd_apart: bool = False
    binding_verbs: frozenset[str] = _BINDING_VERBS
    host_name_bindings: bool = False
    symbolic_codes: bool = False
    hash_in_pairs: bool = True
    ping_time: bool = False
    enrolment_policy: bool = True
    quoted_request_id: bool = True
    findstr_wants_line_end: bool = True

    # Windows PowerShell that comes with it; none where it is an update of its own.
    powershell: str = "2.0"

    # Certificates: what the CA signs with, and what certreq knows.
    ca_hash: str = "sha1"
    cng: bool = True
    inf_text_form: bool = True
    key_length: int = 2048

    # SChannel as it comes: versions from the lowest to the highest, suites in the server's order (OpenSSL's names).
    tls_versions: tuple[str, ...] = ("1.0",)
    tls_suites: tuple[str, ...] = _VISTA_SUITES


_WINRM_3 = {
    "envelope_kb": 500,
    "operations_per_user": 1500,
    "shells_per_user": 30,
    "processes_per_shell": 25,
    "shell_idle_ms": 7200000,
    "wmi_errors": True,
    # Not of WinRM's quotas, and as old.
    "remote_management_users": True,
    "wmi_users_group": True,
    "wmi_plugin_apart": True,
    "wmi_deletes": True,
    "host_name_bindings": True,
}

_2003 = Generation(
    "2003",
    "5.2.3790",
    3790,
    "Microsoft(R) Windows(R) Server 2003, Enterprise Edition",
    system_root=r"C:\WINDOWS",
    service_pack=2,
    one_item_first=False,
    uac=False,
    credssp=False,
    dnscmd_apart=True,
    omitted_ttl_zero_below_service_pack=2,
    absent_programs=frozenset({"timeout.exe", "appcmd.exe", "icacls.exe", "powershell.exe"}),
    binding_verbs=frozenset(),
    enrolment_policy=False,
    quoted_request_id=False,
    cng=False,
    inf_text_form=False,
    key_length=1024,
    tls_suites=_RSA_SUITES,
)
_2008 = Generation(
    "2008",
    "6.0.6002",
    6002,
    "Microsoft® Windows Server® 2008 Enterprise",
    service_pack=2,
    absent_programs=frozenset({"powershell.exe"}),
)
_2008R2 = Generation(
    "2008r2", "6.1.7601", 7601, "Microsoft Windows Server 2008 R2 Enterprise", service_pack=1, ping_time=True
)
_2012 = Generation(
    "2012",
    "6.2.9200",
    9200,
    "Microsoft Windows Server 2012 Standard",
    registry_in_cimv2=True,
    symbolic_codes=True,
    hash_in_pairs=False,
    ping_time=True,
    findstr_wants_line_end=False,
    powershell="3.0",
    tls_versions=("1.0", "1.1", "1.2"),
    tls_suites=_SHA256_SUITES,
    **_WINRM_3,  # type: ignore[arg-type]
)
_2012R2 = replace(
    _2012,
    name="2012r2",
    version="6.3.9600",
    build=9600,
    caption="Microsoft Windows Server 2012 R2 Standard",
    powershell="4.0",
    tls_suites=(*_SHA256_SUITES[:3], *_GCM_SUITES, *_SHA256_SUITES[3:]),
)
_2016 = replace(
    _2012R2,
    name="2016",
    version="10.0.14393",
    build=14393,
    caption="Microsoft Windows Server 2016 Standard",
    wmi_users_group=False,
    powershell="5.1.14393.693",
    tls_suites=_2016_SUITES,
)
_2019 = replace(
    _2016,
    name="2019",
    version="10.0.17763",
    build=17763,
    caption="Microsoft Windows Server 2019 Standard",
    powershell="5.1.17763.1007",
)

GENERATIONS = {row.name: row for row in (_2003, _2008, _2008R2, _2012, _2012R2, _2016, _2019)}
_USUAL = "2008r2"
# Settings under `winrm` that are the listeners' and not the generation's.
_LISTENERS = ("allow_unencrypted", "auth", "cbt_hardening", "certificate_mappings", "http", "https")


def generation_of(settings: dict[str, Any]) -> Generation:
    """The row that a host of the estate file names, with what it changes of it. Raises KeyError, TypeError."""
    changes = {key: value for key, value in (settings.get("winrm") or {}).items() if key not in _LISTENERS}
    row = GENERATIONS[str(settings.get("generation", _USUAL))]
    installed = (settings.get("powershell") or {}).get("version")
    if installed is not None:
        # Brought by Windows Management Framework, an update of its own.
        changes |= {"powershell": str(installed), "absent_programs": row.absent_programs - {"powershell.exe"}}
    return replace(row, **changes)
