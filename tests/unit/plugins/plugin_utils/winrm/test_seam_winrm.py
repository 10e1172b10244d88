"""pywinrm, requests and xmltodict through their seam."""

from __future__ import annotations

import pytest
import requests
from pypsrp.exceptions import WinRMTransportError as PsrpTransportError
from unit.seams import without
from winrm.exceptions import (
    AuthenticationError,
    InvalidCredentialsError,
    WinRMError,
    WinRMOperationTimeoutError,
    WinRMTransportError,
)

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm import seam_winrm

KINDS = {
    "logon": seam_winrm.is_logon_refused,
    "http": seam_winrm.is_http_error,
    "connection": seam_winrm.is_connection_error,
}


@pytest.mark.parametrize(
    ("error", "kinds"),
    [
        (WinRMOperationTimeoutError(), set()),
        (InvalidCredentialsError("x"), {"logon"}),
        (AuthenticationError("x"), {"logon"}),
        (WinRMTransportError("http", 500, "x"), {"http"}),
        (PsrpTransportError("http", 500, "x"), {"http"}),
        (WinRMError("x"), set()),
        (requests.exceptions.ConnectionError("x"), {"connection"}),
        (requests.exceptions.ReadTimeout("x"), {"connection"}),
        (ConnectionResetError("x"), {"connection"}),
        (ValueError("x"), set()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_errors_are_known_by_kind(error: Exception, kinds: set[str]) -> None:
    assert {name for name, is_kind in KINDS.items() if is_kind(error)} == kinds


def test_texts_and_attributes_are_escaped() -> None:
    text = seam_winrm.unparse({"a": {"@b": '"<', "#text": "</a>&"}})
    assert text.endswith("<a b='\"&lt;'>&lt;/a&gt;&amp;</a>")


@pytest.mark.parametrize("library", ["winrm", "requests", "xmltodict"])
def test_without_a_library_it_can_be_imported_and_names_the_package(library: str) -> None:
    names = without(seam_winrm, library)
    with pytest.raises(RolloutError, match=f"the Python package '{library}.*' is missing .*pip install pywinrm"):
        names["require"]()
    with pytest.raises(RolloutError):
        names["unparse"]({"a": None})


@pytest.mark.parametrize(
    ("variables", "url", "proxy"),
    [
        ({"http_proxy": "http://p:3128"}, "http://10.0.0.5:5985/", "http://p:3128"),
        ({"https_proxy": "http://p:3128"}, "http://10.0.0.5:5985/", ""),
        ({"http_proxy": "http://p:3128", "no_proxy": "10.0.0.0/8"}, "http://10.0.0.5:5985/", ""),
        ({"http_proxy": "http://p:3128", "no_proxy": ".company.local"}, "http://dc01.company.local:5985/", ""),
        ({}, "http://10.0.0.5:5985/", ""),
    ],
)
def test_the_proxy_that_would_stand_between(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], url: str, proxy: str
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert seam_winrm.proxy_of(url) == proxy


def test_the_settings_that_have_variables_of_their_own() -> None:
    assert {"read_timeout_sec", "ca_trust_path", "send_cbt"} <= seam_winrm.SETTINGS
    assert not seam_winrm.SETTINGS & {"self", "transport", "password"}
