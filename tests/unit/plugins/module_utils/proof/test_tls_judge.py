"""Comparison of what a listener served with what the plan put there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from proofkit import pki

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import Key, PlannedCertificate, PlannedIssuer, Subject
from ansible_collections.ucops.rollout.plugins.module_utils.proof import tls_judge
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_judge import Expectation, compare
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_targets import Target
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_wire import Handshake
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint

NOW = datetime(2026, 11, 22, 8, tzinfo=timezone.utc)
ROOT = pki.root()
OTHER_ROOT = pki.root("Other CA", number=20)
REBUILT = pki.root(number=21)
SELF_SIGNED = pki.root("ocspool.company.local", number=22)
NAMES = ["ocspool.company.local", "sip.company.local", "ocssrv01.company.local"]
LEAF = pki.leaf(ROOT, "ocspool.company.local", NAMES)
LEAF2 = pki.leaf(ROOT, "ocspool.company.local", ["ocspool.company.local", "ocssrv02.company.local"])
ISSUING = pki.intermediate(ROOT)
BELOW = pki.leaf(ISSUING, "ocspool.company.local", NAMES)


def _planned(
    id: str = "ocssrv01.company.local/default", names: Sequence[str] = tuple(NAMES), **changes: Any
) -> PlannedCertificate:
    known: dict[str, Any] = {
        "id": id,
        "holders": (id.partition("/")[0],),
        "scope": "server",
        "use": "default",
        "subject": Subject("ocspool.company.local"),
        "subject_alternative_names": tuple(names),
        "name_reasons": {},
        "key": Key(2048, key_usage=()),
        "extended_key_usage": ("1.3.6.1.5.5.7.3.1",),
        "require_crl_distribution_point": False,
        "issuer": PlannedIssuer("enterprise", "ca01.company.local\\Company CA"),
        "template": None,
        "assignments": (),
        **changes,
    }
    return PlannedCertificate(**known)


PLANNED2 = _planned("ocssrv02.company.local/default", ["ocspool.company.local", "ocssrv02.company.local"])
BOTH = {"ocssrv01.company.local/default": LEAF.thumbprint, "ocssrv02.company.local/default": LEAF2.thumbprint}


def _compared(
    served: pki.Issued | Handshake,
    *,
    name: str = "ocspool.company.local",
    planned: tuple[PlannedCertificate, ...] = (_planned(),),
    thumbprints: dict[str, Thumbprint] | None = None,
    roots: tuple[pki.Issued, ...] = (ROOT,),
    now: datetime = NOW,
    minimum_days: int = 0,
    sent: tuple[pki.Issued, ...] | None = None,
    issuers: tuple[pki.Issued, ...] = (),
) -> tuple[str, str]:
    target = Target(name, "10.0.0.10", 5061, "load_balancer", planned)
    if isinstance(served, pki.Issued):
        chain = tuple(part.der for part in (served.chain if sent is None else (served, *sent)))
        served = Handshake("ok", chain, "TLSv1.2", "AES128-SHA")
    trusted = tls_judge.load_roots([root.pem for root in roots])
    known = {planned[0].id: Thumbprint(LEAF.thumbprint)} if thumbprints is None and planned else thumbprints or {}
    further = tls_judge.load_issuers([issuer.pem for issuer in issuers])
    result = compare(target, served, Expectation(now, known, trusted, minimum_days, further))
    return result.state, result.message


GOOD = f"certificate {LEAF.thumbprint}, valid until 2036-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("arguments", "remark"),
    [
        ({}, ""),
        ({"name": "SIP.Company.Local"}, ""),
        ({"planned": (PLANNED2, _planned()), "thumbprints": BOTH}, ""),
        ({"thumbprints": {}}, "; not compared with a known thumbprint"),
        ({"planned": ()}, ""),
        ({"roots": (OTHER_ROOT, ROOT)}, ""),
        ({"sent": (REBUILT,), "issuers": (REBUILT,)}, ""),
    ],
)
def test_right_certificates(arguments: dict, remark: str) -> None:
    assert _compared(LEAF, **arguments) == ("proved", GOOD + remark)


@pytest.mark.parametrize(
    ("arguments", "end"),
    [
        ({}, ""),
        ({"sent": (ROOT,)}, f"it leads to the root 'CN=Company CA' ({ROOT.thumbprint}); "),
        ({"issuers": (ROOT,)}, f"it leads to the root 'CN=Company CA' ({ROOT.thumbprint}); "),
    ],
)
def test_without_trusted_roots_nothing_is_proved(arguments: dict, end: str) -> None:
    """Whatever the listener sends, and whatever servers hold: who chooses the chain does not choose whom to trust."""
    assert _compared(LEAF, roots=(), **arguments) == (
        "unproved",
        f"{GOOD}; {end}whether clients trust it is not known: no root of the planned CA was read or given. Let the CA"
        " take part, or give its root certificate (pool_verify_roots)",
    )
    assert _compared(LEAF2, roots=(), **arguments)[0] == "failed"


@pytest.mark.parametrize(
    ("served", "roots", "state"),
    [
        (LEAF, (ROOT,), "proved"),
        (LEAF, (OTHER_ROOT, ROOT), "proved"),
        (LEAF, (OTHER_ROOT,), "unproved"),
        (LEAF, (REBUILT,), "failed"),
        (BELOW, (OTHER_ROOT,), "unproved"),
        (BELOW, (REBUILT,), "failed"),
        (SELF_SIGNED, (ROOT,), "failed"),
    ],
)
def test_where_not_all_roots_are_known_a_chain_elsewhere_is_unproved(
    served: pki.Issued, roots: tuple[pki.Issued, ...], state: str
) -> None:
    """A public authority, or a CA that could not be read; but nobody has the name of a known root by right."""
    trusted = tls_judge.load_roots([root.pem for root in roots])
    target = Target("ocspool.company.local", "10.0.0.10", 5061)
    chain = tuple(part.der for part in (served.chain if served is not SELF_SIGNED else (served,)))
    for issuers in ((), tls_judge.load_issuers([ROOT.pem])):
        expectation = Expectation(NOW, roots=trusted, issuers=issuers, roots_complete=False)
        result = compare(target, Handshake("ok", chain), expectation)
        assert (result.state, "whether clients trust it is not known" in result.message) == (state, state == "unproved")


@pytest.mark.parametrize("roots", [(), (ROOT,), (SELF_SIGNED,)])
def test_self_signed_certificate_is_wrong_whoever_is_trusted(roots: tuple[pki.Issued, ...]) -> None:
    state, message = _compared(SELF_SIGNED, name="ocspool.company.local", planned=(), roots=roots)
    assert state == "failed"
    assert "it is self-signed: no CA vouches for it. Assign the certificate that the planned CA issued" in message


@pytest.mark.parametrize(
    ("served", "arguments", "reason"),
    [
        (LEAF, {"name": "sip.company.com"}, "it does not hold the name sip.company.com"),
        (LEAF, {"name": "company.local"}, "it does not hold the name company.local"),
        (
            LEAF,
            {"planned": (_planned(), PLANNED2), "thumbprints": {**BOTH, "ocssrv01.company.local/default": "A" * 40}},
            f"the plan put {'A' * 40} or {LEAF2.thumbprint} there",
        ),
        (LEAF2, {}, f"the plan put {LEAF.thumbprint} there"),
        (
            LEAF,
            {"roots": (OTHER_ROOT,)},
            "the certificate of 'CN=ocspool.company.local' leads to no root: there is no certificate of"
            f" 'CN=Company CA'. Clients trust 'CN=Other CA' ({OTHER_ROOT.thumbprint})",
        ),
        (
            LEAF,
            {"roots": (OTHER_ROOT,), "sent": (ROOT,)},
            f"it leads to the root 'CN=Company CA' ({ROOT.thumbprint}), and clients trust"
            f" 'CN=Other CA' ({OTHER_ROOT.thumbprint})",
        ),
        (
            LEAF,
            {"roots": (REBUILT,), "issuers": (ROOT,)},
            f"it leads to the root 'CN=Company CA' ({ROOT.thumbprint}), and clients trust"
            f" 'CN=Company CA' ({REBUILT.thumbprint}), of the same name and with another key: the CA was set up anew,"
            " or this is another one. Let the CA of the plan issue the certificate again",
        ),
        (
            LEAF,
            {"roots": (REBUILT,)},
            "leads to no root: 'CN=ocspool.company.local' is not signed by 'CN=Company CA'. Clients trust"
            f" 'CN=Company CA' ({REBUILT.thumbprint})",
        ),
        (BELOW, {"sent": ()}, "leads to no root: there is no certificate of 'CN=Company Issuing CA'"),
        (LEAF, {"now": datetime(2036, 1, 1, 1, tzinfo=timezone.utc)}, "it expired on 2036-01-01T00:00:00Z"),
        (LEAF, {"now": datetime(2025, 12, 31, tzinfo=timezone.utc)}, "it is not valid before 2026-01-01T00:00:00Z"),
        (
            LEAF,
            {"now": datetime(2035, 12, 12, tzinfo=timezone.utc), "minimum_days": 30},
            "it expires on 2036-01-01T00:00:00Z, in less than 30 days",
        ),
        (
            LEAF,
            {"planned": (), "now": datetime(2035, 12, 12, tzinfo=timezone.utc), "minimum_days": 30},
            "its last moment is 2036-01-01T00:00:00Z",
        ),
        (LEAF, {"planned": (_planned(key=Key(4096, key_usage=())),)}, "its key has 2048 bits, fewer than 4096"),
        (
            LEAF,
            {"planned": (_planned(names=[*NAMES, "sip.company.com"]),)},
            "its subject alternative names lack sip.company.com",
        ),
        (
            pki.leaf(OTHER_ROOT, "ocspool.company.local", NAMES),
            {"roots": (OTHER_ROOT,)},
            "its issuer is 'Other CA', not 'Company CA'",
        ),
        (
            pki.leaf(ROOT, "ocspool.company.local", NAMES, key=pki.ec_key(3), digest=hashes.SHA384()),
            {},
            "its key is ec, not rsa",
        ),
    ],
)
def test_wrong_certificates(served: pki.Issued, arguments: dict, reason: str) -> None:
    state, message = _compared(served, **arguments)
    assert state == "failed"
    assert re.match(rf"wrong certificate {served.thumbprint}( of ocssrv0\d\.company\.local)?: ", message)
    assert reason in message


def test_server_of_a_pool_whose_thumbprint_is_not_known_is_not_called_wrong() -> None:
    known = {"ocssrv01.company.local/default": LEAF.thumbprint}
    state, message = _compared(LEAF2, planned=(_planned(), PLANNED2), thumbprints=known)
    assert (state, message.split("; ")[1:]) == ("proved", ["not compared with a known thumbprint"])


def test_common_name_counts_without_subject_alternative_names_only() -> None:
    bare = pki.leaf(ROOT, "ocspool.company.local")
    assert _compared(bare, planned=(), thumbprints={})[0] == "proved"
    with_names = pki.leaf(ROOT, "ocspool.company.local", ["sip.company.local"])
    assert _compared(with_names, planned=(), thumbprints={})[0] == "failed"


def test_common_name_that_the_plan_does_not_repeat_is_remarked_on() -> None:
    """The origin's list to the letter: the pool's name is in the subject alone."""
    served = pki.leaf(ROOT, "ocspool.company.local", ["sip.company.local"])
    state, message = _compared(served, planned=(_planned(names=["sip.company.local"]),), thumbprints={})
    assert state == "proved"
    assert "ocspool.company.local is its common name only, which clients after RFC 9525 ignore" in message


@pytest.mark.parametrize(
    ("pattern", "name", "holds"),
    [
        ("ocspool.company.local", "OCSPOOL.company.local.", True),
        ("*.company.local", "ocspool.company.local", True),
        ("*.company.local", "a.ocspool.company.local", False),
        ("*.company.local", "company.local", False),
        ("ocs*.company.local", "ocspool.company.local", False),
        ("*", "ocspool", False),
    ],
)
def test_names(pattern: str, name: str, holds: bool) -> None:
    leaf = tls_judge.x509.load_certificate(pki.leaf(ROOT, "x", [pattern]).pem, where="test")
    assert tls_judge.holds_name(leaf, name) is holds


@pytest.mark.parametrize(
    ("handshake", "state", "message"),
    [
        (
            Handshake("no_listener", detail="connection refused: nothing listens there"),
            "unproved",
            "connection refused: nothing listens there. See whether the load balancer has this port at this address,"
            " and a server in the pool behind it that it takes for alive",
        ),
        (
            Handshake("timeout", detail="no answer"),
            "unproved",
            "no answer. Check the address, and whether the load balancer has this port, a live server behind it, and a"
            " way back from there; then the firewall",
        ),
        (
            Handshake("no_common_cipher", detail="alert 40"),
            "unproved",
            "alert 40. This host and the listener have no protocol version or cipher suite in common: run the check"
            " from a host with an older OpenSSL",
        ),
        (
            Handshake("not_tls", detail="no TLS"),
            "failed",
            "no TLS. See what listens there, and whether the load balancer sends the port to the right service",
        ),
        (
            Handshake("broken_off", detail="alert 80"),
            "unproved",
            "alert 80. See in the server's event log (source Schannel) why it ended the handshake",
        ),
        (
            Handshake("broken_off", (LEAF.der,), detail="alert 80"),
            "unproved",
            "alert 80. See in the server's event log (source Schannel) why it ended the handshake",
        ),
        (
            Handshake("broken_off", detail="the alert 112", alert=112),
            "unproved",
            "the alert 112. See whether the name is bound there, or what stands between, such as a reverse proxy",
        ),
        (
            Handshake("no_certificate", detail="the handshake ended, and the listener showed no certificate"),
            "unproved",
            "the handshake ended, and the listener showed no certificate. Let the listener offer cipher suites with a"
            " certificate: clients take no others",
        ),
        (
            Handshake("client_certificate", (LEAF.der,), detail="it demands one", alert=116),
            "failed",
            f"it demands one. Let it ask for a client certificate without demanding one: ordinary clients have none to"
            f" show; certificate {LEAF.thumbprint}, valid until 2036-01-01T00:00:00Z",
        ),
        (
            Handshake("client_certificate", (LEAF2.der,), detail="it demands one"),
            "failed",
            f"it demands one. Let it ask for a client certificate without demanding one: ordinary clients have none to"
            f" show; wrong certificate {LEAF2.thumbprint}: ",
        ),
        (
            Handshake("ok", (b"no certificate",)),
            "failed",
            "the listener serves no readable certificate: not a certificate that can be read",
        ),
    ],
)
def test_no_handshake(handshake: Handshake, state: str, message: str) -> None:
    seen = _compared(handshake)
    assert (seen[0], seen[1][: len(message)]) == (state, message)


def test_wrong_certificate_in_a_broken_handshake_is_wrong() -> None:
    assert _compared(Handshake("broken_off", (LEAF2.der,)))[0] == "failed"


def test_what_was_found() -> None:
    roots = tls_judge.load_roots([ROOT.pem])
    handshake = Handshake(
        "ok", (BELOW.der, ISSUING.der), "TLSv1", "AES128-SHA", offered=("1.0",), not_offered=("1.1", "1.2", "1.3")
    )
    planned = _planned(issuer=PlannedIssuer("enterprise", "ca01\\Company Issuing CA"))
    target = Target("ocspool.company.local", "10.0.0.10", 5061, "load_balancer", (planned,))
    result = compare(target, handshake, Expectation(NOW, {planned.id: BELOW.thumbprint}, roots))
    assert result.to_plain() == {
        "check": "tls",
        "subject": "ocspool.company.local:5061",
        "state": "proved",
        "message": f"certificate {BELOW.thumbprint}, valid until 2036-01-01T00:00:00Z",
        "remarks": [
            "TLS 1.0 agreed, 1.1 and 1.2 and 1.3 not offered; as far as is known, that serves Communicator 2007 "
            "and 2007 R2 on Windows XP, Communicator 2007 and 2007 R2 on Windows Vista and 7, Lync 2010, Lync "
            "Phone Edition, Lync 2013 and Skype for Business 2015, Skype for Business 2016 and 2019, but not "
            "Windows 11 and others with TLS 1.0 and 1.1 off, Skype for Business on iOS 13 and newer, Skype for "
            "Business on Android 10 and newer"
        ],
        "server": "load_balancer",
        "address": "10.0.0.10:5061",
        "expected": {"name": "ocspool.company.local", "certificates": ["ocssrv01.company.local/default"]},
        "cause": None,
        "found": {
            "certificate": "ocssrv01.company.local/default",
            "thumbprint": BELOW.thumbprint,
            "common_name": "ocspool.company.local",
            "names": NAMES,
            "issuer": "CN=Company Issuing CA",
            "not_after": "2036-01-01T00:00:00Z",
            "days_left": 3326,
            "key_algorithm": "rsa",
            "key_length": 2048,
            "chain": [BELOW.thumbprint, ISSUING.thumbprint, ROOT.thumbprint],
            "chain_complete": True,
            "sent": [BELOW.thumbprint, ISSUING.thumbprint],
            "extended_key_usage": ["1.3.6.1.5.5.7.3.1"],
            "version": "TLSv1",
            "cipher": "AES128-SHA",
            "offered": ["1.0"],
            "not_offered": ["1.1", "1.2", "1.3"],
        },
    }


def test_refused_arguments() -> None:
    with pytest.raises(RolloutError, match=r"^roots\[0\]: 'CN=Company Issuing CA' is not self-signed\. Give"):
        tls_judge.load_roots([ISSUING.pem])
    with pytest.raises(RolloutError, match=r"^thumbprints\[a\]: 'short' is no thumbprint"):
        tls_judge.load_thumbprints({"b": "", "a": "short"})


def test_a_client_certificate_that_is_only_asked_for_is_remarked_on() -> None:
    target, roots = Target("ocspool.company.local", "10.0.0.10", 5061), tls_judge.load_roots([ROOT.pem])
    asking = Handshake("ok", (LEAF.der,), "TLSv1.2", wants_client_certificate=True)
    result = compare(target, asking, Expectation(NOW, roots=roots))
    assert (result.state, result.message) == ("proved", GOOD)
    assert result.remarks == ("it asks for a client certificate, and goes on without one",)


def test_a_critical_extension_that_no_client_knows() -> None:
    odd = pki.leaf(ROOT, "ocspool.company.local", NAMES, critical="1.3.6.1.4.1.99999.1")
    for planned in ((), (_planned(),)):
        state, message = _compared(odd, planned=planned, thumbprints={})
        assert state == "failed"
        assert "it has the critical extension 1.3.6.1.4.1.99999.1, which clients do not know and must refuse" in message


# pki signs with elliptic keys; a signature of another kind is put in the place of what was read.
def _signed_with(monkeypatch: pytest.MonkeyPatch, algorithm: str, newest: str) -> tuple[str, ...]:
    parse = tls_judge.x509.parse_certificate

    def parsed(der: bytes, *, where: str) -> Any:
        found = parse(der, where=where)
        return replace(found, signature_algorithm=algorithm) if der == LEAF.der else found

    monkeypatch.setattr(tls_judge.x509, "parse_certificate", parsed)
    target = Target("ocspool.company.local", "10.0.0.10", 5061)
    roots = tls_judge.load_roots([ROOT.pem])
    return compare(target, Handshake("ok", (LEAF.der,)), Expectation(NOW, roots=roots, newest_hash=newest)).remarks


@pytest.mark.parametrize(
    ("algorithm", "newest", "remark"),
    [
        (
            "sha1_rsa",
            "SHA-256",
            "it is signed with SHA-1, others of this estate are signed with SHA-256 and which Skype for Business on"
            " iOS 13 and newer refuse",
        ),
        ("sha1_rsa", "", "it is signed with SHA-1, which Skype for Business on iOS 13 and newer refuse"),
        (
            "rsassa_pss",
            "SHA-256",
            "it is signed with RSASSA-PSS, which Communicator 2007 and 2007 R2 on Windows XP, Lync Phone Edition"
            " refuse",
        ),
        ("sha256_rsa", "SHA-384", ""),
    ],
)
def test_signatures_that_some_clients_refuse(
    algorithm: str, newest: str, remark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _signed_with(monkeypatch, algorithm, newest) == ((remark,) if remark else ())


def test_how_the_estate_signs_is_judged_by_all_that_was_seen() -> None:
    sha384 = pki.leaf(ROOT, "x.company.local", ["x.company.local"], digest=hashes.SHA384())
    seen = [(Target("x.company.local", "10.0.0.9", 443), Handshake("ok", (one.der,))) for one in (LEAF, sha384)]
    assert tls_judge.informed(Expectation(NOW), seen[:1]).newest_hash == "SHA-256"
    assert tls_judge.informed(Expectation(NOW), seen).newest_hash == "SHA-384"
    assert tls_judge.informed(Expectation(NOW), [(seen[0][0], Handshake("timeout"))]).newest_hash == ""


PLANNED1 = _planned(names=[*NAMES, "sip.company.com"])
PLANNED2_MORE = _planned(
    "ocssrv02.company.local/default", ["ocspool.company.local", "ocssrv02.company.local", "meet.company.com"]
)
# Both lack a name; that of the second server holds the names of the first as well, its own excepted.
POOR1 = pki.leaf(
    ROOT, "ocspool.company.local", ["ocspool.company.local", "sip.company.local", "ocssrv01.company.local"]
)
POOR2 = pki.leaf(ROOT, "ocspool.company.local", ["ocspool.company.local", "sip.company.local", "sip.company.com"])


def _both(thumbprints: dict[str, Any]) -> list[str]:
    """What is said of two servers, first each by itself, then each through the load balancer."""
    direct = [
        (Target("ocssrv01.company.local", "10.0.0.11", 5061, "direct", (PLANNED1,)), Handshake("ok", (POOR1.der,))),
        (
            Target("ocssrv02.company.local", "10.0.0.12", 5061, "direct", (PLANNED2_MORE,)),
            Handshake("ok", (POOR2.der,)),
        ),
    ]
    pool = Target("ocspool.company.local", "10.0.0.10", 5061, "load_balancer", (PLANNED1, PLANNED2_MORE))
    through = [(pool, Handshake("ok", (one.der,))) for one in (POOR1, POOR2)]
    roots = tls_judge.load_roots([ROOT.pem])
    expectation = tls_judge.informed(Expectation(NOW, thumbprints, roots), [*direct, *through])
    return [compare(target, handshake, expectation).message for target, handshake in (*direct, *through)]


@pytest.mark.parametrize(
    "thumbprints",
    [
        {},
        {
            "ocssrv01.company.local/default": Thumbprint(POOR1.thumbprint),
            "ocssrv02.company.local/default": Thumbprint(POOR2.thumbprint),
        },
    ],
)
def test_each_server_is_blamed_for_what_its_own_certificate_lacks(thumbprints: dict[str, Any]) -> None:
    said = _both(thumbprints)
    lack1 = "its subject alternative names lack sip.company.com"
    lack2 = "its subject alternative names lack ocssrv02.company.local, meet.company.com"
    assert [lack1 in said[0], lack2 in said[1]] == [True, True]
    assert said[2].startswith(f"wrong certificate {POOR1.thumbprint} of ocssrv01.company.local: {lack1}")
    assert said[3].startswith(f"wrong certificate {POOR2.thumbprint} of ocssrv02.company.local: {lack2}")


def test_where_nothing_tells_whose_it_is_nobody_is_blamed_alone() -> None:
    stray = pki.leaf(ROOT, "ocspool.company.local", ["ocspool.company.local"])
    planned = (
        _planned(names=["ocspool.company.local", "ocssrv01.company.local"]),
        _planned("ocssrv02.company.local/default", ["ocspool.company.local", "ocssrv02.company.local"]),
    )
    _state, message = _compared(stray, planned=planned, thumbprints={})
    assert message == (
        f"wrong certificate {stray.thumbprint}: as that of ocssrv01.company.local, its subject alternative names lack"
        " ocssrv01.company.local; as that of ocssrv02.company.local, its subject alternative names lack"
        " ocssrv02.company.local; not compared with a known thumbprint"
    )


@pytest.mark.parametrize(
    ("through", "advice"),
    [
        ("direct", "See whether the service of this port runs."),
        ("load_balancer", "See whether the load balancer has this port at this address"),
        ("", "If the address is a server's: See whether the service of this port runs."),
    ],
)
def test_the_advice_is_of_what_has_the_address(through: str, advice: str) -> None:
    closed = Handshake("no_listener", detail="connection refused")
    target = Target("pool.example", "10.0.0.10", 5061, through)
    result = tls_judge.compare(target, closed, tls_judge.Expectation(NOW))
    assert result.message.startswith(f"connection refused. {advice}")
    assert result.cause is not None
    assert (result.cause.kind, result.cause.where, result.cause.what) == (
        "no_listener",
        "port 5061",
        "connection refused",
    )
    again = tls_judge.compare(
        target, Handshake("no_listener", detail="connection refused; not tried again"), tls_judge.Expectation(NOW)
    )
    assert again.cause == result.cause


def test_no_known_root_is_one_cause_of_all_endpoints() -> None:
    seen = Handshake("ok", (LEAF.der,), "TLSv1", "AES128-SHA")
    causes = {
        tls_judge.compare(Target("pool.example", address, 5061), seen, tls_judge.Expectation(NOW)).cause
        for address in ("10.0.0.10", "10.0.0.11")
    }
    assert len(causes) == 1
