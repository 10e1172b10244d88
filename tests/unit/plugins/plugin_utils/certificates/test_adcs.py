"""AD CS as an authority: its database, its files, its policy, in a language that nobody knows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.certificate_steps import install_issued, issue_request, issued_for, request
from unit.damage import torn
from unit.fakes_windows import (
    CONFIGURATION,
    DER,
    PEM,
    FakeCa,
    FakeServer,
    Row,
    authority,
    csr,
    planned,
    planned_certificate,
    rsa_key,
    view_row,
)
from unit.topologies import origin_with

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request import load_request
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.plan.planner import make_plan
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse
from ansible_collections.ucops.rollout.plugins.module_utils.values import CaConfig
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.adcs import (
    AdcsAuthority,
    parse_view,
    request_number,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.issuing import NotIssued

REQUEST = csr(key=rsa_key(0))
PUBLIC_KEY = load_request(REQUEST.public_bytes(DER), where="test").public_key


def ask(ca, *, csr=REQUEST, public_key=PUBLIC_KEY, roots=(), **more):
    pem = csr.public_bytes(PEM).decode() if csr else None
    return issue_request(ca, pem, public_key, roots=tuple(roots), **more)


# ---- the CA's database -----------------------------------------------------------------------------------------------


def view(*rows):
    blocks = [view_row(index, number, row) for index, (number, row) in enumerate(rows, 1)]
    return "".join(
        [
            "Schéma:\r\n  Spalte   Long  4 -- Indiziert\r\n",
            *blocks,
            f"\r\n{len(rows)} Zeilen\r\nCertUtil: -view Xyzzy\r\n",
        ]
    )


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
    with pytest.raises(RolloutError, match="cannot be read \\(no head of a row.*Anforderungskennung: 0x5"):
        parse_view(text, where="test")


# A row and the totals as certutil would print them, with its words in each language; the PEM block stands for itself.
LANGUAGES = {
    "English": (
        "Schema:\r\n  Request.RequestID  Request ID  4 -- Indexed\r\n\r\nRow 1:\r\n"
        "  Request ID: 0x5\r\n  Request Disposition: 0x9 (9) -- Taken Under Submission\r\n"
        "  Request Status Code: EMPTY\r\nBinary Request:\r\nPEM\r\n"
        "Maximum Row Index: 1\r\n\r\n1 Rows\r\n   4 Row Properties, Total Size = 16, Max Size = 4, Ave Size = 4\r\n"
        "CertUtil: -view command completed successfully.\r\n"
    ),
    "German": (
        "Schema:\r\n  Request.RequestID  Anforderungs-ID  4 -- Indiziert\r\n\r\nZeile 1:\r\n"
        "  Anforderungs-ID: 0x5\r\n  Anforderungsdisposition: 0x9 (9) -- Zur Übermittlung\r\n"
        "  Anforderungsstatuscode: LEER\r\nBinäre Anforderung:\r\nPEM\r\n"
        "Maximaler Zeilenindex: 1\r\n\r\n1 Zeilen\r\n"
        "CertUtil: -view-Befehl wurde erfolgreich ausgeführt.\r\n"
    ),
    "French": (
        "Schéma\u00a0:\r\n  Request.RequestID  ID de la demande  4 -- Indexé\r\n\r\nLigne 1\u00a0:\r\n"
        "  ID de la demande\u00a0: 0x5\r\n  Disposition de la demande\u00a0: 0x9 (9) -- En cours d'envoi\r\n"
        "  Code d'état de la demande\u00a0: VIDE\r\nDemande binaire\u00a0:\r\nPEM\r\n"
        "Index de ligne maximal\u00a0: 1\r\n\r\n1 Lignes\r\n"
        "CertUtil: -view La commande s'est terminée correctement.\r\n"
    ),
    "Spanish": (
        "Esquema:\r\n\r\nFila 1:\r\n  Id. de solicitud: 0x5\r\n"
        "  Disposición de solicitud: 0x9 (9) -- Pendiente\r\n  Código de estado de solicitud: VACÍO\r\n"
        "Solicitud binaria:\r\nPEM\r\nÍndice máximo de fila: 1\r\n\r\n1 Filas\r\n"
        "CertUtil: -view comando completado correctamente.\r\n"
    ),
    "Japanese": (
        "スキーマ:\r\n\r\n行 1:\r\n  要求 ID: 0x5\r\n  要求の後処理: 0x9 (9) -- 送信中\r\n"
        "  要求の状態コード: 空\r\nバイナリ要求:\r\nPEM\r\n最大行インデックス: 1\r\n\r\n1 行\r\n"
        "CertUtil: -view コマンドは正常に完了しました。\r\n"
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_rows_in_a_language(language):
    text = LANGUAGES[language].replace("PEM\r\n", REQUEST.public_bytes(PEM).decode())
    rows = parse_view(text, where="test")
    assert [(row.request_id, row.disposition, row.status) for row in rows] == [(5, 9, 0)]
    assert rows[0].request.public_key == PUBLIC_KEY


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("English", "Schema:\r\n\r\nMaximum Row Index: 0\r\n\r\n0 Rows\r\nCertUtil: -view command completed"),
        ("French", "Schéma\u00a0:\r\n\r\nIndex de ligne maximal\u00a0: 0\r\n\r\n0 Lignes\r\nCertUtil: -view Xyzzy"),
        ("Japanese", "スキーマ:\r\n\r\n最大行インデックス: 0\r\n\r\n0 行\r\nCertUtil: -view 完了"),
    ],
)
def test_no_rows_by_a_count_of_zero(language, text):
    assert parse_view(text, where="test") == ()


def test_no_rows_without_a_count_of_zero_cannot_be_read():
    with pytest.raises(
        RolloutError, match="cannot be read \\(no head of a row and no count of zero\\): 'Schema: Xyzzy"
    ):
        parse_view("Schema:\r\n  Xyzzy  4\r\nCertUtil: -view Xyzzy\r\n", where="test")


def test_a_purged_request_is_left_out():
    row = "Row 1:\r\n  ID: 0x5\r\n  D: 0x14 (20) -- Issued\r\n  S: 0x0 (WIN32: 0)\r\n  R: EMPTY\r\n"
    assert parse_view(f"{row}1 Rows\r\nCertUtil: -view", where="test") == ()


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


# ---- submissions ----------------------------------------------------------------------------------------------------


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
    ask(ca, csr=csr(key=rsa_key(3)), public_key=None)
    names = [word for words in ca.programs.ran for word in words if word.startswith("C:\\Windows\\Temp\\")]
    assert len(names) == len(set(names)) == 8
    assert len({name.rpartition(".")[0] for name in names}) == 2


def test_pending_without_a_number_in_the_output():
    ca = FakeCa(decision=9, prints_id=False)
    assert ask(ca)["request_id"] == 1


NUMBERS = [
    ("RequestId: 7\r\n", 7),
    ('RequestId: 22\r\nRequestId: "22"\r\nCertificate request is pending: Taken Under Submission (0)', 22),
    ('Anforderungs-ID: 22\r\nAnforderungs-ID: "22"\r\nZertifikatanforderung steht aus: 5 (0)', 22),
    ("IDDemande\u00a0: 29\r\nIDDemande\u00a0: « 29 »\r\n", 29),
    ("IDDemande : «\u00a029\u00a0»\n", 29),
    ("要求 ID: 7\r\n要求 ID: 「7」", 7),
    ("要求 ID：7", 7),
    # Not a number alone, no label, two numbers, or none at all: nothing is guessed.
    ("RequestId: 0x7", None),
    ("RequestId: 7 of 9", None),
    ("Certificate not issued (Denied): 12:30", None),
    ("7", None),
    (": 7", None),
    ("RequestId: 7\r\nRequestId: 8", None),
    ("RequestId: 12345678901", None),
    ("RequestId: 0", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "number"), NUMBERS)
def test_the_number_of_a_request_in_any_language(text, number):
    assert request_number(text) == number


def test_the_number_of_somebody_else_s_request_decides_nothing():
    """The CA's answer names request 1, which has another key: the request is found by its own."""
    ca = FakeCa(decision=9)
    ask(ca, csr=csr(key=rsa_key(3)), public_key=None)
    honest = ca.programs.handlers["certreq"]

    def first(words):
        code, text = honest(words)
        return code, text.replace("2", "1")

    ca.programs.handlers["certreq"] = first
    assert ask(ca)["request_id"] == 2


