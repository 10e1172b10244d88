"""Notions with a class of their own: what they take, what they make of it, what they refuse."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.values import (
    CaConfig,
    Partition,
    TemplateName,
    Thumbprint,
    Ttl,
    is_stand_in,
)

PRINT = "A1B2C3D4E5F60718293A4B5C6D7E8F9001122334"


@pytest.mark.parametrize("seconds", [1, 3600, 2147483647])
def test_ttl(seconds: int) -> None:
    assert Ttl(seconds) == seconds


@pytest.mark.parametrize("seconds", [0, -1, 2147483648, True])
def test_ttl_that_is_none(seconds: int) -> None:
    with pytest.raises(RolloutError, match="is no TTL. Give 1 to 2147483647 seconds"):
        Ttl(seconds)


@pytest.mark.parametrize(
    ("text", "config", "host", "name", "common_name"),
    [
        (r"CA01.Company.local\Company CA", r"ca01.company.local\Company CA", "ca01.company.local", *["Company CA"] * 2),
        (r"ca01\Müller CA", r"ca01\M!00fcller CA", "ca01", "M!00fcller CA", "Müller CA"),
        (r"ca01\Company !0026 CO", r"ca01\Company !0026 CO", "ca01", "Company !0026 CO", "Company & CO"),
        (
            r"ca01\M!00FCller (Root) & Co. CA",
            r"ca01\M!00fcller !0028Root!0029 !0026 Co. CA",
            "ca01",
            "M!00fcller !0028Root!0029 !0026 Co. CA",
            "Müller (Root) & Co. CA",
        ),
        # The example of MS-WCCE section 1.3.2.5.
        (
            r"ca01\LongCAName(WithSpeci@#$%^Characters",
            r"ca01\LongCAName!0028WithSpeci@!0023$!0025!005eCharacters",
            "ca01",
            "LongCAName!0028WithSpeci@!0023$!0025!005eCharacters",
            "LongCAName(WithSpeci@#$%^Characters",
        ),
        (
            r"ca01\CA! `1`;/",
            r"ca01\CA!0021 !00601!0060!003b!002f",
            "ca01",
            "CA!0021 !00601!0060!003b!002f",
            "CA! `1`;/",
        ),
        (r"ca01\会社", r"ca01\!4f1a!793e", "ca01", "!4f1a!793e", "会社"),
    ],
)
def test_ca(text: str, config: str, host: str, name: str, common_name: str) -> None:
    made = CaConfig(text)
    assert (str(made), made.host, made.name, made.common_name) == (config, host, name, common_name)


def test_letters_of_two_units_come_back_as_one() -> None:
    assert CaConfig("ca01\\\U0001f600 CA").common_name == "\U0001f600 CA"
    assert CaConfig("ca01\\a!d83d").common_name == "a\ufffd"


AS_CERTUTIL = ". Give it as `certutil` on the CA shows it in 'Config', such as ca01.company.local\\Company CA"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        *(
            (text, f"{text!r} does not name a CA: it has no backslash with a name behind it")
            for text in ("", "ca01", "ca01\\")
        ),
        ("ca01\\ CA", "'ca01\\\\ CA' does not name a CA: its name is padded with blanks"),
        ("ca01\\a\nb", "'ca01\\\\a\\nb' does not name a CA: it holds '\\n'"),
        ("ca01\\a\u202eb", "'ca01\\\\a\\u202eb' does not name a CA: it holds '\\u202e'"),
        (
            "ca01\\a\\b",
            "'ca01\\\\a\\\\b' does not name a CA: it has a second backslash, which a CA's name has as !005c",
        ),
        ("ca01\\" + "x" * 65, f"'ca01\\\\{'x' * 65}' does not name a CA: its name is longer than 64 characters"),
        ("ca01\\" + "ü" * 52, f"'ca01\\\\{'ü' * 52}' does not name a CA: its name is longer than 64 characters"),
    ],
)
def test_ca_that_is_none(text: str, told: str) -> None:
    with pytest.raises(RolloutError) as raised:
        CaConfig(text)
    assert str(raised.value) == told + AS_CERTUTIL


@pytest.mark.parametrize("text", ["\\Company CA", "ca 01\\CA", "-ca01\\CA", "c/a\\CA"])
def test_ca_on_a_host_that_is_none(text: str) -> None:
    with pytest.raises(RolloutError):
        CaConfig(text)


def test_longest_name_of_a_ca() -> None:
    assert CaConfig("ca01\\" + "x" * 64).name == "x" * 64
    assert CaConfig("ca01\\" + "ü" * 51).name == "!00fc" * 51


@pytest.mark.parametrize("name", ["Müller & Co", "M!00fcller !0026 Co", "M!00FCLLER & CO"])
def test_what_a_ca_calls_itself(name: str) -> None:
    assert CaConfig("ca01\\Müller & Co").is_called(name)
    assert CaConfig("ca01\\M!00fcller !0026 Co").is_called(name)
    assert not CaConfig("ca01\\Muller & Co").is_called(name)


@pytest.mark.parametrize(
    "name", ["WebServer", "Web+Server", "Web Server (2 years)", "OCS_2007-v1.1", "Company Web-Server_2.0"]
)
def test_template(name: str) -> None:
    assert TemplateName(name) == name


@pytest.mark.parametrize(
    "name", ["", " WebServer", "Web\\nServer", "Web:Server", "Web\nServer", "Wébserver", "x" * 65, "A%B", 'A"']
)
def test_template_that_is_none(name: str) -> None:
    with pytest.raises(RolloutError, match="is no name of a certificate template. Give the template's name"):
        TemplateName(name)


def test_template_by_its_oid() -> None:
    with pytest.raises(RolloutError) as raised:
        TemplateName("1.3.6.1.4.1.311.21.8.1.2")
    assert str(raised.value) == (
        "'1.3.6.1.4.1.311.21.8.1.2' is the OID of a certificate template, and a CA takes its name. Give the name that"
        " `certutil -CATemplates` on the CA shows, such as WebServer"
    )


def test_template_with_an_umlaut() -> None:
    with pytest.raises(RolloutError) as raised:
        TemplateName("Länge")
    assert str(raised.value) == (
        "'Länge' is no name of a certificate template. Give the template's name, not its display name, such as"
        " WebServer; this one holds ä"
    )


@pytest.mark.parametrize(
    ("text", "partition"),
    [
        ("legacy", "legacy"),
        ("DomainDnsZones.company.local.", "domain"),
        ("ForestDnsZones.Company.local", "forest"),
        ("Apps.company.local", "apps.company.local"),
    ],
)
def test_partition(text: str, partition: str) -> None:
    assert Partition(text) == partition


@pytest.mark.parametrize("text", ["", "Domain", "apps", "/domain", "a b.local", "-x.company.local", "a.b & del"])
def test_partition_that_is_none(text: str) -> None:
    with pytest.raises(RolloutError):
        Partition(text)


@pytest.mark.parametrize(
    "text",
    [PRINT, PRINT.lower(), "\u200e" + PRINT[:2] + " " + PRINT[2:], PRINT.swapcase()],
)
def test_thumbprint(text: str) -> None:
    assert Thumbprint(text) == PRINT


@pytest.mark.parametrize("text", ["", PRINT[:-1], PRINT + "0", "G" + PRINT[1:], PRINT.replace("A", "\uff21")])
def test_thumbprint_that_is_none(text: str) -> None:
    with pytest.raises(RolloutError, match="is no thumbprint"):
        Thumbprint(text)


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ("198.18.0.1", True),
        ("198.19.255.254", True),
        ("198.17.255.255", False),
        ("198.20.0.0", False),
        ("fd00::1", False),
        ("sip.company.com", False),
        (None, False),
        (3323068417, False),  # 198.18.0.1 as a number
    ],
)
def test_what_stands_in_for_an_address_that_is_not_known(value: object, answer: bool) -> None:
    assert is_stand_in(value) is answer
