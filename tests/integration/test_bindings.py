"""Bindings of the Web Components' port that some clients meet before the rollout's."""

from __future__ import annotations

from pathlib import Path

import pytest
from languagekit import each_host_in_every_language
from sitekit import Site

pytestmark = [pytest.mark.slow, each_host_in_every_language]

APP = "{11111111-2222-3333-4444-555555555555}"
POOL, OTHERS = "ocspool.company.local:443", "crm.company.com:443"
STORE = "SOFTWARE\\Microsoft\\SystemCertificates\\MY\\Certificates\\"


def thumbprints(site: Site) -> set[str]:
    return {key[len(STORE) :] for key in site.state()["hosts"]["ocssrv01"]["registry"] if key.startswith(STORE)}


def bindings(site: Site) -> dict[str, tuple[str, int]]:
    """The certificate and the flags of each binding of the first server."""
    held = site.state()["hosts"]["ocssrv01"]["http"]
    return {name: (one["SslCertHash"].upper(), one["DefaultFlags"]) for name, one in held.items()}


@pytest.mark.estate(way="wmi", hosts=[{"name": "ocssrv01", "generation": "2012r2"}])
def test_what_comes_before_ours_is_told_and_changed_only_where_the_site_says_so(site: Site) -> None:
    (former,) = thumbprints(site)
    first = site.play("deploy_pool")
    assert first.code == 0, first.output
    (planned,) = thumbprints(site) - {former}
    for name in (POOL, OTHERS):
        site.command(
            "ocssrv01",
            f"netsh http add sslcert hostnameport={name} certhash={former} appid={APP} clientcertnegotiation=enable",
        )
    shadowed = {"0.0.0.0:443": (planned, 0), POOL: (former, 2), OTHERS: (former, 2)}
    assert bindings(site) == shadowed

    told = site.play("deploy_pool")
    # Whether the load balancer leads the proof there as well is its own choice.
    assert told.code != 0, told.output
    assert f"clients that come to ocspool.company.local, port 443, get the certificate {former}" in told.summary
    assert "crm.company.com" not in told.summary
    assert (told.total("changed"), bindings(site)) == (0, shadowed)

    of_host = Path(site.estate.inventory).parent / "host_vars" / "ocssrv01.company.local.yml"
    of_host.parent.mkdir(exist_ok=True)
    with of_host.open("a", encoding="utf-8") as more:
        more.write(f"\npool_certificates_bindings_also: ['{POOL}']\n")
    changed = site.play("deploy_pool")
    assert changed.code == 0, changed.output
    assert f"~ ocssrv01.company.local: bound to {POOL}" in changed.summary
    assert bindings(site) == {**shadowed, POOL: (planned, 2)}
    again = site.play("deploy_pool")
    assert again.code == 0 and again.total("changed") == 0, again.output
