# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/dns_record_sets.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: dns_record_sets
short_description: Bring zones and record sets of a Windows DNS server to what the plan wants, or take them away
description:
  - Creates missing zones, and adds, changes and removes A, AAAA, CNAME, SRV, TXT and PTR records on a Windows DNS
    server, all zones in one task.
  - Reads first, changes only what differs, adds before it removes, and reads back what it wrote.
  - Records that it was not told about are left alone. A CNAME or other values in a planned record set, and a
    delegation or another zone of the server at its name or above it, are reported as conflicts; all of them are
    listed together and nothing at all is changed.
  - So is a record that holds what is planned and has a time stamp, where the zone ages; scavenging would remove it.
  - A wildcard record that answers for a planned name so far is no conflict. It is left, and told with the change, since
    with the new record it ends there for all types.
  - What it created is remembered in the zone itself, in TXT records at C(_ucops-rollout). Where the plan has other
    values later, what was created so is replaced in an ordinary run. What others created gives way only at names in
    O(replace), or with O(purge).
  - Works through WMI over WS-Management, from Windows Server 2003 on, without PowerShell.
version_added: 1.0.0
author:
  - The ucops.rollout developers (@ucops)
options:
  only_compare:
    description: Whether to tell what would change and what stands in the way, and to change nothing, as in check mode.
    type: bool
    default: false
    version_added: 1.0.0
  update:
    description:
      - For a DNS server that is not Windows. The controller itself then sends it dynamic updates and the task's
        connection is not used, as with M(ucops.rollout.dns_update), whose C(server), C(key), C(kerberos) and
        C(timeout) are given here.
      - C(server.address) defaults to C(ansible_host), and C(server.name) to the host's name in the inventory.
    type: dict
    default: {}
extends_documentation_fragment:
  - ucops.rollout.record_sets
  - ucops.rollout.attributes
  - ucops.rollout.attributes.windows
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: ucops.rollout.dns_update
  - module: ucops.rollout.pool_plan
  - module: ucops.rollout.dns_check
"""

EXAMPLES = r"""
- name: Push the records of the plan
  ucops.rollout.dns_record_sets:
    zones: "{{ plan.zones }}"
    records: "{{ plan.records }}"

- name: Publish automatic sign-in for one domain, creating the zone if there is none
  ucops.rollout.dns_record_sets:
    zones:
      - name: company.com
        if_missing: create
    records:
      - zone: company.com
        name: ocspool
        type: A
        values:
          - 10.0.0.10
      - zone: company.com
        name: _sipinternaltls._tcp
        type: SRV
        values:
          - {priority: 0, weight: 0, port: 5061, target: ocspool.company.com}

- name: Keep a new zone in the forest's partition, where it takes secure updates alone
  ucops.rollout.dns_record_sets:
    zones:
      - name: company.com
        if_missing: create
        settings:
          partition: forest
          dynamic_update: secure
    records: "{{ plan.records | selectattr('zone', 'eq', 'company.com') }}"

- name: Let the new address of the pool take the place of one that somebody entered by hand
  ucops.rollout.dns_record_sets:
    zones: "{{ plan.zones }}"
    records: "{{ plan.records }}"
    replace:
      - ocspool.company.com

- name: Take away what was pushed
  ucops.rollout.dns_record_sets:
    zones: "{{ plan.zones }}"
    records: "{{ plan.records }}"
    state: absent
    limits:
      deletions: 20
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
      description: Whether this task created it.
      type: bool
    kind:
      description: V(primary); records are written nowhere else.
      type: str
    in_directory:
      description: Whether the zone is kept in Active Directory.
      type: bool
    dynamic_update:
      description: Which dynamic updates the server says it takes, V(none), V(any) or V(secure); empty if unknown.
      type: str
    partition:
      description:
        - The directory partition, V(domain), V(forest), V(legacy) or a DNS name.
        - It is read of a zone that this task created, and where O(zones[].settings.partition) is given; else empty.
      type: str
    aging:
      description: Whether records with a time stamp grow old (C(enabled)), and the intervals in hours; none if unknown.
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
    - A created zone has the type V(ZONE).
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
  description: The zones and record sets of RV(changes), by what was done, or in check mode is to be done, in one line.
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
