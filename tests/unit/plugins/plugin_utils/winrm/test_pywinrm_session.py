"""A session over pywinrm's Protocol."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from unit.wsman_fakes import Script, protocol_of
from winrm.exceptions import InvalidCredentialsError, WinRMTransportError

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.exchange import UnsafeAnswer
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.pywinrm_session import PywinrmSession
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.session_port import HttpAnswer, SessionError

MESSAGE = b"<e><Action>a</Action><MessageID>1</MessageID></e>"


def session_of(*answers: Any, **given: Any) -> tuple[PywinrmSession, Script]:
    script = Script(list(answers))
    return PywinrmSession(protocol_of(script), **given), script


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("<a/>", HttpAnswer(200, b"<a/>")),
        (WinRMTransportError("http", 500, "<f>\u00e9</f>"), HttpAnswer(500, "<f>\u00e9</f>".encode())),
        (WinRMTransportError("http", 413, ""), HttpAnswer(413, b"")),
    ],
)
def test_each_status_but_401_is_an_answer(answer: Any, told: HttpAnswer) -> None:
    session, script = session_of(answer)
    assert session.exchange(MESSAGE) == told
    assert [one.text for one in script.requests] == [MESSAGE.decode()]


@pytest.mark.parametrize(
    ("error", "cause", "refused"),
    [
        (InvalidCredentialsError("the credentials were rejected"), "the credentials were rejected", True),
        (requests.exceptions.ReadTimeout("Read timed out."), "Read timed out", False),
        (KeyError("x"), "the answer could not be unsealed or read (KeyError: 'x')", False),
    ],
)
def test_what_is_no_answer_is_told_by_its_cause(error: Exception, cause: str, refused: bool) -> None:
    session, _script = session_of(error)
    with pytest.raises(SessionError) as failure:
        session.exchange(MESSAGE)
    assert (failure.value.what, failure.value.refused, failure.value.said) == (cause, refused, str(error))


def test_an_answer_that_is_not_believed_stays_so() -> None:
    session, _script = session_of(UnsafeAnswer("it is compressed"))
    with pytest.raises(UnsafeAnswer):
        session.exchange(MESSAGE)


def test_its_shell_and_its_end_are_its_owners() -> None:
    forgotten: list[bool] = []
    session, script = session_of(shell_id="THEIRS", forget=lambda: forgotten.append(True))
    assert (session.shell_id, session.shell_is_ours, session.operation_timeout) == ("THEIRS", False, 20)
    session.close()
    assert script.sessions_closed == 0
    session.drop()
    session.forget_shell()
    assert (script.sessions_closed, forgotten, session.shell_id) == (1, [True], None)
