"""Exports of records, read back by BIND, by dnspython, by the standard library, and by strict readers of our own."""

from __future__ import annotations

import csv
import io
import re
import subprocess
from pathlib import Path
from typing import Any

import dns.rdatatype
import dns.zone
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from proofkit.needs import program
from unit.exports_hostile import EVERYTHING, HOSTILE
from unit.exports_plans import EXPECTED, origin_plan, record, service, wide_plan, zone
from unit.exports_readers import Outbreak, batch, cmd_arguments, powershell, powershell_arguments

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.exports import csv_table, dnscmd, zone_file
from ansible_collections.ucops.rollout.plugins.module_utils.exports import powershell as writer
from ansible_collections.ucops.rollout.plugins.module_utils.exports.export import DNS_FORMATS, export_plan

EXPECTED_FILES = sorted(path.name for path in EXPECTED.iterdir())
WINDOWS = (".cmd", ".ps1", ".inf", ".csv")


def expected(name: str) -> str:
    return (EXPECTED / name).read_text(encoding="utf-8")


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


# --- the origin to the letter -----------------------------------------------------------------------------------------


def test_the_origin_has_these_files() -> None:
    assert sorted(export_plan(origin_plan(), "all")) == EXPECTED_FILES


@pytest.mark.parametrize("name", EXPECTED_FILES)
def test_the_origin_to_the_letter(name: str) -> None:
    made = export_plan(origin_plan(), "all")[name]
    if name.endswith(WINDOWS):
        assert made.count("\n") == made.count("\r\n") == made.count("\r")
    else:
        assert "\r" not in made
    assert made.replace("\r\n", "\n") == expected(name)


# --- zone files -------------------------------------------------------------------------------------------------------


