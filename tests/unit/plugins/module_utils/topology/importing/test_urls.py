"""Simple URLs as a topology has them, and those that it cannot have."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.found import FoundUrl
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.urls import simple_urls

DOMAINS = ("a.com", "b.com")
MEET_A = FoundUrl("Meet", "a.com", "https://meet.a.com")
MEET_B = FoundUrl("Meet", "b.com", "https://LYNC.a.com/b.com/meet/")
DIALIN = FoundUrl("Dialin", "", "https://dialin.a.com")


def test_all_in_their_order() -> None:
    admin, scheduler = FoundUrl("Cscp", "", "https://admin.a.com"), FoundUrl("WebScheduler", "", "https://plan.a.com")
    urls, notes = simple_urls([scheduler, admin, DIALIN, MEET_B, MEET_A], DOMAINS)
    assert urls == {
        "urls": [
            {"kind": "meet", "url": "https://meet.a.com", "sip_domain": "a.com"},
            {"kind": "meet", "url": "https://lync.a.com/b.com/meet", "sip_domain": "b.com"},
            {"kind": "dialin", "url": "https://dialin.a.com"},
            {"kind": "admin", "url": "https://admin.a.com"},
            {"kind": "scheduler", "url": "https://plan.a.com"},
        ]
    }
    assert notes == []


@pytest.mark.parametrize("found", [None, ()])
def test_none_at_all(found: tuple[FoundUrl, ...] | None) -> None:
    urls, notes = simple_urls(found, DOMAINS)
    assert urls is None
    assert [note.why for note in notes] == ["a published topology does not hold them"]


def test_those_that_the_product_demands_are_made_up_and_told() -> None:
    urls, notes = simple_urls([MEET_A], DOMAINS)
    assert urls == {
        "urls": [
            {"kind": "meet", "url": "https://meet.a.com", "sip_domain": "a.com"},
            {"kind": "meet", "url": "https://meet.b.com", "sip_domain": "b.com"},
            {"kind": "dialin", "url": "https://dialin.a.com"},
        ]
    }
    assert [note.what for note in notes] == [
        "https://meet.b.com stands for the meet URL of b.com",
        "https://dialin.a.com stands for the dialin URL",
    ]


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        (FoundUrl("Chat", "", "https://chat.a.com"), "what it leads to is not known"),
        (FoundUrl("Cscp", "", "http://admin.a.com"), "'http://admin.a.com' is no https URL"),
        (FoundUrl("Cscp", "", "https://admin.a.com:444"), "'https://admin.a.com:444' holds a port or a user"),
        (FoundUrl("Cscp", "", "https://a{{x}}.com"), "'a{{x}}' in 'a{{x}}.com' is no label of a host name"),
        (FoundUrl("Meet", "c.com", "https://meet.c.com"), "'c.com' is no SIP domain of the document"),
        (FoundUrl("Meet", "a.com", "https://other.a.com"), "there is another meet URL already"),
        (FoundUrl("Cscp", "", "https://meet.a.com/admin"), "one of it and https://meet.a.com begins with the other"),
    ],
)
def test_one_that_a_topology_cannot_have_is_told(odd: FoundUrl, why: str) -> None:
    urls, notes = simple_urls([MEET_A, MEET_B, DIALIN, odd], DOMAINS)
    assert urls is not None and len(urls["urls"]) == 3
    assert [note.why[: len(why)] for note in notes] == [why]
    assert odd.url in notes[0].what
