from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.fakes_windows import DER, PEM, csr, parse_inf, planned, rsa_key

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.fit import PrivateKey
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request import (
    check_request,
    inf_value,
    load_request,
    request_inf,
    subject_alternative_names,
    subject_text,
    unmet_by_request,
)
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError

NAMES = planned()["subject_alternative_names"]


def test_the_policy_file_to_the_letter():
    assert request_inf(planned()).decode("ascii").split("\r\n") == [
        "[Version]",
        'Signature = "$Windows NT$"',
        "",
        "[NewRequest]",
        'Subject = "CN=ocspool.company.local"',
        "RequestType = PKCS10",
        "KeyUsage = 0xa0",
        "MachineKeySet = TRUE",
        "SMIME = FALSE",
        "PrivateKeyArchive = FALSE",
        "UserProtected = FALSE",
        "KeySpec = 1",
        "UseExistingKeySet = FALSE",
        "KeyLength = 2048",
        "Exportable = FALSE",
        'ProviderName = "Microsoft RSA SChannel Cryptographic Provider"',
        "ProviderType = 12",
        "",
        "[EnhancedKeyUsageExtension]",
        "OID = 1.3.6.1.5.5.7.3.1",
        "",
        "[Extensions]",
        '2.5.29.17 = "MGiCFW9jc3Bvb2wuY29tcGFueS5sb2NhbIIRc2lwLmNvbXBhbnkubG9jYWyCD3Np"',
        '_continue_ = "cC5jb21wYW55LmNvbYITb2NzcG9vbC5jb21wYW55LmNvbYIWb2Nzc3J2MDEuY29t"',
        '_continue_ = "cGFueS5sb2NhbA=="',
        "",
    ]


def test_a_key_that_exists_is_named_and_not_described():
    key = PrivateKey("le-WebServer-1", "Microsoft Enhanced Cryptographic Provider v1.0", 1, 0x20, 1)
    entries = dict(parse_inf(request_inf(planned(), existing=key).decode())["NewRequest"])
    assert entries["UseExistingKeySet"] == "TRUE"
    assert entries["KeyContainer"] == "le-WebServer-1"
    assert entries["ProviderName"] == "Microsoft Enhanced Cryptographic Provider v1.0"
    assert entries["ProviderType"] == "1"
    assert "Exportable" not in entries
    assert "KeyLength" not in entries


def test_no_template_and_nothing_newer_than_2003():
    text = request_inf(planned()).decode()
    for word in ("CertificateTemplate", "{text}", "HashAlgorithm", "KeyAlgorithm", "FriendlyName", "Silent"):
        assert word not in text


def test_a_certificate_without_alternative_names_asks_for_no_such_extension():
    assert "[Extensions]" not in request_inf(planned(subject_alternative_names=[])).decode()


@pytest.mark.parametrize("exportable", [True, False, None, "yes"])
def test_a_key_is_exportable_only_when_the_plan_says_so(exportable):
    key = {**planned()["key"], "exportable": exportable}
    entries = dict(parse_inf(request_inf(planned(key=key)).decode())["NewRequest"])
    assert entries["Exportable"] == ("TRUE" if exportable is True else "FALSE")


def test_the_names_in_their_order():
    der = subject_alternative_names(planned())
    # RFC 5280: SEQUENCE of [2] IA5String.
    names, position = [], 2
    while position < len(der):
        assert der[position] == 0x82
        names.append(der[position + 2 : position + 2 + der[position + 1]].decode("ascii"))
        position += 2 + der[position + 1]
    assert names == NAMES


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a b.c",
        "a..b",
        ".a",
        'a"b.c',
        "a\n.b",
        "ä.company.com",
        "a.b;c",
        "x" * 254,
        "dns=a&dns=b",
        "%SystemRoot%.com",
    ],
)
def test_what_is_no_name_is_refused(name):
    with pytest.raises(RolloutError, match="is no DNS name"):
        subject_alternative_names(planned(subject_alternative_names=[name]))


def test_more_names_than_ad_cs_takes():
    names = [f"sip.domain{number:03}.example.com" for number in range(160)]
    with pytest.raises(RolloutError, match="160 subject alternative names make 4324 bytes, and AD CS takes 4096"):
        subject_alternative_names(planned(subject_alternative_names=names))


