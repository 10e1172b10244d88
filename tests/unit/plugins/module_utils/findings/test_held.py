"""What a server holds and is told, and what it holds and is not."""

from __future__ import annotations

from typing import Any

import pytest
from unit.audits import CA, ENDED, GOOD, ID, LATE, SERVER, SHORT, STRANGE, read, stored
from unit.fakes_windows import certificate, planned_certificate
from unit.stores import (
    BY_ISSUING,
    BY_PSS,
    BY_SHA1,
    KSP,
    ODD_CURVE,
    PSS_ISSUER,
    ROOT,
    SECOND,
    SHORT_KEY,
    in_use,
    key_of,
    of_stores,
    stand_in,
)

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate
from ansible_collections.ucops.rollout.plugins.module_utils.findings.run import issued_findings
from ansible_collections.ucops.rollout.plugins.module_utils.model import Finding

PUBLIC: dict[str, Any] = {"issuer": {"name": "public", "ca": ""}, "template": None}
POOL = "'ocspool.company.local'"


def told(found: list[Finding]) -> list[tuple[str, str, str]]:
    assert {one.where for one in found} <= {SERVER}
    return [(one.severity, one.code, one.message) for one in found]


@pytest.mark.parametrize(
    ("planned", "issued", "behind"),
    [
        (["a.company.com", "*.company.com"], ["*.company.com", "a.company.com"], "a.company.com"),
        (["a.company.com", "*.company.com"], ["b.company.com", "*.Company.com", "A.company.com"], "a.company.com"),
        (["a.company.com", "*.company.com"], ["a.company.com", "*.company.com"], ""),
        # Told is a planned name alone, and not one that stands before as well; without a wildcard no order matters.
        (["a.company.com", "*.company.com"], ["a.company.com", "*.company.com", "A.company.com", "www.x.com"], ""),
        (["a.company.com", "b.company.com"], ["b.company.com", "a.company.com"], ""),
    ],
)
def test_full_names_stand_before_a_wildcard(planned: list[str], issued: list[str], behind: str) -> None:
    found = read(certificate(CA, names=issued))
    told_of = [
        one
        for one in of_stores(stored(found), used=(found,), subject_alternative_names=planned)
        if one.code == "name-behind-wildcard"
    ]
    said = f"{ID}: in {POOL} ({found.thumbprint}) '{behind}' stands behind the wildcard '*.company.com'"
    assert [one.message for one in told_of] == ([said] if behind else [])
    wanted = planned_certificate(subject_alternative_names=planned)
    assert [one.code for one in issued_findings(wanted, found)] == (["name-behind-wildcard"] if behind else [])


def test_what_is_as_planned_is_no_news() -> None:
    assert in_use(GOOD) == [] == of_stores(stored(STRANGE), stored(SHORT, key=None))


@pytest.mark.parametrize(
    ("of", "code", "said"),
    [
        (LATE, "certificate-expires", "expires on 2026-12-05T00:00:00Z, in 12 days"),
        (ENDED, "certificate-expired", "expired on 2026-11-19T12:00:00Z"),
        (BY_PSS, "signature-refused", "is signed with rsassa_pss"),
        (SHORT_KEY, "weak-key", "has RSA of 1024 bits"),
        (ODD_CURVE, "weak-key", "has the curve brainpoolP256r1"),
    ],
)
def test_a_certificate_in_use(of: X509Certificate, code: str, said: str) -> None:
    assert told(in_use(of)) == [("warning", code, f"{ID}: {POOL} ({of.thumbprint}) {said}")]
    # Where no planned place has it, it is nobody's affair, unless it has the planned names.
    assert of_stores(stored(of)) == []


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        ({"exportable": True}, "key-exportable", f"the key of {POOL} ({GOOD.thumbprint}) is exportable"),
        (
            {"key": KSP},
            "key-storage-provider",
            f"the key of {POOL} ({GOOD.thumbprint}) lies in the key storage provider"
            " 'Microsoft Software Key Storage Provider'",
        ),
        (
            {"key": None},
            "key-missing",
            f"{POOL} ({GOOD.thumbprint}) has the planned names, and its private key is not on this server",
        ),
    ],
)
def test_the_key_of_one(more: dict[str, Any], code: str, said: str) -> None:
    assert told(in_use(GOOD, **more)) == [("warning", code, f"{ID}: {said}")]


