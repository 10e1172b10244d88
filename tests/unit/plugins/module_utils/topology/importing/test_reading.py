"""An import as a whole, in plain types."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from unit.deployments import CONTOSO, builder, published, simple_url_configuration

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.documents import Document
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.reading import import_topology


def test_texts_of_a_server_are_documents_like_files() -> None:
    """What a server gives: the topology, and the simple URLs beside it."""
    texts = [Document("topology", published(CONTOSO)), Document("urls", simple_url_configuration(CONTOSO.urls))]
    made = import_topology(texts)
    assert made["topology"] == import_topology([Document("contoso.tbxml", builder(CONTOSO).encode())])["topology"]
    assert yaml.safe_load(made["file"]) == {"ucops_topology": made["topology"]}
    assert "made from topology, urls." in made["file"]
    assert made["notes"][0] == {
        "path": "",
        "what": "there is no tenant of Microsoft 365 in the topology",
        "why": "no document of this kind knows of one",
        "fill_in": "hybrid: {tenant_domains: []}, where users are there",
    }
    assert json.loads(json.dumps(made)) == made


def test_what_the_site_knows_comes_in_plain_types() -> None:
    made = import_topology([Document("a", builder(CONTOSO))], {"addresses": {"fe01.contoso.net": ["10.0.0.11"]}})
    assert made["topology"]["pools"][0]["servers"][0]["addresses"] == {"internal": ["10.0.0.11"]}


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ({"adresses": {}}, "known: adresses: unknown key. docs/import.md has its keys"),
        ({"homes": ["a"]}, "known: homes: must be a mapping, not a list"),
        ({"product": 2019}, "known: product: must be text, not a number"),
        ("sfbse", "known: must be a mapping, not text"),
        ({"addresses": {"fe01.contoso.net": "10.0.0.11"}}, r"servers\[0\].addresses.internal: must be a list"),
        ({"addresses": {"fe01.contoso.net": 5}}, r"servers\[0\].addresses.internal: must be a list"),
        ({"addresses": {"fe01.contoso.net": ["0.0.0.0"]}}, "'0.0.0.0' is no address that a host can have"),
        ({"certificates": {}}, "certificates.issuers: missing"),
        ({"dns": 5}, "dns: the DNS zones must be a mapping|dns: .* must be a mapping"),
        ({"simple_urls": "x"}, "simple_urls: simple URLs must be a mapping"),
        ({"simple_urls": {"urls": ["x", {"url": 5}, {"url": "https://", "kind": "meet"}]}}, r"simple_urls.urls\[0\]"),
        ({"load_balancers": {"pool01.contoso.net": {"type": "round robin"}}}, "'round robin' is unknown"),
        ({"ad_domain": "{{ x }}"}, "ad_domain: "),
        ({"certificates": {"issuers": {"{{ x }}": {"ca": "ca.a.b\\C"}}}}, "holds marks of a template"),
    ],
)
def test_what_the_site_gives_wrong_is_told(known: Any, told: str) -> None:
    with pytest.raises(RolloutError, match=told):
        import_topology([Document("a", builder(CONTOSO))], known)
