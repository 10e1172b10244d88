from __future__ import annotations

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import ARGUMENTS
from ansible_collections.ucops.rollout.plugins.module_utils.recording.masking import Masker, blank_base64, names_in

KEY = b"k" * 32


@pytest.fixture
def masker() -> Masker:
    return Masker(KEY)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("company.local", "ntlxfxxhbb.nm5gfj2ywy"),
        ("COMPANY", "NTLXFXXHBB"),
        ("DC=company,CN=MicrosoftDNS,CN=System,DC=company", "DC=ntlxfxxhbb,CN=MicrosoftDNS,CN=System,DC=ntlxfxxhbb"),
        ("CN=MicrosoftDNS,DC=DomainDnsZones,DC=company", "CN=MicrosoftDNS,DC=DomainDnsZones,DC=ntlxfxxhbb"),
        ("company.local.dns", "ntlxfxxhbb.nm5gfj2ywy.dns"),
        ("_sip._tls.company.local.", "_sip._tls.ntlxfxxhbb.nm5gfj2ywy."),
        ("*.company.local", "*.ntlxfxxhbb.nm5gfj2ywy"),
        ("192.168.7.12:5985 ::ffff:192.168.7.12", "10.227.7.12:5985 ::ffff:10.227.7.12"),
        ("192.168.7.12", "10.227.7.12"),
        ("12.7.168.192.in-addr.arpa", "12.7.227.10.in-addr.arpa"),
        ("7.168.192.in-addr.arpa", "7.227.10.in-addr.arpa"),
        ("127.0.0.1 0.0.0.0 ::1", "127.0.0.1 0.0.0.0 ::1"),
        ("S-1-5-18 S-1-5-32-544", "S-1-5-18 S-1-5-32-544"),
        ("20260101120000.000000+060", "20260101120000.000000+060"),
        ("2026-01-01T12:00:00Z", "2026-01-01T12:00:00Z"),
        ("PT20S", "PT20S"),
        ("6.1.7601 10.0.14393.0 1.3.6.1.5.5.7.3.1", "6.1.7601 10.0.14393.0 1.3.6.1.5.5.7.3.1"),
        ("0x80070005 3600 TRUE", "0x80070005 3600 TRUE"),
        (r"C:\Windows\Temp\ucops-claim-dns", r"C:\Windows\Temp\ucops-claim-dns"),
        ("http://schemas.microsoft.com/wbem/wsman/1/wmi/root/MicrosoftDNS/*",) * 2,
        ("SELECT * FROM MicrosoftDNS_AType WHERE OwnerName='a' OR TTL=3600",) * 2,
        ("00:0c:29:ab:cd:ef 00-0C-29-AB-CD-EF", "00-00-5E-00-53-00 00-00-5E-00-53-00"),
        ("", ""),
    ],
)
def test_each_kind_of_text_has_its_stand_in(masker: Masker, text: str, masked: str) -> None:
    assert masker.value(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Müller", "контора.example", "日本語", "xn--mller-kva.de", "svc_rollout", "DC-01", "h4x0r", "a" * 63,
        r"CONTOSO\jdoe", "jdoe@contoso.com", "'; DROP TABLE contoso --", "contoso<script>",
        "\u202econtoso", "con\u00adtoso",
        "S-1-5-21-1004336348-1177238915-682003330-1613", "2a02:beef:cafe:2:3abc:4:5:6", "fe80::20c:29ff:feab:cdef",
        "::10.1.2.3", "203.0.113.80", "1.2.3.4.", "4.3.2.1.in-addr.arpa",
        "6.0.0.0.5.0.0.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.f.e.e.b.2.0.a.2.ip6.arpa",
        "0FA71BC0-15B0-EBAA-81D8-8079FB1188D8", "{0FA71BC0-15B0-EBAA-81D8-8079FB1188D8}",
        "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334", "Zm9v" * 20, "U2VjcmV0UGFzc3dvcmQ=",
        "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEbroken off",
        "-----BEGIN NEW CERTIFICATE REQUEST-----\nQUJD\n-----END NEW CERTIFICATE REQUEST-----",
    ],
)  # fmt: skip
def test_nothing_of_a_customers_own_is_left(masker: Masker, text: str) -> None:
    for masked in (masker.value(text), masker.command(text), masker.sentence(f"because of {text}, as it was said")):
        parts = [
            part.lower() for part in re.split(r"[.:@\\ -]", text) if len(part) > 3 and part not in ("arpa", "addr")
        ]
        assert text not in masked
        assert [part for part in parts if part in masked.lower()] == []


