# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person types into an authority's order form, and what is to come back, as text. Pure."""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.module_utils.model import (
    CLIENT_AUTHENTICATION,
    SERVER_AUTHENTICATION,
    PlannedCertificate,
)
from ansible_collections.ucops.rollout.plugins.module_utils.report.escaping import visible

_USAGES = {SERVER_AUTHENTICATION: "server authentication", CLIENT_AUTHENTICATION: "client authentication"}
_WILDCARD = "*."


def order_form(planned: PlannedCertificate, request: str, answer: str) -> str:
    """The text that goes with a request.

    :param request: the request's file name.
    :param answer: the name under which the certificate is looked for.
    """
    key = planned.key
    usages = ", ".join(_USAGES.get(one, one) for one in planned.extended_key_usage)
    names = [f"{number:>6}. {visible(name)}" for number, name in enumerate(planned.subject_alternative_names, 1)]
    lines = [
        f"Order of a certificate for {', '.join(map(visible, planned.holders))} ({visible(planned.use)})",
        "",
        f"Request      {request}: hand it in as it is; all that follows stands in it",
        f"Kind         {_kind(planned)}",
        f"Common name  {visible(planned.common_name)}",
        "Names, in this order, all of them:",
        *names,
        f"Key          {key.algorithm.upper()}, {key.length} bits, made on the server",
        f"Usage        {usages}",
        "Signature    SHA-256 or better",
        "",
        f"The certificate is put beside the request as {answer}, with the chain in the same file or beside it as .p7b.",
        "Then the same command is run again: names, key, usage and chain are compared before anything is installed.",
    ]
    return "\n".join(lines) + "\n"


def _kind(planned: PlannedCertificate) -> str:
    """What authorities call it in their shops."""
    if any(name.startswith(_WILDCARD) for name in planned.names):
        return "wildcard with further names (multi-domain wildcard)"
    return "multi-domain (UC, SAN)" if len(planned.names) > 1 else "one name"