def checked(directory: Path, zone_name: str, text: str) -> str:
    """What BIND says of a zone file, all its doubts being failures."""
    path = directory / "zone"
    path.write_text(text, encoding="ascii", newline="")
    command = [program("named-checkzone", "bind9-utils"), "-i", "local", "-k", "fail", "-n", "fail", "-m", "fail"]
    done = subprocess.run([*command, zone_name, str(path)], cwd=directory, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def contents(zone_name: str, text: str) -> set[tuple[str, int, str, str]]:
    """Owner, TTL, type and data as dnspython reads them."""
    read = dns.zone.from_text(text, origin=zone_name, relativize=False)
    return {
        (str(name), ttl, dns.rdatatype.to_text(rdata.rdtype), rdata.to_text())
        for name, ttl, rdata in read.iterate_rdatas()
        if rdata.rdtype not in (dns.rdatatype.SOA, dns.rdatatype.NS)
    }


WIDE = {
    "contoso.net": {
        ("pool01.contoso.net.", 90061, "A", "192.168.10.90"),
        ("pool01.contoso.net.", 90061, "A", "192.168.10.91"),
        ("pool01.contoso.net.", 3600, "AAAA", "2001:db8::1"),
        ("lyncdiscoverinternal.contoso.net.", 0, "CNAME", "webdir.contoso.net."),
    },
    "_sipinternaltls._tcp.contoso.com": {
        ("_sipinternaltls._tcp.contoso.com.", 3600, "SRV", "0 0 5061 pool01.contoso.com."),
    },
    "contoso.com": {("_sip._tls.contoso.com.", 3600, "SRV", "0 0 443 sip.contoso.com.")},
}
WIDE_VIEWS = {name: "external" if name == "contoso.com" else "internal" for name in WIDE}


@pytest.mark.parametrize("name", WIDE)
def test_bind_loads_a_whole_zone(tmp_path: Path, name: str) -> None:
    text = export_plan(wide_plan(), "bind")[f"{WIDE_VIEWS[name]}_{name}.zone"]
    # The target of the external zone's SRV record is another team's and only mentioned.
    if name != "contoso.com":
        assert "loaded serial 1\nOK" in checked(tmp_path, name, text)
    assert contents(name, text) == WIDE[name]


@pytest.mark.parametrize("name", ["company.local", "company.com"])
def test_bind_loads_the_origin(tmp_path: Path, name: str) -> None:
    assert "OK" in checked(tmp_path, name, export_plan(origin_plan(), "bind")[f"internal_{name}.zone"])


def test_bind_loads_records_of_others_on_demand(tmp_path: Path) -> None:
    wishes = {"view": "external", "managed": ["other_team", "ours"]}
    text = export_plan(wide_plan(), "bind", **wishes)["external_contoso.com.zone"]
    assert "OK" in checked(tmp_path, "contoso.com", text)
    assert contents("contoso.com", text) == {*WIDE["contoso.com"], ("sip.contoso.com.", 3600, "A", "131.107.155.10")}


@pytest.mark.parametrize("name", ["contoso.net", "_sipinternaltls._tcp.contoso.com"])
def test_records_are_included_in_a_zone_that_exists(tmp_path: Path, name: str) -> None:
    """The zone's own origin and default TTL hold again behind them."""
    for file, text in export_plan(wide_plan(), "bind_include").items():
        (tmp_path / file).write_text(text, encoding="ascii")
    before = f"$TTL 60\n$ORIGIN {name}.\n@ IN SOA ns.other.net. h.other.net. 1 60 60 60 60\n@ IN NS ns.other.net.\n"
    whole = f"{before}$INCLUDE internal_{name}.records\nbehind IN TXT x\n"
    assert "OK" in checked(tmp_path, name, whole)
    included = (tmp_path / f"internal_{name}.records").read_text(encoding="ascii")
    text = f"{before}{included}\nbehind IN TXT x\n"
    assert contents(name, text) == {*WIDE[name], (f"behind.{name}.", 60, "TXT", '"x"')}


def test_name_servers_stand_in_a_whole_zone(tmp_path: Path) -> None:
    servers = ["ns1.contoso.com", "ns2.contoso.com."]
    text = export_plan(wide_plan(), "bind", zone="contoso.net", name_servers=servers)["internal_contoso.net.zone"]
    read = dns.zone.from_text(text, origin="contoso.net", relativize=False)
    assert str(read.get_soa().mname) == "ns1.contoso.com."
    assert [str(one) for one in read.get_rdataset("contoso.net.", "NS")] == ["ns1.contoso.com.", "ns2.contoso.com."]
    assert "invalid by names" not in text


def test_an_empty_zone_is_exported_only_to_be_created() -> None:
    plan = {**wide_plan(), "records": []}
    assert sorted(export_plan(plan, "bind")) == ["internal__sipinternaltls._tcp.contoso.com.zone"]


@given(purpose=HOSTILE, source=HOSTILE)
@example(EVERYTHING, EVERYTHING)
@settings(max_examples=80, deadline=None)
def test_no_comment_becomes_a_record(purpose: str, source: str) -> None:
    plan = with_reason(purpose, source)
    text = export_plan(plan, "bind", managed="ours")["internal_contoso.net.zone"]
    assert contents("contoso.net", text) == {("a.contoso.net.", 3600, "A", "10.0.0.1")}


def with_reason(purpose: str, source: str) -> dict[str, Any]:
    reasons = [{"rule": "r", "purpose": purpose, "source": source, "mark": "S"}]
    return {
        **wide_plan(),
        "zones": [zone("contoso.net", if_missing="create")],
        "records": [
            record("contoso.net", "a", "A", "10.0.0.1", reasons=reasons),
            record("contoso.net", "b", "A", "10.0.0.2", reasons=reasons, managed="other_team"),
        ],
    }


# --- dnscmd -----------------------------------------------------------------------------------------------------------


def test_dnscmd_is_told_absolute_names() -> None:
    script = export_plan(wide_plan(), "dnscmd")["internal_dnscmd.cmd"]
    assert [" ".join(line.arguments) for line in batch(script) if line.arguments] == [
        "dnscmd . /recordadd contoso.net pool01.contoso.net. 90061 A 192.168.10.90",
        "dnscmd . /recordadd contoso.net pool01.contoso.net. 90061 A 192.168.10.91",
        "dnscmd . /recordadd contoso.net pool01.contoso.net. 3600 AAAA 2001:db8::1",
        "dnscmd . /recordadd contoso.net lyncdiscoverinternal.contoso.net. 0 CNAME webdir.contoso.net.",
        "dnscmd . /zoneadd _sipinternaltls._tcp.contoso.com /dsprimary",
        "dnscmd . /recordadd _sipinternaltls._tcp.contoso.com @ 3600 SRV 0 0 5061 pool01.contoso.com.",
    ]
    others = [line.remark for line in batch(script) if line.remark.startswith("not ours")]
    assert others == [
        "not ours (registered_elsewhere): dnscmd . /recordadd contoso.net fe01.contoso.net. 3600 A 192.168.10.90"
    ]


def test_each_view_has_a_script_of_its_own() -> None:
    scripts = export_plan(wide_plan(), "dnscmd", managed="all")
    assert [line.arguments[4] for line in batch(scripts["external_dnscmd.cmd"]) if line.arguments] == [
        "sip.contoso.com.",
        "_sip._tls.contoso.com.",
    ]


@given(text=HOSTILE)
@example("a\\")
@example("a b\\\\")
@settings(max_examples=150, deadline=None)
def test_a_word_of_a_batch_file_is_refused_or_arrives(text: str) -> None:
    try:
        word = dnscmd.word(text)
    except RolloutError:
        return
    assert cmd_arguments(f"dnscmd {word} end") == ["dnscmd", text, "end"]


@given(purpose=HOSTILE, source=HOSTILE)
@example(EVERYTHING, EVERYTHING)
@settings(max_examples=80, deadline=None)
def test_no_remark_becomes_a_command(purpose: str, source: str) -> None:
    script = export_plan(with_reason(purpose, source), "dnscmd")["internal_dnscmd.cmd"]
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


# --- PowerShell -------------------------------------------------------------------------------------------------------


POOL = "-ZoneName contoso.net -Name pool01"
ALIAS = "-ZoneName contoso.net -Name lyncdiscoverinternal"
SIGN_IN = "-ZoneName _sipinternaltls._tcp.contoso.com -Name @ -Priority 0 -Weight 0 -Port 5061"


def test_powershell_names_every_field_and_the_ttl() -> None:
    script = export_plan(wide_plan(), "powershell")["internal_dns.ps1"]
    assert [" ".join(line.arguments) for line in powershell(script) if line.arguments] == [
        f"Add-DnsServerResourceRecordA {POOL} -IPv4Address 192.168.10.90 -TimeToLive 1.01:01:01",
        f"Add-DnsServerResourceRecordA {POOL} -IPv4Address 192.168.10.91 -TimeToLive 1.01:01:01",
        f"Add-DnsServerResourceRecordAAAA {POOL} -IPv6Address 2001:db8::1 -TimeToLive 01:00:00",
        f"Add-DnsServerResourceRecordCName {ALIAS} -HostNameAlias webdir.contoso.net. -TimeToLive 00:00:00",
        "missing? _sipinternaltls._tcp.contoso.com",
        "Add-DnsServerPrimaryZone -Name _sipinternaltls._tcp.contoso.com -ReplicationScope Domain",
        f"Add-DnsServerResourceRecord -Srv {SIGN_IN} -DomainName pool01.contoso.com. -TimeToLive 01:00:00",
    ]


@given(text=HOSTILE)
@example("it's \u2018quoted\u2019 \u201aand\u201b")
@example("\u00f6")
@example("")
@settings(max_examples=150, deadline=None)
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
@settings(max_examples=80, deadline=None)
def test_no_comment_becomes_a_command(purpose: str, source: str) -> None:
    script = export_plan(with_reason(purpose, source), "powershell")["internal_dns.ps1"]
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


# --- CSV --------------------------------------------------------------------------------------------------------------


def test_the_table_has_a_line_per_record_of_ours() -> None:
    table = rows(export_plan(wide_plan(), "csv")["dns_records.csv"])
    assert list(table[0]) == ["view", "zone", "name", "type", "ttl", "value", "purpose", "source"]
    assert [tuple(row.values())[:6] for row in table] == [
        ("internal", "contoso.net", "pool01", "A", "90061", "192.168.10.90"),
        ("internal", "contoso.net", "pool01", "A", "90061", "192.168.10.91"),
        ("internal", "contoso.net", "pool01", "AAAA", "3600", "2001:db8::1"),
        ("internal", "contoso.net", "lyncdiscoverinternal", "CNAME", "0", "webdir.contoso.net"),
        ("internal", "_sipinternaltls._tcp.contoso.com", "'@", "SRV", "3600", "0 0 5061 pool01.contoso.com"),
        ("external", "contoso.com", "_sip._tls", "SRV", "3600", "0 0 443 sip.contoso.com"),
    ]


FORMULAS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@given(purpose=HOSTILE, source=HOSTILE)
@example("x; =1+1", "")
@example('"=1', "\t=1")
@settings(max_examples=150, deadline=None)
def test_no_cell_becomes_a_formula_and_none_is_lost(purpose: str, source: str) -> None:
    (row,) = rows(export_plan(with_reason(purpose, source), "csv")["dns_records.csv"])
    assert list(row) == list(csv_table.COLUMNS) and None not in row.values()
    for given_text, read in ((purpose, row["purpose"]), (source, row["source"])):
        # A table may be opened with another separator, and then has cells inside of these.
        for piece in read.replace("|", ";").split(";"):
            assert not piece.lstrip(' "').startswith(FORMULAS)
        kept = "".join(character if character.isprintable() else " " for character in given_text)
        assert read.replace("'", "") == kept.strip().replace("'", "")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", " =1", "\t=1", "\uff1d1"])
def test_an_apostrophe_stands_before_a_formula(text: str) -> None:
    assert csv_table.cell(text) == f"'{text.strip()}"


# --- what is chosen, and what is refused ------------------------------------------------------------------------------


def test_view_and_zone_choose() -> None:
    assert sorted(export_plan(wide_plan(), "bind", view="external")) == ["external_contoso.com.zone"]
    assert sorted(export_plan(wide_plan(), ["bind", "bind_include"], zone="Contoso.NET.")) == [
        "internal_contoso.net.records",
        "internal_contoso.net.zone",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"format": "xml"}, "there is no format 'xml'. Choose from bind, bind_include, dnscmd"),
        ({"format": []}, "no format is named"),
        ({"format": 5}, "format is 5. Give a text or a list"),
        ({"format": "csv", "view": "dmz"}, "the plan has no dmz zones. Choose from internal, external"),
        ({"format": "csv", "zone": "fabrikam.com"}, "there is no zone 'fabrikam.com' in the plan"),
        ({"format": "csv", "zone": "contoso.com", "view": "internal"}, "there is no zone 'contoso.com'"),
        ({"format": "csv", "managed": "theirs"}, "there is no managed 'theirs'. Choose from ours, reg"),
        ({"format": "certreq", "view": "internal"}, "certificates lie in no view and no zone"),
        ({"format": "bind", "name_servers": ["ns 1"]}, "holds a space"),
        ({"format": "bind", "name_servers": 5}, "name_servers is 5"),
    ],
)
def test_a_wrong_wish_is_told_in_words(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(RolloutError, match=said):
        export_plan(wide_plan(), **arguments)


WRONG = [
    ("a name with a command", record("contoso.net", "a & calc", "A", "10.0.0.1")),
    ("a name with a new line", record("contoso.net", "a\nb", "A", "10.0.0.1")),
    ("a target with a quotation mark", record("contoso.net", "a", "CNAME", 'x".contoso.com')),
    ("a target that is no text", record("contoso.net", "a", "CNAME", 5)),
    ("an address with a scope", record("contoso.net", "a", "AAAA", "fe80::1%eth0")),
    ("an address of the other family", record("contoso.net", "a", "A", "2001:db8::1")),
    ("an address that is none", record("contoso.net", "a", "A", "10.0.0.1; calc")),
    ("an address that is a number", record("contoso.net", "a", "A", 167772161)),
    ("a port that is too high", record("contoso.net", "_a._tcp", "SRV", service("a.contoso.net", 65536))),
    ("a service that is a text", record("contoso.net", "_a._tcp", "SRV", "0 0 1 a.contoso.net")),
    ("a TTL that is a text", record("contoso.net", "a", "A", "10.0.0.1", ttl="3600 IN A 10.0.0.1 ;")),
    ("a TTL that is negative", record("contoso.net", "a", "A", "10.0.0.1", ttl=-1)),
    ("a type that nobody knows", record("contoso.net", "a", "TXT", "x")),
]


@pytest.mark.parametrize("format", DNS_FORMATS)
@pytest.mark.parametrize("wrong", [one for _text, one in WRONG], ids=[text for text, _one in WRONG])
def test_what_is_no_record_is_refused_in_every_format(format: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(RolloutError):
        export_plan({**wide_plan(), "records": [wrong]}, format)


@given(text=HOSTILE, place=st.sampled_from(["name", "zone", "value", "target", "view"]))
@settings(max_examples=80, deadline=None)
def test_no_name_breaks_out_of_any_format(text: str, place: str) -> None:
    one = record("contoso.net", "a", "CNAME", text if place == "value" else "b.contoso.net")
    if place == "target":
        one = record("contoso.net", "_a._tcp", "SRV", service(text))
    if place in ("name", "zone", "view"):
        one[place] = text
    plan = {**wide_plan(), "zones": [zone(str(one["zone"]), str(one["view"]))], "records": [one]}
    for format in DNS_FORMATS:
        try:
            files = export_plan(plan, format)
        except RolloutError:
            continue
        assert all(re.fullmatch("[A-Za-z0-9._-]+", name) for name in files)
        assert all(character.isprintable() or character in "\r\n" for made in files.values() for character in made)


def test_an_overlong_zone_has_a_file_name_that_fits() -> None:
    long = ".".join(["a" * 63] * 3 + ["b" * 61])
    other = ".".join(["a" * 63] * 3 + ["c" * 61])
    plan = {**wide_plan(), "zones": [zone(long, if_missing="create"), zone(other, if_missing="create")], "records": []}
    files = list(export_plan(plan, "bind"))
    assert len(set(files)) == 2
    assert all(len(name) < 220 for name in files)


def test_a_zone_file_takes_plain_words_only() -> None:
    for text in ("a b", "a;b", "a\nb", "", "a\\b", '"a"', "(", "$TTL"):
        with pytest.raises(RolloutError):
            zone_file.word(text)
