from __future__ import annotations

import pytest
from cryptography import x509
from unit.fakes_windows import (
    CONFIGURATION,
    DER,
    NOW,
    PEM,
    POLICY,
    FakeCa,
    FakeServer,
    Lost,
    Row,
    authority,
    certificate,
    csr,
    planned,
    rsa_key,
    view_row,
)

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request import load_request
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import advice, failure_code, meaning
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.adcs import (
    AdcsAuthority,
    check_template,
    parse_config,
    parse_view,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.issuing import NotIssued, issue, order_of

REQUEST = csr(key=rsa_key(0))
PUBLIC_KEY = load_request(REQUEST.public_bytes(DER), where="test").public_key
CONFIG = parse_config("ca01.company.local\\Company CA", where="test")


def ask(ca, *, request=REQUEST, public_key=PUBLIC_KEY, check_mode=False, roots=(), plan=None, minimum_days=30):
    pem = request.public_bytes(PEM).decode() if request else None
    order = order_of(plan or planned(), pem, public_key, now=NOW, minimum_days=minimum_days, check_mode=check_mode)
    return issue(AdcsAuthority(ca.host, CONFIG), order, trusted_roots=roots)


# ---- what goes onto a command line -------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["ca01\\CA", "ca01.company.local\\Company CA", "ca01\\M!00fcller (Root) & Co. CA"])
def test_config_strings(text):
    assert str(parse_config(text, where="test")) == text


@pytest.mark.parametrize(
    "text",
    ["", "ca01", "\\CA", "ca01\\", "ca 01\\CA", 'ca01\\C"A', "ca01\\%PATH%", "ca01\\A\\B", "ca01\\A\nB", "ca01\\ CA",
     "ca01\\Müller CA", "-ca01\\CA", "ca01\\" + "x" * 65, "ca01\\A|B", "ca01\\A>B"],
)  # fmt: skip
def test_what_names_no_ca(text):
    with pytest.raises(RolloutError, match="does not name a CA.*Config"):
        parse_config(text, where="test")


@pytest.mark.parametrize("template", ["", "A:B", "A\\nSAN:dns=evil", 'A"', "A\nB", "A%B", "x" * 65])
def test_what_is_no_template(template):
    with pytest.raises(RolloutError, match="is no name of a certificate template"):
        check_template(template, where="test")


@pytest.mark.parametrize("template", [None, "WebServer", "Company Web-Server_2.0"])
def test_templates(template):
    assert check_template(template, where="test") == template


# ---- codes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exit_code", "text", "code"),
    [
        (0, "Denied 0x80094012 (-2146877422)", 0x80094012),
        (0, "Issued 0x80094004, then 0x80094800: x", 0x80094800),
        (0x800706BA, "", 0x800706BA),
        (-2147023174, "", 0x800706BA),
        (1, "no code", None),
        (0, "0x14 (20)", None),
    ],
)
def test_failure_code(exit_code, text, code):
    assert failure_code(exit_code, text) == code


def test_codes_are_explained():
    assert meaning(0x80094012) == "0x80094012: the template's permissions do not let this account enrol"
    assert "Enroll" in advice(0x80094012)
    assert meaning(0x80091234) == "0x80091234"
    assert meaning(None) == "no reason was given"


# ---- the CA's database -------------------------------------------------------------------------------------------


def view(*rows):
    blocks = [view_row(index, number, row) for index, (number, row) in enumerate(rows, 1)]
    return "".join(["Schéma:\r\n  Spalte   Long  4 -- Indiziert\r\n", *blocks, "\r\nCertUtil: -view Xyzzy\r\n"])


def test_rows_in_a_language_that_nobody_knows():
    rows = parse_view(view((5, Row(REQUEST, 9)), (18, Row(REQUEST, 31, 0x80094014))), where="test")
    assert [(row.request_id, row.disposition, row.status) for row in rows] == [(5, 9, 0), (18, 31, 0x80094014)]
    assert {row.request.public_key for row in rows} == {PUBLIC_KEY}


def test_english_rows_with_empty_columns():
    text = view((5, Row(REQUEST, 9))).replace("0x0 (WIN32: 0) -- Xyzzy", "EMPTY").replace("Zeile", "Row")
    assert [row.status for row in parse_view(text, where="test")] == [0]


@pytest.mark.parametrize("blank", ["\u00a0", " ", "\u202f"])
def test_french_rows_have_a_blank_before_the_colon(blank):
    text = view((5, Row(REQUEST, 9)), (6, Row(REQUEST, 9))).replace("Zeile", "Ligne")
    for number in ("1", "2"):
        assert f"Ligne {number}:" in text
        text = text.replace(f"Ligne {number}:", f"Ligne {number}{blank}:")
    assert [row.request_id for row in parse_view(text, where="test")] == [5, 6]


def test_rows_that_are_not_recognised_are_not_no_rows():
    text = view((5, Row(REQUEST, 9))).replace("Zeile 1:", "Zeile 1;")
    with pytest.raises(RolloutError, match="cannot be read"):
        parse_view(text, where="test")


def test_no_rows():
    assert parse_view(view(), where="test") == ()


