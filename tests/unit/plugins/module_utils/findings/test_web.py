"""Names of web services."""

from __future__ import annotations

from dataclasses import replace

from unit.finding_cases import behind, lync, of_code


def test_web_name_is_pool_name() -> None:
    pool, *others = lync()[0].pools
    wrong = replace(pool, web_farm_fqdn=pool.fqdn)
    assert behind("web-name-is-pool-name", pools=(wrong, *others)) == ["pools[0].web.internal_fqdn"]
    assert behind("web-name-is-pool-name") == []
    hardware = replace(wrong, load_balancer=replace(pool.load_balancer, type="hardware"))
    assert behind("web-name-is-pool-name", pools=(hardware, *others)) == []


def test_external_web_name_shared() -> None:
    pool, *others = lync()[0].pools
    second = replace(pool, fqdn="pool02.contoso.net", path="pools[3]")
    code = "external-web-name-shared"
    assert behind(code, pools=(pool, *others, second)) == ["pools[3].web.external_fqdn"]
    assert behind(code, pools=(pool, *others, replace(second, external_web_fqdn="web2.contoso.com"))) == []


def test_a_single_server_may_have_the_web_services_name() -> None:
    standard = {
        "fqdn": "se01.contoso.net",
        "edition": "standard",
        "web": {"external_fqdn": "webext.contoso.com"},
        "servers": [{"fqdn": "se01.contoso.net", "addresses": {"internal": ["10.0.0.11"]}}],
    }
    _topology, plan = lync({"pools[0]": standard})
    assert of_code("web-name-is-server-name", plan.findings) == []
