"""Notions with a class of their own: what they take, what they make of it, what they refuse."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.values import CaConfig, TemplateName, Thumbprint, Ttl

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
            r"ca01\M!00fcller (Root) & Co. CA",
            r"ca01\M!00fcller (Root) & Co. CA",
            "ca01",
            "M!00fcller (Root) & Co. CA",
            "Müller (Root) & Co. CA",
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


@pytest.mark.parametrize(
    "text",
    [
        "Company CA",
        "ca01\\",
        "\\Company CA",
        "ca01\\Company; CA",
        "ca01\\Company`CA",
        "ca01\\a/b",
        'ca01\\a"b',
        "ca01\\%PATH%",
        "ca01\\ CA",
        "ca01\\a\nb",
        "ca 01\\CA",
        "ca01\\" + "x" * 65,
        "ca01\\a\\b",
        "ca01\\a\u202eb",
        "",
        "ca01",
        "-ca01\\CA",
        "ca01\\A|B",
        "ca01\\A>B",
    ],
)
def test_ca_that_is_none(text: str) -> None:
    with pytest.raises(RolloutError):
        CaConfig(text)


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
