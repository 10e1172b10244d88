"""Zone files, loaded by BIND and read by dnspython."""

from __future__ import annotations

import subprocess
from pathlib import Path

import dns.rdatatype
import dns.zone
import pytest
from hypothesis import example, given
from proofkit.needs import program
from unit.exports_hostile import EVERYTHING, HOSTILE
from unit.exports_plans import exported, origin_plan, wide_plan, with_reason

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.exports import zone_file


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
        ("lyncdiscoverinternal.contoso.net.", 1, "CNAME", "webdir.contoso.net."),
    },
    "_sipinternaltls._tcp.contoso.com": {
        ("_sipinternaltls._tcp.contoso.com.", 3600, "SRV", "0 0 5061 pool01.contoso.com."),
    },
    "contoso.com": {
        ("sip.contoso.com.", 3600, "A", "131.107.155.10"),
        ("_sip._tls.contoso.com.", 3600, "SRV", "0 0 443 sip.contoso.com."),
    },
}


WIDE_VIEWS = {name: "external" if name == "contoso.com" else "internal" for name in WIDE}


@pytest.mark.parametrize("name", WIDE)
def test_bind_loads_a_whole_zone(tmp_path: Path, name: str) -> None:
    text = exported(wide_plan(), "bind")[f"{WIDE_VIEWS[name]}_{name}.zone"]
    assert "loaded serial 1\nOK" in checked(tmp_path, name, text)
    assert contents(name, text) == WIDE[name]


@pytest.mark.parametrize("name", ["company.local", "company.com"])
def test_bind_loads_the_origin(tmp_path: Path, name: str) -> None:
    assert "OK" in checked(tmp_path, name, exported(origin_plan(), "bind")[f"internal_{name}.zone"])


def test_bind_loads_records_of_others_on_demand(tmp_path: Path) -> None:
    wishes = {"view": "external", "managed": ["other_team", "ours"]}
    text = exported(wide_plan(), "bind", **wishes)["external_contoso.com.zone"]
    assert "OK" in checked(tmp_path, "contoso.com", text)
    assert contents("contoso.com", text) == {*WIDE["contoso.com"], ("sip.contoso.com.", 3600, "A", "131.107.155.10")}


@pytest.mark.parametrize("name", ["contoso.net", "_sipinternaltls._tcp.contoso.com"])
def test_records_are_included_in_a_zone_that_exists(tmp_path: Path, name: str) -> None:
    """The zone's own origin and default TTL hold again behind them."""
    for file, text in exported(wide_plan(), "bind_include").items():
        (tmp_path / file).write_text(text, encoding="ascii")
    before = f"$TTL 60\n$ORIGIN {name}.\n@ IN SOA ns.other.net. h.other.net. 1 60 60 60 60\n@ IN NS ns.other.net.\n"
    whole = f"{before}$INCLUDE internal_{name}.records\nbehind IN TXT x\n"
    assert "OK" in checked(tmp_path, name, whole)
    included = (tmp_path / f"internal_{name}.records").read_text(encoding="ascii")
    text = f"{before}{included}\nbehind IN TXT x\n"
    assert contents(name, text) == {*WIDE[name], (f"behind.{name}.", 60, "TXT", '"x"')}


def test_name_servers_stand_in_a_whole_zone(tmp_path: Path) -> None:
    servers = ["ns1.contoso.com", "ns2.contoso.com."]
    text = exported(wide_plan(), "bind", zone="contoso.net", name_servers=servers)["internal_contoso.net.zone"]
    read = dns.zone.from_text(text, origin="contoso.net", relativize=False)
    assert str(read.get_soa().mname) == "ns1.contoso.com."
    assert [str(one) for one in read.get_rdataset("contoso.net.", "NS")] == ["ns1.contoso.com.", "ns2.contoso.com."]
    assert "invalid by names" not in text


@given(purpose=HOSTILE, source=HOSTILE)
@example(EVERYTHING, EVERYTHING)
def test_no_comment_becomes_a_record(purpose: str, source: str) -> None:
    plan = with_reason(purpose, source)
    text = exported(plan, "bind", managed="ours")["internal_contoso.net.zone"]
    assert contents("contoso.net", text) == {("a.contoso.net.", 3600, "A", "10.0.0.1")}


def test_a_zone_file_takes_plain_words_only() -> None:
    for text in ("a b", "a;b", "a\nb", "", "a\\b", '"a"', "(", "$TTL"):
        with pytest.raises(RolloutError):
            zone_file.word(text)
