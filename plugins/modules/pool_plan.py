# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: plugins/action/pool_plan.py

from __future__ import annotations

DOCUMENTATION = r"""
module: pool_plan
short_description: Plan the DNS records and certificates of a pool
version_added: 1.0.0
author:
  - The ucops.rollout developers (@ucops)
description:
  - Computes from a description of the site (the topology) every DNS record and every certificate that its pools need,
    each with the reason why it is there, and proves that every name that a client can be sent to is in the
    certificate of the server that answers.
  - Touches no host. The same topology always gives the same plan.
  - A topology that is wrong fails the task with all its problems at once, each with its path.
extends_documentation_fragment:
  - ucops.rollout.attributes
  - ucops.rollout.attributes.info
  - ucops.rollout.attributes.controller
options:
  topology:
    description:
      - The site as a mapping with the keys C(schema) (1), C(product), C(ad_domain), C(sip_domains), C(dns), C(pools)
        and C(certificates). The example shows all that is needed.
      - C(sip_domains[].home) names the pool that signs in the users of a SIP domain. It is needed where there are
        several pools.
      - C(dns.internal.zones[].known_names) lists the names that exist in a zone outside, C(copied_names) those of them
        that somebody copies into the zone inside. Both serve the warning about a zone that is created and hides names.
      - C(pools[].web_farm_fqdn) is the internal web farm's name where it is not the pool's, and
        C(pools[].load_balancer.vips.web) its virtual IP addresses where they are not those of C(sip).
      - C(certificates.repeat_subject_in_san) set to V(false) leaves the pool's name out of the subject alternative
        names.
    type: dict
    required: true
  check_inventory:
    description:
      - Whether every planned server must have a host in the inventory group O(servers_group), and the groups
        O(dns_group) and O(ca_group) must have hosts. What is missing becomes an error among the findings.
      - A server's host is the one named by C(inventory_host) in the topology, else the one named by the server's FQDN,
        else by its short name.
    type: bool
    default: false
  servers_group:
    description: The inventory group of the pools' servers.
    type: str
    default: ucops_servers
  dns_group:
    description: The inventory group of the DNS servers. Looked at only with O(check_inventory=true).
    type: str
  dns_external_group:
    description:
      - The inventory group of the DNS servers that hold the external view. Where it has hosts, the external view can be
        pushed and proved as well.
    type: str
  ca_group:
    description: The inventory group of the certification authorities. Looked at only with O(check_inventory=true).
    type: str
  only:
    description:
      - What of the plan is wanted. Each key that is given narrows it, and what is left is in all of them. The plan then
        holds this part, and names under C(left_out) what it leaves out.
      - A mapping of lists of names under V(pools) (FQDNs), V(roles), V(views) and V(uses) (of certificates).
      - Record sets and certificates stay as the whole plan has them.
    type: raw
    default: {}
  fail_on_errors:
    description:
      - Whether errors among the findings fail the task, with all of them in the message. Otherwise the plan is returned
        with them.
    type: bool
    default: true
  front_end_command:
    description:
      - The site's command that assigns a certificate to the Front End, as M(ucops.rollout.certificate_assign) takes it.
      - Given here, what is wrong with it fails the plan, long before the command would run.
    type: list
    elements: str
  every_dns_server:
    description:
      - Whether RV(hosts) has all DNS servers of each view, for who reads them, or pushes zones that each has in a file.
    type: bool
    default: false
    version_added: 1.0.0
  parts:
    description:
      - The parts of a rollout that are to be done. Groups that only the others need are not looked for, and RV(hosts)
        holds no hosts for them.
    type: list
    elements: str
    choices: [plan, dns, certificates, assign, verify, report]
    default: [plan, dns, certificates, assign, verify, report]
    version_added: 1.0.0
seealso:
  - plugin: ucops.rollout.dns_records
    plugin_type: filter
  - plugin: ucops.rollout.srv_records
    plugin_type: filter
  - plugin: ucops.rollout.subject_alt_names
    plugin_type: filter
  - plugin: ucops.rollout.plan_text
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Plan the pool
  ucops.rollout.pool_plan:
    topology:
      schema: 1
      product: ocs2007
      ad_domain: company.local
      sip_domains:
        - company.local
        - company.com
      dns:
        internal:
          zones:
            - name: company.local
            - name: company.com
              if_missing: create
      pools:
        - fqdn: ocspool.company.local
          load_balancer:
            type: hardware
            vips:
              sip: [10.0.0.10]
          servers:
            - fqdn: ocssrv01.company.local
              addresses:
                internal: [10.0.0.11]
            - fqdn: ocssrv02.company.local
              addresses:
                internal: [10.0.0.12]
      certificates:
        issuers:
          enterprise:
            ca: ca01.company.local\Company CA
            template: WebServer
  register: planned

- name: Show the plan to people
  ansible.builtin.debug:
    msg: "{{ planned.plan | ucops.rollout.plan_text }}"

- name: Plan from the inventory, and refuse servers that are not in it
  ucops.rollout.pool_plan:
    topology: "{{ ucops_topology }}"
    check_inventory: true
    dns_group: ucops_dns
    ca_group: ucops_ca
"""

