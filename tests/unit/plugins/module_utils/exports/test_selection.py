"""What is taken out of a plan for every format, and what is refused in all of them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.exports_hostile import HOSTILE
from unit.exports_plans import exported, lync_certificate, record, service, wide_plan, with_certificates, zone

from ansible_collections.ucops.rollout.plugins.module_utils.dns.record_types import RECORD_TYPES
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.exports.export import CERTIFICATE_FORMATS, DNS_FORMATS


def test_an_empty_zone_is_exported_only_to_be_created() -> None:
    plan = {**wide_plan(), "records": []}
    assert sorted(exported(plan, "bind")) == ["internal__sipinternaltls._tcp.contoso.com.zone"]


def test_view_and_zone_choose() -> None:
    assert sorted(exported(wide_plan(), "bind", view="external")) == ["external_contoso.com.zone"]
    assert sorted(exported(wide_plan(), ["bind", "bind_include"], zone="Contoso.NET.")) == [
        "internal_contoso.net.records",
        "internal_contoso.net.zone",
    ]


# What is of another kind than a plan has there is refused with its path where the plan is read.
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
    ("a TTL of zero", record("contoso.net", "a", "A", "10.0.0.1", ttl=0)),
    ("a TTL that is negative", record("contoso.net", "a", "A", "10.0.0.1", ttl=-1)),
    ("a type that nobody knows", record("contoso.net", "a", "MX", "10 x")),
]


@pytest.mark.parametrize("format", DNS_FORMATS)
@pytest.mark.parametrize("wrong", [one for _text, one in WRONG], ids=[text for text, _one in WRONG])
def test_what_is_no_record_is_refused_in_every_format(format: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(RolloutError):
        exported({**wide_plan(), "records": [wrong]}, format)


@given(text=HOSTILE, place=st.sampled_from(["name", "zone", "value", "target", "view"]))
def test_no_name_breaks_out_of_any_format(text: str, place: str) -> None:
    one = record("contoso.net", "a", "CNAME", text if place == "value" else "b.contoso.net")
    if place == "target":
        one = record("contoso.net", "_a._tcp", "SRV", service(text))
    if place in ("name", "zone", "view"):
        one[place] = text
    plan = {**wide_plan(), "zones": [zone(str(one["zone"]), str(one["view"]))], "records": [one]}
    for format in DNS_FORMATS:
        try:
            files = exported(plan, format)
        except RolloutError:
            continue
        assert all(re.fullmatch("[A-Za-z0-9._-]+", name) for name in files)
        assert all(character.isprintable() or character in "\r\n" for made in files.values() for character in made)


def test_an_overlong_zone_has_a_file_name_that_fits() -> None:
    long = ".".join(["a" * 63] * 3 + ["b" * 61])
    other = ".".join(["a" * 63] * 3 + ["c" * 61])
    plan = {**wide_plan(), "zones": [zone(long, if_missing="create"), zone(other, if_missing="create")], "records": []}
    files = list(exported(plan, "bind"))
    assert len(set(files)) == 2
    assert all(len(name) < 220 for name in files)


# Here too some are refused where the plan is read: those whose message has a path.
WRONG_CERTIFICATES: list[tuple[str, dict[str, Any], str]] = [
    ("a name with a comma", {"subject_alternative_names": ["a.com,b.com"]}, "a name of it is none"),
    ("a name with a new line", {"subject_alternative_names": ["a.com\nDNS.9 = evil.com"]}, "a name of it is none"),
    ("a name with a dot at its end", {"subject_alternative_names": ["a.com."]}, "ends in a dot"),
    ("a wildcard inside", {"subject_alternative_names": ["a.*.com"]}, "a name of it is none"),
    ("a subject that is no name", {"subject": {"common_name": "x\ny"}}, "a name of it is none"),
    ("a holder with a command", {"holders": ["fe01; calc"]}, "a name of it is none"),
    ("no holders", {"holders": []}, "it has no holders"),
    (
        "holders that are a text",
        {"holders": "fe01.contoso.net"},
        r"certificates\[0\].holders: must be a list, not text",
    ),
    ("an ID that is a path", {"id": "../../etc/passwd"}, "cannot be the name of a file"),
    ("a usage that is no OID", {"extended_key_usage": ["1.2.3, critical"]}, "no object identifier"),
    ("an issuer that is none", {"issuer": "x"}, r"certificates\[0\].issuer: must be a mapping, not text"),
    (
        "assignments that are none",
        {"assignments": ["x"]},
        r"certificates\[0\].assignments\[0\]: must be a mapping, not text",
    ),
    ("a missing key", {"key": {}}, r"certificates\[0\].key.length: missing"),
]


@pytest.mark.parametrize("format", CERTIFICATE_FORMATS)
@pytest.mark.parametrize(
    ("changes", "said"), [one[1:] for one in WRONG_CERTIFICATES], ids=[one[0] for one in WRONG_CERTIFICATES]
)
def test_what_is_no_certificate_is_refused_in_every_format(format: str, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(RolloutError, match=said):
        exported(with_certificates(lync_certificate(**changes)), format)


def test_two_certificates_never_share_a_file() -> None:
    twins = with_certificates(lync_certificate(id="a_b/c"), lync_certificate(id="a/b_c"))
    with pytest.raises(RolloutError, match="two certificates would have files called 'certificate_a_b_c'"):
        exported(twins, "certreq")


def test_a_further_type_of_records_is_written_or_refused_by_each_format(monkeypatch: pytest.MonkeyPatch) -> None:
    exchanger = replace(RECORD_TYPES["CNAME"], name="MX", fields=lambda value: ("10", f"{value}."))
    monkeypatch.setitem(RECORD_TYPES, "MX", exchanger)
    plan = {**wide_plan(), "records": [record("contoso.net", "@", "MX", "mail.contoso.net")]}
    assert "\n@ 3600 IN MX 10 mail.contoso.net.\n" in exported(plan, "bind")["internal_contoso.net.zone"]
    assert ",MX,3600,10 mail.contoso.net," in exported(plan, "csv")["dns_records.csv"]
    with pytest.raises(RolloutError, match="contoso.net: records of type 'MX' are not written for dnscmd"):
        exported(plan, "dnscmd")
    with pytest.raises(RolloutError, match="contoso.net: no cmdlet is known for records of type 'MX'"):
        exported(plan, "powershell")