def test_an_answer_that_names_nothing_says_what_could_not_be_read():
    ca = FakeCa()
    ca.programs.handlers["certreq"] = lambda words: (0, "Xyzzy plugh")
    with pytest.raises(RolloutError, match="names no number of a request that can be read.*Xyzzy plugh"):
        ask(ca)


def test_denied_by_a_ca_that_tells_the_code_in_its_words_only():
    ca = FakeCa(decision=31, words="Xyzzy 0x80094800, plugh")
    with pytest.raises(NotIssued, match="0x80094800"):
        ask(ca)


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


# ---- names of authorities and templates ------------------------------------------------------------------------------


CAS = [
    ("as its certificate has it", "ca01.company.local\\Müller CA", "M!00fcller CA", "Müller CA"),
    ("as certutil shows it", "CA01.company.local\\M!00fcller CA", "M!00fcller CA", "Müller CA"),
    ("a coded ASCII character", "ca01.company.local\\Company !0026 CO", "Company !0026 CO", "Company & CO"),
    ("the same character as it is", "ca01.company.local\\Company & CO", "Company !0026 CO", "Company & CO"),
    ("what command lines do not carry", 'ca01.company.local\\a;`/"%', "a!003b!0060!002f!0022!0025", 'a;`/"%'),
]


@pytest.mark.parametrize(("given", "sanitised", "common_name"), [row[1:] for row in CAS], ids=[row[0] for row in CAS])
def test_from_the_plan_to_the_certificate(given, sanitised, common_name):
    """What a plan takes, the CA's adapter takes: request, issue, install, and found again."""
    plan = planned(issuer={"name": "enterprise", "ca": given}, template="Web+Server")
    server = FakeServer()
    ca = FakeCa(name=sanitised, template="Web+Server", issuer=authority(common_name, number=140))
    asked = request(server, plan)
    issued = issued_for(ca, asked, plan=plan)
    assert (issued["state"], issued["description"]["issuer_common_name"]) == ("issued", common_name)
    submitted = ca.programs.ran[-1]
    assert submitted[4:8] == [
        "-config",
        f"ca01.company.local\\{sanitised}",
        "-attrib",
        "CertificateTemplate:Web+Server",
    ]
    server.put("Root", ca.issuer.certificate)
    install_issued(server, issued, plan=plan)
    assert request(server, plan)["state"] == "held"


