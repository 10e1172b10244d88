# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/certificate_bundle.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate_bundle
short_description: Bring a certificate to a server that nobody logs on to, as a file of PEM
description:
  - For a reverse proxy that is not Windows, and for any other server that nobody logs on to. A person makes the key
    there, and it never leaves that server.
  - Without a request in O(directory), a configuration for C(openssl req) is written there, and RV(message) says what to
    do with it.
  - A request that a person put there is compared with the plan. It is returned for
    M(ucops.rollout.certificate_issue), or handed on with an order for the authority.
  - The certificate is checked as always, against the plan, the request and its chain, and written with those above it,
    in order, as C(<name>.bundle.pem). The root is left out, since clients have it.
  - No connection is used.
version_added: 1.0.0
author:
  - The ucops.rollout developers (@ucops)
requirements:
  - cryptography >= 42.0.0 on the controller
extends_documentation_fragment:
  - ucops.rollout.attributes
  - ucops.rollout.attributes.controller
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  certificate:
    description: One of the C(certificates) of a plan.
    type: dict
    required: true
  directory:
    description:
      - The folder of the controller over which people carry requests and certificates.
      - A request is C(<name>.req) or C(<name>.csr), a certificate from an authority that nobody logs on to
        C(<name>.cer), C(.crt), C(.pem) or C(.p7b). C(<name>) is the ID of the certificate with C(_) for each slash.
    type: path
    required: true
  issued:
    description: The certificate that a CA issued for the request, PEM.
    type: str
  chain:
    description: The certificates above O(issued), PEM.
    type: list
    elements: str
    default: []
  online:
    description: Whether a later task brings the request to its CA, so that no order is written.
    type: bool
    default: false
  root:
    description: Whether the bundle ends with the root certificate.
    type: bool
    default: false
  minimum_days:
    description:
      - A certificate that expires in fewer days does not serve; a person is then asked for a new key.
      - No more than a third of the certificate's lifetime is asked for, or half of one of ten days and less.
    type: int
    default: 30
seealso:
  - module: ucops.rollout.certificate_issue
  - module: ucops.rollout.certificate_assign
"""

EXAMPLES = r"""
- name: See how far the reverse proxy's certificate is
  ucops.rollout.certificate_bundle:
    certificate: "{{ certificate }}"
    directory: /srv/ucops/requests
  register: bundled

- name: Say what is to be done
  ansible.builtin.debug:
    msg: "{{ bundled.message }}"
  when: bundled.message | length > 0
"""

RETURN = r"""
changes:
  description:
    - The files that were written, or would be in check mode.
    - Each with C(verb) (V(create), V(change), V(delete), or V(report) where nothing changes), C(what) in words, for
      most C(to_do), the same as something to come, the keys below, C(before), C(after) and C(reasons).
  returned: always
  type: list
  elements: dict
  contains:
    certificate:
      description: The planned certificate's ID.
      type: str
    file:
      description: The file.
      type: str
state:
  description:
    - V(wanted), a person is to make key and request; V(requested), the request is there and a CA is to be asked;
      V(waiting), it was handed over; V(bundled), the certificate is in RV(bundle).
  returned: success
  type: str
  sample: bundled
message:
  description: What a person is to do next; empty where nothing waits for one.
  returned: success
  type: str
bundle:
  description: The file for the server, which is there with V(bundled).
  returned: success
  type: str
request:
  description: The request, PEM.
  returned: success
  type: str
public_key:
  description: The key of the request, for M(ucops.rollout.certificate_issue).
  returned: success
  type: str
thumbprint:
  description: SHA-1 thumbprint of the certificate in RV(bundle).
  returned: success
  type: str
description:
  description: The certificate; the keys are those of RV(ucops.rollout.certificate_info#module:certificates).
  returned: success
  type: dict
"""
