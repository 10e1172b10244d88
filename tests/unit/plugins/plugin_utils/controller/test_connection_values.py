"""Which variables of a connection are misspelt, and which values nobody takes."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.connection_values import (
    refuse_connection_values,
    wrong_value,
)

KNOWN = {
    "ansible_winrm_": {"ansible_port", "ansible_winrm_transport", "ansible_winrm_read_timeout_sec"},
    "ansible_psrp_": {"ansible_psrp_message_encryption", "ansible_psrp_path"},
}


@pytest.mark.parametrize(("name", "value", "told"), [
    (
        "ansible_winrm_server_cert_validation", "ingore",
        "is 'ingore', and takes validate or ignore, did you mean 'ignore'?",
    ),
    (
        "ansible_winrm_message_encryption", "",
        "is '', and takes auto, always or never",
    ),
    ("ansible_winrm_message_encryption", True, "is True, and takes auto, always or never"),
    ("ansible_winrm_scheme", "htps", "is 'htps', and takes http or https, did you mean 'https'?"),
    (
        "ansible_winrm_transport", ["ntlm", "ntml"],
        "is 'ntml', and takes basic, certificate, credssp, kerberos, ntlm, plaintext or ssl, did"
        " you mean 'ntlm'?",
    ),
    ("ansible_psrp_cert_validation", "no", "is 'no', and takes validate or ignore"),
    ("ansible_winrm_read_timeout_sec", "abc", "is 'abc', and takes a number of seconds from 1"),
    ("ansible_psrp_operation_timeout", 0, "is 0, and takes a number of seconds from 1"),
    ("ansible_winrm_operation_timeout_sec", True, "is True, and takes a number of seconds from 1"),
    ("ansible_port", 70000, "is 70000, and takes a port, 1 to 65535"),
    ("ansible_port", "5985/tcp", "is '5985/tcp', and takes a port, 1 to 65535"),
    ("ansible_password", ["secret"], "is a list, and takes text"),
    ("ansible_winrm_password", {"s": 1}, "is a mapping, and takes text"),
])  # fmt: skip
def test_a_value_that_nobody_takes(name: str, value: Any, told: str) -> None:
    assert wrong_value(name, value) == f"{name} {told}"


@pytest.mark.parametrize(("name", "value"), [
    ("ansible_winrm_server_cert_validation", ""),
    ("ansible_winrm_server_cert_validation", None),
    ("ansible_winrm_message_encryption", "always"),
    ("ansible_winrm_transport", "ntlm, kerberos"),
    ("ansible_winrm_transport", ["", "ssl"]),
    ("ansible_winrm_read_timeout_sec", "60"),
    ("ansible_port", "5985"),
    ("ansible_port", 65535),
    ("ansible_password", 12345),
    ("ansible_password", ""),
    ("ansible_winrm_path", ["x"]),
])  # fmt: skip
def test_a_value_that_is_taken_or_no_matter_of_ours(name: str, value: Any) -> None:
    assert wrong_value(name, value) == ""


def test_misspelt_names_are_told_once_with_their_hosts() -> None:
    wrong = {"ansible_winrm_transpot": "ntlm", "ansible_winrm_read_timeout": 60, "ansible_port": 0}
    hostvars: dict[str, dict[str, Any]] = {
        "srv01": wrong, "srv02": wrong, "other": {"ansible_winrm_transpotr": "x"}, "gw01": {"ansible_psrp_pth": "x"},
    }  # fmt: skip
    with pytest.raises(RolloutError) as refused:
        refuse_connection_values(hostvars, ["srv01", "srv02", "gw01", "gone", "srv01"], KNOWN)
    assert str(refused.value) == (
        "variables: ansible_winrm_read_timeout is no variable that Ansible knows, did you mean"
        " ansible_winrm_read_timeout_sec? (for srv01, srv02); ansible_winrm_transpot is no variable that Ansible knows,"
        " did you mean ansible_winrm_transport? (for srv01, srv02); ansible_port is 0, and takes a port, 1 to 65535"
        " (for srv01, srv02); ansible_psrp_pth is no variable that Ansible knows, did you mean ansible_psrp_path?"
        " (for gw01). Nothing was touched. Correct it in the inventory, or on the command line"
    )


def test_names_that_are_known_and_those_of_somebodys_own_pass() -> None:
    own = {"ansible_winrm_transport": "ntlm", "ansible_winrm_site": "x", "ansible_psrp_message_encrypton": "never"}
    refuse_connection_values({"srv01": own}, ["srv01"], {"ansible_winrm_": KNOWN["ansible_winrm_"]})
    with pytest.raises(RolloutError, match="did you mean ansible_psrp_message_encryption"):
        refuse_connection_values({"srv01": own}, ["srv01"], KNOWN)
    refuse_connection_values({"srv01": own}, ["srv01"], {})
