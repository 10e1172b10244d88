# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Assign a certificate by hand: the steps for a person, for every component and whatever gave the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint

MANUAL = "manual"
# In check mode, while the certificate that will be there does not exist yet.
PLANNED = "(the certificate that will be issued)"
FRONT_END, WEB_COMPONENTS = "front_end", "web_components"
_AGAIN = "Run this playbook again: it proves"


@dataclass(frozen=True, slots=True)
class HandAssignment:
    """What a person shall assign where.

    ``thumbprint``: None for a certificate that is only planned yet. ``subject``: its common name. ``endpoint``: where a
    handshake proves it, empty where nothing does.
    """

    server: str
    component: str
    use: str
    port: int
    thumbprint: Thumbprint | None
    subject: str = ""
    endpoint: str = ""

    @property
    def certificate(self) -> str:
        """How the steps call the certificate."""
        return self.thumbprint or "(its thumbprint is known after it was issued)"


def steps_by_hand(wanted: HandAssignment) -> tuple[str, ...]:
    """The steps of one assignment, one sentence or two each."""
    return _STEPS.get(wanted.component, _any_component)(wanted)


def _front_end(wanted: HandAssignment) -> tuple[str, ...]:
    return (
        f"On {wanted.server}, start the Certificate Wizard of the deployment tool (Deploy Pool or Add Server,"
        " Configure Certificate).",
        "Choose `Assign an existing certificate`.",
        f"Choose the certificate with the thumbprint {wanted.certificate} (subject {wanted.subject}), for this"
        " server's Front End.",
        "Start the services of the server, or restart them where they run: only then is the certificate served.",
        _proof(wanted),
    )


def _web_components(wanted: HandAssignment) -> tuple[str, ...]:
    return (
        f"On {wanted.server}, open Internet Information Services (IIS) Manager, Web Sites, Default Web Site,"
        " Properties.",
        "Directory Security, Server Certificate: choose `Assign an existing certificate`"
        " (`Replace the current certificate` when there is one).",
        f"Choose the certificate with the thumbprint {wanted.certificate} and port {wanted.port}, and finish.",
        _proof(wanted),
    )


def _any_component(wanted: HandAssignment) -> tuple[str, ...]:
    """Components whose way of assigning is their product's own, such as Lync's cmdlets."""
    place = f", port {wanted.port}" if wanted.port else ""
    return (
        f"On {wanted.server}, assign the certificate with the thumbprint {wanted.certificate} to {wanted.component}"
        f" (use {wanted.use}){place}.",
        _proof(wanted),
    )


def _proof(wanted: HandAssignment) -> str:
    return f"{_AGAIN} {wanted.endpoint or 'the certificate'} by a handshake."


_STEPS: Mapping[str, Callable[[HandAssignment], tuple[str, ...]]] = {
    FRONT_END: _front_end,
    WEB_COMPONENTS: _web_components,
}
