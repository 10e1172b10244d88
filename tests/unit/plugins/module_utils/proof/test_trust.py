"""Trust among the servers of a pool."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.proof.trust import trust_matrix

A, B = "ocssrv01.company.local", "ocssrv02.company.local"
LEAF, ROOT, OTHER = "1" * 40, "AB" * 20, "CD" * 20


def _server(fqdn: str, **changes) -> dict:
    return {
        "chain": [LEAF, ROOT],
        "root_thumbprints": [OTHER, ROOT],
        "names": ["ocspool.company.local", fqdn],
        **changes,
    }


@pytest.mark.parametrize(
    ("first", "second", "results"),
    [
        ({}, {}, [("proved", "every server holds the root of its chain")] * 2),
        ({"root_thumbprints": ["ab" * 20]}, {}, [("proved", "every server holds the root of its chain")] * 2),
        (
            {},
            {"root_thumbprints": [OTHER]},
            [("failed", f"{B} does not hold its root {ROOT} among the trusted ones. Import the root there")] * 2,
        ),
        (
            {"chain": [LEAF, OTHER]},
            {"root_thumbprints": [ROOT]},
            [
                ("failed", f"{B} does not hold its root {OTHER} among the trusted ones. Import the root there"),
                ("proved", "every server holds the root of its chain"),
            ],
        ),
        (
            {"names": ["ocspool.company.local"]},
            {},
            [
                ("failed", f"its certificate does not hold its own name {A}, by which the other servers call it"),
                ("proved", "every server holds the root of its chain"),
            ],
        ),
        (
            {"chain": None},
            {"root_thumbprints": None},
            [("unproved", "its chain is not known"), ("unproved", f"the trusted roots of {B} are not known")],
        ),
        ({"names": [A.upper()]}, {"names": None}, [("proved", "every server holds the root of its chain")] * 2),
    ],
)
def test_matrix(first: dict, second: dict, results: list) -> None:
    found = trust_matrix({A: _server(A, **first), B: _server(B, **second)})
    assert [(result.state, result.message) for result in found] == results
    assert [result.subject for result in found] == [A, B]


def test_who_trusts() -> None:
    found = trust_matrix({A: _server(A), B: _server(B, root_thumbprints=[])})
    assert found[0].found == {"root": ROOT, "trusted_by": [A]}
    assert found[0].expected == {"trusted_by": [A, B]}
