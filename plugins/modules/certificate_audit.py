# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/certificate_audit.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate_audit
short_description: Compare the certificates of a Windows server with the plan, changing nothing
description:
  - Reads what a server has assigned in every way that there is, what its store holds, and what its planned ports serve,
    and compares each place with the plan.
  - Assignments are read with C(Get-CsCertificate) where the product is Lync Server 2010 or later, in the WMI classes of
    OCS 2007 and 2007 R2, and in the bindings of http.sys. Handshakes go to the server's own addresses.
  - Of a server that nobody logs on to (C(logon=false) in the topology) only the ports are seen, without a connection.
  - What one way cannot read is told at its places as V(not_read); the others are read all the same.
  - Whether a key is exportable is read with PowerShell, so only where the product's cmdlets are.
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
    details: It changes nothing in any mode.
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  work:
    description: What P(ucops.rollout.server_work#filter) says of the server, with its option C(every_holder).
    type: dict
    required: true
  minimum_days:
    description:
      - A certificate with fewer days left is to be renewed.
      - No more than a third of the certificate's lifetime is asked for, or half of one of ten days and less.
    type: int
    default: 30
  timeout:
    description: Seconds for one handshake.
    type: float
    default: 10.0
  bindings_also:
    description: Further bindings of the Web Components' port, as address:port or name:port, for the same certificate.
    type: list
    elements: str
    default: []
  roots:
    description:
      - Root certificates (PEM) that clients trust, for what the ports of a server serve that nobody logs on to.
      - Where none decides whether clients trust it, it is V(not_read).
    type: list
    elements: str
    default: []
  trusted_roots:
    description: Thumbprints of roots that clients trust as well, where a port sends the root itself.
    type: list
    elements: str
    default: []
  requests:
    description:
      - What the plan's CAs have of keys, as P(ucops.rollout.audit_requests#filter) gives it, C(pending) and C(revoked),
        each a public key to the number of its request.
      - A key that waits for a certificate is told with its request then, and what is revoked serves as nothing.
    type: dict
    default: {}
seealso:
  - module: ucops.rollout.certificate_info
  - module: ucops.rollout.cs_certificates
  - plugin: ucops.rollout.audit_data
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Compare this server with the plan
  ucops.rollout.certificate_audit:
    work: "{{ plan | ucops.rollout.server_work(inventory_hostname, every_holder=true) }}"
  register: audit

- name: Name the certificates that end within a month
  ansible.builtin.debug:
    msg: "{{ audit.rows | selectattr('verdict', 'in', ['renew', 'expired']) | map(attribute='subject') }}"
"""

RETURN = r"""
server:
  description: The server's FQDN.
  returned: success
  type: str
rows:
  description:
    - A row for each planned place, then for what is assigned beyond the plan, then for the rest of the store.
    - The C(verdict) is V(as_planned); or a difference, V(missing), V(expired), V(differs), V(unplanned) (the plan has
      no certificate for that type here) or V(renew); or V(not_read). V(unassigned) (in the store, it would serve, and
      is assigned nowhere), V(archived) (in the store, put aside) and V(other) are told and are no difference.
    - C(certificate) is the planned one's id. C(thumbprint), C(subject), C(issuer), C(not_after) and C(days_left) are of
      what is there. C(missing_names) and C(further_names) compare the alternative names. C(problems) says what is
      wrong, C(remarks) what is worth knowing.
  returned: success
  type: list
  elements: dict
  sample:
    - server: fe01.company.local
      place: Default, port 5061
      verdict: renew
      certificate: fe01.company.local/default
      thumbprint: 0123456789ABCDEF0123456789ABCDEF01234567
      subject: pool.company.local
      issuer: Company CA
      not_after: '2026-12-11T08:00:00Z'
      days_left: 14
      missing_names: []
      further_names: []
      problems: ["it expires on 2026-12-11T08:00:00Z, in less than 30 days"]
      remarks: []
findings:
  description:
    - What the server's stores give reason to say beside its places, in the shape of the plan's findings, errors first.
    - Of its own certificates in use, their keys and the authorities above them; of others of the store MY that have a
      planned one's names; of keys that wait in REQUEST; and of the roots that count for the machine, those of Group
      Policy and Active Directory included. The codes are those of the documentation's page of findings.
  returned: success
  type: list
  elements: dict
  sample:
    - severity: warning
      code: certificate-expires
      message: "fe01.company.local/default: 'pool.company.local' (0123456789ABCDEF0123456789ABCDEF01234567) expires on
        2026-12-11T08:00:00Z, in 14 days"
      breaks: From then on services that have it do not start, and clients and other servers refuse it
      mend: "Run deploy_pool before: it makes and assigns another one"
      source: Microsoft, 'Lync Server certificate expiration'; skypepro.co.uk
      where: fe01.company.local
"""
