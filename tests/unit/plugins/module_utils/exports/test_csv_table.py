"""The table of records, read back by the standard library."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from unit.exports_hostile import HOSTILE
from unit.exports_plans import exported, wide_plan, with_reason

from ansible_collections.ucops.rollout.plugins.module_utils.exports import csv_table


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_table_has_a_line_per_record_of_ours() -> None:
    table = rows(exported(wide_plan(), "csv", managed="ours")["dns_records.csv"])
    assert list(table[0]) == ["view", "zone", "name", "type", "ttl", "value", "purpose", "source"]
    assert [tuple(row.values())[:6] for row in table] == [
        ("internal", "contoso.net", "pool01", "A", "90061", "192.168.10.90"),
        ("internal", "contoso.net", "pool01", "A", "90061", "192.168.10.91"),
        ("internal", "contoso.net", "pool01", "AAAA", "3600", "2001:db8::1"),
        ("internal", "contoso.net", "lyncdiscoverinternal", "CNAME", "1", "webdir.contoso.net"),
        ("internal", "_sipinternaltls._tcp.contoso.com", "'@", "SRV", "3600", "0 0 5061 pool01.contoso.com"),
        ("external", "contoso.com", "_sip._tls", "SRV", "3600", "0 0 443 sip.contoso.com"),
    ]


FORMULAS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@given(purpose=HOSTILE, source=HOSTILE)
@example("x; =1+1", "")
@example('"=1', "\t=1")
def test_no_cell_becomes_a_formula_and_none_is_lost(purpose: str, source: str) -> None:
    (row,) = rows(exported(with_reason(purpose, source), "csv", managed="ours")["dns_records.csv"])
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
