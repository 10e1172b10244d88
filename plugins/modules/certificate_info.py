# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/certificate_info.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate_info
short_description: Read the certificates of a machine, and which authorities it trusts
description:
  - Reads the machine's stores from the registry, as typed values and DER, with one C(reg query), and in no language.
version_added: 1.0.0
author:
  - The ucops.rollout developers (@ucops)
requirements:
  - cryptography >= 42.0.0 on the controller
extends_documentation_fragment:
  - ucops.rollout.attributes
  - ucops.rollout.attributes.info
  - ucops.rollout.attributes.windows
options:
  thumbprints:
    description:
      - Read these certificates only, those of them that are there. Each costs some 40 kB on the wire.
      - By default all of the store MY are read.
    type: list
    elements: str
  chains:
    description:
      - Follow each certificate through the machine's stores of authorities up to a root. As few of these are read as
        are needed, those that Active Directory and Group Policy brought first.
    type: bool
    default: false
seealso:
  - module: ucops.rollout.certificate_request
"""

EXAMPLES = r"""
- name: Read one certificate and the trusted roots
  ucops.rollout.certificate_info:
    thumbprints:
      - 2ACE368A90D2117BE7A0065DFE259B2E8C94F538
  register: stores
"""

RETURN = r"""
certificates:
  description: Certificates of the store MY.
  returned: success
  type: list
  elements: dict
  contains:
    thumbprint:
      description: SHA-1, upper-case hexadecimal.
      type: str
    subject:
      description: The subject, RFC 4514.
      type: str
    common_name:
      description: The common name; none unless there is exactly one.
      type: str
    subject_alternative_names:
      description: The DNS names, in their order.
      type: list
      elements: str
    issuer:
      description: The issuer, RFC 4514.
      type: str
    issuer_common_name:
      description: The issuer's common name.
      type: str
    serial_number:
      description: Serial number, hexadecimal.
      type: str
    not_before:
      description: Begin, UTC.
      type: str
    not_after:
      description: End, UTC.
      type: str
      sample: "2028-11-21T09:14:25Z"
    key_algorithm:
      description: Such as V(rsa).
      type: str
    key_length:
      description: Bits.
      type: int
    signature_algorithm:
      description: Such as V(sha256_rsa).
      type: str
    key_usage:
      description: Key usage; none without the extension.
      type: list
      elements: str
    extended_key_usage:
      description: Object identifiers; none without the extension.
      type: list
      elements: str
    crl_distribution_points:
      description: Where its revocation list is.
      type: list
      elements: str
    public_key:
      description: SHA-256 of the SubjectPublicKeyInfo, hexadecimal.
      type: str
    problem:
      description:
        - Why a certificate cannot be read; then only its thumbprint and its key are known.
        - Of one that is larger than what the host sends at once only its thumbprint is known, and not whether it has a
          key.
      type: str
    friendly_name:
      description: The name that people gave it.
      type: str
    has_private_key:
      description: Whether the store links a private key to it.
      type: bool
    provider:
      description: The provider that holds the key.
      type: str
    provider_type:
      description: The provider's type; 0 is a CNG key storage provider.
      type: int
    chain:
      description: The issuers as PEM, the certificate's own first, the root last. Empty where no way leads to a root.
      type: list
      elements: str
      returned: with O(chains=true)
    chain_problem:
      description: Why there is no way to a trusted root; empty where there is one.
      type: str
      returned: with O(chains=true)
root_thumbprints:
  description: The roots that count for the machine, its own and those of Group Policy and Active Directory.
  returned: success
  type: list
  elements: str
authority_thumbprints:
  description: The intermediate authorities that the machine knows.
  returned: success
  type: list
  elements: str
disallowed_thumbprints:
  description: The certificates that the machine refuses, whatever vouches for them.
  returned: success
  type: list
  elements: str
"""
