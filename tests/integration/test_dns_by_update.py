"""The external view on BIND by dynamic update, the internal one on Windows, in one run; and taken out again."""

from __future__ import annotations

from pathlib import Path

import dnskit
import pytest
import yaml
from proofkit import dnsservers
from secretkit import found, of_text
from sitekit import Site

pytestmark = pytest.mark.slow

ZONES = {"company.com": "dc01 A 192.0.2.5\nwww A 192.0.2.80\n", "company.net": "dc01 A 192.0.2.5\n"}


def inventory(folder: Path, port: int) -> str:
    """BIND beside the hosts of the estate, whose connection is winrm."""
    key = {"name": "rollout", "secret": dnskit.SECRET}
    update = {"server": {"port": port}, "key": key, "timeout": 5}
    hosts = {"bind01": {"ansible_host": "127.0.0.1", "pool_dns_update": update}}
    path = folder / "public.yml"
    path.write_text(yaml.safe_dump({"public_dns": {"hosts": hosts}}))
    return str(path)


@pytest.mark.estate(name="sfb2019")
def test_the_external_view_on_bind(site: Site, tmp_path: Path) -> None:
    place = tmp_path / "bind"
    place.mkdir()
    with dnsservers.named(place, ZONES, more=dnskit.KEY, each=dnskit.BY_KEY) as port:
        bind = dnskit.Bind("127.0.0.1", port, list(ZONES))
        public = ("-i", inventory(tmp_path, port))
        given = {"ucops_dns_external_group": "public_dns"}
        before = {zone: bind.held(zone) for zone in ZONES}

        run = site.play("deploy_pool", *public, "--tags", "dns,report", "-vvv", variables=given)
        assert run.code == 0, run.output
        assert found([of_text("the key of updates", dnskit.SECRET)], {"output": run.output.encode()}) == []
        assert run.recap["bind01"]["changed"] == 1
        held = bind.held("company.com") or []
        assert "_sip._tls 3600 SRV 0 0 443 access.company.com." in held
        assert "www 3600 A 192.0.2.80" in held
        assert any(one.startswith("_ucops-rollout 3600 TXT ") for one in held)
        assert "_ucops-rollout.company.local" in str(site.state()["hosts"]["dc01"]["dns"]["company.local"]["records"])
        # Nobody logs on to it, and the estate's own name server outside is not touched.
        assert [host for host in site.estate.counters() if host.startswith("ns01")] == []

        again = site.play("deploy_pool", *public, "--tags", "dns", variables=given)
        assert (again.code, again.total("changed")) == (0, 0), again.output
        assert bind.held("company.com") == held

        audit = site.play("audit_pool", *public, "--tags", "dns", variables=given)
        assert (audit.code, audit.recap["bind01"]["failed"]) == (0, 0), audit.output

        topology = site.group_vars()["ucops_topology"]
        # The zones' NS records name a host that is not there.
        removed = {**given, "ucops_remove": topology["pools"][0]["fqdn"], "pool_verify_name_servers": False}
        # One of two pools is named, and without ucops_only both would go.
        refused = site.play("remove_pool", *public, variables=removed)
        told = " ".join(refused.output.split())
        assert (
            refused.code == 2
            and "name what goes: -e ucops_remove=pool.company.local,edge.company.local. One of" in told
        )
        assert bind.held("company.com") == held
        removed["ucops_remove"] = "edge.company.local,pool.company.local"
        gone = site.play("remove_pool", *public, variables=removed)
        assert gone.code == 0, gone.output
        assert {zone: bind.held(zone) for zone in ZONES} == before
