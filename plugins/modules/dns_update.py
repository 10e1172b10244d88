#!/usr/bin/python
# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dns_update
short_description: Bring record sets to a DNS server by dynamic update, or take them away
description:
  - Does what M(ucops.rollout.dns_record_sets) does, by dynamic update (RFC 2136), for BIND, Knot, Samba, and for
    Windows zones that take such updates.
  - All changes of a zone go in one message, in several where they are large, with prerequisites by which the server
    refuses it when somebody changed a record in between.
  - Reads before and after; what the reply says decides nothing.
  - What it created is remembered in the zone, in TXT records at C(_ucops-rollout).
  - Zones are not created. Runs on the controller or on any Linux host that reaches the server over TCP.
version_added: 1.0.0
author:
  - The ucops.rollout developers (@ucops)
extends_documentation_fragment:
  - ucops.rollout.record_sets
  - ucops.rollout.attributes
  - ucops.rollout.attributes.network
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
requirements:
  - dnspython >= 2.6.0
  - gssapi, for O(kerberos)
options:
  server:
    description: The server that holds the zones as primary.
    type: dict
    required: true
    suboptions:
      address:
        description: Its IP address, or a name that the host which runs this module can look up.
        type: str
        required: true
      name:
        description: What the results call it. Defaults to its address.
        type: str
      port:
        description: The port, for TCP.
        type: int
        default: 53
      windows:
        description:
          - Whether it is a Windows server. Then, and with O(kerberos), RV(notes) say that new records get a time stamp.
        type: bool
        default: false
  key:
    description: The key that signs the messages (TSIG, RFC 8945). Without one they are not signed.
    type: dict
    suboptions:
      name:
        description: The name of the key on the server.
        type: str
        required: true
      secret:
        description: Its secret in base64, as tsig-keygen shows it.
        type: str
        required: true
      algorithm:
        description: Its algorithm.
        type: str
        choices:
          - hmac-sha256
          - hmac-sha384
          - hmac-sha512
          - hmac-sha224
          - hmac-sha1
          - hmac-md5.sig-alg.reg.int
        default: hmac-sha256
  kerberos:
    description:
      - Sign the updates by Kerberos (GSS-TSIG, RFC 3645), as zones of Active Directory with secure updates demand. An
        empty mapping takes the ticket that C(kinit) has got, or the keytab of the environment.
      - O(server.name) must then be the DNS server's own full name.
      - What a server lets an account change, its access control decides. Who created a record in Active Directory may
        change it, and others may not.
    type: dict
    suboptions:
      principal:
        description: Who signs, such as V(rollout@COMPANY.LOCAL).
        type: str
        default: ''
      password:
        description: The password of O(kerberos.principal).
        type: str
        default: ''
  timeout:
    description: Seconds that one exchange may take.
    type: float
    default: 10.0
notes:
  - A Windows DNS server gives records that came by dynamic update a time stamp. Where scavenging is on, it removes them
    unless they are refreshed, so static records are better written with M(ucops.rollout.dns_record_sets) there.
  - What such a server is, DNS does not show. That its updates are signed by Kerberos, or O(server.windows), says so.
seealso:
  - module: ucops.rollout.dns_record_sets
  - module: ucops.rollout.pool_plan
  - module: ucops.rollout.dns_check
"""

EXAMPLES = r"""
- name: Bring the external view to the public servers' hidden primary
  ucops.rollout.dns_update:
    server:
      address: 192.0.2.53
    key:
      name: rollout
      secret: "{{ vault_tsig_secret }}"
    zones: "{{ plan.zones | selectattr('view', 'equalto', 'external') }}"
    records: "{{ plan | ucops.rollout.dns_records(view='external') }}"
  delegate_to: localhost

- name: Bring the internal view to a domain controller that takes secure updates
  ucops.rollout.dns_update:
    server:
      address: 10.0.0.5
      name: dc01.company.local
    kerberos:
      principal: rollout@COMPANY.LOCAL
      password: "{{ vault_rollout_password }}"
    zones: "{{ plan.zones | selectattr('view', 'equalto', 'internal') }}"
    records: "{{ plan | ucops.rollout.dns_records(view='internal') }}"
  delegate_to: localhost