def test_requests_that_are_not_ours_are_left_out():
    text = view((5, Row(REQUEST, 9)), (6, Row(REQUEST, 9)))
    head, _unused, tail = text.rpartition("-----BEGIN NEW CERTIFICATE REQUEST-----")
    other = head + "-----BEGIN NEW CERTIFICATE REQUEST-----\r\nMAMCAQU=" + tail[tail.index("\r\n-----END") :]
    assert [row.request_id for row in parse_view(other, where="test")] == [5]


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: text.index("-----END")],
        lambda text: text.replace("CertUtil: -view", "CertUtil:"),
        lambda text: text.replace("  Anforderungsdisposition: 0x9 (9) -- Xyzzy\r\n", ""),
        lambda text: text.replace("-----END NEW CERTIFICATE REQUEST-----", ""),
        lambda text: text.replace("0x9 (9)", "nine"),
        lambda text: "",
    ],
)
def test_a_cut_off_answer_raises_and_never_means_none(damage):
    with pytest.raises(RolloutError):
        parse_view(damage(view((5, Row(REQUEST, 9)))), where="test")


def test_an_unreadable_database_stops_before_anything_is_submitted():
    ca = FakeCa(view_code=0x80070005)
    with pytest.raises(RolloutError, match="database cannot be read: 0x80070005: access denied.*needs Read"):
        ask(ca)
    assert ca.rows == []


# ---- asking ------------------------------------------------------------------------------------------------------


def test_issued_at_once():
    ca = FakeCa()
    result = ask(ca)
    assert (result["state"], result["changed"], result["request_id"]) == ("issued", True, 1)
    held = x509.load_pem_x509_certificate(result["certificate"].encode())
    assert held.public_key() == rsa_key(0).public_key()
    assert [x509.load_pem_x509_certificate(pem.encode()) for pem in result["chain"]] == [ca.issuer.certificate]
    assert result["findings"] == []


def test_nothing_is_left_on_the_ca():
    ca = FakeCa()
    ask(ca)
    assert ca.files.contents == {}


def test_nothing_is_left_after_trouble_either():
    ca = FakeCa()
    honest = ca.programs.handlers["certreq"]

    def garbled(words):
        outcome = honest(words)
        ca.files.contents[words[-3]] = b"Access is denied."
        return outcome

    ca.programs.handlers["certreq"] = garbled
    with pytest.raises(RolloutError, match="the certificate that it issued: neither DER nor PEM"):
        ask(ca)
    assert ca.files.contents == {}


def test_every_file_name_is_used_once():
    ca = FakeCa(decision=9)
    ask(ca)
    ask(ca, request=csr(key=rsa_key(3)), public_key=None)
    names = [word for words in ca.programs.ran for word in words if word.startswith("C:\\Windows\\Temp\\")]
    assert len(names) == len(set(names)) == 8
    assert len({name.rpartition(".")[0] for name in names}) == 2


def test_a_second_run_finds_the_certificate():
    ca = FakeCa()
    first, second = ask(ca), ask(ca, request=None)
    assert len(ca.rows) == 1
    assert (second["state"], second["changed"], second["thumbprint"]) == ("issued", False, first["thumbprint"])


def test_a_lost_connection_never_brings_a_second_certificate():
    ca = FakeCa(lose_at="submit")
    with pytest.raises(Lost, match="^the connection is gone$"):
        ask(ca)
    ca.lose_at, ca.files.lost = "", False
    assert ask(ca)["state"] == "issued"
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


def test_pending_without_a_number_in_the_output():
    ca = FakeCa(decision=9, prints_id=False)
    assert ask(ca)["request_id"] == 1


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (0x80094012, "permissions do not let this account enrol.*Enroll on the template"),
        (0x80094800, "does not offer this template.*published at this CA"),
        (0x80094801, "names no template.*Give `template`"),
        (0x80094811, "shorter than the template's minimum"),
        (0x80070005, "access denied"),
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


def test_denied_by_a_ca_that_tells_the_code_in_its_words_only():
    ca = FakeCa(decision=31, words="Xyzzy 0x80094800, plugh")
    with pytest.raises(NotIssued, match="0x80094800"):
        ask(ca)


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
        (FakeCa(days=10), "in less than 30 days"),
        (FakeCa(issuer=authority("Rogue CA", number=120)), "its issuer is 'Rogue CA'"),
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


def test_a_revoked_wrong_certificate_makes_way():
    ca = FakeCa(names=["ocspool.company.local"])
    with pytest.raises(NotIssued):
        ask(ca)
    ca.rows[0].disposition, ca.names = 21, None
    assert ask(ca)["request_id"] == 2


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


def test_the_names_never_travel_as_an_attribute():
    ca = FakeCa()
    ask(ca)
    assert not any("SAN:" in word for words in ca.programs.ran for word in words)


@pytest.mark.parametrize("active", [None, "Other CA"])
def test_a_host_that_is_not_that_ca(active):
    ca = FakeCa()
    ca.registry.values[CONFIGURATION] = {"Active": active}
    with pytest.raises(RolloutError, match="this host's active CA is (none|'Other CA'), not 'Company CA'"):
        ask(ca)
    assert ca.programs.ran == []


def test_roots_that_nobody_named_are_noted():
    ca = FakeCa()
    result = ask(ca, roots=["0" * 40])
    assert [finding["code"] for finding in result["findings"]] == ["root-not-among-trusted"]
    assert ask(ca, roots=[ca.issuer.thumbprint])["findings"] == []
