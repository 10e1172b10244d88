"""Whether the cmdlets can assign, before anything is touched."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from unit.fakes_windows import FakeServer
from unit.plugins.plugin_utils.assigning.test_lync import SQL, FakeCmdlets

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.readiness import require_cmdlets


def ready(cmdlets: FakeCmdlets, product: str = "sfb2019", oauth: bool = True) -> str:
    """What is told, empty where nothing is."""
    host = replace(FakeServer("fe01").host, powershell=cmdlets)
    try:
        require_cmdlets(host, product=PRODUCTS[product] if product else None, oauth=oauth)
    except RolloutError as error:
        return str(error)
    return ""


def answering(**answers: Any) -> FakeCmdlets:
    cmdlets = FakeCmdlets()
    cmdlets.answers |= answers
    return cmdlets


@pytest.mark.parametrize("product", ["sfb2019", "sfbse", ""])
def test_a_server_that_is_as_planned(product: str) -> None:
    cmdlets = FakeCmdlets()
    assert ready(cmdlets, product) == "" and cmdlets.ran == []


@pytest.mark.parametrize(
    ("version", "planned", "told"),
    [
        ("Skype for Business Server 2015 (6.0.9319.0)", "sfb2019",
         "Skype for Business Server 2015 (version 6.0.9319.0), and the topology says Skype for Business Server 2019"),
        ("(7.0.2046.524)", "lync2010",
         "Skype for Business Server 2019 or Skype for Business Server Subscription Edition (version 7.0.2046.524), and"
         " the topology says Lync Server 2010"),
        ("(4.0.7577.0)", "lync2013",
         "Lync Server 2010 (version 4.0.7577.0), and the topology says Lync Server 2013"),
        ("(12.0.1.0)", "sfbse",
         "another product (version 12.0.1.0), and the topology says Skype for Business Server Subscription Edition"),
    ],
)  # fmt: skip
def test_another_version_than_planned(version: str, planned: str, told: str) -> None:
    assert ready(answering(version=version), planned) == (
        f"fe01: the server has {told}. Correct `product` of its pool in the topology; or leave this to people:"
        " pool_certificates_lync: manual"
    )


def test_a_server_that_tells_no_version_is_believed() -> None:
    assert ready(answering(version="")) == ready(answering(version="Xyzzy")) == ""


def test_a_module_that_is_missing_and_an_account_without_rights() -> None:
    missing = [{"id": "Modules_ModuleNotFound,X", "type": "T", "text": "fehlt"}] * 2
    assert "neither the module SkypeForBusiness nor Lync" in ready(answering(module="", loading=missing))
    cmdlets = FakeCmdlets()
    cmdlets.errors = [SQL]
    assert ready(cmdlets) == (
        "fe01: Get-CsCertificate may not read: Anmeldung verweigert (SqlConnectionFailed,X). The account has to be an"
        " administrator of the server and a member of RTCUniversalServerAdmins"
    )


def test_the_central_store_is_needed_for_oauth_alone() -> None:
    cmdlets = FakeCmdlets()
    cmdlets.organisation_errors = [SQL]
    assert ready(cmdlets, oauth=False) == ""
    assert ready(cmdlets).startswith(
        "fe01: OAuth's certificate is to be assigned, and the Central Management Store is not open: Anmeldung"
        " verweigert (SqlConnectionFailed,X). Only OAuth needs the Central Management Store, over a second hop"
    )
    # A certificate that is not trusted, say, is no matter of rights.
    cmdlets.organisation_errors = [{**SQL, "type": "X.Y"}]
    assert ready(cmdlets) == ""
