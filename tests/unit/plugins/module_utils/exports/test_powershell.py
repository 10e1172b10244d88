"""Scripts for the DnsServer module, read back by a strict reader of PowerShell's rules."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from unit.exports_hostile import EVERYTHING, HOSTILE
from unit.exports_plans import exported, reverse_plan, wide_plan, with_reason
from unit.exports_readers import Outbreak, powershell, powershell_arguments

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.exports import powershell as writer

POOL = "-ZoneName contoso.net -Name pool01"
ALIAS = "-ZoneName contoso.net -Name lyncdiscoverinternal"
SIGN_IN = "-ZoneName _sipinternaltls._tcp.contoso.com -Name @ -Priority 0 -Weight 0 -Port 5061"


def test_powershell_names_every_field_and_the_ttl() -> None:
    script = exported(wide_plan(), "powershell")["internal_dns.ps1"]
    assert [" ".join(line.arguments) for line in powershell(script) if line.arguments] == [
        f"Add-DnsServerResourceRecordA {POOL} -IPv4Address 192.168.10.90 -TimeToLive 1.01:01:01",
        f"Add-DnsServerResourceRecordA {POOL} -IPv4Address 192.168.10.91 -TimeToLive 1.01:01:01",
        f"Add-DnsServerResourceRecordAAAA {POOL} -IPv6Address 2001:db8::1 -TimeToLive 01:00:00",
        f"Add-DnsServerResourceRecordCName {ALIAS} -HostNameAlias webdir.contoso.net. -TimeToLive 00:00:01",
        "missing? _sipinternaltls._tcp.contoso.com",
        "Add-DnsServerPrimaryZone -Name _sipinternaltls._tcp.contoso.com -ReplicationScope Domain",
        f"Add-DnsServerResourceRecord -Srv {SIGN_IN} -DomainName pool01.contoso.com. -TimeToLive 01:00:00",
    ]


@given(text=HOSTILE)
@example("it's \u2018quoted\u2019 \u201aand\u201b")
@example("\u00f6")
@example("")
def test_a_text_in_powershell_is_refused_or_arrives(text: str) -> None:
    try:
        written = writer.literal(text)
    except RolloutError:
        return
    assert written.isascii()
    assert powershell_arguments(f"Do-It -Text {written} -End") == ["Do-It", "-Text", text, "-End"]


def test_the_five_quotation_marks() -> None:
    assert writer.literal("it's") == "'it''s'"
    assert writer.literal("a\u2018b\u2019\u201a\u201b") == (
        "('a' + [char]0x2018 + 'b' + [char]0x2019 + [char]0x201A + [char]0x201B)"
    )
    assert writer.literal("\U0001f600") == "('' + [char]0xD83D + [char]0xDE00)"


@given(purpose=HOSTILE, source=HOSTILE)
@example(EVERYTHING, EVERYTHING)
def test_no_comment_becomes_a_command(purpose: str, source: str) -> None:
    script = exported(with_reason(purpose, source), "powershell", managed="ours")["internal_dns.ps1"]
    assert [line.arguments[0] for line in powershell(script) if line.arguments] == [
        "missing?",
        "Add-DnsServerPrimaryZone",
        "Add-DnsServerResourceRecordA",
    ]


@pytest.mark.parametrize(
    "line", ["Do-It $(calc)", "Do-It `x", "Do-It 'a';calc", "Do-It 'a", 'Do-It "a"', "#requires x", "# \u2019"]
)
def test_the_reader_of_scripts_sees_outbreaks(line: str) -> None:
    with pytest.raises(Outbreak):
        powershell(f"{line}\r\n")


AGING = {"enabled": True, "no_refresh_interval": 24, "refresh_interval": 168}
NEW = "Add-DnsServerPrimaryZone -Name 0.0.10.in-addr.arpa"
SET = "Set-DnsServerPrimaryZone -Name 0.0.10.in-addr.arpa"


@pytest.mark.parametrize(
    ("settings", "commands"),
    [
        ({}, [f"{NEW} -ReplicationScope Domain"]),
        ({"storage": "file"}, [f"{NEW} -ZoneFile 0.0.10.in-addr.arpa.dns"]),
        (
            {"partition": "forest", "dynamic_update": "any", "aging": AGING},
            [
                f"{NEW} -ReplicationScope Domain",
                f"{SET} -ReplicationScope Forest",
                f"{SET} -DynamicUpdate NonsecureAndSecure",
                "Set-DnsServerZoneAging -Name 0.0.10.in-addr.arpa -Aging 1 -NoRefreshInterval 1.00:00:00"
                " -RefreshInterval 7.00:00:00",
            ],
        ),
        (
            {"partition": "apps.contoso.net"},
            [
                f"{NEW} -ReplicationScope Domain",
                f"{SET} -ReplicationScope Custom -DirectoryPartitionName apps.contoso.net",
            ],
        ),
    ],
)
def test_a_reverse_zone_with_its_settings(settings: dict[str, object], commands: list[str]) -> None:
    script = exported(reverse_plan(settings), "powershell")["internal_dns.ps1"]
    assert [" ".join(line.arguments) for line in powershell(script) if line.arguments] == [
        "missing? 0.0.10.in-addr.arpa",
        *commands,
        "Add-DnsServerResourceRecordPtr -ZoneName 0.0.10.in-addr.arpa -Name 11 -PtrDomainName pool01.contoso.net."
        " -TimeToLive 01:00:00",
    ]
