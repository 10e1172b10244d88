"""Hosts that mean harm, met by a real play and by a real session."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hostile.winrm import Answer, fixed, for_ever, http, in_the_clear, in_the_middle, rogue
from lab_tests import small
from languagekit import begin
from sitekit import command_line, environment

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import ConnectionLost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.guarded import GuardedProtocol
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host import open_windows_host
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.pywinrm_session import PywinrmSession
from lab.client import RunningEstate

PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - ucops.rollout.target_info: {fail: false}
      register: told
    - ansible.builtin.copy:
        content: "{{ told.msg }}"
        dest: "{{ place }}/{{ inventory_hostname }}"
      delegate_to: localhost
      vars: {ansible_connection: local}
"""
CLEAR = "it is not sealed with the password's key, so anybody may have sent it"
TOO_LONG = "it is longer than 2097152 bytes, and no Windows sends that much at once"
ROGUES: dict[str, tuple[Answer, str]] = {
    "clear": (in_the_clear(), CLEAR),
    "fault": (in_the_clear("500 "), CLEAR),
    "detour": (fixed(http("307 ", "Location: /wsman2")), "it sends the request elsewhere (HTTP 307)"),
    "bomb": (
        fixed(http("200 ", "Content-Encoding: gzip", body=gzip.compress(bytes(40_000_000), 9))),
        "it is compressed, which nobody asked for",
    ),
    "flood": (for_ever(b"HTTP/1.1 200 \r\nContent-Length: 9000000000\r\n\r\n", b"x" * 65536), TOO_LONG),
    "continue": (for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000), TOO_LONG),
    "drip": (for_ever(b"HTTP/1.1 200 \r\nX: ", b"x", pause=0.5), "no answer in time (timed out)"),
}
MOST_KIB = 300 * 1024
# Runs what follows and says at last how much memory its largest process took.
MEASURED = (
    "import resource, subprocess, sys\n"
    "code = subprocess.call(sys.argv[1:])\n"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, flush=True)\n"
    "sys.exit(code)"
)


def test_rogues_are_told_apart_and_cost_neither_time_nor_memory(tmp_path: Path) -> None:
    with ExitStack() as stack:
        hosts = {name: {"ansible_port": stack.enter_context(rogue(answer))} for name, (answer, _told) in ROGUES.items()}
        connection = {
            "ansible_connection": "winrm",
            "ansible_host": "127.0.0.1",
            "ansible_winrm_scheme": "http",
            "ansible_winrm_transport": "ntlm",
            "ansible_winrm_operation_timeout_sec": 2,
            "ansible_winrm_read_timeout_sec": 4,
            "ansible_user": "COMPANY\\rollout",
            "ansible_password": "Never-Sent-2007!",
        }
        inventory = tmp_path / "hosts.json"
        inventory.write_text(json.dumps({"all": {"hosts": hosts, "vars": connection}}), encoding="utf-8")
        (tmp_path / "play.yml").write_text(PLAY, encoding="utf-8")
        told = command_line(str(tmp_path / "play.yml"), "-i", str(inventory), variables={"place": str(tmp_path)})
        run = subprocess.run(
            [sys.executable, "-c", MEASURED, *told],
            env=environment(tmp_path),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
    output, _line, most = run.stdout.rstrip().rpartition("\n")
    assert run.returncode == 0, output + run.stderr
    for name, (_answer, told) in ROGUES.items():
        said = (tmp_path / name).read_text(encoding="utf-8")
        assert told in said and said.startswith(f"{name} (127.0.0.1:"), said
    assert "Never-Sent-2007!" not in output + run.stderr and "unsupported by pywinrm" not in output + run.stderr
    assert int(most) < MOST_KIB


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEstate]:
    place = tmp_path_factory.mktemp("middle")
    file = small.estate(place / "estate.yml", small.dns_host("dc01", "127.20.30.40", "2012r2"))
    with begin(file, place / "run", 1) as running:
        yield running


def flipped(number: int, answer: bytes) -> bytes:
    """One bit of the last answer's sealed part."""
    if number != LAST:
        return answer
    place = len(answer) - 60
    return answer[:place] + bytes([answer[place] ^ 1]) + answer[place + 1 :]


def replayed() -> Callable[[int, bytes], bytes]:
    seen: list[bytes] = []

    def change(number: int, answer: bytes) -> bytes:
        seen.append(answer)
        return seen[-2] if number == LAST else answer

    return change


def cleared(number: int, answer: bytes) -> bytes:
    if number != LAST:
        return answer
    return http("200 ", "Content-Type: application/soap+xml;charset=UTF-8", body=b"<a/>")


# The logon takes three answers; then come two queries.
LAST = 4


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (flipped, "Invalid Message integrity Check"),
        (replayed(), "Invalid Message integrity Check"),
        (cleared, CLEAR),
        (lambda _number, answer: answer, None),
    ],
    ids=["flipped", "replayed", "cleared", "untouched"],
)
def test_a_session_in_the_middle_believes_nothing_that_was_changed(
    estate: RunningEstate, change: Any, told: str | None
) -> None:
    query = "SELECT * FROM Win32_OperatingSystem"
    with in_the_middle((estate.address("dc01"), estate.port(5985)), change) as port:
        protocol = GuardedProtocol(
            f"http://127.0.0.1:{port}/wsman", "ntlm", "COMPANY\\rollout", "Rollout-2007!", message_encryption="always",
            proxy=None,
        )  # fmt: skip
        with open_windows_host(PywinrmSession(protocol), name="dc01") as host:
            assert len(host.wmi.query("root/cimv2", query)) == 1
            if told is None:
                assert len(host.wmi.query("root/cimv2", query)) == 1
                return
            with pytest.raises(RolloutError) as failure:
                host.wmi.query("root/cimv2", query)
    assert isinstance(failure.value, ConnectionLost)
    assert told in str(failure.value)
