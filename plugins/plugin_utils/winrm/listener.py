# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether anything listens where WinRM should: a TCP connection and nothing more, so that no account is at stake."""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.module_utils.proof.connecting import connect
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.logon import LogonAttempt

# As long as pywinrm waits for a connection.
CONNECT_SECONDS = 30.0


def see_listener(attempt: LogonAttempt, seconds: float = CONNECT_SECONDS) -> None:
    """Raise HostUnreachable where nothing answers. Behind a proxy that is for the proxy to find out."""
    if attempt.proxy:
        return
    try:
        connect(attempt.address, attempt.port, seconds).close()
    except (OSError, UnicodeError) as error:  # the latter for what cannot be a name
        raise attempt.failure(str(error)) from error
