"""The port to a session of WS-Management."""

from __future__ import annotations

from unit.abstract import demands

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.session_port import (
    HttpAnswer,
    SessionError,
    WsmanSession,
)


class Silent(WsmanSession):
    shell_id = "THEIRS"
    operation_timeout = 20

    def exchange(self, message: bytes) -> HttpAnswer:
        return HttpAnswer(200, b"")

    def drop(self) -> None: ...

    def close(self) -> None: ...


def test_an_adapter_brings_all_of_it() -> None:
    assert demands(WsmanSession, "operation_timeout", "exchange", "drop", "close")


def test_a_shell_that_is_forgotten_is_used_no_more() -> None:
    session = Silent()
    assert (session.shell_id, session.shell_is_ours) == ("THEIRS", False)
    session.forget_shell()
    assert session.shell_id is None


def test_a_cause_is_known_by_what_the_library_said() -> None:
    error = SessionError("connection refused", said="[Errno 111] Connection refused")
    assert (error.what, error.said, error.refused) == ("connection refused", "[Errno 111] Connection refused", False)
    assert SessionError("no").said == "no"
