# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that the modules have in common which look from outside."""

from __future__ import annotations


class ModuleDocFragment:
    """``ucops.rollout.proof``, with ``ucops.rollout.proof.dns`` and ``ucops.rollout.proof.tls`` beside it."""

    DOCUMENTATION = r"""
attributes:
  action_group:
    description: >-
      The options that all modules of the group share can be given to all of them at once, under
      C(group/ucops.rollout.proof) in C(module_defaults).
    support: full
    membership:
      - ucops.rollout.proof
options:
  timeout:
    description: Seconds that one question or one handshake may take, with second tries included.
    type: float
    default: 10.0
  wait:
    description:
      - Seconds for which what is not proved is looked at again. A service that was just started takes a while until it
        listens, and another DNS server a while until what was changed is replicated to it.
      - With V(0) there is one look.
    type: float
    default: 0.0
  not_waited_for:
    description:
      - Addresses, without ports, where nothing was changed. What is not proved there is not looked at again, and does
        not keep O(wait) from ending.
    type: list
    elements: str
    default: []
  fail:
    description:
      - Whether the task fails when a result is V(failed).
      - A result V(unproved) never makes it fail. See RV(summary) for their number.
    type: bool
    default: true
  planned_only:
    description: Look at nothing and return every result with the state V(would_be_checked).
    type: bool
    default: false
  silent_places:
    description:
      - Addresses and ports, such as V(10.0.0.10:5061), that did not answer in an earlier check of this run.
      - They are not waited for again; what would be asked there is V(unproved).
      - Within one check a place that does not answer is waited for once.
    type: list
    elements: str
    default: []
  as_text:
    description:
      - Whether RV(text) is returned in place of the lists RV(results) and RV(hints).
      - Ansible goes through each value of a variable whenever the variable is asked for, which a text spares it.
    type: bool
    default: false
"""

    DNS = r"""
options:
  servers:
    description: The DNS servers to ask. Each must be authoritative for the zones in question.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: What the results call it. Defaults to its address.
        type: str
      address:
        description:
          - Its IP address, or a name that the host which runs this module can look up.
          - The address that was asked is in the results.
        type: str
        required: true
      port:
        description: Its port, for UDP and TCP.
        type: int
        default: 53
      view:
        description: The view whose records it is asked for. By default those of all views.
        type: str
        choices: [internal, external]
"""

    TLS = r"""
options:
  roots:
    description:
      - The root certificates that clients trust, as PEM. The chain must lead to one of them.
      - When empty, nobody knows whom clients trust, and a certificate with nothing else against it is V(unproved).
    type: list
    elements: str
    default: []
  roots_complete:
    description:
      - Whether a chain that leads to none of O(roots) is wrong. With V(false) it is V(unproved), since clients may
        trust others, unless it leads to a root of the same name as one of O(roots) and with another key.
    type: bool
    default: true
  issuers:
    description:
      - Further certificates of authorities, as PEM, which help to follow a chain and to name its end. They are not
        trusted.
    type: list
    elements: str
    default: []
  port_map:
    description: "Ports that are reached under another number from where this module runs, such as V({443: 10443})."
    type: dict
    default: {}
  minimum_days:
    description:
      - A certificate that is valid for fewer days than this counts as wrong.
      - No more than a third of the certificate's lifetime is asked for, or half of one of ten days and less.
    type: int
    default: 0
"""
