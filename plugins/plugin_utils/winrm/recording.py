# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session's messages in a file of its own, masked before they are written; JSON, a row a line."""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.recording.conversation import Conversation
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.files import make_folder
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm import seam_winrm

# The name is meant to be read aloud: a folder of the controller.
RECORD = "ucops_record"
STOPPED = "the recording {path} ends early, since it cannot be written any more ({cause}); the work goes on"
_KEY_BYTES = 32
_NEW = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW


def key_of(run_folder: str) -> bytes:
    """The key of this run's stand-ins. It lies in a folder that goes with the run; the first task makes it.

    :param run_folder: without one each recording has a key of its own.
    """
    mine = secrets.token_bytes(_KEY_BYTES)
    if not run_folder:
        return mine
    kept, made = Path(run_folder, "ucops-recording"), Path(run_folder, f"ucops-recording-{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(made, _NEW, 0o600), "wb") as file:
            file.write(mine)
        with suppress(FileExistsError):
            os.link(made, kept)
        made.unlink()
        return kept.read_bytes()
    except OSError:
        return mine


class Recorder:
    """Writes what one task process says to one host, and what is answered.

    A folder that takes no file is an error here, before anything is sent. Later a recording that cannot be written ends
    with a notice: half a change is worse than half a recording.
    """

    def __init__(
        self,
        folder: str,
        name: str,
        conversation: Conversation,
        heading: Mapping[str, Any],
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        """:param name: of the host; the file's has its stand-in."""
        self._conversation, self._clock = conversation, clock
        self.notice = ""
        started = f"{conversation.masker.value(name)}-{now():%Y%m%dT%H%M%SZ}-{os.getpid()}-{secrets.token_hex(4)}"
        self.path = os.path.join(folder, f"{started}.jsonl")
        try:
            make_folder(folder, 0o700)
            os.close(os.open(self.path, _NEW, 0o600))
            self._append(heading)
        except (OSError, RolloutError) as error:
            raise RolloutError(
                f"nothing can be recorded into this folder ({getattr(error, 'strerror', None) or error});"
                " nothing was sent to the host",
                where=folder,
                mend=f"Let {RECORD} be a folder that can be written, or leave it out",
            ) from error

    def recorded(self, send: Callable[[str | bytes], bytes], message: str | bytes) -> bytes:
        """Send one message, and write it with its answer."""
        request = message.encode("utf-8") if isinstance(message, str) else message
        began = self._clock()
        try:
            answer = bytes(send(message))
        except Exception as error:  # every library below raises its own kind
            self._write(partial(self._failed, request, error, self._clock() - began))
            raise
        self._write(partial(self._conversation.exchange, request, answer, 200, self._clock() - began))
        return answer

    def _failed(self, request: bytes, error: Exception, seconds: float) -> dict[str, Any]:
        if not seam_winrm.is_http_error(error):
            return self._conversation.loss(request, type(error.__cause__ or error).__name__, seconds)
        said = str(getattr(error, "response_text", "") or "").encode("utf-8", "surrogatepass")
        return self._conversation.exchange(request, said, int(getattr(error, "code", 0)), seconds)

    def _write(self, row: Callable[[], Mapping[str, Any]]) -> None:
        """Whatever goes wrong here, the work that is recorded does not end by it."""
        if self.notice:
            return
        try:
            self._append(row())
        except Exception as error:
            cause = getattr(error, "strerror", None) or type(error).__name__
            self.notice = STOPPED.format(path=self.path, cause=cause)

    def _append(self, row: Mapping[str, Any]) -> None:
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW)
        with os.fdopen(handle, "wb") as file:
            file.write(json.dumps(row, ensure_ascii=True).encode("ascii") + b"\n")
