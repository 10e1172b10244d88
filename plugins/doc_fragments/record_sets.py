# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that the modules have in common which bring record sets to a DNS server."""

from __future__ import annotations


class ModuleDocFragment:
    """``ucops.rollout.record_sets``."""

    DOCUMENTATION = r"""
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
          - With V(create) a primary zone is created, kept in Active Directory unless O(zones[].settings) says V(file).
        type: str
        choices:
          - fail
          - create
        default: fail
      view:
        description: The view of the zone; carried along and not used.
        type: str
      settings:
        description:
          - How the zone is kept and what it takes. What is not given is left as the server has it, also of a zone that
            is there; what is given is set there too, read back, and shown as a change of the zone.
          - A zone whose records are all another team's, and any zone where O(state) is V(absent), is left as it is.
          - Dynamic updates can neither read nor set it, so with M(ucops.rollout.dns_update) a zone has no settings.
        type: dict
        suboptions:
          storage:
            description:
              - Where the zone is kept, V(directory) for Active Directory. A new zone is kept there unless this is
                V(file); its file is the zone's name with C(.dns), and is written back after each change.
              - A zone that is there is never converted. One that is kept elsewhere is a conflict.
            type: str
            choices:
              - directory
              - file
          partition:
            description:
              - The directory partition of the zone, V(domain), V(forest), V(legacy) or the DNS name of an application
                partition. Unless it is given, the server chooses for a new zone, and what it chose is returned.
              - It is moved with C(dnscmd), which comes with the DNS Server role, and with the Support Tools on Windows
                Server 2003.
            type: str
          dynamic_update:
            description: Which dynamic updates the zone takes. V(secure) ones need Active Directory.
            type: str
            choices:
              - none
              - secure
              - any
          aging:
            description: Whether records of the zone that have a time stamp grow old, so that scavenging removes them.
            type: dict
            suboptions:
              enabled:
                description: Whether they do.
                type: bool
                required: true
              no_refresh_interval:
                description: For how many hours a time stamp is not refreshed again, from 1 to 8760.
                type: int
              refresh_interval:
                description: For how many hours after that a record waits for its refresh, from 1 to 8760.
                type: int
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
          - The type, V(A), V(AAAA), V(CNAME), V(SRV), V(TXT) or V(PTR).
          - A V(CNAME) record has one value, stands at a name without other records, and not at the zone's own name.
        type: str
        required: true
      ttl:
        description:
          - Time to live in seconds. A record with the right data and another time to live is changed.
          - Where the server keeps a higher one than it was given, that is told in C(notes) and remembered in the zone;
            the next run leaves it.
        type: int
        default: 3600
      values:
        description:
          - All values of the set.
          - For V(A) IPv4 addresses; for V(AAAA) IPv6 addresses; for V(CNAME) and V(PTR) a full name; for V(SRV)
            mappings with C(priority), C(weight), C(port) and C(target); for V(TXT) texts.
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
      - A record that holds what is planned and has a time stamp becomes static there, in its place.
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
  other_servers:
    description:
      - Further DNS servers for the same records. Where a zone is missing, the controller asks them by DNS whether they
        have it. If one does, nothing is changed, and no second zone of that name is created beside it.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The name by which it is told.
        type: str
        required: true
      address:
        description: Its address.
        type: str
        required: true
      port:
        description: Its port.
        type: int
        default: 53
      view:
        description: The view of its records; carried along and not used.
        type: str
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
"""
