"""What a zone says that this collection created: its form, and how it grows and shrinks."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.dns.created import (
    Created,
    checked_rollout,
    entry,
    kept_ttl,
    owner_of,
    read,
)
from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import FoundRecord
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import SrvData

ZONE = "company.local"


def text(value: str, **more: bool) -> FoundRecord:
    return FoundRecord(ZONE, owner_of(ZONE), "TXT", value, 3600, **more)


@pytest.mark.parametrize(
    ("owner", "kind", "value", "written"),
    [
        ("sip.company.local", "A", "10.0.0.10", "A/sip/10.0.0.10"),
        ("company.local", "AAAA", "2001:db8::1", "AAAA/@/2001:db8::1"),
        (
            "_sip._tls.company.local",
            "SRV",
            SrvData(0, 5, 443, "sip.company.local"),
            "SRV/_sip._tls/0/5/443/sip.company.local",
        ),
        # A blank, a comma or a quotation mark cannot stand there: the hash of the whole does.
        ("x.company.local", "TXT", "*", "TXT/x/~62671c757533470fc7fb1df6ac064959"),
        ("x.company.local", "TXT", "a b", "TXT/x/~7d5955e49a1b7d81e4fc7f20ee6b1acd"),
    ],
)
def test_entry(owner: str, kind: str, value: str | SrvData, written: str) -> None:
    assert entry(ZONE, owner, kind, value) == written


def test_ttls_that_the_server_keeps_are_told_and_go_with_the_last_record() -> None:
    kept = text("ucops.rollout/1/pool,TTL/300,TTL/x,TTL/-1")
    created = read([kept, text("ucops.rollout/1/pool,A/sip/10.0.0.10")], "pool")
    assert created.kept_ttls == {300}
    assert created.owners(ZONE) == {"sip.company.local"}
    assert created.joined([kept_ttl(300), kept_ttl(600)]) == ("ucops.rollout/1/pool,TTL/600",)
    assert created.left(["A/none/10.0.0.1"]) == ((), ())
    assert created.left(["A/sip/10.0.0.10"]) == ((), tuple(created.texts))
    assert read([kept], "pool").left([]) == ((), ())


def test_entry_of_a_long_name_is_short() -> None:
    long = ".".join(["a" * 60] * 3) + ".company.local"
    assert entry(ZONE, long, "A", "10.0.0.10").startswith("A/~")
    assert entry(ZONE, long, "A", "10.0.0.10") != entry(ZONE, long, "A", "10.0.0.11")


def test_texts_of_the_rollout_are_read_and_no_others() -> None:
    found = [
        text("ucops.rollout/1/pool,A/sip/10.0.0.10,A/web/10.0.0.20"),
        text("ucops.rollout/1/other,A/meet/10.0.0.30"),
        text("v=spf1 -all"),
        # Whoever may send dynamic updates could write it.
        text("ucops.rollout/1/pool,A/dc01/10.0.0.5", dynamic=True),
        FoundRecord(ZONE, owner_of(ZONE), "A", "10.0.0.9", 3600),
    ]
    created = read(found, "pool")
    assert created.entries == {"A/sip/10.0.0.10", "A/web/10.0.0.20"}
    assert created.owners(ZONE) == {"sip.company.local", "web.company.local"}
    assert created.has(FoundRecord(ZONE, "sip.company.local", "A", "10.0.0.10", 60))
    assert not created.has(FoundRecord(ZONE, "sip.company.local", "A", "10.0.0.11", 3600))
    assert not created.has(FoundRecord(ZONE, "dc01.company.local", "A", "10.0.0.5", 3600))


def test_new_entries_fill_texts_of_one_string() -> None:
    new = [f"A/host{number:04}/10.0.0.10" for number in range(30)]
    texts = Created("pool").joined(new)
    assert [len(one) for one in texts] == [251, 251, 188]
    assert read([text(one) for one in texts], "pool").entries == set(new)


def test_known_entries_are_not_written_again() -> None:
    created = read([text("ucops.rollout/1/pool,A/sip/10.0.0.10")], "pool")
    assert created.joined(["A/sip/10.0.0.10"]) == ()
    assert created.joined(["A/web/10.0.0.20", "A/sip/10.0.0.10"]) == ("ucops.rollout/1/pool,A/web/10.0.0.20",)


def test_a_text_gives_way_to_what_is_left_of_it() -> None:
    one, two = "ucops.rollout/1/pool,A/sip/10.0.0.10,A/web/10.0.0.20", "ucops.rollout/1/pool,A/meet/10.0.0.30"
    created = read([text(one), text(two)], "pool")
    assert created.left(["A/sip/10.0.0.10"]) == (("ucops.rollout/1/pool,A/web/10.0.0.20",), (one,))
    assert created.left(["A/meet/10.0.0.30"]) == ((), (two,))
    assert created.left(["A/unknown/10.0.0.1"]) == ((), ())
    later = created.later(["A/new/10.0.0.40"], ["A/sip/10.0.0.10"])
    assert later.entries == {"A/web/10.0.0.20", "A/meet/10.0.0.30", "A/new/10.0.0.40"}


def test_what_stands_in_two_texts_stays_in_the_other() -> None:
    one, two = "ucops.rollout/1/pool,A/sip/10.0.0.10,A/web/10.0.0.20", "ucops.rollout/1/pool,A/web/10.0.0.20"
    assert read([text(one), text(two)], "pool").left(["A/sip/10.0.0.10"]) == ((), (one,))


@pytest.mark.parametrize("name", ["pool", "ocspool.company.local", "a", "x-1"])
def test_names_of_rollouts(name: str) -> None:
    assert checked_rollout(name) == name


@pytest.mark.parametrize("name", ["", "Pool", "a,b", "a/b", "-a", "a b", "a" * 64, "a\nb"])
def test_what_names_no_rollout(name: str) -> None:
    with pytest.raises(RolloutError, match="cannot name a rollout"):
        checked_rollout(name)
