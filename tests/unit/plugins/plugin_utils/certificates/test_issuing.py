"""From a request to a certificate that was checked, at most one per key."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from unit.certificate_steps import issue_request
from unit.fakes_windows import (
    DER,
    NAMES,
    NOW,
    PEM,
    POLICY,
    FakeCa,
    FakeServer,
    Lost,
    authority,
    certificate,
    csr,
    planned,
    planned_certificate,
    rsa_key,
)

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request import load_request
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.values import CaConfig, Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.adcs import AdcsAuthority
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.issuing import (
    NotIssued,
    OfficerPatience,
    PlacedOrder,
    issue_all,
)

REQUEST = csr(key=rsa_key(0))
PUBLIC_KEY = load_request(REQUEST.public_bytes(DER), where="test").public_key


def ask(ca, *, request=REQUEST, public_key=PUBLIC_KEY, roots=(), **more):
    pem = request.public_bytes(PEM).decode() if request else None
    return issue_request(ca, pem, public_key, roots=tuple(roots), **more)


def test_issued_at_once():
    ca = FakeCa()
    result = ask(ca)
    assert (result["state"], result["changed"], result["request_id"]) == ("issued", True, 1)
    held = x509.load_pem_x509_certificate(result["certificate"].encode())
    assert held.public_key() == rsa_key(0).public_key()
    assert [x509.load_pem_x509_certificate(pem.encode()) for pem in result["chain"]] == [ca.issuer.certificate]
    assert result["findings"] == []


def test_a_second_run_finds_the_certificate():
    ca = FakeCa()
    first, second = ask(ca), ask(ca, request=None)
    assert len(ca.rows) == 1
    assert (second["state"], second["changed"], second["thumbprint"]) == ("issued", False, first["thumbprint"])
    assert second["changes"] == [
        {
            "verb": "report",
            "what": "certificate was issued earlier, by request 1; this run found it at the CA by its key",
            "certificate": planned()["id"],
            "authority": "ca01.company.local\\Company CA",
            "before": None,
            "after": first["thumbprint"],
            "reasons": [],
        }
    ]


def test_a_lost_connection_never_brings_a_second_certificate():
    ca = FakeCa(lose_at="submit")
    with pytest.raises(Lost, match="^the connection is gone$"):
        ask(ca)
    ca.lose_at, ca.files.lost = "", False
    found = ask(ca)
    assert (found["state"], found["changed"]) == ("issued", False)
    assert [(one["verb"], one["what"]) for one in found["changes"]] == [
        ("report", "certificate was issued earlier, by request 1; this run found it at the CA by its key")
    ]
    assert len(ca.rows) == 1


def test_pending_and_found_again_by_its_key_alone():
    ca = FakeCa(decision=9)
    first = ask(ca)
    assert (first["state"], first["request_id"], first["changed"]) == ("pending", 1, True)
    assert "request 1 waits for an officer" in first["message"]
    second = ask(ca, request=None)
    assert (second["state"], second["request_id"], second["changed"]) == ("pending", 1, False)
    ca.approve(1)
    third = ask(ca, request=None)
    assert (third["state"], third["request_id"], third["changed"]) == ("issued", 1, False)
    assert len(ca.rows) == 1
    assert not any("-resubmit" in words for words in ca.programs.ran)


def test_the_twin_on_the_other_server_is_not_taken_for_this_one():
    ca = FakeCa()
    names = [*planned()["subject_alternative_names"][:-1], "ocssrv02.company.local"]
    twin = planned(id="ocssrv02.company.local/default", subject_alternative_names=names)
    ask(ca, request=csr(names=names, key=rsa_key(3)), public_key=None, plan=twin)
    result = ask(ca)
    assert (result["request_id"], result["changed"], len(ca.rows)) == (2, True, 2)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (0x80094012, "permissions do not let this account enrol.*Enroll on the template"),
        (0x80094800, "does not offer this template.*published at this CA"),
        (0x80094801, "names no template.*Give `template`"),
        (0x80094811, "shorter than the template's minimum"),
        (0x80070005, "access denied"),
        (0x80092012, "names no place of its revocation list.*-urlfetch"),
        (0x80092013, "cannot reach a revocation list.*certutil -crl"),
        (0x80094001, "refuses the subject of the request, or finds its names too long.*see what the CA says"),
        (0x80094804, "wants an issuance policy"),
        (0x80094808, "wants signatures of others"),
        (0x8009480F, "has no DNS name there.*supplied in the request"),
        (0x800B0101, "has expired or is not valid yet, by the CA's clock.*w32tm"),
        (0xC80005E2, "more names than fit into one of its fields.*fewer names"),
    ],
)
def test_denied(code, said):
    ca = FakeCa(decision=31, status=code)
    with pytest.raises(
        NotIssued, match=f"refused request 1 for .*, template 'WebServer': 0x{code:08x}: .*{said}"
    ) as caught:
        ask(ca)
    assert caught.value.result["code"] == code
    assert ca.files.contents == {}


def test_a_refusal_that_was_mended_is_asked_again():
    ca = FakeCa(decision=31, status=0x80094012)
    with pytest.raises(NotIssued):
        ask(ca)
    ca.decision, ca.status = 20, 0
    # The server gives no request for a waiting key here: the CA still has the refused one.
    result = ask(ca, request=None)
    assert (result["state"], result["request_id"], result["changed"]) == ("issued", 2, True)


def test_what_an_officer_denied_is_not_asked_again():
    ca = FakeCa(decision=9)
    ask(ca)
    ca.rows[0].disposition, ca.rows[0].status = 31, 0x80094014
    with pytest.raises(NotIssued, match="request 1 was denied: 0x80094014.*-delstore REQUEST"):
        ask(ca)
    assert len(ca.rows) == 1


@pytest.mark.parametrize(
    ("ca", "reason"),
    [
        (FakeCa(names=["ocspool.company.local"]), "its subject alternative names lack sip.company.local"),
        (FakeCa(names=[]), "its subject alternative names lack ocspool.company.local"),
        (FakeCa(other_key=rsa_key(9)), "it is for another key than the one that was made on the server"),
        (FakeCa(days=10, adds={"begin": NOW - timedelta(days=700)}), "in less than 30 days"),
        (FakeCa(issuer=authority("Rogue CA", number=120)), "its issuer is 'Rogue CA'"),
        (FakeCa(adds={"names": [*NAMES, "dc01.company.local"]}), "it has names that were not asked for: 'dc01.company"),
        (FakeCa(adds={"ca": True}), "it is a certificate of a CA"),
        (FakeCa(adds={"usage": ["digital_signature", "key_encipherment", "crl_sign"]}), "with which it can issue"),
        (FakeCa(minutes_ahead=60, names=[]), "its subject alternative names lack"),
    ],
)
def test_another_certificate_than_asked_for(ca, reason):
    with pytest.raises(NotIssued, match=f"is not what was asked for: .*{reason}.*not installed.*revoke") as caught:
        ask(ca)
    assert (caught.value.result["changed"], caught.value.result["request_id"]) == (True, 1)
    # And it does not come again and again.
    with pytest.raises(NotIssued):
        ask(ca)
    assert len(ca.rows) == 1


def test_not_valid_yet_is_a_clocks_fault_and_nothing_to_revoke():
    ca = FakeCa(minutes_ahead=25)
    with pytest.raises(NotIssued) as caught:
        ask(ca)
    assert str(caught.value) == (
        "ca01.company.local\\Company CA: the certificate of request 1 for ocssrv01.company.local/default is valid from"
        " 2026-11-22T12:15:00Z on. The controller's clock says 2026-11-22T12:00:00Z, the CA's 2026-11-22T12:25:00Z. It"
        " was not installed. Set the wrong clock by the domain's time (w32tm /resync on Windows, NTP on the"
        " controller), or wait, and run again: the certificate waits at the CA, and no other is asked for"
    )
    assert (caught.value.result["changed"], caught.value.result["request_id"]) == (True, 1)
    assert "revoke" not in str(caught.value)
    # With the clock set right the same certificate comes.
    ca.rows[0].issued = FakeCa()._issue(ca.rows[0].request)
    assert (ask(ca)["state"], len(ca.rows)) == ("issued", 1)


def test_what_a_ca_adds_and_nobody_is_harmed_by_is_told():
    result = ask(FakeCa(days=9000, adds={"more": [x509.RFC822Name("rollout@company.com")]}))
    assert [one["code"] for one in result["findings"]] == ["issued-for-long", "issued-with-other-names"]
    assert result["state"] == "issued"


def test_the_cas_own_words_are_told_as_its_own_and_tamed():
    words = 'Denied by Policy Module  \x1b[2J\u202eName of\r\n the template "X" ' + "y" * 900
    with pytest.raises(NotIssued) as caught:
        ask(FakeCa(decision=31, status=0x80094800, words=words, prints_id=False))
    told = caught.value.what
    assert (
        ': 0x80094800: the CA does not offer this template. The CA said: "Denied by Policy Module [2J Name of the'
        in told
    )
    assert told.endswith('yyy..."') and len(told.partition("The CA said: ")[2]) == 402
    assert all(char.isprintable() for char in told)


SAID_NO, UNFIT = (31, 0x80094014), (31, 0x80094800)
FAILED, ISSUED, PENDING, REVOKED = (30, 0x80070005), (20, 0), (9, 0), (21, 0)


@pytest.mark.parametrize(
    ("rows", "ending"),
    [
        # The rows of one key, the oldest first.
        ([], "submitted"),
        ([FAILED], "submitted"),
        ([UNFIT], "submitted"),
        ([SAID_NO], "denied 1"),
        ([SAID_NO, FAILED], "submitted"),
        ([PENDING], "pending 1"),
        ([SAID_NO, PENDING], "pending 2"),
        ([ISSUED], "issued 1"),
        ([ISSUED, SAID_NO], "issued 1"),
        ([REVOKED], "revoked 1"),
        ([REVOKED, FAILED], "revoked 1"),
        ([REVOKED, PENDING], "pending 2"),
        ([REVOKED, ISSUED], "issued 2"),
        ([REVOKED, SAID_NO], "denied 2"),
        ([SAID_NO, REVOKED, REVOKED], "revoked 3"),
    ],
)
def test_what_a_ca_has_of_a_key_says_what_follows(rows, ending):
    ca = FakeCa()
    for number, (disposition, status) in enumerate(rows):
        ask(ca) if not number else ca.rows.append(replace(ca.rows[0]))
        ca.rows[number].disposition, ca.rows[number].status = disposition, status
    state, _blank, number = ending.partition(" ")
    if state in ("denied", "revoked"):
        with pytest.raises(NotIssued, match=f"request {number} .*was {state}.*-delstore REQUEST") as caught:
            ask(ca)
        assert (caught.value.result["changed"], caught.value.result["request_id"]) == (False, int(number))
        assert caught.value.result.get("state") == ("revoked" if state == "revoked" else None)
    else:
        result = ask(ca)
        wanted = ("issued", len(rows) + 1, True) if state == "submitted" else (state, int(number), False)
        assert (result["state"], result["request_id"], result["changed"]) == wanted
    assert len(ca.rows) == len(rows) + (state == "submitted")


def test_the_key_of_a_wrong_certificate_is_not_asked_for_again_once_that_was_revoked():
    ca = FakeCa(names=["ocspool.company.local"])
    with pytest.raises(NotIssued, match="is not what was asked for"):
        ask(ca)
    ca.rows[0].disposition, ca.names = 21, None
    for check_mode in (True, False):
        with pytest.raises(NotIssued) as caught:
            ask(ca, check_mode=check_mode)
        assert str(caught.value) == (
            "ca01.company.local\\Company CA: the certificate of request 1 for ocssrv01.company.local/default was"
            " revoked there, so its key is not used again. To have a new key and a new request made, delete the"
            " outstanding request on the server (certutil -delstore REQUEST <thumbprint>, as certutil -store REQUEST"
            " shows it), then run again"
        )
    assert len(ca.rows) == 1


def test_an_expired_certificate_makes_way():
    ca = FakeCa()
    ask(ca)
    ca.rows[0].issued = certificate(ca.issuer, key=rsa_key(0), days=-0.1)
    assert ask(ca)["request_id"] == 2


def test_pending_for_other_names_is_not_waited_for():
    ca = FakeCa(decision=9)
    ask(ca)
    plan = planned(subject_alternative_names=[*planned()["subject_alternative_names"], "sip.company.org"])
    wider = csr(names=plan["subject_alternative_names"])
    assert ask(ca, request=wider, plan=plan)["request_id"] == 2


def test_a_subordinate_ca():
    root = authority("Root CA", number=121)
    issuing = authority("Company CA", root, number=122)
    result = ask(FakeCa(issuer=issuing, chain=[root, issuing]))
    assert [x509.load_pem_x509_certificate(pem.encode()) for pem in result["chain"]] == [
        issuing.certificate,
        root.certificate,
    ]


def test_an_incomplete_chain_is_completed_from_the_cas_own_stores():
    root = authority("Root CA", number=121)
    issuing = authority("Company CA", root, number=122)
    ca = FakeCa(issuer=issuing, chain=[issuing])
    with pytest.raises(NotIssued, match="leads to no root: there is no certificate of 'CN=Root CA'"):
        ask(ca)
    server = FakeServer()
    server.registry = ca.registry
    server.put("Root", root.certificate)
    assert len(ask(ca)["chain"]) == 2


def test_check_mode_submits_nothing():
    ca = FakeCa()
    assert ask(ca, check_mode=True)["state"] == "would_submit"
    assert ask(ca, request=None, public_key=None, check_mode=True)["state"] == "would_submit"
    assert ca.rows == []


def test_check_mode_still_sees_what_is_there():
    ca = FakeCa()
    ask(ca)
    result = ask(ca, check_mode=True)
    assert (result["state"], result["changed"]) == ("issued", False)


def test_neither_request_nor_key():
    with pytest.raises(RolloutError, match="neither a request nor a public key.*Run certificate_request"):
        ask(FakeCa(), request=None, public_key=None)


def test_a_key_that_the_ca_never_saw_needs_a_request():
    with pytest.raises(RolloutError, match="no request for the outstanding key.*-delstore REQUEST"):
        ask(FakeCa(), request=None)


def test_request_and_key_must_be_one():
    with pytest.raises(RolloutError, match="of different keys"):
        ask(FakeCa(), public_key="0" * 64)


def test_a_request_for_something_else_is_refused():
    with pytest.raises(RolloutError, match="is not what was planned"):
        ask(FakeCa(), request=csr(names=["evil.example.com"]), public_key=None)


def test_the_dangerous_flag_is_a_warning():
    ca = FakeCa()
    ca.registry.set(POLICY, "EditFlags", 0x11014E | 0x40000)
    (finding,) = ask(ca)["findings"]
    assert (finding["severity"], finding["code"]) == ("warning", "ca-names-from-attributes")
    assert "-EDITF_ATTRIBUTESUBJECTALTNAME2" in finding["mend"]


def test_roots_that_nobody_named_are_noted():
    ca = FakeCa()
    result = ask(ca, roots=["0" * 40])
    assert [finding["code"] for finding in result["findings"]] == ["root-not-among-trusted"]
    assert ask(ca, roots=[ca.issuer.thumbprint])["findings"] == []


def test_what_another_run_handed_in_meanwhile_is_not_handed_in_again():
    ca = FakeCa()
    claim = ca.files.claim

    def overtaken(name, holder):
        ca.files.claim = claim
        ask(ca)
        return claim(name, holder)

    ca.files.claim = overtaken
    result = ask(ca)
    assert (result["state"], result["changed"], len(ca.rows)) == ("issued", False, 1)
    assert ca.files.claims == {} and ca.files.claimed == ["requests", "requests"]


def test_nobody_is_kept_waiting_where_nothing_is_handed_in():
    ca = FakeCa()
    ask(ca)
    ca.files.claims["requests"] = "eva_admin02_2126-11-22T08-00-00Z_0badcafe"
    assert ask(ca)["state"] == "issued"
    assert ca.files.claims == {"requests": "eva_admin02_2126-11-22T08-00-00Z_0badcafe"}
    other = FakeCa()
    ask(other, check_mode=True)
    assert other.files.claimed == []


# ---- several at once -------------------------------------------------------------------------------------------------


def server_order(number, **changes):
    """The order of one of several servers, whose names differ in the last."""
    fqdn = f"ocssrv{number:02}.company.local"
    names = [*planned()["subject_alternative_names"][:-1], fqdn]
    plan = planned_certificate(id=f"{fqdn}/default", subject_alternative_names=names)
    pem = csr(names=names, key=rsa_key(300 + number)).public_bytes(PEM).decode()
    return PlacedOrder(plan, pem, server=fqdn, **changes)


def ask_all(ca, orders, *, check_mode=False):
    authority = AdcsAuthority(ca.host, CaConfig("ca01.company.local\\Company CA"))
    return issue_all(authority, orders, now=NOW, minimum_days=30, check_mode=check_mode)


def told(outcomes):
    return [one.error.what[:40] if one.error else (one.issuance.state, one.issuance.request_id) for one in outcomes]


@pytest.mark.parametrize(
    ("decision", "state", "changes"),
    [(20, "issued", "certificate issued"), (9, "pending", "request 1 handed in, it waits for an officer")],
)
def test_one_key_for_two_uses_is_asked_for_once(decision, state, changes):
    ca, first = FakeCa(decision=decision), server_order(1)
    second = replace(first, planned=replace(first.planned, id="ocssrv01.company.local/other"))
    outcomes = ask_all(ca, [first, server_order(2), second])
    assert told(outcomes) == [(state, 1), (state, 2), (state, 1)] and len(ca.rows) == 2
    listed = [[change.what for change in one.issuance.change_set.changes] for one in outcomes]
    assert (listed[0], listed[2]) == ([changes], [])
    assert outcomes[0].issuance.certificate == outcomes[2].issuance.certificate
    assert told(ask_all(ca, [first, server_order(2), second])) == told(outcomes) and len(ca.rows) == 2


def test_what_is_refused_for_one_key_is_refused_for_each_of_its_uses():
    ca, first = FakeCa(decision=31, status=0x80094812), server_order(1)
    second = replace(first, planned=replace(first.planned, id="ocssrv01.company.local/other"))
    one, other = ask_all(ca, [first, second])
    assert str(one.error) == str(other.error) and "0x80094812" in str(one.error)
    assert len(ca.rows) == 1 and not hasattr(other.error, "change_set")


def test_the_database_is_asked_once_for_all():
    ca = FakeCa()
    orders = [server_order(number) for number in range(1, 6)]
    assert told(ask_all(ca, orders)) == [("issued", number) for number in range(1, 6)]
    assert ca.programs.verbs() == ["certutil -view", *["certreq -submit"] * 5]
    assert ca.files.claimed == ["requests"]
    ca.programs.ran.clear()
    again = ask_all(ca, orders)
    assert told(again) == [("issued", number) for number in range(1, 6)]
    assert not any(one.issuance.change_set.changed for one in again)
    assert ca.programs.verbs() == ["certutil -view", *["certreq -retrieve"] * 5]


def test_the_chain_is_fetched_once():
    ca = FakeCa()
    shown = []
    read = ca.files.read
    ca.files.read = lambda path: (shown.append(path[-4:]), read(path))[1]
    outcomes = ask_all(ca, [server_order(number) for number in range(1, 4)])
    assert shown == [".cer", ".p7b", ".cer", ".cer"]
    assert [len(one.issuance.chain) for one in outcomes] == [1, 1, 1]


def test_one_that_is_refused_and_one_that_waits_hold_up_no_other():
    ca = FakeCa()
    decisions = iter([(31, 0x80094014), (20, 0), (9, 0), (20, 0)])
    honest = ca.programs.handlers["certreq"]

    def deciding(words):
        if words[0] == "-submit":
            ca.decision, ca.status = next(decisions)
        return honest(words)

    ca.programs.handlers["certreq"] = deciding
    outcomes = ask_all(ca, [server_order(number) for number in range(1, 5)])
    assert told(outcomes)[1:] == [("issued", 2), ("pending", 3), ("issued", 4)]
    assert "the CA refused request 1 for ocssrv01.company.local/default" in str(outcomes[0].error)
    assert outcomes[0].error.result["code"] == 0x80094014
    # What brought no certificate is looked up for all of them at once, for the first of its kind before the others.
    looked_up = [words[5] for words in ca.programs.ran if "-view" in words and "RequestID=" in words[5]]
    assert looked_up == ["Request.RequestID=1", "Request.RequestID=3"]


def test_nothing_is_handed_in_for_what_is_wrong_and_all_of_the_rest_is():
    ca = FakeCa()
    wrong = PlacedOrder(planned_certificate(), csr(names=["evil.example.com"]).public_bytes(PEM).decode())
    keyless = PlacedOrder(planned_certificate())
    outcomes = ask_all(ca, [wrong, keyless, server_order(3)])
    assert told(outcomes)[1:] == ["neither a request nor a public key", ("issued", 1)]
    assert "is not what was planned" in str(outcomes[0].error)
    assert len(ca.rows) == 1


class Cut:
    """Loses the answer of a CA's n-th program, before it ran or after; ``again``: and of all that follow."""

    def __init__(self, ca, at, *, after, again):
        self.ca, self.at, self.after, self.again = ca, at, after, again
        self.count = 0
        self.honest = ca.programs.run
        ca.programs.run = self.run

    def run(self, arguments, *, timeout=60.0):
        self.count += 1
        lost = self.count == self.at or (self.again and self.count > self.at)
        if lost and not self.after:
            raise Lost("the connection is gone")
        result = self.honest(arguments, timeout=timeout)
        if lost:
            raise Lost("the connection is gone")
        return result

    def mend(self):
        self.ca.programs.run = self.honest


