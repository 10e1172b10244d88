"""Types of the cmdlets by component, for products that have them."""

from __future__ import annotations

from dataclasses import replace

import yaml
from unit.places import ROOT

from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.products.cs_types import (
    TYPES,
    cmdlet_type,
    without_cmdlets,
)
from ansible_collections.ucops.rollout.plugins.module_utils.reading.queries import as_plan


def first_of(name: str) -> PlannedCertificate:
    text = (ROOT / "docs" / "examples" / f"{name}.yml").read_text(encoding="utf-8")
    return as_plan(yaml.safe_load(text)["ucops_topology"]).certificates[0]


def test_lync_and_its_successors_have_cmdlets_and_ocs_has_none() -> None:
    for name in ("lync2010", "lync2013", "sfb2015", "sfb2019"):
        assert cmdlet_type(first_of(name), "front_end") == "Default"
    for name in ("ocs2007", "ocs2007r2"):
        assert cmdlet_type(first_of(name), "front_end") == ""
        assert without_cmdlets(first_of(name)) == "Office Communications Server"


def test_components_without_a_type() -> None:
    for component in ("reverse_proxy", "office_web_apps", "group_chat", "unified_messaging"):
        assert cmdlet_type(first_of("sfb2019"), component) == ""


def test_a_certificate_without_reasons_says_nothing_of_its_product() -> None:
    assert cmdlet_type(replace(first_of("sfb2019"), name_reasons={}), "front_end") == ""


def test_external_is_no_type_of_ours() -> None:
    assert sorted(set(TYPES.values())) == [
        "AccessEdgeExternal",
        "AudioVideoAuthentication",
        "DataEdgeExternal",
        "Default",
        "Internal",
        "OAuthTokenIssuer",
        "WebServicesExternal",
        "WebServicesInternal",
    ]
