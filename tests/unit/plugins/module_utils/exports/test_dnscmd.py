"""Batch files with dnscmd, read back by a strict reader of cmd's rules."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from unit.exports_hostile import EVERYTHING, HOSTILE
from unit.exports_plans import exported, reverse_plan, wide_plan, with_reason
from unit.exports_readers import Outbreak, batch, cmd_arguments

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.exports import dnscmd


def test_dnscmd_is_told_absolute_names() -> None:
    script = exported(wide_plan(), "dnscmd")["internal_dnscmd.cmd"]
    assert [" ".join(line.arguments) for line in batch(script) if line.arguments] == [
        "dnscmd . /recordadd contoso.net pool01.contoso.net. 90061 A 192.168.10.90",
        "dnscmd . /recordadd contoso.net pool01.contoso.net. 90061 A 192.168.10.91",
        "dnscmd . /recordadd contoso.net pool01.contoso.net. 3600 AAAA 2001:db8::1",
        "dnscmd . /recordadd contoso.net lyncdiscoverinternal.contoso.net. 1 CNAME webdir.contoso.net.",
        "dnscmd . /zoneadd _sipinternaltls._tcp.contoso.com /dsprimary",
        "dnscmd . /recordadd _sipinternaltls._tcp.contoso.com @ 3600 SRV 0 0 5061 pool01.contoso.com.",
    ]
    others = [line.remark for line in batch(script) if line.remark.startswith("not ours")]
    assert others == [
        "not ours (registered_elsewhere): dnscmd . /recordadd contoso.net fe01.contoso.net. 3600 A 192.168.10.90"
    ]


def test_each_view_has_a_script_of_its_own() -> None:
    scripts = exported(wide_plan(), "dnscmd", managed="all")
    assert [line.arguments[4] for line in batch(scripts["external_dnscmd.cmd"]) if line.arguments] == [
        "sip.contoso.com.",
        "_sip._tls.contoso.com.",
    ]


@given(text=HOSTILE)
@example("a\\")
@example("a b\\\\")
def test_a_word_of_a_batch_file_is_refused_or_arrives(text: str) -> None:
    try:
        word = dnscmd.word(text)
    except RolloutError:
        return
    assert cmd_arguments(f"dnscmd {word} end") == ["dnscmd", text, "end"]


@given(purpose=HOSTILE, source=HOSTILE)
@example(EVERYTHING, EVERYTHING)
def test_no_remark_becomes_a_command(purpose: str, source: str) -> None:
    script = exported(with_reason(purpose, source), "dnscmd", managed="ours")["internal_dnscmd.cmd"]
    assert [line.arguments[:3] for line in batch(script) if line.arguments] == [
        ("dnscmd", ".", "/zoneadd"),
        ("dnscmd", ".", "/recordadd"),
    ]


@pytest.mark.parametrize(
    "line", ["dnscmd %X%", "dnscmd a&b", 'dnscmd "a', "rem 100%", "rem a > b", "rem a^", "dnscmd \u00f6"]
)
def test_the_reader_of_batch_files_sees_outbreaks(line: str) -> None:
    with pytest.raises(Outbreak):
        batch(f"{line}\r\n")


AGING = {"enabled": True, "no_refresh_interval": 24, "refresh_interval": 168}


@pytest.mark.parametrize(
    ("settings", "commands"),
    [
        ({}, ["/zoneadd 0.0.10.in-addr.arpa /dsprimary"]),
        ({"storage": "file"}, ["/zoneadd 0.0.10.in-addr.arpa /primary /file 0.0.10.in-addr.arpa.dns"]),
        (
            {"partition": "forest", "dynamic_update": "secure", "aging": AGING},
            [
                "/zoneadd 0.0.10.in-addr.arpa /dsprimary",
                "/zonechangedirectorypartition 0.0.10.in-addr.arpa /forest",
                "/config 0.0.10.in-addr.arpa /allowupdate 2",
                "/config 0.0.10.in-addr.arpa /aging 1",
                "/config 0.0.10.in-addr.arpa /norefreshinterval 24",
                "/config 0.0.10.in-addr.arpa /refreshinterval 168",
            ],
        ),
        (
            {"partition": "apps.contoso.net"},
            [
                "/zoneadd 0.0.10.in-addr.arpa /dsprimary",
                "/zonechangedirectorypartition 0.0.10.in-addr.arpa apps.contoso.net",
            ],
        ),
    ],
)
def test_a_reverse_zone_with_its_settings(settings: dict[str, object], commands: list[str]) -> None:
    script = exported(reverse_plan(settings), "dnscmd")["internal_dnscmd.cmd"]
    assert [" ".join(line.arguments[2:]) for line in batch(script) if line.arguments] == [
        *commands,
        "/recordadd 0.0.10.in-addr.arpa 11.0.0.10.in-addr.arpa. 3600 PTR pool01.contoso.net.",
    ]
