# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ticket of Kerberos that Ansible's connection asks for, by kinit, into a file of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Names the ticket to be used; set by Ansible's connection where it gets one itself.
_TICKET = "KRB5CCNAME"
# The attribute in which the connection keeps that file: one of ``tempfile``, which is gone once it is closed.
_CACHE = "_kerb_ccache"


def removing_ticket(connection: Any) -> None:
    """Have a connection remove its ticket when it is closed.

    Ansible leaves that to the end of the process, and its workers end in a way that removes nothing: whoever reads the
    file later could log on with it for hours. Until then it stays, since a connection that broke is built up with it;
    for the same reason the one of a connection that was there before, in the same process, counts again then.
    """
    close = connection.close
    if getattr(close, "removes_ticket", False):
        return
    before = os.environ.get(_TICKET)

    def closing() -> None:
        try:
            close()
        finally:
            cache = vars(connection).pop(_CACHE, None)
            if cache is not None:
                if os.environ.get(_TICKET) == f"FILE:{cache.name}":
                    _set(before)
                cache.close()

    closing.removes_ticket = True  # type: ignore[attr-defined]
    connection.close = closing


@contextmanager
def keeping_ticket() -> Iterator[None]:
    """What Ansible's connection sets for itself meanwhile is not for the next host."""
    before = os.environ.get(_TICKET)
    try:
        yield
    finally:
        _set(before)


def _set(ticket: str | None) -> None:
    os.environ.pop(_TICKET, None)
    if ticket is not None:
        os.environ[_TICKET] = ticket
