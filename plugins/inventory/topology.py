# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: topology
short_description: The hosts and groups of a rollout from its topology
version_added: 1.0.0
author:
  - The ucops.rollout developers (@ucops)
description:
  - Makes the inventory's hosts from C(ucops_topology), so that each server is written once.
  - Servers that a rollout logs on to come into the group of O(servers_group), the hosts of the CAs that are to sign
    into that of O(ca_group). Name servers are not in a topology; O(dns_servers) and O(dns_external_servers) name them.
  - Each server has the variable C(topology_server), a mapping with C(fqdn), C(pool), C(product), C(role) and
    C(addresses), of which O(compose), O(groups) and O(keyed_groups) can make further variables and groups.
  - Nothing is asked of any host.
options:
  plugin:
    description: The name of this plugin.
    type: str
    required: true
    choices: [ucops.rollout.topology]
  topology:
    description: The topology, as a playbook takes it in C(ucops_topology).
    type: dict
  topology_file:
    description:
      - A YAML file with the topology, alone or as the variable C(ucops_topology), such as one in C(group_vars/all).
        Such a file is also what the playbook C(ucops.rollout.import_topology) writes.
      - A path that is not absolute begins at the folder of the inventory file.
    type: str
  documents:
    description:
      - The documents of a deployment from which the topology is imported, as P(ucops.rollout.topology_import#lookup)
        takes them. A path that is not absolute begins at the folder of the inventory file.
    type: list
    elements: str
  known:
    description: What O(documents) do not say, as P(ucops.rollout.topology_import#lookup) takes it.
    type: dict
    default: {}
  dns_servers:
    description: The hosts of the internal name servers.
    type: list
    elements: str
    default: []
  dns_external_servers:
    description: The hosts of the name servers that hold the external view.
    type: list
    elements: str
    default: []
  servers_group:
    description: The group of the servers.
    type: str
    default: ucops_servers
  ca_group:
    description: The group of the CAs' hosts. Empty for none, where nobody may log on to them.
    type: str
    default: ucops_ca
  dns_group:
    description: The group of O(dns_servers).
    type: str
    default: ucops_dns
  dns_external_group:
    description: The group of O(dns_external_servers).
    type: str
    default: ucops_dns_external
extends_documentation_fragment:
  - ansible.builtin.constructed
notes:
  - The name of the file ends in C(ucops.yml) or C(ucops.yaml).
  - Exactly one of O(topology), O(topology_file) and O(documents) is given. The topology that comes from O(topology) or
    O(documents) is also set as C(ucops_topology) for all hosts; one in O(topology_file) is the site's own variable.
seealso:
  - module: ucops.rollout.pool_plan
  - plugin: ucops.rollout.topology_import
    plugin_type: lookup
"""

EXAMPLES = r"""
# site.ucops.yml, beside group_vars/all/topology.yml that holds ucops_topology
plugin: ucops.rollout.topology
topology_file: group_vars/all/topology.yml
dns_servers: [dc01.company.local]
compose:
  ansible_host: topology_server.addresses.internal[0]
keyed_groups:
  - key: topology_server.role
    prefix: role
"""

import os
from typing import Any

from ansible.errors import AnsibleError, AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Constructable

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.plan.listed import listed_hosts
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.reading import import_topology
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.documents import read_document

_VARIABLE = "ucops_topology"
_SOURCES = ("topology", "topology_file", "documents")
_HOSTS = (("dns_group", "dns_servers"), ("dns_external_group", "dns_external_servers"))


class InventoryModule(BaseInventoryPlugin, Constructable):  # type: ignore[misc]
    """Hosts and groups of a topology; what is wrong with it is told once, with its paths."""

    NAME = "ucops.rollout.topology"

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith(("ucops.yml", "ucops.yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        try:
            self._fill(os.path.dirname(os.path.abspath(path)))
        except RolloutError as error:
            raise AnsibleParserError(f"{path}: {error}") from error

    def _fill(self, folder: str) -> None:
        topology = self._topology(folder)
        found = listed_hosts(parse(topology))
        if not self.get_option("topology_file"):
            self.inventory.set_variable("all", _VARIABLE, topology)
        groups = {self.get_option("servers_group"): list(found.servers), self.get_option("ca_group"): list(found.cas)}
        for group, hosts in _HOSTS:
            groups.setdefault(self.get_option(group), []).extend(self.get_option(hosts))
        for group, names in groups.items():
            for name in names if group else ():
                self.inventory.add_host(name, group=self.inventory.add_group(group))
        for name, server in found.servers.items():
            self.inventory.set_variable(name, "topology_server", server.to_plain())
        for name in self.inventory.hosts:
            self._compose_further(name)

    def _compose_further(self, name: str) -> None:
        """By what the site wants of each host."""
        strict, variables = self.get_option("strict"), self.inventory.get_host(name).get_vars()
        self._set_composite_vars(self.get_option("compose"), variables, name, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, name, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, name, strict=strict)

    def _topology(self, folder: str) -> Any:
        given = [name for name in _SOURCES if self.get_option(name)]
        if len(given) != 1:
            raise RolloutError(
                f"{' and '.join(given)} are given" if given else "no topology is given",
                mend=f"Give exactly one of {', '.join(_SOURCES)}",
            )
        if self.get_option("topology"):
            return self.get_option("topology")
        if self.get_option("topology_file"):
            return self._of_file(os.path.join(folder, self.get_option("topology_file")))
        paths = [(os.path.join(folder, one), one) for one in self.get_option("documents")]
        documents = [read_document(path, named=named) for path, named in paths]
        return import_topology(documents, self.get_option("known"))["topology"]

    def _of_file(self, path: str) -> Any:
        try:
            read = self.loader.load_from_file(path, unsafe=True)
        except AnsibleError as error:
            raise RolloutError(str(error), where="topology_file") from error
        return read[_VARIABLE] if isinstance(read, dict) and _VARIABLE in read else read
