"""The inventory plugin ``topology``: hosts, groups and variables from a topology, and what is told where it is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.constants import config
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.doc_fragments import constructed
from unit.topologies import origin, origin_with

from ansible_collections.ucops.rollout.plugins.inventory.topology import DOCUMENTATION, InventoryModule

SERVERS = ["ocssrv01.company.local", "ocssrv02.company.local"]
FIRST = {
    "fqdn": "ocssrv01.company.local",
    "pool": "ocspool.company.local",
    "product": "ocs2007",
    "role": "front_end",
    "addresses": {"internal": ["10.0.0.11"]},
}


def inventory_of(folder: Path, **given: Any) -> InventoryManager:
    path = folder / "site.ucops.yml"
    path.write_text(yaml.safe_dump({"plugin": "ucops.rollout.topology", **given}), encoding="utf-8")
    inventory, plugin = InventoryManager(DataLoader(), sources=[], parse=False), loaded()
    assert plugin.verify_file(str(path))
    plugin.parse(inventory._inventory, DataLoader(), str(path))
    inventory.reconcile_inventory()
    return inventory


def loaded() -> InventoryModule:
    """The plugin as Ansible's loader gives it, with the options of its documentation and of the fragment's."""
    documents = (DOCUMENTATION, constructed.ModuleDocFragment.DOCUMENTATION)
    options = {name: one for text in documents for name, one in yaml.safe_load(text)["options"].items()}
    config.initialize_plugin_configuration_definitions("inventory", InventoryModule.NAME, options)
    plugin = InventoryModule()
    plugin._load_name, plugin._redirected_names = InventoryModule.NAME, [InventoryModule.NAME]
    return plugin


def members(inventory: InventoryManager) -> dict[str, list[str]]:
    groups = {name: [host.name for host in group.get_hosts()] for name, group in inventory.groups.items()}
    return {name: hosts for name, hosts in groups.items() if hosts and name not in ("all", "ungrouped")}


def test_servers_and_cas_of_the_topology_and_the_name_servers_that_are_given(tmp_path: Path) -> None:
    inventory = inventory_of(tmp_path, topology=origin(), dns_servers=["dc01.company.local"])
    assert members(inventory) == {
        "ucops_servers": SERVERS,
        "ucops_ca": ["ca01.company.local"],
        "ucops_dns": ["dc01.company.local"],
    }
    assert inventory.get_host(SERVERS[0]).get_vars()["topology_server"] == FIRST
    assert inventory.groups["all"].get_vars()["ucops_topology"] == origin()


def test_a_host_of_another_name_and_groups_of_other_names(tmp_path: Path) -> None:
    topology = origin_with({"pools[0].servers[1].inventory_host": "second"})
    groups = {"servers_group": "front_ends", "ca_group": "", "dns_external_group": "outside"}
    inventory = inventory_of(tmp_path, topology=topology, dns_external_servers=["ns1"], **groups)
    assert members(inventory) == {"front_ends": [SERVERS[0], "second"], "outside": ["ns1"]}
    assert inventory.get_host("second").get_vars()["topology_server"]["fqdn"] == SERVERS[1]
    assert inventory.get_host("ca01.company.local") is None


def test_further_variables_and_groups_by_composition(tmp_path: Path) -> None:
    inventory = inventory_of(
        tmp_path,
        topology=origin(),
        compose={"ansible_host": "topology_server.addresses.internal[0]"},
        keyed_groups=[{"key": "topology_server.role", "prefix": "role"}],
        groups={"first": "inventory_hostname is search('01')"},
    )
    assert inventory.get_host(SERVERS[1]).get_vars()["ansible_host"] == "10.0.0.12"
    assert "ansible_host" not in inventory.get_host("ca01.company.local").get_vars()
    assert members(inventory)["role_front_end"] == SERVERS
    assert members(inventory)["first"] == [SERVERS[0], "ca01.company.local"]


def test_a_composition_that_fails_is_told_where_that_is_wanted(tmp_path: Path) -> None:
    with pytest.raises(AnsibleError, match=r"Could not set where for host ca01\.company\.local"):
        inventory_of(tmp_path, topology=origin(), strict=True, compose={"where": "topology_server.pool"})


@pytest.mark.parametrize("written", [lambda given: given, lambda given: {"ucops_topology": given}])
def test_a_file_beside_the_inventory(tmp_path: Path, written: Any) -> None:
    path = tmp_path / "group_vars" / "all" / "site.yml"
    path.parent.mkdir(parents=True)
    path.write_text(yaml.safe_dump(written(origin())), encoding="utf-8")
    inventory = inventory_of(tmp_path, topology_file="group_vars/all/site.yml")
    assert members(inventory)["ucops_servers"] == SERVERS
    assert "ucops_topology" not in inventory.groups["all"].get_vars()


@pytest.mark.parametrize(("given", "told"), [
    ({}, "site.ucops.yml: no topology is given. Give exactly one of topology, topology_file, documents"),
    ({"topology": {"schema": 1}, "documents": ["a.xml"]}, "topology and documents are given. Give exactly one"),
    ({"topology": {"schema": 1}}, "site.ucops.yml: the topology has 5 problems"),
    ({"topology_file": "none.yml"}, "site.ucops.yml: topology_file: "),
    ({"documents": ["none.xml"]}, "site.ucops.yml: none.xml: there is no such file"),
])  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, given: dict[str, Any], told: str) -> None:
    with pytest.raises(AnsibleParserError) as refused:
        inventory_of(tmp_path, **given)
    assert told in str(refused.value)


def test_files_of_other_names_are_left_to_others(tmp_path: Path) -> None:
    path = tmp_path / "hosts.yml"
    path.write_text("plugin: ucops.rollout.topology\n", encoding="utf-8")
    assert not loaded().verify_file(str(path))
