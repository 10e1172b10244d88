"""``ocs_pool_info`` warns of what differs, and logs on to no server that has nothing to say."""

from __future__ import annotations

from dataclasses import replace

from unit.fakes_windows import FakeServer
from unit.lync_sites import standard, topology
from unit.ocs_sites import enterprise, site
from unit.plugins.plugin_utils.cs.test_ocs_pool import DOMAINS, POOLS, ClassesWmi

from ansible_collections.ucops.rollout.plugins.action import ocs_pool_info
from ansible_collections.ucops.rollout.plugins.module_utils.topology.deployed import pool_of
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import parse


def test_differences_are_warnings_and_data() -> None:
    rows = {
        POOLS: [{"PoolFQDN": "eepool.contoso.com", "PoolMemberList": ("ee01", "ee02"), "MajorVersion": "3"}],
        DOMAINS: [{"Address": "contoso.com"}, {"Address": "old.com"}],
    }
    host = replace(FakeServer("ee01").host, wmi=ClassesWmi(rows))
    action = ocs_pool_info.ActionModule.__new__(ocs_pool_info.ActionModule)
    done = action.work(host, {"pool": pool_of(parse(site("ocs2007", enterprise())), "ee01.contoso.com")}, False)
    text = "OCS has the SIP domain old.com, which the topology does not have"
    breaks, mend = "its users find no server by the planned records", "Add it to the topology, or remove it there"
    (finding,) = done.pop("findings")
    assert (finding["code"], finding["severity"]) == ("ocs-differs", "warning")
    assert (finding["message"], finding["breaks"], finding["mend"]) == (text, breaks, mend)
    assert done == {
        "changed": False,
        "pools": [{"fqdn": "eepool.contoso.com", "members": ["ee01", "ee02"], "major_version": 3}],
        "sip_domains": ["contoso.com", "old.com"],
        "differences": [{"code": "sip-domain-not-planned", "what": text, "breaks": breaks, "mend": mend}],
        "unread": [],
        "warnings": [f"{text}: {breaks}. {mend}"],
    }


def test_a_later_product_is_not_asked() -> None:
    action = ocs_pool_info.ActionModule.__new__(ocs_pool_info.ActionModule)
    given = {"topology": topology("lync2010", [standard()]), "server": "se01.contoso.com"}
    done = action._answer(given, False)
    assert (done["differences"], done["warnings"], done["pools"]) == ([], [], None)
