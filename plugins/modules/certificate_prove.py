# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/certificate_prove.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate_prove
short_description: Prove what a run assigned on a server, and bring the former certificate back where that fails
description:
  - Shakes hands with each port of the server that is to show the new certificate now. http.sys shows it at once, a
    service once it started; without O(services) nothing is expected of ports of services.
  - Where a port shows another certificate, or nothing listens there any more, or O(broken) says that a service did not
    come back, the former certificate is assigned again in every place that this run changed, in the same way and with
    the settings that a binding has. O(services) are brought to their state again, and the ports are asked once more.
    The task fails, and says what failed and what stands now.
  - What cannot be seen from the controller is no failure, such as a port behind a firewall on which the server itself
    says that something listens, or one where another binding answers (RV(ucops.rollout.http_binding#module:shadows)).
    Nothing is undone for it.
  - A place that named no certificate before is deleted where it is a binding of http.sys, and keeps the new one
    otherwise. OAuth's certificate is that of the organisation; no port proves it, and it is not brought back.
  - Nobody logs on to the server where all ports show the certificate.
version_added: 1.0.0
author:
  - The ucops.rollout developers (@ucops)
requirements:
  - cryptography >= 42.0.0 on the controller
extends_documentation_fragment:
  - ucops.rollout.attributes
  - ucops.rollout.attributes.windows
attributes:
  check_mode:
    support: full
    details: What was assigned in check mode is nothing, so nothing is asked.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  work:
    description: What the server is to do, as P(ucops.rollout.server_work#filter) returns it.
    type: dict
    required: true
  held:
    description:
      - By the certificate's ID, the results of its tasks, with C(thumbprint), C(assignment)
        (P(ucops.rollout.certificate_assign#module), or one of P(ucops.rollout.cs_certificates#module)) and C(binding)
        (P(ucops.rollout.http_binding#module)).
    type: dict
    required: true
  services:
    description: The services that were started or restarted for it, in their order, each with C(name) and C(state).
    type: list
    elements: dict
    default: []
  command:
    description: The site's own command, where it assigned the certificate; it is run with the former one.
    type: list
    elements: str
    default: []
  broken:
    description: What failed after the assignment. The former certificate is then brought back without a proof.
    type: str
    default: ''
  wait:
    description: Seconds for which ports are asked again until they show the certificate.
    type: float
    default: 60.0
  service_timeout:
    description: Seconds within which a service has to run, or to stand still.
    type: float
    default: 120.0
  timeout:
    description: Seconds for one try of a handshake.
    type: float
    default: 10.0
seealso:
  - module: ucops.rollout.certificate_assign
  - module: ucops.rollout.cs_certificates
  - module: ucops.rollout.http_binding
"""

EXAMPLES = r"""
- name: Prove it, or have the former certificate back
  ucops.rollout.certificate_prove:
    work: "{{ pool_certificates_work }}"
    held: "{{ pool_certificates_result }}"
    services:
      - {name: RTCSRV, state: restarted}
"""

RETURN = r"""
changes:
  description:
    - What was assigned again.
    - Each with C(verb) (V(change)), C(what) in words, the keys below, C(before), C(after) and C(reasons).
  returned: always
  type: list
  elements: dict
  contains:
    place:
      description: The place.
      type: str
state:
  description:
    - V(proved), every port shows the certificate; V(unproved), one could not be seen, or none is to show it yet.
    - V(restored) after a failure, the former certificate is back; V(not_restored), it is not.
  returned: always
  type: str
  sample: proved
ports:
  description:
    - Each port that was asked, C(place), with the C(certificate)'s ID, its C(component), the C(wanted) thumbprint and
      the one that was C(shown), none for nothing, with a C(message) where it showed none.
    - Its C(state) is V(shown), V(other), V(none), or V(unseen) where nothing says which.
  returned: always
  type: list
  elements: dict
restored:
  description: The places that this run had changed, with what they named C(before) it and C(after) the return.
  returned: always
  type: list
  elements: dict
"""
