"""Trust among the servers of a pool."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.proof.result import ProofResult
from ansible_collections.ucops.rollout.plugins.module_utils.proof.trust import (
    ServerTrust,
    TrustStores,
    trust_between,
    trust_matrix,
)

A, B = "ocssrv01.company.local", "ocssrv02.company.local"
LEAF, ROOT, OTHER, BETWEEN = "1" * 40, "AB" * 20, "CD" * 20, "EF" * 20
PROVED = (
    "every server trusts its chain, by what its listener sent and what their stores hold; nobody can make such a"
    " handshake in a server's name"
)


def stores(*roots: str, intermediates: Iterable[str] = (), disallowed: Iterable[str] = ()) -> TrustStores:
    return TrustStores(frozenset(roots), frozenset(intermediates), frozenset(disallowed))


def _server(fqdn: str, **changes: Any) -> ServerTrust:
    known: dict[str, Any] = {
        "chain": (LEAF, ROOT),
        "stores": stores(OTHER, ROOT),
        "names": ("ocspool.company.local", fqdn),
        **changes,
    }
    return ServerTrust(**known)


@pytest.mark.parametrize(
    ("first", "second", "results"),
    [
        ({}, {}, [("proved", PROVED)] * 2),
        (
            {},
            {"stores": stores(OTHER)},
            [("failed", f"{B} does not hold its root {ROOT} among the trusted ones. Import the root there")] * 2,
        ),
        (
            {"chain": (LEAF, OTHER)},
            {"stores": stores(ROOT)},
            [
                ("failed", f"{B} does not hold its root {OTHER} among the trusted ones. Import the root there"),
                ("proved", PROVED),
            ],
        ),
        (
            {"names": ("ocspool.company.local",)},
            {},
            [
                ("failed", f"its certificate does not hold its own name {A}, by which the other servers call it"),
                ("proved", PROVED),
            ],
        ),
        (
            {"chain": None},
            {"stores": None},
            [("unproved", "its chain is not known"), ("unproved", f"the trusted roots of {B} are not known")],
        ),
        # A branch appliance of Lync Server 2013: the documents plan its own name as the subject alone.
        (
            {"names": ("sip.company.local",), "common_name": A.upper()},
            {},
            [
                (
                    "proved",
                    f"{PROVED}. {A} is its common name only, which clients after RFC 9525 ignore",
                ),
                ("proved", PROVED),
            ],
        ),
        ({"names": (A.upper(),)}, {"names": None}, [("proved", PROVED)] * 2),
    ],
)
def test_matrix(first: dict, second: dict, results: list) -> None:
    found = trust_matrix({A: _server(A, **first), B: _server(B, **second)})
    assert [(result.state, result.message) for result in found] == results
    assert [result.subject for result in found] == [A, B]


LONG = (LEAF, BETWEEN, ROOT)
NOT_SENT = f"is not sent its intermediate {BETWEEN}, and does not hold it. Import it there into the store CA"
REFUSED = "of its chain in the store of disallowed certificates. Ask who distrusts it, and why"


@pytest.mark.parametrize(
    ("callee", "caller", "told"),
    [
        # The intermediate comes along, or lies there already, in its own store or among the roots.
        ({"sent": (LEAF, BETWEEN)}, {}, ""),
        ({"stores": stores(ROOT, intermediates=[BETWEEN])}, {"stores": stores(ROOT, intermediates=[BETWEEN])}, ""),
        ({"sent": (LEAF,), "stores": stores(ROOT, BETWEEN)}, {"stores": stores(ROOT, BETWEEN)}, ""),
        ({"sent": (LEAF,)}, {}, f"{A}, {B} {NOT_SENT}"),
        ({"sent": (LEAF,)}, {"stores": stores(ROOT, intermediates=[BETWEEN])}, f"{A} {NOT_SENT}"),
        # What one server refuses, whatever vouches for it.
        ({"sent": LONG}, {"stores": stores(ROOT, disallowed=[BETWEEN])}, f"{B} has {BETWEEN} {REFUSED}"),
        ({"sent": LONG}, {"stores": stores(ROOT, disallowed=[LEAF])}, f"{B} has {LEAF} {REFUSED}"),
        ({"sent": LONG, "usage": ("1.3.6.1.5.5.7.3.1",)}, {}, ""),
        ({"sent": LONG, "usage": ("2.5.29.37.0",)}, {}, ""),
        (
            {"sent": LONG, "usage": ("1.3.6.1.5.5.7.3.2",)},
            {},
            "its certificate may not be used for server authentication, which MTLS asks of both sides",
        ),
    ],
)
def test_what_decides_a_handshake(callee: dict, caller: dict, told: str) -> None:
    found, _other = trust_matrix({A: _server(A, chain=LONG, **callee), B: _server(B, **caller)})
    assert (found.state, found.message) == (("failed", told) if told else ("proved", PROVED))


def test_who_trusts() -> None:
    found = trust_matrix({A: _server(A), B: _server(B, stores=stores())})
    assert found[0].found == {"root": ROOT, "trusted_by": [A]}
    assert found[0].expected == {"trusted_by": [A, B]}


def _shaken(name: str, **found: Any) -> dict[str, Any]:
    return {"expected": {"name": name}, "found": {"chain": [LEAF, ROOT], "chain_complete": True, **found}}


@pytest.mark.parametrize(
    ("held", "results", "states"),
    [
        (
            {A: {"root_thumbprints": [ROOT.lower()]}},
            [_shaken("ocspool.company.local"), _shaken(A.upper(), names=[A])],
            ["proved"],
        ),
        ({A: {"root_thumbprints": [OTHER]}}, [_shaken(A, names=[A])], ["failed"]),
        ({A: {"root_thumbprints": [ROOT]}}, [_shaken(A, chain_complete=False)], ["unproved"]),
        ({A: {"root_thumbprints": [ROOT]}}, [_shaken(A, common_name=A)], ["proved"]),
        ({A: {"root_thumbprints": [ROOT]}}, [_shaken(A, common_name="x")], ["failed"]),
        (
            {A: {"root_thumbprints": [ROOT], "disallowed_thumbprints": [ROOT.lower()]}},
            [_shaken(A, names=[A])],
            ["failed"],
        ),
        ({A: {"root_thumbprints": [ROOT]}}, [_shaken(A, names=[A], chain=LONG, sent=[LEAF, BETWEEN])], ["proved"]),
        ({A: {"root_thumbprints": [ROOT]}}, [_shaken(A, names=[A], chain=LONG, sent=[LEAF])], ["failed"]),
        (
            {A: {"root_thumbprints": [ROOT], "authority_thumbprints": [BETWEEN.lower()]}},
            [_shaken(A, names=[A], chain=LONG, sent=[LEAF])],
            ["proved"],
        ),
        ({A: {"root_thumbprints": [ROOT]}}, [_shaken(A, names=[A], extended_key_usage=["1.2.3"])], ["failed"]),
        ({A: {}}, [_shaken(A, names=[A])], ["unproved"]),
        ({A: None}, [], ["unproved"]),
        ({A: {"root_thumbprints": [ROOT]}}, [{"expected": None, "found": None}], ["unproved"]),
    ],
)
def test_from_what_tasks_returned(held: dict, results: list, states: list[str]) -> None:
    found = trust_between(held, {"results": results})
    assert [result["state"] for result in found["results"]] == states
    assert trust_between(held, results) == found


EDGE = "edge.company.local"


def _at(address: str, **found: Any) -> dict[str, Any]:
    return {**_shaken(EDGE, **{"common_name": EDGE, **found}), "address": f"{address}:5061"}


@pytest.mark.parametrize(
    ("results", "told"),
    [
        ([_at("10.0.1.1")], [("proved", PROVED)] * 2),
        ([_at("10.0.1.42", chain=[LEAF, ROOT])], [("proved", PROVED)] * 2),
        (
            [_at("10.0.1.41"), _at("10.0.1.42", chain_complete=False)],
            [("proved", PROVED), ("unproved", "its chain is not known")],
        ),
        (
            [_at("10.0.1.41"), _at("10.0.1.42", names=["edge02.company.local"], common_name="edge02.company.local")],
            [
                ("proved", PROVED),
                ("failed", f"its certificate does not hold the name {EDGE}, by which the other servers call it"),
            ],
        ),
    ],
)
def test_an_edge_shows_itself_under_the_name_of_its_pool(results: list, told: list) -> None:
    """At the load balancer's address for both, or at each one's own."""
    held = {
        f"edge0{number}.company.local": {
            "root_thumbprints": [ROOT],
            "called": EDGE,
            "addresses": [f"10.0.1.4{number}"],
        }
        for number in (1, 2)
    }
    found = trust_between(held, results)["results"]
    assert [(one["state"], one["message"]) for one in found] == told


def test_a_server_that_no_other_calls_is_not_judged_and_has_to_trust_the_others() -> None:
    held = {A: {"root_thumbprints": [ROOT]}, "proxy": {"root_thumbprints": [], "called": ""}}
    found = trust_between(held, [_shaken(A, names=[A])])["results"]
    assert [(one["subject"], one["state"], one["message"]) for one in found] == [
        (A, "failed", f"proxy does not hold its root {ROOT} among the trusted ones. Import the root there"),
    ]


def test_without_any_handshake() -> None:
    assert trust_between({A: {"root_thumbprints": [ROOT]}}, None)["summary"] == {
        "proved": 0,
        "failed": 0,
        "unproved": 1,
    }


def test_what_is_only_planned_would_be_compared() -> None:
    found = trust_between({A: {"root_thumbprints": [ROOT]}}, {"results": [{"state": "would_be_checked"}]})
    assert found["summary"] == {"proved": 0, "failed": 0, "unproved": 0, "would_be_checked": 1}
    assert [(one["state"], one["message"]) for one in found["results"]] == [("would_be_checked", "would be compared")]


def test_whom_clients_trust_comes_first() -> None:
    anchor = ProofResult("trust", "root of ca01\\Company CA", "unproved", "the CA took no part in this run")
    found = trust_between({A: {"root_thumbprints": [ROOT]}}, [_shaken(A, names=[A])], [anchor])
    assert [(one["subject"], one["state"]) for one in found["results"]] == [
        ("root of ca01\\Company CA", "unproved"),
        (A, "proved"),
    ]
    planned = trust_between({}, [{"state": "would_be_checked"}], [anchor])
    assert planned["summary"] == {"proved": 0, "failed": 0, "unproved": 0, "would_be_checked": 1}
