"""What a server lost of the authorities above its certificates comes back with the next run, and nothing else does."""

from __future__ import annotations

from typing import Any

import pytest
from languagekit import each_host_in_every_language
from sitekit import Site

pytestmark = pytest.mark.slow

SERVER = "ocssrv01"


def stored(site: Site, store: str) -> list[str]:
    """Thumbprints of the machine's own store, those of Group Policy and Active Directory left out."""
    below = f"\\systemcertificates\\{store}\\certificates\\".casefold()
    keys = site.state()["hosts"][SERVER]["registry"]
    return sorted(key.rpartition("\\")[2].upper() for key in keys if below in key.casefold())


def told(site: Site) -> list[str]:
    """The changes of the run that the report tells, without whom they concern."""
    return [one["what"].partition(" (")[0] for one in site.report()["changes"]]


@each_host_in_every_language
@pytest.mark.estate(hosts=[{"name": "ca01", "ca": {"type": "standalone_subordinate", "root_name": "Company Root"}}])
def test_what_was_lost_is_brought_by_the_next_run(site: Site) -> None:
    """No Active Directory brings the certificates of a standalone CA. The root comes where its thumbprint is given."""
    topology = site.group_vars()["ucops_topology"]
    ca = topology["certificates"]["issuers"]["enterprise"]["ca"]
    topology["certificates"]["issuers"]["enterprise"] = {"ca": ca, "standalone": True}
    issuing, root = site.state()["hosts"]["ca01"]["ca"]["chain"]
    named: dict[str, Any] = {"ucops_topology": topology, "pool_certificates_trusted_roots": [root]}
    site.play("deploy_pool", variables=named)
    for row in site.state()["hosts"]["ca01"]["ca"]["requests"]:
        site.estate.approve(row["request_id"])
    done = site.play("deploy_pool", variables=named)
    assert done.code == 0, done.output
    before = site.state()["hosts"][SERVER]["registry"]
    site.command(SERVER, f"certutil -delstore CA {issuing}")
    site.command(SERVER, f"certutil -delstore Root {root}")
    assert (stored(site, "CA"), stored(site, "Root")) == ([], [])
    lost = site.state()
    refused = site.play("deploy_pool", variables={"ucops_topology": topology})
    assert refused.code != 0 and site.state() == lost
    assert f"root {root} among the trusted ones" in refused.output
    again = site.play("deploy_pool", variables=named)
    assert again.code == 0, again.output
    wanted = [f"certificate of an authority put into the store {store}" for store in ("CA", "Root")]
    assert sorted(told(site)) == wanted
    assert site.state()["hosts"][SERVER]["registry"] == before