@pytest.mark.parametrize("decision", [20, 9])
@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 9))
def test_a_lost_answer_at_any_program_brings_no_second_request(at, after, again, decision):
    ca = FakeCa(decision=decision)
    orders = [server_order(number) for number in range(1, 4)]
    cut = Cut(ca, at, after=after, again=again)
    try:
        first = ask_all(ca, orders)
    except RolloutError:
        # Nothing was handed in yet.
        assert (at, ca.rows) == (1, [])
        first = ()
    for one in first:
        assert one.error is None or "connection is gone" in str(one.error) or "did not answer" in str(one.error)
    cut.mend()
    assert [one[0] for one in told(ask_all(ca, orders))] == ["issued" if decision == 20 else "pending"] * 3
    assert len(ca.rows) == 3
    assert ca.files.contents == {} and ca.files.claims == {}


def test_after_one_lost_answer_the_others_go_on():
    ca = FakeCa()
    Cut(ca, 3, after=True, again=False)
    outcomes = ask_all(ca, [server_order(number) for number in range(1, 4)])
    # The second was lost after its submission, found by its key, and fetched.
    assert told(outcomes) == [("issued", 1), ("issued", 2), ("issued", 3)]
    assert all(one.issuance.change_set.changed for one in outcomes)
    assert len(ca.rows) == 3


