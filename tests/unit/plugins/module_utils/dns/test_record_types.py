"""The table of record types: each row, and what a further one takes."""

from __future__ import annotations

from typing import Any

import dns.rdata
import pytest
from unit.record_sets import record_set

from ansible_collections.ucops.rollout.plugins.module_utils.dns import changes
from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import FoundRecord
from ansible_collections.ucops.rollout.plugins.module_utils.dns.record_types import (
    RECORD_TYPES,
    RecordType,
    Value,
    read_fields,
    record_type,
    value_text,
)
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import read_request
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import SrvData
from ansible_collections.ucops.rollout.plugins.plugin_utils.dns.windows import PROPERTIES, WindowsDns

SERVICE = SrvData(0, 5, 5061, "ocspool.company.com")
ROWS: list[tuple[str, Any, Value, str, str]] = [
    ("A", "10.0.0.10", "10.0.0.10", "10.0.0.10", ""),
    ("AAAA", "2001:DB8::0:1", "2001:db8::1", "2001:db8::1", ""),
    ("CNAME", "OCSpool.company.com.", "ocspool.company.com", "ocspool.company.com.", "ocspool.company.com"),
    (
        "SRV",
        {"weight": 5, "port": "5061", "target": "OCSpool.company.com."},
        SERVICE,
        "0 5 5061 ocspool.company.com.",
        "ocspool.company.com",
    ),
    ("TXT", 'a "b" \\ é', 'a "b" \\ é', '"a \\"b\\" \\\\ \\195\\169"', ""),
    ("PTR", "OCSpool.company.com.", "ocspool.company.com", "ocspool.company.com.", ""),
]


@pytest.mark.parametrize(("kind", "plain", "value", "text", "target"), ROWS)
def test_row(kind: str, plain: Any, value: Value, text: str, target: str) -> None:
    row = RECORD_TYPES[kind]
    assert row.parse(plain, "owner") == value
    assert (row.absolute_text(value), row.text(value)) == (text, text.rstrip("."))
    assert row.from_fields(text.split()) == value
    assert row.from_wire(dns.rdata.from_text("IN", kind, text)) == value
    assert (row.target(value), row.is_address) == (target, kind in ("A", "AAAA"))


def test_all_rows_are_tried_and_written_to_windows() -> None:
    assert [row[0] for row in ROWS] == list(RECORD_TYPES)
    assert set(PROPERTIES) == set(RECORD_TYPES) == set(WindowsDns.capabilities.types)
    assert {kind: len(names) for kind, names in PROPERTIES.items()} == {
        "A": 1,
        "AAAA": 1,
        "CNAME": 1,
        "SRV": 4,
        "TXT": 1,
        "PTR": 1,
    }


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("", "x: a TXT value is a text, and '' is none"),
        (7, "x: a TXT value is a text, and 7 is none"),
        ("a\nb", "x: 'a\\nb' holds a control character"),
        ("a" * 4081, "x: a TXT value of more than 4080 bytes"),
    ],
)
def test_texts_that_no_record_holds(value: Any, what: str) -> None:
    with pytest.raises(RolloutError) as caught:
        RECORD_TYPES["TXT"].parse(value, "x")
    assert str(caught.value) == what


def test_long_text_is_several_strings_and_one_value() -> None:
    row, value = RECORD_TYPES["TXT"], "a" * 255 + "b"
    assert row.fields(value) == ('"' + "a" * 255 + '"', '"b"')
    assert row.from_fields(row.fields(value)) == value
    assert row.from_fields(["v=spf1", "-all"]) == "v=spf1-all"


def test_alias_alone_allows_nothing_beside_it() -> None:
    assert [row.name for row in RECORD_TYPES.values() if row.alone] == ["CNAME"]


def test_type_that_is_none_of_ours() -> None:
    with pytest.raises(RolloutError, match="x.company.local: records of type 'MX' are not supported. Supported: A, "):
        record_type("MX", owner="x.company.local")
    assert read_fields("MX", ["10", "mail.company.com."]) == "10 mail.company.com."
    assert value_text("MX", "10 mail.company.com.") == "10 mail.company.com."


def test_stranger_on_the_wire_is_not_refused() -> None:
    rdata = dns.rdata.from_text("IN", "SRV", "0 0 0 a\\032_b.")
    assert RECORD_TYPES["SRV"].from_wire(rdata) == SrvData(0, 0, 0, "a\\032_b")


EXCHANGER = RecordType(
    name="MX",
    parse=lambda value, owner: str(value).lower(),
    fields=lambda value: tuple(f"{value}.".split()),
    from_fields=lambda fields: " ".join(fields).rstrip(".").lower(),
    from_wire=lambda rdata: f"{rdata.preference} {rdata.exchange.to_text(omit_final_dot=True)}",
    target=lambda value: str(value).split()[-1],
)


def test_further_type_is_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RECORD_TYPES, "MX", EXCHANGER)
    zones = [{"name": "company.com"}]
    wanted = {"zone": "company.com", "name": "@", "type": "mx", "values": ["10 Mail.company.com"]}
    request = read_request(zones, [wanted])
    assert request.sets == (record_set("company.com", "company.com", "MX", 3600, ("10 mail.company.com",)),)
    held = FoundRecord("company.com", "company.com", "MX", read_fields("MX", ["10", "Mail.company.com."]), 60)
    (change,) = changes.plan(request.sets, [held]).changes
    assert changes.describe_change(change, changes.applied([held], [change])).to_plain() == {
        "verb": "change",
        "what": "MX company.com",
        "zone": "company.com",
        "name": "@",
        "type": "MX",
        "before": {"ttl": 60, "values": ["10 mail.company.com"]},
        "after": {"ttl": 3600, "values": ["10 mail.company.com"]},
        "reasons": [],
    }
    assert changes.rendered({}, [held]) == "company.com. 60 IN MX 10 mail.company.com\n"


def test_address_with_a_scope_is_none_of_dns() -> None:
    with pytest.raises(RolloutError, match="x: 'fe80::1%eth0' is no IPv6 address"):
        RECORD_TYPES["AAAA"].parse("fe80::1%eth0", "x")
