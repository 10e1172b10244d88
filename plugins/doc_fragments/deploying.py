# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules that bring a server's certificates to the plan have in common."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  options:
    description: >-
      How the site wants it done, each as the variable C(pool_certificates_NAME) of the role pool_certificates.
    type: dict
    suboptions:
      obtain:
        description: Whether a certificate is requested and installed where the server holds none that serves.
        type: bool
        default: true
      assign:
        description: Whether the certificates are assigned to the components that are to present them.
        type: bool
        default: true
      minimum_days:
        description: A held certificate with fewer days left is asked for anew.
        type: int
        default: 30
      directory:
        description: The folder on the controller over which people carry requests and certificates.
        type: path
        default: ''
      trusted_roots:
        description: SHA-1 thumbprints of root certificates that may be added to the server's trusted roots.
        type: list
        elements: str
        default: []
      bundle_root:
        description: Whether the file for a server that nobody logs on to ends with the root certificate.
        type: bool
        default: false
      front_end:
        description: How the Front End of OCS gets its certificate.
        type: str
        choices: [manual, command]
        default: manual
      front_end_command:
        description: The site's command for that, as M(ucops.rollout.certificate_assign) takes it.
        type: list
        elements: str
        default: []
      assign_again:
        description: Whether the command is run although something listens that shows no certificate.
        type: bool
        default: false
      ocs:
        description: Whether the assignment in OCS's WMI classes is compared, or written there.
        type: str
        choices: [read, wmi]
        default: read
      web:
        description: How the Web Components get theirs.
        type: str
        choices: [http_sys, manual]
        default: http_sys
      bindings_also:
        description: Other bindings of the same port that shall have the certificate, too.
        type: list
        elements: str
        default: []
      oauth:
        description: Whether OAuth's certificate is set, which is that of the whole organisation.
        type: bool
        default: false
      effective_date:
        description: From when on OAuth and A/V authentication use a new one, in UTC; empty for at once.
        type: str
        default: ''
      start_services:
        description: Whether services may be started, and restarted after an assignment.
        type: bool
        default: false
      services:
        description: Those of OCS.
        type: list
        elements: str
        default: [RTCSRV]
      service_timeout:
        description: Seconds within which a service has to run, or to stand still.
        type: int
        default: 120
      timeout:
        description: Seconds for one handshake.
        type: float
        default: 10.0
      renew:
        description: SHA-1 thumbprints of certificates that are to be replaced now, whatever their dates.
        type: list
        elements: str
        default: []
      prove_wait:
        description:
          - Seconds for which a port is asked until it shows what took the place of another certificate there.
          - Where it does not, the former certificate is assigned again (P(ucops.rollout.certificate_prove#module)).
        type: float
        default: 60.0
      retire:
        description:
          - What becomes of a certificate whose place another one took (P(ucops.rollout.certificate_retire#module)).
        type: str
        choices: [keep, archive, remove]
        default: keep
      revoke:
        description: Whether a later step is told of what was replaced, to revoke it at its CA.
        type: str
        choices: [never, superseded]
        default: never
"""

    WORK = r"""
options:
  work:
    description: What the filter P(ucops.rollout.server_work#filter) returns for the server.
    type: dict
    required: true
  found:
    description: >-
      By certificate ID what is known of it by now, as RV(ucops.rollout.server_info#module:certificates) has it, and
      later the filter P(ucops.rollout.server_certificates#filter).
    type: dict
    required: true
  turns:
    description: Of certificates that servers share, what P(ucops.rollout.key_turns#filter) returns for this one.
    type: dict
    default: {}
  fail:
    description: >-
      Whether a step that fails fails the task. With V(false), its message is returned as C(failure). A host that is
      lost fails the task in any case.
    type: bool
    default: true
"""