def test_where_the_connection_is_gone_for_good_the_rest_is_left_alone():
    ca = FakeCa()
    Cut(ca, 3, after=True, again=True)
    outcomes = ask_all(ca, [server_order(number) for number in range(1, 5)])
    assert told(outcomes) == [
        ("issued", 1),
        "the connection is gone",
        "this request was not handed in, since th",
        "this request was not handed in, since th",
    ]
    assert len(ca.rows) == 2


def test_a_run_that_was_taken_for_gone_hands_nothing_more_in(monkeypatch):
    ca = FakeCa()
    taken = [False, True]

    class Held:
        def __enter__(self):
            return self.still_ours

        def __exit__(self, *_unused):
            return None

        def still_ours(self):
            if taken.pop(0):
                taken.append(True)
                raise RolloutError("another run took this host over")

    monkeypatch.setattr(AdcsAuthority, "alone", lambda self, needed: Held())
    outcomes = ask_all(ca, [server_order(number) for number in range(1, 4)])
    assert told(outcomes) == [("issued", 1), "another run took this host over", "another run took this host over"]
    assert len(ca.rows) == 1


# ---- waiting for an officer ------------------------------------------------------------------------------------------


class Officer:
    """Time that passes by what is slept, in which ``then`` happens: by second, something done at the CA."""

    def __init__(self, **then):
        self.now, self.lines, self.slept = 0.0, [], []
        self.then = {int(name.removeprefix("at")): done for name, done in then.items()}

    def patience(self, seconds):
        return OfficerPatience(seconds, self.lines.append, lambda: self.now, self.sleep)

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds
        for second in [second for second in self.then if second <= self.now]:
            self.then.pop(second)()


