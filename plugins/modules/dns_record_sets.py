# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: the work is done in plugins/action/dns_record_sets.py.

from __future__ import annotations

DOCUMENTATION = r"""
module: dns_record_sets
short_description: Bring zones and record sets of a Windows DNS server to what the plan wants, or take them away
description:
  - Creates missing zones, and adds, changes and removes A, AAAA, CNAME, SRV and TXT records on a Windows DNS server,
    all zones in one task.
  - Reads first, changes only what differs, adds before it removes, and reads back what it wrote.
  - Records that it was not told about are left alone. A CNAME or other values in a planned record set, and a
    delegation or another zone of the server at its name or above it, are reported as conflicts; all of them are
    listed together and nothing at all is changed.
  - What it created is remembered in the zone itself, in TXT records at C(_ucops-rollout). Where the plan has other
    values later, what was created so is replaced in an ordinary run. What others created gives way only at names in
    O(replace), or with O(purge).
  - Works through WMI over WS-Management, from Windows Server 2003 on, without PowerShell.
version_added: 0.1.0
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
  zones:
    description: The zones that the records go into, as in the plan.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The name of the zone.
        type: str
        required: true
      if_missing:
        description:
          - What to do when the server does not have the zone.
          - A missing zone that nothing is pushed into stops nobody and is told in C(notes). One whose records are all
            another team's (C(managed) is V(other_team)) is not created either.
          - With V(create) a primary zone kept in Active Directory is created.
        type: str
        choices:
          - fail
          - create
        default: fail
      view:
        description: The view of the zone; carried along and not used.
        type: str
  records:
    description: The record sets, as in the plan.
    type: list
    elements: dict
    required: true
    suboptions:
      zone:
        description: The zone of the record set; one of O(zones).
        type: str
        required: true
      name:
        description:
          - The owner name relative to the zone, V(@) for the zone's own name.
          - One of O(records[].name) and O(records[].fqdn) is needed.
        type: str
      fqdn:
        description: The full owner name.
        type: str
      type:
        description:
          - The type, V(A), V(AAAA), V(CNAME), V(SRV) or V(TXT).
          - A V(CNAME) record has one value, stands at a name without other records, and not at the zone's own name.
        type: str
        required: true
      ttl:
        description: Time to live in seconds. A record with the right data and another time to live is changed.
        type: int
        default: 3600
      values:
        description:
          - All values of the set.
          - For V(A) IPv4 addresses; for V(AAAA) IPv6 addresses; for V(CNAME) a full name; for V(SRV) mappings with
            C(priority), C(weight), C(port) and C(target); for V(TXT) texts.
        type: list
        elements: raw
        required: true
      managed:
        description: Who looks after the record. Only sets with V(ours) are written, others are skipped.
        type: str
        default: ours
      reasons:
        description: Why the record is planned; returned with its change.
        type: list
        elements: dict
      view:
        description: The view of the record; carried along and not used.
        type: str
  state:
    description:
      - With V(present) the server holds the values of each set, and no others of the same name and type.
      - With V(absent) it holds none of them. What others created is left and told, but at names in O(replace). Zones
        are never removed.
    type: str
    choices:
      - present
      - absent
    default: present
  replace:
    description:
      - Full owner names of O(records) at which records that others created may give way, those of another type and
        dynamic ones included. This is the site's word for records that somebody else may need.
    type: list
    elements: str
    default: []
  purge:
    description:
      - With V(members), values that others created give way in every set of O(records).
      - With V(stale), also what this O(rollout) created earlier is removed where O(records) has no set of that name
        and type any more. So give it all records of the rollout, never a part.
    type: str
    choices:
      - none
      - members
      - stale
    default: none
  rollout:
    description:
      - The name of the rollout, by which its records are told from those of another one in the same zone. Lower-case
        letters, digits, dots and hyphens.
    type: str
    default: default
  remember:
    description:
      - Whether the zone remembers what was created. Without, nothing counts as created by this collection, and nothing
        is replaced but at O(replace) and by O(purge).
    type: bool
    default: true
  limits:
    description:
      - How much of a zone may go or change in one run. Beyond that nothing is changed, and the message says how much
        it would have been. One record may always go or change.
    type: dict
    suboptions:
      deletions:
        description: The most records of a zone that are removed without others of that name and type coming for them.
        type: int
        default: 5
      deletions_percent:
        description:
          - The same in per cent of the records that the zone holds at the names of O(records). It does not count where
            O(state) is V(absent), since there each record was named.
        type: int
        default: 34
      changes:
        description: The most records of a zone that are changed, or give way to others of that name and type.
        type: int
        default: 100
      changes_percent:
        description: The same in per cent of the records that the zone holds at the names of O(records).
        type: int
        default: 100
  fail:
    description:
      - Whether a push that was refused or that failed on the way fails the task.
      - With V(false) the task succeeds with RV(pushed=false) and C(msg), so that a later task can say so without all
        the records. A server that cannot be read fails the task all the same.
    type: bool
    default: true
seealso:
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
      C(ttl).
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
