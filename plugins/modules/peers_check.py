# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/peers_check.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: peers_check
short_description: See that the other servers of a pool serve before the next one is changed
description:
  - Shakes hands from the controller with each port of the other servers. One that this run has renewed is to show the
    certificate that was proved there; any other is to show one that is valid now, unless this run is still to renew it.
  - The task fails where a port shows none, or another, until O(wait) is over. The message names each such server and
    port, and what was seen there.
  - A port that is not reached from the controller is no failure where its server says that something listens there. The
    server is asked for that over the connection of its own. Where the run does not log on to it, such as one outside of
    C(--limit), it is a failure; where nobody ever does (C(logon) is V(false)), if the port refuses.
  - Changes nothing, and nobody logs on to a server whose ports are reached.
version_added: 1.0.0
author:
  - The ucops.rollout developers (@ucops)
requirements:
  - cryptography >= 42.0.0 on the controller
extends_documentation_fragment:
  - ucops.rollout.attributes
  - ucops.rollout.attributes.windows
  - ucops.rollout.attributes.info
options:
  peers:
    description: The servers and their ports, as P(ucops.rollout.peers#filter) returns them.
    type: list
    elements: dict
    required: true
  wait:
    description: Seconds for which ports are asked again, since a service that was started listens after a while.
    type: float
    default: 60.0
  timeout:
    description: Seconds for one try of a handshake.
    type: float
    default: 10.0
seealso:
  - module: ucops.rollout.certificate_prove
  - plugin: ucops.rollout.peers
    plugin_type: filter
"""

EXAMPLES = r"""
- name: See that the other servers of the pool serve
  ucops.rollout.peers_check:
    peers: "{{ hostvars | ucops.rollout.peers(inventory_hostname, ansible_play_batch, planned.plan) }}"
"""

RETURN = r"""
ports:
  description:
    - Each port that was asked, with its C(server), C(certificate) (the ID), C(component) and C(place), the thumbprint
      that was C(shown), none for nothing, and a C(message).
    - Its C(state) is V(shown) where the certificate will do, V(other) where it will not, V(none), or V(unseen) where
      nothing says which.
  returned: always
  type: list
  elements: dict
"""