def wait_all(ca, orders, officer, seconds=600):
    authority = AdcsAuthority(ca.host, CaConfig("ca01.company.local\\Company CA"))
    return issue_all(authority, orders, now=NOW, minimum_days=30, check_mode=False, patience=officer.patience(seconds))


def deny(ca, number):
    ca.rows[number - 1].disposition, ca.rows[number - 1].status = 31, 0x80094014


def test_an_officer_is_waited_for_and_the_run_goes_on():
    ca = FakeCa(decision=9)
    officer = Officer(at40=lambda: ca.approve(1), at70=lambda: ca.approve(2))
    outcomes = wait_all(ca, [server_order(1), server_order(2)], officer)
    assert told(outcomes) == [("issued", 1), ("issued", 2)]
    assert all(one.issuance.change_set.changed for one in outcomes)
    assert officer.slept == [30.0, 30.0, 30.0]
    assert officer.lines == [
        "Waiting for up to 10 minutes until an officer of ca01.company.local\\Company CA decides on request 1"
        " (ocssrv01.company.local/default), request 2 (ocssrv02.company.local/default). The run goes on by itself once"
        " that is done. Ctrl-C ends it, and nothing is lost: the next run finds each request by its key",
        "ca01.company.local\\Company CA has decided on request 1 (ocssrv01.company.local/default); waiting on for"
        " request 2 (ocssrv02.company.local/default)",
        "Waiting for an officer of ca01.company.local\\Company CA to decide on request 2"
        " (ocssrv02.company.local/default): 9 minutes more at most",
        "ca01.company.local\\Company CA has decided on request 2 (ocssrv02.company.local/default)",
    ]
    assert len(ca.rows) == 2 and ca.files.claims == {}
    assert not any("-resubmit" in words for words in ca.programs.ran)


