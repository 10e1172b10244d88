# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/certificate_assign.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate_assign
short_description: Assign a certificate to a service such as the OCS Front End, by a command, by WMI or by hand
description:
  - The controller shakes hands with the service first. When it serves the planned certificate, nothing is done.
  - When it serves another one, or when the certificate was installed in this very run (O(installed)), the command of
    the site is run, or the steps for a person are returned.
  - When nobody answers, the server is asked by its C(netstat) whether anything listens on the port. Where nothing does,
    nothing is served, as after a run that was cut off or a command that was wrong, and the command is run. Where
    something does, a firewall may lie between, and nothing is assigned anew; RV(state) is V(unknown).
  - With O(mode=wmi) the WMI classes in which OCS 2007 and 2007 R2 hold the issuer and the serial number of their
    certificates are read, and written where they name another certificate. B(This is untested on real Windows.) No
    source says in which order the bytes of the serial number stand. It is learned from a value that is there and names
    a certificate of the server's store; where there is none, nothing is written and the task fails.
  - With O(mode=manual) the same classes are read, and what differs is among RV(steps).
  - Services take a certificate at their next start; see P(ucops.rollout.windows_service#module).
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
    details:
      - Shakes hands, and shows the command with its placeholders filled, or what OCS's classes name before and after.
  diff_mode:
    support: full
  idempotent:
    support: full
    details: As long as the service runs. Where nothing listens on the port, the command is run each time.
options:
  mode:
    description: V(manual) returns steps for a person; V(command) runs O(command); V(wmi) writes OCS's WMI classes.
    type: str
    choices:
      - manual
      - command
      - wmi
    default: manual
  command:
    description:
      - Program and arguments, each an element of its own. Required with O(mode=command).
      - Filled in are C({thumbprint}), C({serial_number}), C({issuer}), C({server}) and C({pool}).
      - It succeeds when it ends with 0.
    type: list
    elements: str
  certificate:
    description: One of the C(certificates) of a plan.
    type: dict
    required: true
  thumbprint:
    description: The certificate to serve. May be left out in check mode, where it is only planned.
    type: str
  component:
    description:
      - The component that shall present the certificate, as the C(assignments) of O(certificate) name it. Any component
        can be assigned by hand; the steps for those that a planner knows name the windows or cmdlets of their tools.
    type: str
    default: front_end
  use:
    description: The certificate's use, for the steps. The default is that of O(certificate).
    type: str
  address:
    description:
      - Where the controller reaches the service. Required with O(mode=command) and O(mode=wmi).
      - Without it nothing is asked, and RV(state) is V(manual).
    type: str
  port:
    description: The port of the service; with O(mode=manual) V(0) for a component that has none.
    type: int
    default: 5061
  own_port:
    description:
      - The port on which the service listens, where the controller reaches it under another one.
      - The default is O(port).
    type: int
  names:
    description: The first is sent as the server's name in the handshake; the default is O(server).
    type: list
    elements: str
    default: []
  server:
    description: FQDN of the server. The default is the first holder of O(certificate).
    type: str
  pool:
    description: FQDN of the pool. The default is the common name of O(certificate).
    type: str
  installed:
    description:
      - Whether it is assigned although something listens that shows no certificate.
      - So it is in the run that installed it.
    type: bool
    default: false
  bundle:
    description:
      - The file of the controller that has the certificate, for a server that nobody logs on to. It is named in the
        steps, the handshake alone decides, and no connection is used.
    type: path
  key_from:
    description:
      - The server that has the certificate with the key that both share, for a server that nobody logs on to. The steps
        then begin with its export there, the handshake alone decides, and no connection is used.
    type: str
  timeout:
    description: Seconds for one try of a handshake.
    type: float
    default: 10.0
seealso:
  - module: ucops.rollout.windows_service
  - module: ucops.rollout.tls_check
"""

EXAMPLES = r"""
- name: Assign it with the site's own command
  ucops.rollout.certificate_assign:
    mode: command
    command:
      - C:\Site\AssignFrontEnd.exe
      - /thumbprint:{thumbprint}
    certificate: "{{ certificate }}"
    thumbprint: "{{ installed.thumbprint }}"
    address: 10.0.0.11
    installed: "{{ installed is changed }}"
  register: assigned

- name: Write it where OCS 2007 R2 holds it
  ucops.rollout.certificate_assign:
    mode: wmi
    certificate: "{{ certificate }}"
    thumbprint: "{{ installed.thumbprint }}"
    address: 10.0.0.11

- name: Tell a person what to do
  ucops.rollout.certificate_assign:
    certificate: "{{ certificate }}"
    thumbprint: "{{ installed.thumbprint }}"
    address: 10.0.0.11

- name: Tell a person what to do for a component that nothing else assigns
  ucops.rollout.certificate_assign:
    certificate: "{{ certificate }}"
    thumbprint: "{{ installed.thumbprint }}"
    component: access_edge
    port: 443
"""

RETURN = r"""
changes:
  description:
    - What was changed, or would be changed in check mode.
    - Each with C(verb) (V(create), V(change), V(delete), or V(report) where nothing changes), C(what) in words, for
      most C(to_do), the same as something to come, the keys below, C(before), C(after) and C(reasons).
  returned: always
  type: list
  elements: dict
  contains:
    server:
      description: The server.
      type: str
    component:
      description: The component.
      type: str
    endpoint:
      description: Where the handshake was made; empty where nothing was asked.
      type: str
assigned:
  description:
    - Each place that names a certificate, C(place), with what it named C(before) and C(after), thumbprints as a
      rule, empty for none.
    - Its C(state) is V(unchanged), V(changed), V(would_change) in check mode, V(not_changed) where another
      certificate was wanted there and is not, or V(not_read_back) where only a proof tells what is there now.
  returned: success
  type: list
  elements: dict
  sample:
    - place: 10.0.0.11:5061
      before: ""
      after: 0123456789ABCDEF0123456789ABCDEF01234567
      state: changed
former:
  description:
    - What each place that was changed named before, as P(ucops.rollout.certificate_prove#module) needs it to name that
      again; empty in check mode.
  returned: success
  type: list
  elements: dict
state:
  description:
    - V(proved), the service serves the certificate; V(assigned), it is assigned and a restart is due; V(would_assign),
      it would be outside of check mode; V(manual), the steps are for a person; V(unknown), nobody answered.
  returned: success
  type: str
  sample: proved
served:
  description: Thumbprint of what the service served before; none when nobody answered.
  returned: success
  type: str
message:
  description: What the handshake showed.
  returned: success
  type: str
thumbprint:
  description: Thumbprint of the certificate to serve.
  returned: success
  type: str
restart:
  description: Whether the services are to be restarted for a certificate that this run or an earlier one assigned.
  returned: success
  type: bool
notes:
  description: What OCS's WMI classes name instead, or why they were not read; with O(mode=manual) only.
  returned: success
  type: list
  elements: str
steps:
  description: What to do by hand, when RV(state) is V(manual) or V(unknown).
  returned: success
  type: list
  elements: str
command:
  description: The command with its placeholders filled; none with O(mode=manual) and when nothing is to be done.
  returned: success
  type: list
  elements: str
stdout:
  description: What the command said.
  returned: success
  type: str
"""
