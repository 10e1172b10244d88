"""certreq and certutil, run so that they can neither ask nor leave anything behind."""

from __future__ import annotations

import pytest
from unit.fakes_windows import DER, FakeServer, authority, certificate, planned_certificate

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request import load_request
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request_inf import request_inf
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import parse_certificate
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.certreq import (
    accept,
    delete_from_store,
    end_of_answer,
    failed,
    new_request,
    new_requests,
    put_into_stores,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.claim import alone
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult

CA = authority()


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


def test_a_new_request(server: FakeServer) -> None:
    made = load_request(new_request(server.host, request_inf(planned_certificate())), where="test")
    assert made.common_name == "ocspool.company.local"
    stem = "C:\\Windows\\Temp\\rollout-1"
    assert server.programs.ran == [["certreq", "-new", "-f", "-q", f"{stem}.inf", f"{stem}.req"]]
    assert server.files.contents == {}


def test_several_requests_and_one_of_them_that_came_to_nothing(server: FakeServer) -> None:
    inf, made = request_inf(planned_certificate()), server.programs.handlers["certreq"]
    server.programs.handlers["certreq"] = lambda words: (1, "Xyzzy") if "rollout-2" in words[-1] else made(words)
    first, second, third = new_requests(server.host, [inf, inf, inf])
    assert isinstance(second, RolloutError) and "certreq made no request" in str(second)
    keys = [load_request(one, where="test").public_key for one in (first, third)]
    assert keys[0] != keys[1] and server.files.contents == {}


def test_the_claim_ends_with_the_last_request(server: FakeServer) -> None:
    inf, given = request_inf(planned_certificate()), []
    server.files.give_back = lambda *ends: given.append((ends, len(server.programs.ran)))  # type: ignore[method-assign]
    with alone(server.host, "certificates") as claim:
        assert claim is not None
        ends = claim.ends
        new_requests(server.host, [inf, inf], claim)
        assert (given, claim.ends) == ([(ends, 2)], ())
    assert len(given) == 1


def test_several_certificates_go_into_their_stores_in_this_order(server: FakeServer) -> None:
    held = parse_certificate(certificate(CA).public_bytes(DER), where="test")
    root = parse_certificate(CA.certificate.public_bytes(DER), where="test")
    results = put_into_stores(server.host, [("Root", root), ("MY", held)])
    assert len(results) == 2 and server.listed("Root") == [CA.thumbprint]
    assert [words[:2] for words in server.programs.ran] == [["certutil", "-f"], ["certreq", "-accept"]]


def test_no_request_came_out(server: FakeServer) -> None:
    server.programs.handlers["certreq"] = lambda words: (0, "Xyzzy")
    with pytest.raises(RolloutError, match="made no request: exit code 0.*said: Xyzzy.*its file is not there"):
        new_request(server.host, request_inf(planned_certificate()))
    assert server.files.contents == {}


@pytest.mark.parametrize(
    ("line", "code", "said", "stopped"),
    [
        ("certutil -f -addstore Root x", 1, b"Access is denied.\r\n", True),
        ("certutil -f -addstore Root x", 1, b"", True),
        ("certreq -accept x", 0, b"", True),
        ("certreq -accept x", 0, b"Installed\r\n", False),
        ("certutil -view", 0x80070057, b"", False),
        ("certutil -view", 1, b"CertUtil: -view command FAILED: 0x80070057 (WIN32: 87)", False),
        ("netsh http add sslcert", 1, b"Access is denied.\r\n", False),
    ],
)
def test_a_program_that_was_stopped_tells_no_code(line: str, code: int, said: bytes, stopped: bool) -> None:
    told = str(failed("it failed", ProgramResult(line, code, said), where="ca01"))
    assert (f"Allow {line.split()[0]}.exe for this account on this host" in told) is stopped


def test_a_file_that_went_before_it_was_used_is_told(server: FakeServer) -> None:
    server.programs.handlers["certreq"] = lambda words: (0x80070002, "0x80070002 (WIN32: 2)")
    with pytest.raises(RolloutError, match="0x80070002: a file is not there.*security software probably removed it"):
        new_request(server.host, request_inf(planned_certificate()))


def test_accept(server: FakeServer) -> None:
    held = parse_certificate(certificate(CA).public_bytes(DER), where="test")
    accept(server.host, held)
    assert server.programs.ran == [["certreq", "-accept", "-machine", "-q", "C:\\Windows\\Temp\\rollout-1.cer"]]
    assert server.files.written == [("C:\\Windows\\Temp\\rollout-1.cer", held.pem.encode())]
    assert server.files.contents == {}


def test_stores(server: FakeServer) -> None:
    root = parse_certificate(CA.certificate.public_bytes(DER), where="test")
    put_into_stores(server.host, [("Root", root)])
    assert server.listed("Root") == [CA.thumbprint]
    delete_from_store(server.host, "Root", CA.thumbprint)
    assert server.listed("Root") == []
    assert server.programs.ran == [
        ["certutil", "-f", "-addstore", "Root", "C:\\Windows\\Temp\\rollout-1.cer"],
        ["certutil", "-delstore", "Root", CA.thumbprint],
    ]


@pytest.mark.parametrize(
    ("exit_code", "text", "told"),
    [
        (0x80094012, "", "it failed: 0x80094012: the template's permissions do not let this account enrol."),
        (5, "Xyzzy\r\n  plugh", "it failed: exit code 5. `certreq -x` said: Xyzzy plugh"),
        (0, "", "it failed: exit code 0. `certreq -x` said: nothing"),
    ],
)
def test_a_failure_shows_code_meaning_and_words(exit_code: int, text: str, told: str) -> None:
    error = failed("it failed", ProgramResult("certreq -x", exit_code, text.encode()), where="ca01")
    assert str(error).startswith(f"ca01: {told}")


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("x\r\nCertUtil: -view command completed successfully.\r\n", 3),
        ("x\r\nCertUtil: -view-Befehl wurde erfolgreich ausgeführt.\r\n", 3),
        ("x\r\nCertUtil: -view La commande s'est terminée correctement.\r\n", 3),
        ("x\r\nCertUtil: -view コマンドは正常に完了しました。\r\n", 3),
        ("CertUtil: -view command FAILED: 0x80070005 (WIN32: 5)\r\nCertUtil: Access is denied.\r\n", None),
        ("CertUtil: -view-Befehl ist fehlgeschlagen: 0x80070005 (WIN32: 5)\r\nCertUtil: Zugriff verweigert\r\n", None),
        ("CertUtil: -view ÉCHEC de la commande\u00a0: 0x80070005 (WIN32: 5)\r\nCertUtil: Accès refusé.\r\n", None),
        (
            "CertUtil: -view コマンド エラーです: 0x80070005 (WIN32: 5)\r\nCertUtil: アクセスが拒否\r\n",
            None,
        ),
        ("CertUtil: -view command FAILED: 0x80070005 (WIN32: 5)\r\n", None),
        ("CertUtil: -view command FAILED: 0x80070005", None),
        ("CertUtil: -viewer command completed successfully.", None),
        ("CertUtil: -view command completed successfully.\r\nRow 1:\r\n", None),
        ("  CertUtil: -view command completed successfully.", None),
        ("", None),
    ],
)
def test_an_answer_that_is_done_and_one_that_failed(text: str, end: int | None) -> None:
    assert end_of_answer("-view", text) == end
