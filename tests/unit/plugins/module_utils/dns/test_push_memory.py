"""What a push created is its own to change and to take away; what others created is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from unit.memory_dns import MemoryDns
from unit.record_sets import record_set

from ansible_collections.ucops.rollout.plugins.module_utils.dns.limits import Limits
from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import FoundRecord, ZoneState
from ansible_collections.ucops.rollout.plugins.module_utils.dns.push import (
    LimitExceeded,
    PushFailed,
    ServerRefused,
    push,
)
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import PushRequest
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedZone

ZONE = "company.local"
MEMORY = f"_ucops-rollout.{ZONE}"
BUSY = RolloutError("the server is busy", mend="Try again later")


def a_set(label: str, *addresses: str, ttl: int = 3600) -> Any:
    return record_set(ZONE, f"{label}.{ZONE}", "A", ttl, addresses)


def a_row(label: str, address: str, **more: Any) -> FoundRecord:
    return FoundRecord(ZONE, f"{label}.{ZONE}", "A", address, more.pop("ttl", 3600), **more)


def cname(label: str, target: str) -> FoundRecord:
    return FoundRecord(ZONE, f"{label}.{ZONE}", "CNAME", target, 3600)


def server(*rows: FoundRecord, **more: Any) -> MemoryDns:
    held = {ZONE: ZoneState(ZONE, "primary", in_directory=True, dynamic_update="secure")}
    return MemoryDns(**{"held": held, "rows": list(rows), **more})


def request(*sets: Any, **more: Any) -> PushRequest:
    return PushRequest((PlannedZone("internal", ZONE, "fail"),), sets, **{"rollout": "pool", **more})


def done(held: MemoryDns, asked: PushRequest) -> dict[str, Any]:
    """The result, after a look in check mode that predicted it."""
    rows, calls = list(held.rows), list(held.calls)
    predicted = push(held, asked, check_mode=True)
    assert (held.rows, held.calls) == (rows, calls)
    result = push(held, asked, check_mode=False)
    for key in ("changed", "before", "after", "changes", "diff"):
        assert predicted[key] == result[key], key
    again = push(held, asked, check_mode=False)
    assert not again["changed"]
    return result


def memory(held: MemoryDns) -> list[str]:
    return sorted(str(row.value) for row in held.rows if row.owner == MEMORY)


def others(held: MemoryDns) -> list[FoundRecord]:
    return [row for row in held.rows if row.owner != MEMORY]


def test_what_is_created_is_remembered_first() -> None:
    held = server()
    result = done(held, request(a_set("sip", "10.0.0.10")))
    assert held.calls == [f"add {MEMORY}", "add sip.company.local", "flush company.local"]
    assert memory(held) == ["ucops.rollout/1/pool,A/sip/10.0.0.10"]
    assert [change["what"] for change in result["changes"]] == ["A sip.company.local"]
    assert f"+{MEMORY}" not in result["diff"]["before"]
    assert f'{MEMORY}. 3600 IN TXT "ucops.rollout/1/pool,A/sip/10.0.0.10"' in result["diff"]["after"]


def test_a_new_address_takes_the_place_of_our_old_one_added_first() -> None:
    held = server()
    push(held, request(a_set("sip", "10.0.0.10")), check_mode=False)
    held.calls.clear()
    result = done(held, request(a_set("sip", "10.0.0.20")))
    assert held.calls == [
        f"add {MEMORY}",
        "add sip.company.local",
        "remove sip.company.local",
        f"remove {MEMORY}",
        "flush company.local",
    ]
    assert others(held) == [a_row("sip", "10.0.0.20")]
    assert memory(held) == ["ucops.rollout/1/pool,A/sip/10.0.0.20"]
    (change,) = result["changes"]
    assert (change["verb"], change["before"], change["after"]) == (
        "change",
        {"ttl": 3600, "values": ["10.0.0.10"]},
        {"ttl": 3600, "values": ["10.0.0.20"]},
    )


def test_an_address_gives_way_to_an_alias_before_it_comes() -> None:
    held = server()
    push(held, request(a_set("web", "10.0.0.10")), check_mode=False)
    held.calls.clear()
    alias = record_set(ZONE, f"web.{ZONE}", "CNAME", 3600, ("pool.company.local",))
    result = done(held, request(alias))
    assert held.calls[:3] == [f"add {MEMORY}", "remove web.company.local", "add web.company.local"]
    assert others(held) == [cname("web", "pool.company.local")]
    assert memory(held) == ["ucops.rollout/1/pool,CNAME/web/pool.company.local"]
    assert [change["verb"] for change in result["changes"]] == ["create"]


@pytest.mark.parametrize("ttl", [3600, 1200])
def test_a_dynamic_record_becomes_a_static_one_in_its_place_where_that_was_said(ttl: int) -> None:
    held = server(a_row("sip", "10.0.0.10", ttl=ttl, dynamic=True))
    result = done(held, request(a_set("sip", "10.0.0.10"), replace=frozenset({f"sip.{ZONE}"})))
    assert others(held) == [a_row("sip", "10.0.0.10")]
    assert held.calls == ["ttl sip.company.local", "flush company.local"]
    assert [(one["verb"], one["note"]) for one in result["changes"]] == [
        ("change", "its time stamp goes, and it becomes static")
    ]
    assert result["diff"]["before"].splitlines()[1:] == [f"sip.company.local. {ttl} IN A 10.0.0.10 ; with a time stamp"]
    assert result["diff"]["after"].splitlines()[1:] == ["sip.company.local. 3600 IN A 10.0.0.10"]


def test_a_time_stamp_that_outlives_the_change_is_told() -> None:
    held = server(a_row("sip", "10.0.0.10", ttl=1200, dynamic=True), keeps_stamps=True)
    with pytest.raises(PushFailed, match=r"sip.company.local A with its time stamp, which a change .* \(DNS console\)"):
        push(held, request(a_set("sip", "10.0.0.10"), replace=frozenset({f"sip.{ZONE}"})), check_mode=False)


def test_nothing_is_there_to_be_absent() -> None:
    assert not done(server(), request(a_set("meet", "10.0.0.12"), absent=True))["changed"]
    gone = push(server(held={}), request(a_set("meet", "10.0.0.12"), absent=True), check_mode=False)
    assert gone["notes"] == [f"the zone {ZONE} does not exist on this server; nothing is removed from it"]


def test_too_much_is_refused_with_the_counts() -> None:
    held, labels = server(), ["a", "b", "c", "d", "e", "f"]
    push(held, request(*(a_set(one, "10.0.0.10") for one in labels)), check_mode=False)
    held.calls.clear()
    with pytest.raises(LimitExceeded) as caught:
        push(held, request(a_set("a", "10.0.0.10"), purge=True, stale=True), check_mode=False)
    (excess,) = caught.value.excesses
    assert (excess.count, excess.known, excess.allowed, excess.limit) == (5, 6, 2, "deletions_percent")
    assert held.calls == []
    lifted = request(a_set("a", "10.0.0.10"), purge=True, stale=True, limits=Limits(deletions_percent=100))
    done(held, lifted)
    assert others(held) == [a_row("a", "10.0.0.10")]


def test_nothing_is_created_that_cannot_be_remembered() -> None:
    held = server(refuse={f"add {MEMORY}": BUSY})
    with pytest.raises(PushFailed, match="adding _ucops-rollout.company.local TXT"):
        push(held, request(a_set("sip", "10.0.0.10")), check_mode=False)
    assert held.rows == []


@pytest.mark.parametrize("call", [f"add {MEMORY}", "add sip.company.local", "remove sip.company.local",
                                  f"remove {MEMORY}", "flush company.local"])  # fmt: skip
@pytest.mark.parametrize("way", ["refuse", "fail_after", "lose"])
def test_whatever_fails_on_the_way_the_next_run_ends_well(call: str, way: str) -> None:
    held = server(a_row("foreign", "10.0.0.50"))
    push(held, request(a_set("sip", "10.0.0.10")), check_mode=False)
    setattr(held, way, {call} if way == "lose" else {call: BUSY})
    try:
        push(held, request(a_set("sip", "10.0.0.20")), check_mode=False)
    except RolloutError:
        pass
    assert [row for row in held.rows if row.owner == f"sip.{ZONE}"]
    held.refuse, held.fail_after, held.lose = {}, {}, set()
    push(held, request(a_set("sip", "10.0.0.20")), check_mode=False)
    assert others(held) == [a_row("foreign", "10.0.0.50"), a_row("sip", "10.0.0.20")]
    held.calls.clear()
    assert not push(held, request(a_set("sip", "10.0.0.20")), check_mode=False)["changed"]
    assert held.calls == []


def test_texts_that_came_by_dynamic_update_are_not_believed() -> None:
    row = FoundRecord(ZONE, MEMORY, "TXT", "ucops.rollout/1/pool,A/sip/10.0.0.99", 3600, dynamic=True)
    held = server(row, a_row("sip", "10.0.0.99"))
    with pytest.raises(ServerRefused, match="which is not planned"):
        push(held, request(a_set("sip", "10.0.0.10")), check_mode=False)
    held.rows = [row]
    result = push(held, request(a_set("sip", "10.0.0.10")), check_mode=True)
    assert result["notes"] == [
        f"{MEMORY} holds texts with a time stamp: they came by dynamic update, and what they say was created by this"
        " collection is not believed"
    ]


def test_a_port_that_cannot_remove_is_not_asked_to() -> None:
    held = server(a_row("sip", "10.0.0.99"))
    held.capabilities = replace(held.capabilities, removes=False)
    with pytest.raises(ServerRefused, match=r"sip.company.local: A 10\.0\.0\.99 cannot be removed from here"):
        push(held, request(a_set("sip", "10.0.0.10"), replace=frozenset({f"sip.{ZONE}"})), check_mode=False)


def test_a_name_to_be_replaced_that_is_not_planned_is_told() -> None:
    result = push(server(), request(a_set("sip", "10.0.0.10"), replace=frozenset({"x.test"})), check_mode=True)
    assert result["notes"] == ["replace: no record of ours is planned at x.test on this server"]


# A server with a lowest TTL of its own


def test_a_ttl_that_the_server_raises_is_told_remembered_and_not_set_again() -> None:
    held, asked = server(least_ttl=300), request(a_set("sip", "10.0.0.10", ttl=60), a_set("web", "10.0.0.20", ttl=600))
    result = push(held, asked, check_mode=False)
    assert result["notes"] == ["the server keeps a TTL of 300 where a lower one is planned: sip.company.local A"]
    assert memory(held) == ["ucops.rollout/1/pool,A/sip/10.0.0.10,A/web/10.0.0.20", "ucops.rollout/1/pool,TTL/300"]
    held.calls.clear()
    again = push(held, asked, check_mode=False)
    assert (again["changed"], held.calls) == (False, [])
    assert [(one["verb"], one["note"]) for one in again["changes"]] == [
        ("report", "the server made a TTL of 300 of the planned 60 before, and it is left at that")
    ]
    assert [(one["state"], one["found_ttl"], one["other_ttls"]) for one in again["compared"]] == [
        ("as_planned", 300, []), ("as_planned", 600, []),
    ]  # fmt: skip


def test_another_ttl_is_changed_also_where_the_server_raises_some() -> None:
    held = server(a_row("sip", "10.0.0.10", ttl=7200), least_ttl=300)
    asked = request(a_set("sip", "10.0.0.10", ttl=60))
    assert push(held, asked, check_mode=False)["notes"] == [
        "the server keeps a TTL of 300 where a lower one is planned: sip.company.local A"
    ]
    assert others(held) == [a_row("sip", "10.0.0.10", ttl=300)]
    held.rows = [replace(one, ttl=900) if one.type == "A" else one for one in held.rows]
    assert push(held, asked, check_mode=False)["changed"] is True
    # 300 is what this server makes of less, and no TTL that anybody planned for the name.
    longer = request(a_set("sip", "10.0.0.10", ttl=1800))
    push(held, longer, check_mode=False)
    assert others(held) == [a_row("sip", "10.0.0.10", ttl=1800)]


def test_a_raised_ttl_without_memory_is_told_each_time() -> None:
    held, asked = server(least_ttl=300), request(a_set("sip", "10.0.0.10", ttl=60), rollout="")
    for _again in range(2):
        assert push(held, asked, check_mode=False)["notes"] == [
            "the server keeps a TTL of 300 where a lower one is planned: sip.company.local A"
        ]
    assert memory(held) == []


def test_a_ttl_that_the_server_lowers_is_no_minimum() -> None:
    held = server(a_row("sip", "10.0.0.10", ttl=60), lose={"ttl sip.company.local"})
    with pytest.raises(PushFailed, match="holds something else now: sip.company.local A"):
        push(held, request(a_set("sip", "10.0.0.10")), check_mode=False)


def test_what_was_remembered_of_ttls_goes_with_the_last_record() -> None:
    held = server(least_ttl=300)
    push(held, request(a_set("sip", "10.0.0.10", ttl=60)), check_mode=False)
    push(held, request(a_set("sip", "10.0.0.10", ttl=60), absent=True), check_mode=False)
    assert held.rows == []


def test_a_push_that_fails_once_all_is_removed_tells_what_it_removed() -> None:
    told = FoundRecord(ZONE, MEMORY, "TXT", "ucops.rollout/1/pool,A/old/10.0.0.9", 3600)
    held = server(a_row("old", "10.0.0.9"), told, refuse={f"remove {MEMORY}": BUSY})
    with pytest.raises(PushFailed, match=f"removing {MEMORY} TXT .* failed: the server is busy") as caught:
        push(held, request(stale=True, limits=Limits(deletions_percent=100)), check_mode=False)
    assert held.rows == [told]
    assert caught.value.result["changed"] is True
    assert [(one["verb"], one["what"], one["after"]) for one in caught.value.result["changes"]] == [
        ("delete", "A old.company.local", None)
    ]


def test_a_push_that_fails_once_it_remembers_has_changed_the_zone() -> None:
    held = server(refuse={"add sip.company.local": BUSY})
    with pytest.raises(PushFailed, match="the server is busy") as caught:
        push(held, request(a_set("sip", "10.0.0.10")), check_mode=False)
    assert memory(held) == ["ucops.rollout/1/pool,A/sip/10.0.0.10"]
    assert (caught.value.result["changed"], caught.value.result["changes"]) == (True, [])


@pytest.mark.parametrize(
    ("rows", "lost", "told"),
    [
        ([], f"add {MEMORY}", f"holds something else now: {MEMORY} TXT"),
        (["A/old/10.0.0.9"], f"remove {MEMORY}", f"{MEMORY} TXT lists what is not there any more"),
    ],
)
def test_what_is_remembered_is_read_back(rows: list[str], lost: str, told: str) -> None:
    texts = [FoundRecord(ZONE, MEMORY, "TXT", f"ucops.rollout/1/pool,{one}", 3600) for one in rows]
    with pytest.raises(PushFailed, match=told):
        push(server(*texts, lose={lost}), request(a_set("sip", "10.0.0.10")), check_mode=False)
