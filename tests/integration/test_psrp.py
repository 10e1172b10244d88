"""Rollouts over Ansible's psrp connection."""

from __future__ import annotations

import time
from typing import Any

import pytest
from sitekit import Site

pytestmark = pytest.mark.slow

PSRP = {"ansible_connection": "psrp", "ansible_psrp_protocol": "http", "ansible_psrp_auth": "ntlm"}


def counted(site: Site) -> dict[str, Any]:
    found = site.estate.counters()
    site.estate.reset_counters()
    return {host.partition(".")[0]: one for host, one in found.items()}


def test_a_rollout_over_psrp_takes_what_one_over_winrm_takes(site: Site) -> None:
    for name, variables in (("psrp", PSRP), ("psrp 2", PSRP), ("winrm 2", {})):
        began = time.monotonic()
        run = site.play("deploy_pool", variables=variables)
        print(name, time.monotonic() - began, run.code, counted(site))
        assert run.code == 0, run.output
        print(site.report()["summary"])
