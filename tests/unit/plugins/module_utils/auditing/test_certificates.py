"""Each place of a server against the plan, verdict by verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from unit.audits import (
    ENDED,
    FRONT_END,
    GOOD,
    ID,
    KEY,
    LATE,
    SERVER,
    SHORT,
    STRANGE,
    WEB,
    bound,
    by_cmdlet,
    in_ocs,
    place,
    stored,
    work,
)
from unit.fakes_windows import NOW, planned

from ansible_collections.ucops.rollout.plugins.module_utils.auditing.certificates import CertificateRow, compare
from ansible_collections.ucops.rollout.plugins.module_utils.auditing.present import (
    CMDLETS,
    HTTP_SYS,
    OCS,
    STORE,
    PresentAssignment,
    RequestsOfKeys,
    ServerState,
    ShownCertificate,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.machine_stores import StoredCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import ServerWork

# A certificate of Skype for Business: its rules say that the product has cmdlets.
SFB: dict[str, Any] = {
    "name_reasons": {"ocspool.company.local": [{"rule": "sfb2019.pool", "purpose": "x", "source": "x", "mark": "S"}]}
}
DEFAULT = place("front_end", 5061, "lync")
SERVED = ShownCertificate(GOOD)
SIP, HTTPS = "10.0.0.11:5061", "10.0.0.11:443"


def rows(wanted: ServerWork, state: ServerState) -> list[CertificateRow]:
    return list(compare(wanted, state, now=NOW, minimum_days=30))


def row(assigned: X509Certificate | None, served: ShownCertificate | None = None, **more: Any) -> CertificateRow:
    """The one row of a Front End that has this certificate in its store and assigned."""
    held = () if assigned is None else (stored(assigned, **more),)
    places = () if assigned is None else (in_ocs(assigned),)
    (found,) = rows(work(FRONT_END), ServerState(held, places, {} if served is None else {SIP: served}))
    return found


def test_as_planned() -> None:
    found = row(GOOD, SERVED)
    assert found == CertificateRow(
        SERVER, "front end, port 5061", "as_planned", ID, GOOD.thumbprint, "ocspool.company.local", "Company CA",
        GOOD.not_after, 700,
    )  # fmt: skip


def test_names_missing_and_names_too_many() -> None:
    found = row(SHORT)
    lacking = ("sip.company.local", "sip.company.com", "ocspool.company.com", "ocssrv01.company.local")
    assert (found.verdict, found.missing_names, found.further_names) == ("differs", lacking, ("www.company.com",))
    assert found.problems == (f"its subject alternative names lack {', '.join(lacking)}",)


def test_names_too_many_alone_are_no_difference() -> None:
    names = planned()["subject_alternative_names"]
    wanted = work(FRONT_END, subject_alternative_names=names[:4])
    (found,) = rows(wanted, ServerState((stored(GOOD),), (in_ocs(GOOD),)))
    assert (found.verdict, found.further_names, found.problems) == ("as_planned", ("ocssrv01.company.local",), ())


@pytest.mark.parametrize(
    ("assigned", "verdict", "days", "problem"),
    [
        (LATE, "renew", 12, "it expires on 2026-12-05T00:00:00Z, in less than 30 days"),
        (ENDED, "expired", -3, "it expired on 2026-11-19T12:00:00Z"),
    ],
)
def test_days_left(assigned: X509Certificate, verdict: str, days: int, problem: str) -> None:
    found = row(assigned)
    assert (found.verdict, found.days_left, found.problems) == (verdict, days, (problem,))


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"key": None}, "its private key is not on this machine"),
        (
            {"chain_problem": "the root 'CN=X' is not among the trusted ones"},
            "the root 'CN=X' is not among the trusted ones",
        ),
    ],
)
def test_what_the_store_says_against_it(more: dict[str, Any], problem: str) -> None:
    found = row(GOOD, **more)
    assert (found.verdict, found.problems) == ("differs", (problem,))


@pytest.mark.parametrize(
    ("exportable", "verdict", "problems", "remarks"),
    [
        (True, "as_planned", (), ()),
        (False, "differs", ("its key is not exportable, as the plan wants it",), ()),
        (None, "not_read", ("whether its key is exportable, as the plan wants it, is not known",), ()),
    ],
)
def test_a_key_that_is_to_be_exportable(exportable: bool | None, verdict: str, problems: Any, remarks: Any) -> None:
    wanted = work(FRONT_END, key={**planned()["key"], "exportable": True})
    (found,) = rows(wanted, ServerState((stored(GOOD, exportable=exportable),), (in_ocs(GOOD),)))
    assert (found.verdict, found.problems, found.remarks) == (verdict, problems, remarks)


@pytest.mark.parametrize(
    ("served", "verdict", "problems", "remarks"),
    [
        (SERVED, "as_planned", (), ()),
        (ShownCertificate(STRANGE), "differs", (f"its port serves {STRANGE.thumbprint} (crm.company.com)",), ()),
        (
            ShownCertificate(None, "10.0.0.11:5061: refused", listens=False),
            "differs",
            ("nothing listens on its port",),
            (),
        ),
        (
            ShownCertificate(None, "10.0.0.11:5061: no answer", listens=True),
            "not_read",
            ("what is served could not be seen: 10.0.0.11:5061: no answer",),
            (),
        ),
        # The server could not be asked either.
        (ShownCertificate(None, ""), "not_read", ("what is served could not be seen: nobody answered",), ()),
    ],
)
def test_what_the_port_serves(served: ShownCertificate, verdict: str, problems: Any, remarks: Any) -> None:
    found = row(GOOD, served)
    assert (found.verdict, found.problems, found.remarks) == (verdict, problems, remarks)


def test_what_is_wrong_comes_before_what_could_not_be_seen() -> None:
    found = row(ENDED, ShownCertificate(None, "10.0.0.11:5061: no answer", listens=True))
    assert (found.verdict, found.problems) == ("expired", ("it expired on 2026-11-19T12:00:00Z",))
    assert found.remarks == ("what is served could not be seen: 10.0.0.11:5061: no answer",)


def test_a_port_without_an_address_is_not_seen_and_what_no_port_shows_need_not_be() -> None:
    nowhere = replace(DEFAULT, address="")
    (found,) = rows(work(nowhere, **SFB), ServerState((stored(GOOD),), (by_cmdlet(GOOD, "Default"),)))
    told = ("what is served could not be seen: the plan has no address of the server for it",)
    assert (found.verdict, found.problems) == ("not_read", told)
    signing = replace(place("av_authentication", 5062, "lync"), address="")
    assigned = (by_cmdlet(GOOD, "AudioVideoAuthentication"),)
    assert rows(work(signing, **SFB), ServerState((stored(GOOD),), assigned))[0].verdict == "as_planned"


@pytest.mark.parametrize("problem", ["its blob of 100000 bytes is too large", ""])
def test_a_certificate_of_the_store_that_could_not_be_read_is_not_judged_by_its_key(problem: str) -> None:
    held = StoredCertificate(GOOD.thumbprint, None, None, problem=problem)
    told = (problem or "it could not be read",)
    for served in ({SIP: SERVED}, {}):
        (found,) = rows(work(FRONT_END), ServerState((held,), (in_ocs(GOOD),), served))
        assert (found.verdict, found.problems) == ("not_read", told)


def test_a_place_that_names_nothing() -> None:
    empty = PresentAssignment(CMDLETS, "Default", ("Default",), 0, "")
    (found,) = rows(work(DEFAULT, **SFB), ServerState((), (empty,)))
    assert (found.verdict, found.problems) == ("differs", ("it names no certificate",))
    listener = PresentAssignment(OCS, "Listener {0C}", ("front_end",), 5061, "", "it names no certificate", empty=True)
    found = rows(work(FRONT_END), ServerState((stored(GOOD),), (in_ocs(GOOD), listener)))
    assert [(one.place, one.verdict) for one in found] == [
        ("front end, port 5061, Listener {0A}", "as_planned"),
        ("front end, port 5061, Listener {0C}", "missing"),
    ]


@pytest.mark.parametrize(
    ("distrust", "unknown", "verdict", "problems"),
    [
        ((), "", "as_planned", ()),
        (("clients trust another",), "", "differs", ("clients trust another",)),
        ((), "no root is known", "not_read", ("no root is known",)),
    ],
)
def test_the_chain_of_a_server_that_nobody_logs_on_to(
    distrust: tuple[str, ...], unknown: str, verdict: str, problems: tuple[str, ...]
) -> None:
    shown = ShownCertificate(GOOD, distrust=distrust, untrusted_yet=unknown)
    state = ServerState(served={HTTPS: shown}, untold=frozenset({CMDLETS, OCS, HTTP_SYS}))
    (found,) = rows(replace(work(WEB), logon=False), state)
    assert (found.verdict, found.problems) == (verdict, problems)


def test_nothing_is_assigned() -> None:
    (found,) = rows(work(FRONT_END), ServerState())
    assert (found.verdict, found.problems, found.thumbprint) == ("missing", ("no certificate is assigned",), "")
    (found,) = rows(work(DEFAULT, **SFB), ServerState())
    assert (found.verdict, found.place) == ("missing", "Default, port 5061")


def test_what_the_cmdlets_say_against_a_certificate_is_told() -> None:
    said = f"Assigned certificate not found or untrusted: {ENDED.thumbprint}"
    refused = PresentAssignment(CMDLETS, "Default", ("Default",), 0, ENDED.thumbprint, said)
    (found,) = rows(work(DEFAULT, **SFB), ServerState((stored(ENDED),), (refused,)))
    assert (found.verdict, found.problems) == ("expired", ("it expired on 2026-11-19T12:00:00Z", said))


def test_what_is_assigned_is_gone_from_the_store() -> None:
    (found,) = rows(work(FRONT_END), ServerState((), (in_ocs(GOOD),)))
    assert (found.verdict, found.problems) == ("differs", ("it is not in the server's store",))
    (found,) = rows(work(FRONT_END), ServerState((), (in_ocs(None),)))
    told = "it names a certificate whose serial number is 4a, which is not in the server's store"
    assert (found.verdict, found.problems) == ("differs", (told,))


def test_two_places_of_one_component_are_told_apart_where_they_differ() -> None:
    second = PresentAssignment(OCS, "Routing {0B}", ("front_end",), 0, GOOD.thumbprint)
    same = rows(work(FRONT_END), ServerState((stored(GOOD),), (in_ocs(GOOD), second)))
    assert [(one.place, one.verdict) for one in same] == [("front end, port 5061", "as_planned")]
    both = rows(work(FRONT_END), ServerState((stored(GOOD), stored(ENDED)), (in_ocs(ENDED), second)))
    assert [(one.place, one.verdict) for one in both] == [
        ("front end, port 5061, Listener {0A}", "expired"),
        ("front end, port 5061, Routing {0B}", "as_planned"),
    ]
    # A listener of another port is another place.
    other = rows(work(FRONT_END), ServerState((stored(GOOD),), (in_ocs(GOOD), in_ocs(GOOD, port=5062))))
    assert [one.verdict for one in other] == ["as_planned", "unplanned"]


def test_a_type_that_the_plan_does_not_have_and_bindings_of_others() -> None:
    state = ServerState(
        (stored(GOOD), stored(STRANGE)),
        (
            by_cmdlet(GOOD, "Default"),
            by_cmdlet(STRANGE, "AccessEdgeExternal"),
            bound(GOOD, "[::]:444"),
            bound(STRANGE, "crm.company.com:443"),
        ),
    )
    found = rows(work(DEFAULT, **SFB), state)
    assert [(one.place, one.verdict, one.subject) for one in found] == [
        ("Default, port 5061", "as_planned", "ocspool.company.local"),
        ("AccessEdgeExternal", "unplanned", "crm.company.com"),
        ("crm.company.com:443", "other", "crm.company.com"),
    ]
    assert found[1].problems == ("the plan has no certificate for it here",)


def test_a_server_without_a_plan_shows_what_it_serves() -> None:
    odd = StoredCertificate("AB" * 20, None, None, problem="of a strange kind")
    found = rows(work(), ServerState((stored(LATE), odd), (by_cmdlet(LATE, "Default"), bound(LATE))))
    assert [(one.place, one.verdict, one.days_left) for one in found] == [
        ("Default", "unplanned", 12),
        ("0.0.0.0:443", "other", 12),
        ("store MY", "other", None),
    ]
    assert found[1].remarks == ("it expires on 2026-12-05T00:00:00Z, in less than 30 days",)
    assert found[2].remarks == ("of a strange kind",)


def test_what_would_serve_and_is_assigned_nowhere() -> None:
    found = rows(
        work(WEB), ServerState((stored(STRANGE), stored(GOOD)), (bound(ENDED, "0.0.0.0:443", "web_components"),))
    )
    assert [(one.place, one.verdict) for one in found] == [
        ("web components, port 443", "differs"),
        ("store MY", "unassigned"),
        ("store MY", "other"),
    ]
    assert found[1].thumbprint == GOOD.thumbprint
    assert found[1].remarks == (f"it serves as {ID}, and is assigned nowhere",)


def test_what_is_archived_or_revoked_does_not_serve() -> None:
    revoked = RequestsOfKeys(revoked={GOOD.public_key: 7})
    state = ServerState((stored(GOOD, archived=True), stored(LATE), stored(STRANGE, archived=True)))
    wanted = work()
    told = compare(wanted, state, now=NOW, minimum_days=5)
    assert [(one.thumbprint, one.verdict, one.remarks) for one in told] == [
        (GOOD.thumbprint, "archived", ()),
        (LATE.thumbprint, "other", ()),
        (STRANGE.thumbprint, "archived", ()),
    ]
    for archived, verdict in ((True, "archived"), (False, "other")):
        state = ServerState((stored(GOOD, archived=archived),))
        (_place, found) = compare(work(WEB), state, now=NOW, minimum_days=30, requests=revoked)
        assert (found.verdict, found.remarks) == (verdict, ("the CA has revoked it (request 7)",))
    (_place, found) = compare(work(WEB), ServerState((stored(GOOD, archived=True),)), now=NOW, minimum_days=30)
    assert (found.verdict, found.remarks) == ("archived", ())


@pytest.mark.parametrize("kind", [OCS, STORE])
def test_what_could_not_be_read_is_never_fine(kind: str) -> None:
    state = ServerState((stored(GOOD),), (in_ocs(GOOD),), {SIP: SERVED}, {kind: "access is denied"})
    (found,) = rows(work(FRONT_END), state)
    assert (found.verdict, found.problems) == ("not_read", ("access is denied",))
    # What the port serves is shown all the same.
    assert (found.thumbprint, found.remarks) == (GOOD.thumbprint, ("what is shown is what the port serves",))
    (found,) = rows(work(FRONT_END), ServerState(unread={kind: "access is denied"}))
    assert (found.verdict, found.thumbprint) == ("not_read", "")


def test_one_way_that_cannot_be_read_leaves_the_others() -> None:
    state = ServerState((stored(GOOD),), (in_ocs(GOOD),), {}, {HTTP_SYS: "access is denied"})
    assert [one.verdict for one in rows(work(FRONT_END, WEB), state)] == ["as_planned", "not_read"]
    state = ServerState((stored(GOOD),), (bound(GOOD),), {}, {CMDLETS: "no module"})
    assert [one.verdict for one in rows(work(DEFAULT, **SFB), state)] == ["not_read", "other"]


@pytest.mark.parametrize(
    ("served", "verdict"),
    [
        ({HTTPS: ShownCertificate(GOOD)}, "as_planned"),
        ({HTTPS: ShownCertificate(STRANGE)}, "differs"),
        ({HTTPS: ShownCertificate(None, "refused")}, "not_read"),
        ({}, "not_read"),
    ],
)
def test_a_place_that_its_port_alone_tells(served: Any, verdict: str) -> None:
    state = ServerState((stored(GOOD), stored(STRANGE)), (), served, untold=frozenset({HTTP_SYS}))
    assert rows(work(WEB), state)[0].verdict == verdict
    assert rows(work(place("reverse_proxy", 443)), state)[0].verdict == verdict


def test_two_components_of_one_port_on_two_addresses_of_an_edge_server() -> None:
    access = replace(place("access_edge", 443, "lync"), address="131.107.155.10")
    conference = replace(place("web_conferencing_edge", 443, "lync"), address="131.107.155.20")
    signing = place("av_authentication", 5062, "lync")
    types = ("AccessEdgeExternal", "DataEdgeExternal", "AudioVideoAuthentication")
    served = {
        "131.107.155.10:443": ShownCertificate(GOOD),
        "131.107.155.20:443": ShownCertificate(STRANGE),
        # What signs tokens is not what that port shows.
        "10.0.0.11:5062": ShownCertificate(STRANGE),
    }
    state = ServerState((stored(GOOD),), tuple(by_cmdlet(GOOD, one) for one in types), served)
    found = rows(work(access, conference, signing, **SFB), state)
    assert [(one.place, one.verdict) for one in found] == [
        ("AccessEdgeExternal, port 443", "as_planned"),
        ("DataEdgeExternal, port 443", "differs"),
        ("AudioVideoAuthentication, port 5062", "as_planned"),
    ]


def test_the_certificate_of_the_organisation_is_asked_of_the_server_that_sets_it() -> None:
    oauth = place("oauth", 0, "lync")
    assignments = [
        {"server": one, "component": "oauth", "use": "oauth", "port": 0} for one in ("a.company.local", SERVER)
    ]
    of_another = {**SFB, "holders": ["a.company.local", SERVER], "assignments": assignments}
    its_own = {**of_another, "holders": [SERVER, "a.company.local"]}
    unread = ServerState(unread={"OAuthTokenIssuer": "the Central Management Store cannot be opened"})
    assert rows(work(oauth, **of_another), unread) == []
    assert [one.verdict for one in rows(work(oauth, **its_own), unread)] == ["not_read"]
    assert [one.verdict for one in rows(work(oauth, **its_own), ServerState())] == ["missing"]
    there = ServerState((stored(GOOD),), (by_cmdlet(GOOD, "OAuthTokenIssuer"),))
    assert [one.verdict for one in rows(work(oauth, **of_another), there)] == ["as_planned"]


def test_a_certificate_of_a_user_key_does_not_pass_for_a_spare_one() -> None:
    users = KEY.__class__(KEY.container, KEY.provider, KEY.provider_type, 0, KEY.key_spec)
    found = rows(work(WEB), ServerState((stored(GOOD, key=users),)))
    assert [one.verdict for one in found] == ["missing", "other"]


def test_what_could_not_be_read_of_a_server_without_a_plan_is_told_too() -> None:
    found = rows(work(), ServerState(unread={STORE: "garbled", HTTP_SYS: "access is denied"}))
    assert [(one.place, one.verdict, one.problems) for one in found] == [
        ("store", "not_read", ("garbled",)),
        ("http.sys", "not_read", ("access is denied",)),
    ]
    # A planned place has told it already.
    assert [one.place for one in rows(work(FRONT_END), ServerState(unread={STORE: "garbled"}))] == [
        "front end, port 5061"
    ]
    of_both = rows(work(FRONT_END), ServerState(unread={HTTP_SYS: "access is denied"}))
    assert [(one.place, one.verdict) for one in of_both] == [
        ("front end, port 5061", "missing"),
        ("http.sys", "not_read"),
    ]
