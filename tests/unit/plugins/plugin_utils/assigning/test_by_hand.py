"""Steps for a person, for every component."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.by_hand import HandAssignment, steps_by_hand

PRINT = Thumbprint("A1" * 20)


def wanted(**changes: Any) -> HandAssignment:
    known = {
        "server": "ocssrv01.company.local",
        "component": "front_end",
        "use": "default",
        "port": 5061,
        "thumbprint": PRINT,
        "subject": "ocspool.company.local",
        "endpoint": "10.0.0.11:5061",
    }
    return HandAssignment(**{**known, **changes})  # type: ignore[arg-type]


def test_front_end() -> None:
    assert steps_by_hand(wanted()) == (
        "On ocssrv01.company.local, start the Certificate Wizard of the deployment tool (Deploy Pool or Add Server,"
        " Configure Certificate).",
        "Choose `Assign an existing certificate`.",
        f"Choose the certificate with the thumbprint {PRINT} (subject ocspool.company.local), for this server's"
        " Front End.",
        "Start the services of the server, or restart them where they run: only then is the certificate served.",
        "Run this playbook again: it proves 10.0.0.11:5061 by a handshake.",
    )


def test_web_components() -> None:
    assert steps_by_hand(wanted(component="web_components", port=443, endpoint="")) == (
        "On ocssrv01.company.local, open Internet Information Services (IIS) Manager, Web Sites, Default Web Site,"
        " Properties.",
        "Directory Security, Server Certificate: choose `Assign an existing certificate`"
        " (`Replace the current certificate` when there is one).",
        f"Choose the certificate with the thumbprint {PRINT} and port 443, and finish.",
        "Run this playbook again: it proves the certificate by a handshake.",
    )


@pytest.mark.parametrize(("port", "place"), [(443, ", port 443"), (0, "")])
def test_any_other_component(port: int, place: str) -> None:
    steps = steps_by_hand(wanted(component="web_internal", use="web_services_internal", port=port, endpoint=""))
    assert steps == (
        f"On ocssrv01.company.local, assign the certificate with the thumbprint {PRINT} to web_internal"
        f" (use web_services_internal){place}.",
        "Run this playbook again: it proves the certificate by a handshake.",
    )


@pytest.mark.parametrize("component", ["front_end", "web_components", "mediation"])
def test_a_certificate_that_is_only_planned(component: str) -> None:
    steps = steps_by_hand(wanted(component=component, thumbprint=None))
    assert sum("(its thumbprint is known after it was issued)" in step for step in steps) == 1
