"""The hosts that a topology names for an inventory."""

from __future__ import annotations

from unit.lync_sites import edge, enterprise, topology
from unit.topologies import origin, origin_with

from ansible_collections.ucops.rollout.plugins.module_utils.plan.listed import ListedHosts, ListedServer, listed_hosts
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse

POOL = ("ocspool.company.local", "ocs2007", "front_end")


def server(number: int) -> ListedServer:
    return ListedServer(f"ocssrv0{number}.company.local", *POOL, {"internal": (f"10.0.0.1{number}",)})


def test_servers_and_the_hosts_of_their_cas() -> None:
    assert listed_hosts(parse(origin())) == ListedHosts(
        {"ocssrv01.company.local": server(1), "ocssrv02.company.local": server(2)}, ("ca01.company.local",)
    )


def test_a_host_of_another_name_that_is_a_ca_too_is_one_host() -> None:
    own = {"certificates.issuers.enterprise.ca": "OCSSRV02.company.local\\Company CA"}
    found = listed_hosts(parse(origin_with({"pools[0].servers[1].inventory_host": "second", **own})))
    assert list(found.servers) == ["ocssrv01.company.local", "second"]
    assert (found.servers["second"], found.cas) == (server(2), ("second",))


def test_a_server_that_nobody_logs_on_to_is_none() -> None:
    pools = [enterprise(), edge()]
    for one in pools[1]["servers"]:
        one["logon"] = False
    found = listed_hosts(parse(topology("lync2013", pools)))
    assert {one.role for one in found.servers.values()} == {"front_end"}
    assert list(found.servers) == [one["fqdn"] for one in pools[0]["servers"]]
