# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/http_binding.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: http_binding
short_description: Set the certificate that http.sys (IIS) serves on an address and port
description:
  - Reads the binding from the registry and changes it with C(netsh) only where it is another, then reads it back.
  - http.sys cannot exchange a certificate in one step, so the former binding is deleted first. When the new one is
    refused, the former one is put back and the task fails.
  - On Windows Server 2003, where C(netsh) does not know certificates, nothing is done and the steps by hand are
    returned.
  - A binding keeps its settings and its application. Settings that C(netsh) cannot set end the task before that binding
    is deleted.
  - Other bindings of the same port that some clients meet first (an exact address, a host name, the central
    certificate store, IPv6) are returned as RV(shadows) as long as they hold another certificate, and are among
    RV(steps) unless they are for a host name that the certificate does not have.
  - The web site must have an https binding of its own in IIS.
version_added: 1.0.0
author:
  - The ucops.rollout developers (@ucops)
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
  thumbprint:
    description: The certificate, of a store of the machine and with its key. May be left out in check mode.
    type: str
  address:
    description: The IP address; V(0.0.0.0) stands for all.
    type: str
    default: 0.0.0.0
  port:
    description: The port.
    type: int
    default: 443
  application_id:
    description:
      - The application that the binding is said to belong to, as a GUID in braces.
      - When empty, that of the former binding, or else of IIS Manager, C({4dc3e181-e14b-4a21-b022-59fc669b0914}).
    type: str
    default: ""
  store:
    description: The machine's certificate store.
    type: str
    default: MY
  also:
    description:
      - Other bindings of the same port, as C(address:port) or C(name:port), that shall have the certificate too.
      - One that is not there ends the task. Each keeps its settings, application and store.
    type: list
    elements: str
    default: []
seealso:
  - module: ucops.rollout.certificate_install
  - module: ucops.rollout.tls_check
"""

EXAMPLES = r"""
- name: Bind the certificate for the Web Components
  ucops.rollout.http_binding:
    thumbprint: "{{ installed.thumbprint }}"
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
    endpoint:
      description: Address and port as http.sys writes them.
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
    - {place: "0.0.0.0:443", before: "", after: 0123456789ABCDEF0123456789ABCDEF01234567, state: changed}
former:
  description:
    - What each place that was changed named before, as P(ucops.rollout.certificate_prove#module) needs it to name that
      again; empty in check mode.
  returned: success
  type: list
  elements: dict
state:
  description: V(bound), before or now; V(would_bind) in check mode; V(manual) on Windows Server 2003.
  returned: success
  type: str
  sample: bound
endpoint:
  description: Address and port as http.sys writes them.
  returned: success
  type: str
  sample: 0.0.0.0:443
before:
  description: Thumbprint of the former binding, none when there was none.
  returned: success
  type: str
thumbprint:
  description: Thumbprint of the binding now; none while it is not known.
  returned: success
  type: str
steps:
  description: What to do by hand where RV(state) is V(manual), and about RV(shadows).
  returned: success
  type: list
  elements: str
shadows:
  description: Other bindings that some clients meet before this one, with another certificate.
  returned: success
  type: list
  elements: dict
  contains:
    binding:
      description: The binding as http.sys writes it; C(ccs:443) for the central certificate store.
      type: str
    thumbprint:
      description: Its certificate; none where it cannot be told.
      type: str
    application:
      description: The application it names, a GUID in braces.
      type: str
    what:
      description: Which clients get which certificate, in words.
      type: str
    mend:
      description: What to do.
      type: str
"""