@pytest.mark.parametrize("more", [{"exportable": False}, {"exportable": None}])
def test_a_key_of_which_nobody_says_that_it_is_exportable(more: dict[str, Any]) -> None:
    assert in_use(GOOD, **more) == []


def test_sha_1_matters_where_a_public_authority_signed() -> None:
    assert in_use(BY_SHA1) == []
    assert told(of_stores(stored(BY_SHA1), used=(BY_SHA1,), **PUBLIC)) == [
        ("warning", "sha1-of-public-authority", f"{ID}: {POOL} ({BY_SHA1.thumbprint}) is signed with sha1_rsa")
    ]


def test_an_authority_above_it_that_is_signed_with_what_the_product_refuses() -> None:
    held = stored(BY_ISSUING, issuers=(PSS_ISSUER, ROOT))
    assert told(of_stores(held, used=(BY_ISSUING,))) == [
        (
            "error",
            "issuer-signature-refused",
            f"{ID}: 'Issuing CA' ({PSS_ISSUER.thumbprint}) is signed with rsassa_pss",
        )
    ]


def test_two_that_serve_and_one_is_in_use() -> None:
    both = (stored(GOOD), stored(SECOND))
    assert told(of_stores(*both, used=(GOOD,))) == [
        (
            "warning",
            "certificate-left-over",
            f"{ID}: {POOL} ({SECOND.thumbprint}) would serve as well, and is assigned nowhere; in use is"
            f" {GOOD.thumbprint}",
        )
    ]
    assert of_stores(*both, used=(GOOD, SECOND)) == [] == of_stores(stored(GOOD), stored(ENDED), used=(GOOD,))
    assert of_stores(both[0], stored(SECOND, archived=True), used=(GOOD,)) == []
    unused = of_stores(*both)
    assert [one.code for one in unused] == ["certificate-left-over"] * 2
    assert unused[0].message.endswith("; there are 2 of them, and none is in use")


def test_a_certificate_without_its_key_beside_the_one_in_use() -> None:
    found = of_stores(stored(GOOD), stored(SECOND, key=None), used=(GOOD,))
    assert [one.code for one in found] == ["key-missing"]
    assert found[0].mend.startswith(f"certutil -repairstore my {SECOND.thumbprint} finds a key")
    # One that has ended is of no use with its key either.
    assert of_stores(stored(ENDED, key=None)) == []


@pytest.mark.parametrize(
    ("own", "waiting", "why"),
    [
        # It waits for its certificate, however long.
        ((), stand_in(100), ""),
        # The certificate that is held is to be renewed, with this key.
        ((stored(LATE),), stand_in(100), ""),
        ((stored(GOOD),), stand_in(1), f"{ID} is held already, with another key"),
        ((), stand_in(31, ["crm.company.com"]), "no planned certificate of this server has its names"),
        # Another product's, which may come yet.
        ((), stand_in(29, ["crm.company.com"]), ""),
    ],
)
def test_keys_that_wait(own: Any, waiting: Any, why: str) -> None:
    found = of_stores(*own, waiting=(waiting,))
    assert [(one.severity, one.code) for one in found] == [("note", "waiting-key-left")] * bool(why)
    assert [one.message.rpartition(": ")[2] for one in found] == [why] * bool(why)


@pytest.mark.parametrize("own", [(), (stored(GOOD),)])
def test_a_key_whose_request_waits_at_the_ca_is_to_stay(own: Any) -> None:
    waiting = stand_in(1)
    (found,) = of_stores(*own, waiting=(waiting,), pending={key_of(waiting): 7})
    assert (found.severity, found.code) == ("note", "waiting-key-pending")
    assert found.message == (
        f"request 7 of the CA waits for an officer, and for this key: that of {POOL} ({waiting.thumbprint}), in the"
        " store REQUEST since 2026-11-21T12:00:00Z"
    )
    assert "delstore" not in found.mend
    (other,) = of_stores(stored(GOOD), waiting=(waiting,), pending={GOOD.public_key: 7})
    assert other.code == "waiting-key-left"


def test_a_revoked_one_is_not_left_over() -> None:
    both = (stored(GOOD), stored(SECOND))
    assert of_stores(*both, used=(GOOD,), revoked=(SECOND,)) == []


def test_what_cannot_be_read_is_no_finding() -> None:
    strange = stored(GOOD)
    unread = [type(strange)("AB" * 20, None, None, problem="of a strange kind")]
    assert of_stores(*unread, waiting=tuple(unread)) == []