def test_a_ca_of_the_topology_is_the_one_of_the_adapter():
    topology = origin_with({"certificates.issuers.enterprise.ca": "ca01.company.local\\Müller CA"})
    plan = make_plan(parse(topology)).to_plain()["certificates"][0]
    ca = FakeCa(name="M!00fcller CA", issuer=authority("Müller CA", number=140))
    assert issued_for(ca, request(FakeServer(), plan), plan=plan)["state"] == "issued"


def test_a_registry_with_another_name_is_another_ca():
    ca = FakeCa(name="M!00f6ller CA")
    adapter = AdcsAuthority(ca.host, CaConfig("ca01.company.local\\Müller CA"))
    with pytest.raises(RolloutError, match="this host's active CA is 'M!00f6ller CA', not 'M!00fcller CA'"):
        adapter.policy()


def test_what_it_can_do():
    abilities = AdcsAuthority(FakeCa().host, CaConfig("ca01.company.local\\Company CA")).capabilities
    assert (abilities.answers_at_once, abilities.keeps_record, abilities.has_policy, abilities.revokes) == (True,) * 4


def test_a_request_without_a_number_is_not_retrieved():
    ca = FakeCa()
    adapter = AdcsAuthority(ca.host, CaConfig("ca01.company.local\\Company CA"))
    assert adapter.retrieve(planned_certificate(), None) is None
    assert ca.programs.ran == []


@pytest.mark.parametrize("common_name", ["a,b", "a=b", "a b", "*.company.com", ""])
def test_a_common_name_that_would_break_a_restriction(common_name):
    adapter = AdcsAuthority(FakeCa().host, CaConfig("ca01.company.local\\Company CA"))
    wanted = planned_certificate(subject={"common_name": common_name})
    with pytest.raises(RolloutError, match="cannot be looked up at a CA"):
        adapter.check(wanted)
    with pytest.raises(RolloutError, match="cannot be looked up at a CA"):
        adapter.find([(wanted, PUBLIC_KEY)])


# ---- answers that are torn -------------------------------------------------------------------------------------------

ANSWERS = [
    view((5, Row(REQUEST, 9)), (18, Row(REQUEST, 31, 0x80094014))),
    *(text.replace("PEM\r\n", REQUEST.public_bytes(PEM).decode()) for text in LANGUAGES.values()),
]
NOISE = ["\r\n", ": ", "0x5", "0 ", "EMPTY", "-----END X-----", " " * 400, "\xa0" * 300, ":" * 200, "CertUtil: -view"]


@given(st.sampled_from(ANSWERS).flatmap(lambda text: torn(text, NOISE)))
def test_a_torn_answer_is_read_or_refused_in_words(text):
    request_number(text)
    try:
        rows = parse_view(text, where="test")
    except RolloutError as error:
        str(error).encode("utf-8")
    else:
        assert {row.request.public_key for row in rows} <= {PUBLIC_KEY}


@given(st.sampled_from(ANSWERS), st.floats(0, 1))
def test_an_answer_that_ends_early_is_never_believed(text, share):
    end = text.rindex("CertUtil: -view") + len("CertUtil: -view")
    with pytest.raises(RolloutError):
        parse_view(text[: int(share * (end - 1))], where="test")


@pytest.mark.parametrize(
    "noise",
    [
        "1" * 1_000_000,
        "Row " + "1 " * 500_000,
        " " * 1_000_000,
        "  " + "a" * 1_000_000,
        "-----BEGIN X-----\n" * 60_000,
        "-----BEGIN X-----" * 60_000,
        ":" * 1_000_000,
    ],
    ids=["digits", "numbers", "blanks", "a label", "begins", "begins on one line", "colons"],
)
def test_an_answer_that_is_made_to_be_looked_at_again_and_again(noise: str) -> None:
    """A pattern that did so would take hours, and this test with it."""
    with pytest.raises(RolloutError, match="cannot be read"):
        parse_view(f"{noise}\nRow 1:\n  {noise}\nCertUtil: -view command completed successfully.\n", where="test")
