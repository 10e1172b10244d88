# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tasks of a run tell each other of the accounts that they log on with: a wrong password costs one failed
logon, for however many hosts a play is and whatever is tried again."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property

from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.notes import Note, one_at_a_time
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import (
    HostUnreachable,
    LogonImpossible,
    LogonRefused,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.first_contact import (
    IN_VAIN,
    Account,
    names_of,
    spared,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.recording import key_of


class Gate:
    """Until a host has accepted an account, one task of the run at a time logs on with it. Where it was refused before
    any host accepted it, no host is logged on to with it again; afterwards the host alone that refused it.

    Ansible does a task for each host in a process of its own, several side by side, and the items of a loop in one.
    """

    def __init__(self, run_folder: str = "") -> None:
        """:param run_folder: where the tasks of this run leave notes; without one each process is for itself."""
        self._folder = run_folder
        self._notes: dict[tuple[str, ...], Note] = {}
        self._errors: dict[tuple[str, ...], LogonRefused] = {}

    @contextmanager
    def heeded(self, host: str, account: Account) -> Iterator[None]:
        """While this lasts, the account is used on a host, and a refusal is remembered.

        :raises LogonRefused: the host refused it before.
        :raises HostUnreachable: another host did.
        """
        self._spare(host, account)
        try:
            yield
        except LogonRefused as error:
            self._remember(host, account, error)
            raise

    @contextmanager
    def turn(self, host: str, account: Account, look: Callable[[], None]) -> Iterator[None]:
        """While this lasts, a host is logged on to; without an error it has accepted the account.

        :param look: raises an error where nothing listens, so that nobody waits for a dead host.
        :raises LogonRefused: or HostUnreachable, as ``heeded``, for what was learned meanwhile.
        """
        accepted, came = self._accepted(account), time.monotonic()
        with ExitStack() as waited:
            if not accepted.left and self._folder:
                look()
                waited.enter_context(one_at_a_time(self._folder, self._about("turn", *_tried(account))))
                self._spare(host, account)
                self._spare_in_vain(host, account, came)
                if accepted.left:
                    waited.close()
            try:
                yield
            except LogonRefused as error:
                self._remember(host, account, error)
                raise
            except LogonImpossible:
                self._in_vain(account).leave(f"{time.monotonic()} {host}")
                raise
            if not accepted.left:
                accepted.leave()

    def _spare(self, host: str, account: Account) -> None:
        if self._refused_at(host, account).left:
            refused = LogonRefused(spared(host, account.user), where=host)
            raise self._errors.get(_at(host, account), refused)
        refused_first = self._refused(account)
        if refused_first.left and not self._accepted(account).left:
            first = refused_first.word or "another host"
            raise HostUnreachable(spared(first, account.user), where=host)

    def _spare_in_vain(self, host: str, account: Account, came: float) -> None:
        """Who waited while no ticket could be had does not wait as long for one himself. Without a ticket, what is
        missing is told at once, and may be missing for one host alone."""
        at, _space, first = self._in_vain(account).word.partition(" ")
        if account.kerberos and first and float(at) >= came:
            raise HostUnreachable(spared(first, account.user, IN_VAIN), where=host)

    def _remember(self, host: str, account: Account, error: LogonRefused) -> None:
        self._errors[_at(host, account)] = error
        self._refused_at(host, account).leave()
        if not self._refused(account).left and not self._accepted(account).left:
            self._refused(account).leave(host)

    def _accepted(self, account: Account) -> Note:
        # That a host took one password says nothing of another.
        return self._note("accepted", account.user.casefold(), account.password)

    def _refused(self, account: Account) -> Note:
        return self._note("refused", *_tried(account))

    def _refused_at(self, host: str, account: Account) -> Note:
        return self._note("refused at", *_at(host, account))

    def _in_vain(self, account: Account) -> Note:
        return self._note("in vain", account.user.casefold(), str(account.kerberos))

    def _note(self, *about: str) -> Note:
        if about not in self._notes:
            self._notes[about] = Note(self._folder, self._about(*about))
        return self._notes[about]

    def _about(self, *about: str) -> str:
        """Nobody can find out by it which password was tried."""
        text = "\0".join(about).encode("utf-8", errors="surrogatepass")
        return hmac.new(self._key, text, hashlib.sha256).hexdigest()

    @cached_property
    def _key(self) -> bytes:
        return key_of(self._folder)


def _tried(account: Account) -> tuple[str, ...]:
    """A domain counts for its account, with whatever passwords and wherever they were refused."""
    return (*names_of(account.user), account.password if account.local else "")


def _at(host: str, account: Account) -> tuple[str, ...]:
    return (*names_of(account.user), account.password, host)
