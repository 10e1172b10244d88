"""What the site gives beside a document names what is in it."""

from __future__ import annotations

from typing import Any

import pytest
from unit.deployments import CONTOSO, published

from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.documents import Document, read_documents
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.found import NotImported
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.imported import Known

FOUND = read_documents([Document("a.xml", published(CONTOSO))])


def test_names_of_the_document_are_no_strangers() -> None:
    Known(
        addresses={"fe01.contoso.net": ["10.0.0.11"]},
        load_balancers={"pool01.contoso.net": {"type": "dns"}},
        homes={"contoso.com": "se01.contoso.net"},
    ).refuse_strangers(FOUND)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"addresses": {"fe09.contoso.net": []}}, "addresses names the server 'fe09.contoso.net', which is not in"),
        ({"addresses": {"pool01.contoso.net": []}}, "the server 'pool01.contoso.net'"),
        ({"load_balancers": {"fe01.contoso.net": {}}}, "load_balancers names the pool 'fe01.contoso.net'"),
        (
            {"homes": {"contoso.org": "se01.contoso.net"}},
            "the SIP domain 'contoso.org'.* It has contoso.com, fabrikam.com",
        ),
        ({"homes": {"contoso.com": "se09.contoso.net"}}, "homes names the pool 'se09.contoso.net'"),
    ],
)
def test_other_names_are(given: dict[str, Any], told: str) -> None:
    with pytest.raises(NotImported, match=told):
        Known(**given).refuse_strangers(FOUND)