RETURN = r"""
made_of:
  description: A short text that is the same for the same O(topology) and O(only), and no other.
  returned: success
  type: str
  sample: sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
text:
  description:
    - RV(plan) as one JSON text, which the roles hand on. Ansible goes through each value of a variable whenever the
      variable is asked for.
  returned: success
  type: str
plan:
  description: What DNS and the certificates must hold, in a stable order.
  returned: when the topology can be planned, also when the plan has errors
  type: dict
  contains:
    schema:
      description: Version of the plan's form.
      type: int
      sample: 1
    zones:
      description: The declared zones, each with C(view), C(name), C(if_missing), and C(settings) where any are given.
      type: list
      elements: dict
      sample: [{"view": "internal", "name": "company.com", "if_missing": "create"}]
    records:
      description:
        - The record sets, each with C(view), C(zone), C(name) (relative to the zone, V(@) at its apex), C(fqdn),
          C(type), C(ttl), C(values), C(managed) and C(reasons).
        - The values of A records are addresses. Those of SRV records have C(priority), C(weight), C(port) and
          C(target), without a trailing dot.
        - C(managed) is V(ours) for what is pushed, and V(registered_elsewhere) for what a domain member registers
          itself and is only proved.
      type: list
      elements: dict
      sample:
        - view: internal
          zone: company.com
          name: _sipinternaltls._tcp
          fqdn: _sipinternaltls._tcp.company.com
          type: SRV
          ttl: 3600
          values: [{"priority": 0, "weight": 0, "port": 5061, "target": "ocspool.company.com"}]
          managed: ours
          reasons:
            - rule: ocs2007.sign-in-tls
              purpose: automatic sign-in over TLS of the SIP domain's users
              source: TechNet bb870344
              mark: C
    certificates:
      description:
        - The certificates, each with C(id), C(holders), C(scope), C(use), C(subject), C(subject_alternative_names) in
          order, C(name_reasons), C(key), C(extended_key_usage), C(require_crl_distribution_point), C(issuer),
          C(template) and C(assignments).
      type: list
      elements: dict
    endpoints:
      description:
        - Every name and port that something connects to, with C(addresses), C(protocol), C(through) (V(load_balancer)
          or V(direct)), the C(certificates) that may answer, and the C(clients) that come.
      type: list
      elements: dict
    servers:
      description: The servers, each with C(fqdn), C(inventory_host) (null where none was found), C(pool), C(addresses).
      type: list
      elements: dict
    pools:
      description:
        - The pools, each with C(fqdn), C(product), C(front_ends), C(other_servers) and C(sip_domains), which all pools
          have in common.
      type: list
      elements: dict
    findings:
      description:
        - What to know before the rollout, each with C(severity) (V(error), V(warning) or V(note)), C(code),
          C(message), C(breaks), C(mend), C(source) and C(where).
      type: list
      elements: dict
hosts:
  description:
    - The inventory's hosts that a rollout of this plan concerns, and no others. C(dns) is the one DNS server that
      records are pushed to, or all of them with O(every_dns_server), C(ca) are the certification authorities that are
      asked, C(servers) the pools' servers. Of the DNS servers, C(updated) are those that take dynamic updates.
    - Empty where the inventory has no such group or where O(dns_group) or O(ca_group) is not given.
  returned: when the topology can be planned, also when the plan has errors
  type: dict
  sample: {"dns": ["dc01"], "ca": ["ca01"], "servers": ["ocssrv01", "ocssrv02"]}
"""