def test_what_belonged_together_still_does(masker: Masker) -> None:
    zone, pool, server = map(masker.value, ("company.local", "pool.company.local", "DC01.Company.local"))
    assert pool.endswith(f".{zone}") and server.casefold().endswith(f".{zone}")
    assert masker.value("dc01") == server.casefold().partition(".")[0]
    sid, again = masker.value("S-1-5-21-1-2-3-500"), masker.value("S-1-5-21-1-2-3-1613")
    assert sid.rpartition("-")[0] == again.rpartition("-")[0] and sid.endswith("-500")
    assert masker.value("0FA71BC0-15B0-EBAA-81D8-8079FB1188D8").isupper()


def test_networks_stay_apart(masker: Masker) -> None:
    """Each of 256 networks has one of its own, whatever the digests say."""
    masked = [masker.value(f"172.{number}.0.1") for number in range(256)]
    assert len(set(masked)) == 256
    assert all(one.startswith("10.") and one.endswith(".0.1") for one in masked)


def test_addresses_of_ipv6_are_those_of_documents(masker: Masker) -> None:
    first, second = masker.value("2a00:1450:4001:812::5"), masker.value("2a00:1450:4001:813::6")
    assert first.startswith("2001:db8:") and first.endswith(":812::5") and second.endswith(":813::6")
    assert first.split(":")[2] == second.split(":")[2]
    assert masker.value("2a00:1450:4001:812:20c:29ff:feab:cdef").startswith(first.removesuffix("::5"))
    zone = masker.value("1.0.0.4.0.5.4.1.0.0.a.2.ip6.arpa")
    name = masker.value(f"5.{'0.' * 15}2.1.8.0.1.0.0.4.0.5.4.1.0.0.a.2.ip6.arpa")
    assert name.endswith(f".{zone}") and zone.endswith(".8.b.d.0.1.0.0.2.ip6.arpa")


def test_another_key_gives_other_stand_ins() -> None:
    assert Masker(b"1" * 32).value("company") != Masker(b"2" * 32).value("company")


@pytest.mark.parametrize("secret", ["S3cret!pass", "12345678", "true", "3600", "a b'c\"d", "müller"])
def test_of_a_secret_nothing_is_left_wherever_it_stands(secret: str) -> None:
    masker = Masker(KEY, secrets=["", secret])
    for mask in (masker.value, masker.command, masker.sentence):
        assert mask(f"{secret} before{secret}after {secret}").count("masked") == 3
        assert secret not in mask(f"x{secret}y")
    assert secret not in str(masker.plain({"k": [secret], secret: 1}))


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("certutil -p 1234 -importPFX x.pfx", " -p masked -importPFX "),
        ('net use /password:"12 34"', "/password:masked"),
        ("openssl -passin 1234", "-passin masked"),
        ("powershell -EncodedCommand MQA=", "-EncodedCommand masked"),
        ("set PASSWORD=1234", "PASSWORD=masked"),
        ("dnscmd /RecordDelete company.local @ A 10.1.2.3 /f", "dnscmd /RecordDelete ntlxfxxhbb.nm5gfj2ywy @ A 10."),
    ],
)
def test_passwords_go_from_command_lines(masker: Masker, line: str, masked: str) -> None:
    found = masker.command(line)
    assert masked in found
    assert "1234" not in found and "12 34" not in found and "MQA" not in found


def test_sentences_keep_their_common_words() -> None:
    masker = Masker(KEY, known=["kolumbus", r"CONTOSO\jdoe"])
    said = "The user jdoe has no access to kolumbus, said 'some thing' at Contoso (10.1.2.3)."
    masked = masker.sentence(said)
    assert masked.startswith("The user n") and " has no access to n" in masked and ", said 'n" in masked
    assert not {"jdoe", "kolumbus", "some", "thing'", "contoso", "10.1.2.3"} & set(masked.lower().split())
    assert masker.sentence("kolumbus") == masker.value("kolumbus")


@pytest.mark.parametrize("maker", ["0a1b2c3d", "0123456789ab-4711-0a1b2c3d"])
def test_a_claims_holder_is_nobody(masker: Masker, maker: str) -> None:
    masked = masker.value(f"anna_admin01.company.local_2026-11-22T08-00-00Z_{maker}")
    assert re.fullmatch("someone_somewhere_2100-01-01T00-00-00Z_[0-9a-f]{8}", masked)