def test_at_the_deadline_what_waits_is_pending():
    ca = FakeCa(decision=9)
    officer = Officer()
    (outcome,) = wait_all(ca, [server_order(1)], officer, seconds=45)
    assert told([outcome]) == [("pending", 1)]
    assert officer.slept == [30.0, 15.0] and len(officer.lines) == 1
    assert outcome.issuance.message == (
        "request 1 waits for an officer of ca01.company.local\\Company CA, for ocssrv01.company.local/default; run"
        " again once it is approved"
    )


def test_a_request_that_is_denied_meanwhile_fails_alone_with_what_the_ca_says():
    ca = FakeCa(decision=9, words="Xyzzy COMPANY\\eva")
    officer = Officer(at30=lambda: (deny(ca, 1), ca.approve(2)))
    first, second = wait_all(ca, [server_order(1), server_order(2)], officer)
    assert told([second]) == [("issued", 2)]
    assert first.to_result()["failed"] is True
    assert "request 1 was denied: 0x80094014" in str(first.error)
    assert 'The CA said: "' in str(first.error) and "COMPANY\\eva" in str(first.error)
    assert "-delstore REQUEST" in str(first.error)


def test_a_denied_request_names_the_key_that_waits_and_its_number_once():
    ca = FakeCa(decision=9, words="Xyzzy COMPANY\\eva")
    waiting = Thumbprint("AB" * 20)
    ask_all(ca, [server_order(1)])
    deny(ca, 1)
    (outcome,) = ask_all(ca, [server_order(1, waiting=waiting)])
    assert str(outcome.error) == (
        "ca01.company.local\\Company CA: request 1 was denied: 0x80094014: an officer of the CA denied the request."
        ' It is that for ocssrv01.company.local/default. The CA said: "Xyzzy COMPANY\\eva". Settle it with the CA\'s'
        f" officers. To ask anew, delete the outstanding request on the server (certutil -delstore REQUEST {waiting}"
        "), then run again"
    )


def test_what_waits_since_an_earlier_run_is_waited_for_too():
    ca = FakeCa(decision=9)
    ask_all(ca, [server_order(1)])
    officer = Officer(at30=lambda: ca.approve(1))
    (outcome,) = wait_all(ca, [server_order(1)], officer)
    assert told([outcome]) == [("issued", 1)]
    assert (outcome.issuance.change_set.changed, len(ca.rows)) == (False, 1)


def test_a_ca_that_does_not_answer_for_a_while_is_asked_again():
    ca = FakeCa(decision=9)
    officer = Officer(
        at30=lambda: setattr(ca, "view_code", 0x800706BA), at60=lambda: (ca.approve(1), setattr(ca, "view_code", 0))
    )
    (outcome,) = wait_all(ca, [server_order(1)], officer)
    assert told([outcome]) == [("issued", 1)] and officer.slept == [30.0, 30.0]


def test_nobody_waits_where_nothing_is_pending():
    officer = Officer()
    assert told(wait_all(FakeCa(), [server_order(1)], officer)) == [("issued", 1)]
    assert (officer.slept, officer.lines) == ([], [])