"""

RETURN = r"""
zones:
  description: The zones as they are now, or would be in check mode.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name.
      type: str
    created:
      description: Always false; zones are not created by dynamic update.
      type: bool
    kind:
      description: V(primary); whether it is, an update shows.
      type: str
    in_directory:
      description: Not known by DNS; null.
      type: bool
    dynamic_update:
      description: Not known by DNS; empty.
      type: str
    partition:
      description: Not known by DNS; empty.
      type: str
    aging:
      description: Not known by DNS; null.
      type: dict
before:
  description: The record sets at the planned owner names before.
  returned: success
  type: list
  elements: dict
  sample:
    - {zone: company.local, name: ocspool, type: A, ttl: 3600, values: [10.0.0.10]}
after:
  description: The record sets at the planned owner names after, as read back; predicted in check mode.
  returned: success
  type: list
  elements: dict
  sample:
    - {zone: company.local, name: ocspool, type: A, ttl: 3600, values: [10.0.0.10]}
compared:
  description:
    - Each wanted record set of ours beside what the server held before, also where something stands in the way.
    - Its C(state) is V(as_planned), V(missing) or V(different); or V(further) for a record set of another type at a
      wanted name. C(values) and C(ttl) are the wanted ones, C(found) and C(found_ttl) what was there, C(problems) what
      stands in the way, C(dynamic) says that some of it has a time stamp, C(other_ttls) are those that would be set to
      C(ttl), C(ages) that it stands in the way that scavenging may remove some of it, C(wildcard) what answers for the
      name while it does not exist.
  returned: success, or when something stands in the way
  type: list
  elements: dict
  sample:
    - zone: company.local
      name: ocspool
      fqdn: ocspool.company.local
      type: A
      state: different
      values: [10.0.0.10]
      found: [10.0.0.99]
      ttl: 3600
      found_ttl: 3600
      dynamic: false
      other_ttls: []
      ages: false
      wildcard: ""
      problems: ["there is already 10.0.0.99, which is not planned"]
changes:
  description:
    - What was done, or would be done in check mode.
    - The verb is V(create), V(change), V(delete) or V(report), the last for what is only worth knowing.
    - After a push that failed on the way, what the server was seen to hold of it.
  returned: success, or when a change failed and the server could be read
  type: list
  elements: dict
  sample:
    - verb: create
      what: A ocspool.company.local
      zone: company.local
      name: ocspool
      type: A
      before:
      after: {ttl: 3600, values: [10.0.0.10]}
      reasons: []
pushed:
  description: Whether the server holds what is wanted now, or would in check mode.
  returned: success
  type: bool
left:
  description: What is still to be done after a push that failed on the way; zones, and records with their type.
  returned: when a change failed and the server could be read
  type: list
  elements: str
  sample: [web.company.local A]
conflicts:
  description: Everything that stands in the way.
  returned: when there is any
  type: list
  elements: str
summary:
  description: The record sets of RV(changes), by what was done, or in check mode is to be done, in one line.
  returned: success
  type: str
  sample: "created: A ocspool.company.local; removed: A old.company.local"
notes:
  description: What happened otherwise than expected without doing harm.
  returned: success
  type: list
  elements: str
diff:
  description: Zones and records before and after, as text.
  returned: success
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ucops.rollout.plugins.module_utils.dns.push import answered, push
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import ARGUMENTS, read_request
from ansible_collections.ucops.rollout.plugins.module_utils.dns.rfc2136 import asked_only
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.updating import server as updating


def main() -> None:
    module = AnsibleModule(
        argument_spec={**ARGUMENTS, **updating.ARGUMENTS},
        mutually_exclusive=updating.EXCLUSIVE,
        supports_check_mode=True,
    )
    try:
        request = read_request(module.params["zones"], module.params["records"], module.params)
        others = asked_only(module.params["other_servers"])
        result = answered(
            lambda: push(updating.updated_server(module.params), request, check_mode=module.check_mode, others=others),
            fail=module.params["fail"],
        )
    except RolloutError as error:
        module.fail_json(msg=str(error), **{"changed": False, **getattr(error, "result", {})})
    module.exit_json(**result)


if __name__ == "__main__":
    main()