def test_a_temporary_file_keeps_its_form_and_not_its_maker(masker: Masker) -> None:
    name = "ucops-20261122-0a1b2c3d4e5f-4711-0123456789abcdef"
    masked = masker.command(f'type "C:\\Windows\\Temp\\{name}.b64"')
    assert masked == f'type "C:\\Windows\\Temp\\{masker.value(name)}.b64"'
    assert re.fullmatch(r"ucops-20261122-[0-9a-f]{12}-4711-[0-9a-f]{16}", masker.value(name))
    assert "0a1b2c3d4e5f" not in masked and "0123456789abcdef" not in masked


def test_marks_between_steps_are_the_same_in_the_line_and_in_what_it_prints(masker: Masker) -> None:
    """The words of cmd and reg around them stay, so that a line is what a later run sends."""
    mark = masker.value("0123456789abcdef")
    assert re.fullmatch("[0-9a-f]{16}", mark) and mark != "0123456789abcdef"
    line = 'ver>nul&(reg query "HKLM\\SOFTWARE" /v SystemRoot 2>nul)2>&1&call echo {mark}-0 %^errorlevel%'
    assert masker.command(line.format(mark="0123456789abcdef")) == line.format(mark=mark)
    assert masker.value("0123456789abcdef-0 0\r\n0123456789abcdef-1 -2147024894\r\n") == (
        f"{mark}-0 0\r\n{mark}-1 -2147024894\r\n"
    )


def test_arguments_keep_their_form(masker: Masker) -> None:
    given = {
        "records": [{"zone": "company.local", "ttl": 3600, "values": ["10.1.2.3"]}],
        "state": "present",
        "x": b"raw",
    }
    masked = masker.plain({**given, "purge": True, "rollout": None}, names_in(ARGUMENTS))
    assert masked["records"] == [{"zone": "ntlxfxxhbb.nm5gfj2ywy", "ttl": 3600, "values": [masker.value("10.1.2.3")]}]
    assert (masked["state"], masked["purge"], masked["rollout"]) == ("present", True, None)
    assert "masked" in masked.values()


def test_base64_that_is_left_out_is_as_long_and_holds_zeros() -> None:
    for size in (0, 1, 2, 3, 100):
        text = base64.b64encode(b"x" * size).decode()
        assert base64.b64decode(blank_base64(text)) == bytes(size)
    assert len(blank_base64("not base64!")) == 12


SIGNS = st.sampled_from("aZ09.:-_@'\"\\/+= \n\u00e4\u0301{}<>&;*")


@given(st.text(SIGNS, min_size=1, max_size=12), st.text(SIGNS, max_size=60), st.text(SIGNS, max_size=60))
def test_any_secret_in_any_text_is_gone(secret: str, before: str, after: str) -> None:
    masker = Masker(KEY, secrets=[secret])
    for mask in (masker.value, masker.command, masker.sentence):
        parts = mask(before + secret + after).split("masked")
        assert len(parts) > 1
        # What is left between may be a stand-in that has a short one of letters in it, and nothing longer.
        assert not [part for part in parts if len(secret) > 3 and secret in part]


@given(st.text(max_size=200))
def test_any_text_has_the_same_stand_in_each_time(text: str) -> None:
    masker = Masker(KEY)
    assert masker.value(text) == masker.value(text)
    assert isinstance(masker.command(text) + masker.sentence(text), str)


@given(st.from_regex(r"[b-z\u00df-\u00f6][a-z0-9\u00df-\u00f6-]{10,40}[b-z]", fullmatch=True))
def test_a_long_name_is_never_left(name: str) -> None:
    assert name not in Masker(KEY).value(f"x.{name}.y {name}")


def test_of_a_mark_the_thumbprints_are_masked_and_the_words_stay(masker: Masker) -> None:
    name, text = "AB12" * 10, "W3si" * 30
    line = rf"reg add HKLM\SOFTWARE\ucops.rollout\{name} /v former /t REG_SZ /d {text} /f"
    stand_in = masker.value(name)
    blank = blank_base64(text)
    assert re.fullmatch("[0-9A-F]{40}", stand_in) and stand_in != name
    masked = masker.command(line)
    assert masked == rf"reg add HKLM\SOFTWARE\ucops.rollout\{stand_in} /v former /t REG_SZ /d {blank} /f"
    deleted = masker.command(r"reg delete HKLM\SOFTWARE\ucops.rollout /f")
    assert deleted == r"reg delete HKLM\SOFTWARE\ucops.rollout /f"
