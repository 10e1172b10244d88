"""The file with a ticket goes when its connection is closed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.tickets import keeping_ticket, removing_ticket


class Connection:
    """What is used of Ansible's winrm connection."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure, self.closed = failure, 0
        self._kerb_ccache: Any = None

    def close(self) -> None:
        self.closed += 1
        if self.failure is not None:
            raise self.failure

    def kinit(self) -> Path:
        self._kerb_ccache = tempfile.NamedTemporaryFile()  # noqa: SIM115 - as Ansible has it
        os.environ["KRB5CCNAME"] = f"FILE:{self._kerb_ccache.name}"
        return Path(self._kerb_ccache.name)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRB5CCNAME", "FILE:/tmp/mine")


def test_a_ticket_goes_with_its_connection_and_not_before() -> None:
    connection = Connection()
    removing_ticket(connection)
    removing_ticket(connection)  # as for each item of a loop
    ticket = connection.kinit()
    assert ticket.exists()
    connection.close()
    assert (ticket.exists(), connection.closed) == (False, 1)
    another = connection.kinit()
    connection.close()
    assert (another.exists(), connection.closed) == (False, 2)


def test_a_connection_without_one_is_closed_as_ever() -> None:
    connection = Connection()
    removing_ticket(connection)
    connection.close()
    assert connection.closed == 1


def test_a_connection_that_cannot_be_closed_keeps_no_ticket() -> None:
    connection = Connection(ValueError("broken"))
    removing_ticket(connection)
    ticket = connection.kinit()
    with pytest.raises(ValueError, match="broken"):
        connection.close()
    assert not ticket.exists()


@pytest.mark.parametrize("before", ["/tmp/mine", None])
def test_what_is_set_meanwhile_is_not_for_the_next_host(monkeypatch: pytest.MonkeyPatch, before: str | None) -> None:
    monkeypatch.delenv("KRB5CCNAME", raising=False)
    if before:
        monkeypatch.setenv("KRB5CCNAME", before)
    with pytest.raises(ZeroDivisionError), keeping_ticket():
        os.environ["KRB5CCNAME"] = "/tmp/of-edge00"
        raise ZeroDivisionError
    assert os.environ.get("KRB5CCNAME") == before


def test_the_ticket_of_the_connection_that_is_still_open_counts_again() -> None:
    """One task with two hosts: the first may have to be connected to anew when the second is closed."""
    first, second = Connection(), Connection()
    removing_ticket(first)
    ticket = first.kinit()
    removing_ticket(second)
    other = second.kinit()
    second.close()
    assert (os.environ["KRB5CCNAME"], ticket.exists(), other.exists()) == (f"FILE:{ticket}", True, False)
    first.close()
    assert os.environ["KRB5CCNAME"] == "FILE:/tmp/mine"


def test_what_was_not_set_is_not_set_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KRB5CCNAME")
    connection = Connection()
    removing_ticket(connection)
    connection.kinit()
    connection.close()
    assert "KRB5CCNAME" not in os.environ