@pytest.mark.parametrize(
    "text",
    [
        'x"\r\n[Extensions]\r\n1.2.3 = "y',
        "x\ny",
        "x\0",
        "x\ty",
        "%SystemRoot%",
        "x;y",
        "x\\",
        "Zürich",
        "x\u2028y",
        "x\x85y",
        "",
        " x",
        "x ",
        "x" * 1025,
    ],
)
def test_what_an_inf_cannot_carry(text):
    with pytest.raises(RolloutError, match="cannot be written into a request"):
        inf_value(text, where="test")


@settings(deadline=None)
@given(st.text(max_size=40) | st.text(alphabet="ab\"=,[]\r\n;%\\' \x00\x85\u2028ü", max_size=20))
def test_a_value_comes_back_as_it_was_or_is_refused(text):
    try:
        value = inf_value(text, where="test")
    except RolloutError:
        return
    line = f"[A]\r\nKey = {value}\r\n[B]\r\nOther = 1\r\n"
    assert parse_inf(line) == {"A": [("Key", text)], "B": [("Other", "1")]}


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["organization", "locality"]), st.text(min_size=1, max_size=30)))
def test_a_subject_cannot_break_out(parts):
    subject = {"common_name": "ocspool.company.local", **parts}
    try:
        text = request_inf(planned(subject=subject)).decode("ascii")
    except RolloutError:
        return
    sections = parse_inf(text)
    assert list(sections) == ["Version", "NewRequest", "EnhancedKeyUsageExtension", "Extensions"]
    assert len(sections["NewRequest"]) == 13
    assert dict(sections["NewRequest"])["Subject"].startswith("CN=ocspool.company.local")


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ({"common_name": "a.b"}, "CN=a.b"),
        ({"organization": "Company, Inc.", "common_name": "a.b"}, 'CN=a.b,O="Company, Inc."'),
        ({"common_name": "a.b", "country": "DE", "locality": "Bonn", "state": ""}, "CN=a.b,L=Bonn,C=DE"),
        ({"common_name": "a.b,CN=evil"}, 'CN="a.b,CN=evil"'),
    ],
)
def test_subject_text(subject, text):
    assert subject_text(subject, where="test") == text


@pytest.mark.parametrize(
    "subject", [{"common_name": 'a"b'}, {"common_name": "a", "mail": "x"}, {"common_name": "x" * 65}]
)
def test_subjects_that_are_refused(subject):
    with pytest.raises(RolloutError):
        subject_text(subject, where="test")


@pytest.mark.parametrize("usage", ["serverAuth", "1.3.6\r\n[x]", "1.3.6.01", "", "3.1"])
def test_what_is_no_object_identifier(usage):
    with pytest.raises(RolloutError, match="is no object identifier"):
        request_inf(planned(extended_key_usage=[usage]))


# ---- requests that came back -----------------------------------------------------------------------------------------


def test_the_planned_request_fits():
    pem = csr().public_bytes(PEM).decode().replace("BEGIN CERT", "BEGIN NEW CERT").replace("END CERT", "END NEW CERT")
    request = load_request(pem, where="test")
    assert unmet_by_request(planned(), request) == []
    assert request.der == csr().public_bytes(DER) or request.names == tuple(NAMES)
    assert request.pem.startswith("-----BEGIN CERTIFICATE REQUEST-----\n")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"common_name": "other"}, "its common name is 'other'"),
        ({"names": NAMES[::-1]}, "its names are ocssrv01.company.local, ocspool.company.com"),
        ({"names": NAMES[:-1]}, "its names are"),
        ({"names": [*NAMES, "more.company.com"]}, "its names are"),
        ({"names": ()}, "its names are none, not ocspool"),
        ({"key": rsa_key(1, 1024)}, "its key is rsa 1024, not rsa 2048"),
        ({"extended": False}, "its extended key usage is not the planned one"),
        ({"usage": False}, "its key usage is not the planned one"),
    ],
)
def test_requests_that_are_not_as_planned(changes, reason):
    with pytest.raises(RolloutError, match=f"is not what was planned: {reason}"):
        check_request(planned(), load_request(csr(**changes).public_bytes(DER), where="test"), where="test")


def test_a_signature_of_another_key_is_refused():
    mine, other = (csr(key=rsa_key(number)).public_bytes(DER) for number in (0, 2))
    with pytest.raises(RolloutError, match="signature does not hold"):
        load_request(mine[:-256] + other[-256:], where="test")


@pytest.mark.parametrize(
    "data", [b"", b"\x30", b"x", csr().public_bytes(DER)[:-1], csr().public_bytes(PEM) * 2, b"\x30" * 40000]
)
def test_garbage_is_an_error_of_ours(data):
    with pytest.raises(RolloutError):
        load_request(data, where="test")
