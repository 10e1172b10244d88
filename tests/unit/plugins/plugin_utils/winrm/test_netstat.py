"""Ports that are listened on, as netstat tells in any language."""

from __future__ import annotations

import pytest
from hypothesis import given
from unit.damage import torn
from unit.fakes_windows import FakeServer

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.netstat import listening_ports
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import GarbledAnswer

ENGLISH = """
Active Connections

  Proto  Local Address          Foreign Address        State
  TCP    0.0.0.0:135            0.0.0.0:0              LISTENING
  TCP    10.0.0.11:5061         0.0.0.0:0              LISTENING
  TCP    10.0.0.11:139          0.0.0.0:0              LISTENING
  TCP    10.0.0.11:49200        10.0.0.5:443           ESTABLISHED
  TCP    [::]:5985              [::]:0                 LISTENING
  UDP    0.0.0.0:500            *:*
"""
GERMAN = """
Aktive Verbindungen

  Proto  Lokale Adresse         Remoteadresse          Status
  TCP    0.0.0.0:5985           0.0.0.0:0              ABH\u00d6REN
  TCP    10.0.0.11:5061         10.0.0.9:52011         SCHLIESSEN_WARTEN
"""


def ports(code: int, text: str) -> frozenset[int]:
    server = FakeServer()
    server.programs.handlers["netstat"] = lambda words: (code, text)
    return listening_ports(server.host)


def test_listeners_of_both_families_and_no_connections() -> None:
    assert ports(0, ENGLISH) == {135, 139, 5061, 5985}


def test_the_word_for_the_state_does_not_matter() -> None:
    assert ports(0, GERMAN) == {5985}


def test_no_port_at_all_is_no_answer() -> None:
    with pytest.raises(GarbledAnswer, match="netstat names no port that is listened on"):
        ports(0, "\nActive Connections\n")


def test_a_failure_is_told() -> None:
    with pytest.raises(RolloutError, match="netstat failed with exit code 1: no"):
        ports(1, "no")


@given(torn(ENGLISH, ["0.0.0.0:0", "TCP", ":", "99999", "\u0663", "LISTENING", " " * 300]))
def test_torn_lines_name_ports_or_nothing(text: str) -> None:
    try:
        found = ports(0, text)
    except GarbledAnswer:
        return
    assert found and all(0 < port < 65536 for port in found)
