"""The INF text for certreq, to the letter, and what may not get into it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.fakes_windows import parse_inf, planned, planned_certificate

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.fit import PrivateKey
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request_inf import (
    inf_value,
    request_inf,
    subject_alternative_names,
    subject_text,
)
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError

NAMES = planned()["subject_alternative_names"]


def test_the_policy_file_to_the_letter():
    assert request_inf(planned_certificate()).decode("ascii").split("\r\n") == [
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
    entries = dict(parse_inf(request_inf(planned_certificate(), existing=key).decode())["NewRequest"])
    assert entries["UseExistingKeySet"] == "TRUE"
    assert entries["KeyContainer"] == "le-WebServer-1"
    assert entries["ProviderName"] == "Microsoft Enhanced Cryptographic Provider v1.0"
    assert entries["ProviderType"] == "1"
    assert "Exportable" not in entries
    assert "KeyLength" not in entries


def test_the_hash_is_named_where_windows_knows_the_key():
    entries = parse_inf(request_inf(planned_certificate(), cng=True).decode())["NewRequest"]
    assert entries[-1] == ("HashAlgorithm", "sha256")


@pytest.mark.parametrize(("provider_type", "named"), [(1, None), (12, "sha256"), (24, "sha256")])
def test_a_provider_without_sha_2_is_not_asked_for_it(provider_type, named):
    key = PrivateKey("old", "Microsoft Enhanced Cryptographic Provider v1.0", provider_type, 0x20, 1)
    entries = dict(parse_inf(request_inf(planned_certificate(), existing=key, cng=True).decode())["NewRequest"])
    assert entries.get("HashAlgorithm") == named


def test_no_template_and_nothing_newer_than_2003():
    text = request_inf(planned_certificate()).decode()
    for word in ("CertificateTemplate", "{text}", "HashAlgorithm", "KeyAlgorithm", "FriendlyName", "Silent"):
        assert word not in text


def test_a_certificate_without_alternative_names_asks_for_no_such_extension():
    assert "[Extensions]" not in request_inf(planned_certificate(subject_alternative_names=[])).decode()


@pytest.mark.parametrize(("exportable", "text"), [(True, "TRUE"), (False, "FALSE")])
def test_a_key_is_exportable_only_when_the_plan_says_so(exportable, text):
    key = {**planned()["key"], "exportable": exportable}
    entries = dict(parse_inf(request_inf(planned_certificate(key=key)).decode())["NewRequest"])
    assert entries["Exportable"] == text


@pytest.mark.parametrize("exportable", [None, "yes", 1])
def test_a_plan_that_does_not_say_whether_a_key_is_exportable_is_none(exportable):
    with pytest.raises(RolloutError, match="key.exportable: must be true or false"):
        planned_certificate(key={**planned()["key"], "exportable": exportable})


def test_an_unknown_key_usage_is_refused():
    key = {**planned()["key"], "key_usage": ["digital_signature", "everything"]}
    with pytest.raises(RolloutError, match="unknown key usage everything. Known are digital_signature, "):
        request_inf(planned_certificate(key=key))


def test_the_names_in_their_order():
    der = subject_alternative_names(planned_certificate())
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
        subject_alternative_names(planned_certificate(subject_alternative_names=[name]))


def test_more_names_than_ad_cs_takes():
    names = [f"sip.domain{number:03}.example.com" for number in range(160)]
    with pytest.raises(RolloutError, match="160 subject alternative names make 4324 bytes, and AD CS takes 4096"):
        subject_alternative_names(planned_certificate(subject_alternative_names=names))


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


@given(st.text(max_size=40) | st.text(alphabet="ab\"=,[]\r\n;%\\' \x00\x85\u2028ü", max_size=20))
def test_a_value_comes_back_as_it_was_or_is_refused(text):
    try:
        value = inf_value(text, where="test")
    except RolloutError:
        return
    line = f"[A]\r\nKey = {value}\r\n[B]\r\nOther = 1\r\n"
    assert parse_inf(line) == {"A": [("Key", text)], "B": [("Other", "1")]}


@given(st.text(min_size=1, max_size=30))
def test_a_common_name_cannot_break_out(common_name):
    try:
        text = request_inf(planned_certificate(subject={"common_name": common_name})).decode("ascii")
    except RolloutError:
        return
    sections = parse_inf(text)
    assert list(sections) == ["Version", "NewRequest", "EnhancedKeyUsageExtension", "Extensions"]
    assert len(sections["NewRequest"]) == 13
    assert dict(sections["NewRequest"])["Subject"] in (f"CN={common_name}", f'CN="{common_name}"')


@given(st.dictionaries(st.sampled_from(["organization", "locality"]), st.text(min_size=1, max_size=30)))
def test_a_subject_cannot_break_out(parts):
    subject = {"common_name": "ocspool.company.local", **parts}
    try:
        value = inf_value(subject_text(subject, where="test"), where="test")
    except RolloutError:
        return
    sections = parse_inf(f"[NewRequest]\r\nSubject = {value}\r\n[Other]\r\nKey = 1\r\n")
    assert sections["Other"] == [("Key", "1")]
    ((key, text),) = sections["NewRequest"]
    assert (key, text.startswith("CN=ocspool.company.local")) == ("Subject", True)


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
        request_inf(planned_certificate(extended_key_usage=[usage]))
