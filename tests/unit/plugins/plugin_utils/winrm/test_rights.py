"""What an account lacks, by what it was denied."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.rights import grant_for

WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"


@pytest.mark.parametrize(
    ("uri", "has", "has_not"),
    [
        (f"{WMI}root/cimv2/Win32_Service", ["Remote Management Users", "(2)", "(3)", "root\\cimv2 (4)"], ["DnsAdmins"]),
        (
            f"{WMI}root/MicrosoftDNS/MicrosoftDNS_Zone",
            ["root\\MicrosoftDNS (4), and to be in DnsAdmins (5)"],
            ["shell"],
        ),
        (f"{WMI.upper()}ROOT/DEFAULT/StdRegProv", ["ROOT\\DEFAULT (4)"], ["DnsAdmins"]),
        ("http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd", ["opens no shell", "(3)"], ["(4)", "(5)"]),
    ],
)
def test_the_grant_by_what_was_denied(uri: str, has: list[str], has_not: list[str]) -> None:
    told = grant_for(uri)
    assert [one for one in has if one not in told] == []
    assert [one for one in has_not if one in told] == []
    assert told.endswith('docs/prerequisites.md, "Rights"')
