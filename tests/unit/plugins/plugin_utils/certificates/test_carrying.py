"""A certificate with its key out of one server's store and into another's."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from unit.fakes_windows import (
    NOW,
    PEM,
    FakeServer,
    Issuer,
    authority,
    certificate,
    key_info,
    planned_certificate,
    thumbprint,
)

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import ISSUED, AuthorityAnswer
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import load_certificate
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.carrying import (
    EXPORT,
    IMPORT,
    USE,
    CarriedKey,
    ExportedKey,
    export_key,
    import_key,
    use_key,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.installing import delivery_of, install
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell import launched
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell_port import PowerShell, Script

LATER = (
    r"\[ordered\]|\[pscustomobject\]|ConvertTo-Json|ConvertFrom-Json|-(?:not)?in\b|\?\.|::new\(|\.where\(|\.foreach\("
)
SHARED = planned_certificate(key={"length": 2048, "exportable": True, "shared": True})
CA = authority()
ONE = certificate(CA)
NAME = thumbprint(ONE)


class FakeKeys(PowerShell):
    """What the scripts find and do on one server; ``answers``: what they answer instead."""

    def __init__(self, server: FakeServer, **answers: Any) -> None:
        self.server, self.answers = server, answers
        self.ran: list[str] = []
        self.given: dict[str, str] = {}
        self.puts = True

    def run(self, script: Script, values: Mapping[str, str], *, timeout: float) -> Mapping[str, Any]:
        assert timeout == 120.0
        self.given = dict(values)
        if script is EXPORT:
            self.ran.append("export")
            pfx = base64.b64encode(f"pfx of {values['THUMBPRINT']}".encode()).decode()
            return {"key": "True", "exportable": "True", "pfx": pfx, **self.answers}
        if script is IMPORT:
            self.ran.append("import")
            if self.puts:
                self.server.put("MY", ONE, key_info(**self.answers))
            return {}
        assert script is USE
        self.ran.append("use")
        return {"key": "True", "used": "True", **self.answers}


def holder(*, info: bytes | None = None, held: Any = ONE, root: Issuer = CA, **answers: Any) -> FakeServer:
    """A server with the certificate and its key."""
    server = FakeServer("edge01")
    server.put("MY", held, key_info() if info is None else info)
    server.put("Root", root.certificate)
    server.host = replace(server.host, powershell=FakeKeys(server, **answers))
    return server


def other(**answers: Any) -> tuple[FakeServer, FakeKeys]:
    server = FakeServer("edge02")
    server.put("Root", CA.certificate)
    keys = FakeKeys(server, **answers)
    server.host = replace(server.host, powershell=keys)
    return server, keys


def exported(server: FakeServer, plan: Any = SHARED) -> ExportedKey:
    return export_key(server.host, plan, Thumbprint(NAME), now=NOW, minimum_days=30)


def refused(server: FakeServer, plan: Any = SHARED) -> str:
    with pytest.raises(RolloutError) as caught:
        exported(server, plan)
    return str(caught.value)


def brought(server: FakeServer, key: CarriedKey, check_mode: bool = False) -> dict[str, Any]:
    issued = load_certificate(ONE.public_bytes(PEM).decode(), where="issued")
    answer = AuthorityAnswer(None, ISSUED, issued, (load_certificate(CA.pem, where="chain"),))
    delivery = delivery_of(SHARED, answer, now=NOW, minimum_days=30, key=key)
    return install(server.host, delivery, check_mode=check_mode).to_result()


# --- the scripts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", [EXPORT, IMPORT, USE])
def test_it_fits_and_is_in_the_language_of_powershell_2(script: Script) -> None:
    assert len(launched(script)) < 8000
    assert re.search(LATER, script.text, re.IGNORECASE) is None
    assert script.text.isascii()


@pytest.mark.parametrize("script", [EXPORT, IMPORT, USE])
def test_no_cmdlet_takes_what_is_secret(script: Script) -> None:
    """PowerShell can log the arguments of cmdlets; those of .NET's methods it does not."""
    cmdlets = set(re.findall(r"\b[A-Z][a-z]+-[A-Z]\w+[^\n]*", script.text))
    assert all(re.fullmatch(r"New-Object Security\.[\w.]+(?: 'My','LocalMachine')?", one) for one in cmdlets), cmdlets
    assert not re.search(r"PASSWORD|PFX", "".join(cmdlets)) and "|" not in script.text


# --- export ----------------------------------------------------------------------------------------------------------


def test_it_leaves_with_its_chain_under_a_password_of_its_own() -> None:
    one, again = exported(holder()), exported(holder())
    assert str(one.certificate.thumbprint) == NAME and [str(up.thumbprint) for up in one.chain] == [CA.thumbprint]
    assert base64.b64decode(one.key.pfx) == f"pfx of {NAME}".encode()
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", one.key.password) and one.key.password != again.key.password


def test_a_traceback_or_a_log_does_not_show_it() -> None:
    one = exported(holder())
    assert one.key.password not in repr(one) + str(one.key) and one.key.pfx not in repr(one)


