# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/certificate_retire.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate_retire
short_description: Archive or remove the certificates of a server whose place others took
description:
  - A planned certificate counts as in place when every port of the server that is to show it does so in a handshake
    now. What it took the place of is what this run's assignments replaced, and what was issued for the same name by the
    same issuer earlier, with all names of the plan.
  - Nothing is retired that is used anywhere that can be read. These are the bindings of http.sys (addresses, names),
    the classes of OCS, the assignments of Get-CsCertificate with the ones before them, the listeners of WinRM and the
    remote desktop. Where one of these cannot be read, the task fails and nothing is retired. Other programs that name
    a certificate are not known.
  - V(archive) gives the certificate Windows' property of archived ones. It stays in the store with its key, and
    programs do not see it unless they ask for archived ones.
  - V(remove) deletes the key first, where it is this certificate's alone, then the certificate. Requests that still
    wait for the same planned certificate are removed likewise.
  - Works through the registry over WMI and C(certutil), from Windows Server 2008 on, without PowerShell where no
    cmdlets assigned. Untested on real Windows.
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
      - By the certificate's ID, the results of its tasks, with C(thumbprint) of the one that is in place, and
        C(assignment) and C(binding) as P(ucops.rollout.certificate_prove#module) takes them.
    type: dict
    required: true
  way:
    description: V(keep) only tells them; V(archive) and V(remove) are above.
    type: str
    choices: [keep, archive, remove]
    default: keep
  renew:
    description:
      - SHA-1 thumbprints of certificates that were ordered to be replaced. Such a one counts as issued for the same
        also where it lacks names that the plan has.
    type: list
    elements: str
    default: []
  timeout:
    description: Seconds for one try of a handshake.
    type: float
    default: 10.0
seealso:
  - module: ucops.rollout.certificate_prove
"""

EXAMPLES = r"""
- name: Remove what was replaced
  ucops.rollout.certificate_retire:
    work: "{{ pool_certificates_work }}"
    held: "{{ pool_certificates_result }}"
    way: remove
"""

RETURN = r"""
changes:
  description:
    - What was archived or removed, or would be in check mode.
    - Each with C(verb) (V(change), V(delete)), C(what) in words, C(to_do), the same as something to come, the keys
      below, C(before), C(after) and C(reasons).
  returned: always
  type: list
  elements: dict
  contains:
    certificate:
      description: The planned certificate's ID.
      type: str
    store:
      description: V(MY), or V(REQUEST) for a request that waited in vain.
      type: str
    thumbprint:
      description: Which one.
      type: str
retired:
  description:
    - Each certificate whose place another one took, with the planned C(certificate)'s ID, C(thumbprint), the
      C(successor)'s thumbprint (null in check mode, where it is only planned), C(subject), C(serial_number),
      C(public_key), C(issuer_common_name), C(not_after) and C(store).
    - Its C(state) is V(kept), V(archived), V(removed), in check mode V(would_archive) or V(would_remove), or V(in_use),
      with the place in C(why).
    - Its C(key) is V(deleted), V(shared) where it is not this certificate's alone or of a kind that is left, V(unknown)
      where nobody could see what became of it, or empty.
  returned: always
  type: list
  elements: dict
unproved:
  description: By ID, the planned certificates that a port does not show, and what it shows.
  returned: always
  type: dict
"""
