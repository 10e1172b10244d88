"""Which wildcard answers for a name that is planned, and what is said of it."""

from __future__ import annotations

import pytest
from unit.record_sets import record_set

from ansible_collections.ucops.rollout.plugins.module_utils.change_set import CHANGE, CREATE, DELETE
from ansible_collections.ucops.rollout.plugins.module_utils.dns.changes import SetChange
from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import FoundRecord
from ansible_collections.ucops.rollout.plugins.module_utils.dns.wildcards import Wildcards, by_zone, noted, told

ZONE = "company.com"
WEB = FoundRecord(ZONE, "*.company.com", "A", "192.0.2.9", 3600)
MAIL = FoundRecord(ZONE, "*.company.com", "TXT", "a note", 3600)
EU = FoundRecord(ZONE, "*.eu.company.com", "CNAME", "www.hoster.test", 3600)


def wildcards(*existing: str) -> Wildcards:
    return Wildcards(ZONE, by_zone(ZONE, [WEB, MAIL, EU]), frozenset(existing))


@pytest.mark.parametrize(
    ("name", "existing", "answers"),
    [
        ("sip.company.com", (), (WEB, MAIL)),
        ("sip.company.com", ("sip.company.com",), ()),
        ("a.b.company.com", (), (WEB, MAIL)),
        # A name between them exists and has no wildcard: nothing answers (RFC 4592 section 3.3.1).
        ("a.b.company.com", ("b.company.com",), ()),
        ("_sip._tls.company.com", ("_tls.company.com",), ()),
        ("sip.eu.company.com", ("eu.company.com",), (EU,)),
        ("a.b.eu.company.com", ("eu.company.com", "b.eu.company.com"), ()),
        ("company.com", (), ()),
    ],
)
def test_the_wildcard_below_the_lowest_existing_name_answers(
    name: str, existing: tuple[str, ...], answers: tuple[FoundRecord, ...]
) -> None:
    assert wildcards(*existing).answering(name) == answers


def test_wildcards_of_the_zone_alone_count() -> None:
    other = FoundRecord("company.local", "*.company.local", "A", "192.0.2.9", 3600)
    host = FoundRecord(ZONE, "sip.company.com", "A", "192.0.2.9", 3600)
    assert by_zone(ZONE, [other, host, WEB, EU]) == {"*.company.com": (WEB,), "*.eu.company.com": (EU,)}


def test_told() -> None:
    assert told([MAIL, WEB]) == '*.company.com (A 192.0.2.9, TXT "a note")'
    assert told([]) == ""


@pytest.mark.parametrize(
    ("verb", "name", "note"),
    [
        (
            CREATE, "sip.company.com",
            '*.company.com (A 192.0.2.9, TXT "a note") answers for it so far; that ends, for all types, at'
            " sip.company.com and below",
        ),
        # Whatever else lies below _tls had an answer, too.
        (
            CREATE, "_sip._tls.company.com",
            '*.company.com (A 192.0.2.9, TXT "a note") answers for it so far; that ends, for all types, at'
            " _tls.company.com and below",
        ),
        (CREATE, "there.company.com", ""),
        (CHANGE, "sip.company.com", ""),
        (
            DELETE, "sip.eu.company.com",
            "*.eu.company.com (CNAME www.hoster.test) may answer for it once nothing is left there",
        ),
        (
            DELETE, "there.company.com",
            '*.company.com (A 192.0.2.9, TXT "a note") may answer for it once nothing is left there',
        ),
    ],
)  # fmt: skip
def test_a_change_tells_what_a_wildcard_answers(verb: str, name: str, note: str) -> None:
    change = SetChange(verb, record_set(ZONE, name, "A", 3600, ("10.0.0.10",)), ())
    assert noted(change, wildcards("eu.company.com", "there.company.com")).note == note
    assert noted(change, None) is change


def test_what_a_change_says_itself_comes_first() -> None:
    change = SetChange(DELETE, record_set(ZONE, "a.company.com", "A", 60, ("10.0.0.1",)), (), note="first")
    assert noted(change, wildcards()).note.startswith("first; *.company.com (")
