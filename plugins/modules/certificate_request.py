# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/certificate_request.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate_request
short_description: Look for a certificate that serves the plan, and make a key and a request where none does
description:
  - Reads the machine's certificate store and compares every certificate with the plan. One serves when its common name
    is the planned one, its subject alternative names are a superset, issuer, key length, provider, key usage, extended
    key usage and CRL distribution point fit, its key is on the machine, and enough days remain. Then nothing is done.
  - Where none serves, all reasons are told for each certificate. A key that waits for its certificate already (store
    REQUEST) is used again; only where there is none a key is made, in the machine's store, not exportable unless the
    plan says so. It never leaves the server.
  - The names travel inside the request. The request that came out is compared with the plan before it is returned.
  - Works through the registry (C(reg query), or WMI) and C(certreq), from Windows Server 2003 on, without PowerShell.
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
    details: A request that waits is recognised; its text (RV(request)) is not built again and is none.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  certificate:
    description: One of the C(certificates) of a plan, as P(ucops.rollout.pool_plan#module) makes it.
    type: dict
    required: true
  minimum_days:
    description:
      - A certificate that expires in fewer days does not serve any more.
      - No more than a third of the certificate's lifetime is asked for, or half of one of ten days and less.
    type: int
    default: 30
  renew:
    description:
      - SHA-1 thumbprints of certificates that are to be replaced now, whatever their dates. A second run finds the new
        one.
    type: list
    elements: str
    default: []
  directory:
    description:
      - A directory on the controller into which the request is written as C(<holder>_<use>.req), for CAs that nobody
        may log on to. It is made with the rights 0700 when it is missing; one that is there keeps its rights. A
        request is written with 0600.
    type: path
    aliases:
      - file
seealso:
  - module: ucops.rollout.certificate_issue
  - module: ucops.rollout.certificate_install
"""

EXAMPLES = r"""
- name: Have a certificate, or a request for one
  ucops.rollout.certificate_request:
    certificate: "{{ planned.plan.certificates | selectattr('holders', 'contains', inventory_hostname) | first }}"
  register: asked

- name: Write the request into a directory of the controller instead
  ucops.rollout.certificate_request:
    certificate: "{{ item }}"
    directory: requests
  loop: "{{ planned.plan.certificates | selectattr('holders', 'contains', inventory_hostname) }}"
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
    certificate:
      description: The planned certificate's ID.
      type: str
    authority:
      description: The directory, for a request that was written there.
      type: str
    file:
      description: The file, for a request that was written to one.
      type: str
state:
  description:
    - V(held), a certificate serves; V(outstanding), a key waits for its certificate; V(created), a key and a request
      were made; V(would_create), they would be made outside of check mode.
  returned: success
  type: str
  sample: created
thumbprint:
  description: SHA-1 thumbprint of the newest certificate that serves; none unless RV(state) is V(held).
  returned: success
  type: str
held:
  description: That certificate; the keys are those of RV(ucops.rollout.certificate_info#module:certificates).
  returned: success
  type: dict
former:
  description: The newest other that fits the plan but for its dates, or for O(renew); none where there is none.
  returned: success
  type: dict
request:
  description:
    - The request, PEM. None when a certificate serves, in check mode, and when it could not be built again for a key
      that waits; a CA that knows the key needs none.
  returned: success
  type: str
public_key:
  description: SHA-256 of the SubjectPublicKeyInfo, hexadecimal. By it the CA's database is searched.
  returned: success
  type: str
waiting:
  description:
    - The thumbprint, in the store REQUEST, of the outstanding request whose key waits for its certificate; none where
      there was none before this task.
  returned: success
  type: str
reasons:
  description: Why the other certificates of the store do not serve.
  returned: success
  type: list
  elements: dict
  contains:
    thumbprint:
      description: Which certificate.
      type: str
    subject:
      description: Its subject.
      type: str
    reasons:
      description: All reasons.
      type: list
      elements: str
      sample: ["its subject alternative names lack sip.company.com"]
file:
  description: Where the request lies on the controller; none without O(directory).
  returned: success
  type: str
"""