def test_a_key_that_the_plan_does_not_share_stays() -> None:
    server = holder()
    told = refused(server, planned_certificate())
    assert "the plan does not say that several servers share this certificate, so its key stays where it is" in told
    assert server.host.powershell.ran == [] and server.registry.reads == []  # type: ignore[attr-defined]


def test_a_certificate_that_is_not_the_planned_one_stays() -> None:
    narrow = certificate(CA, names=["ocspool.company.local"])
    server = holder(held=narrow)
    with pytest.raises(RolloutError, match="is not the planned one: its subject alternative names lack"):
        export_key(server.host, SHARED, Thumbprint(thumbprint(narrow)), now=NOW, minimum_days=30)
    assert server.host.powershell.ran == []  # type: ignore[attr-defined]
    assert "is not in the store" in refused(FakeServer("edge01"))
    assert "is not the planned one: its key belongs to a user" in refused(holder(info=key_info(flags=0)))


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        (
            {"exportable": "False", "pfx": None},
            "may not be exported, and the other servers are to have the same. Nothing was moved. Remove the certificate"
            f" from this server (certutil -delstore my {NAME}) and run again",
        ),
        ({"key": "False", "exportable": None, "pfx": None}, f"Windows finds no private key of certificate {NAME}"),
        ({"pfx": "a?"}, "cannot be carried (2 characters)"),
        ({"pfx": ""}, "cannot be carried (0 characters)"),
        ({"pfx": "A" * 32004}, "cannot be carried (32004 characters)"),
    ],
)
def test_what_cannot_be_exported(answers: dict[str, Any], told: str) -> None:
    assert told in refused(holder(**answers))


def test_without_its_issuers_it_does_not_leave() -> None:
    server = holder(root=authority("Other CA", number=140))
    assert "edge01" in refused(server) and server.host.powershell.ran == []  # type: ignore[attr-defined]


# --- import ----------------------------------------------------------------------------------------------------------


def test_the_key_goes_in_pieces_that_the_environment_takes() -> None:
    server, keys = other()
    pfx = base64.b64encode(bytes(range(256)) * 24).decode()
    import_key(server.host, Thumbprint(NAME), CarriedKey(pfx, "a-b"))
    assert {name: len(value) for name, value in keys.given.items()} == {
        "THUMBPRINT": 40,
        "PASSWORD": 3,
        "PFXA": 4000,
        "PFXB": 4000,
        "PFXC": 192,
    }
    assert keys.given["PFXA"] + keys.given["PFXB"] + keys.given["PFXC"] == pfx


def test_brought_to_another_server_and_again() -> None:
    key = exported(holder()).key
    server, keys = other()
    done = brought(server, key)
    assert (done["state"], done["changed"], done["thumbprint"]) == ("installed", True, NAME)
    assert [change["what"] for change in done["changes"]] == ["certificate installed with the key of another server"]
    assert keys.given == {"THUMBPRINT": NAME, "PASSWORD": key.password, "PFXA": key.pfx}
    assert server.files.claimed == ["certificates"] and server.files.claims == {}
    assert server.files.written == [] and server.programs.ran == []
    assert brought(server, key)["changed"] is False and keys.ran == ["import"]


def test_check_mode_brings_nothing() -> None:
    server, keys = other()
    done = brought(server, CarriedKey("AAAA", "x"), check_mode=True)
    assert (done["state"], done["changed"], keys.ran, server.files.claimed) == ("would_install", True, [], [])


def test_issuers_come_first_and_a_strange_root_stops_it() -> None:
    server, keys = other()
    server.registry.values.clear()
    with pytest.raises(RolloutError, match="does not trust the root"):
        brought(server, CarriedKey("AAAA", "x"))
    assert keys.ran == []


def test_what_is_not_there_afterwards_is_not_claimed() -> None:
    server, keys = other()
    keys.puts = False
    with pytest.raises(RolloutError, match="was imported with its key, but it is not in the store"):
        brought(server, CarriedKey("AAAA", "x"))
    server, keys = other(kind=0, provider="Microsoft Software Key Storage Provider")
    with pytest.raises(RolloutError, match=r"but its key lies in the key storage provider .* Remove it \(certutil"):
        brought(server, CarriedKey("AAAA", "x"))
    assert server.files.claims == {}


# --- use -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"used": "False"}, "it is not that of the certificate"),
        ({"key": "False", "used": None}, "Windows finds none"),
        ({"used": None, "error": {"text": "Keyset does not exist", "id": "X"}}, "Keyset does not exist (X)"),
    ],
)
def test_a_key_that_cannot_be_used(answers: dict[str, Any], told: str) -> None:
    with pytest.raises(RolloutError) as caught:
        use_key(holder(**answers).host, SHARED, Thumbprint(NAME))
    assert f"the private key of certificate {NAME} cannot be used: {told}" in str(caught.value)
    assert "it is then brought from another server that shares it" in str(caught.value)


def test_a_key_that_can_be_used() -> None:
    server = holder()
    use_key(server.host, SHARED, Thumbprint(NAME))
    assert server.host.powershell.given == {"THUMBPRINT": NAME}  # type: ignore[attr-defined]
