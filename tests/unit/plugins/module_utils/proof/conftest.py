"""A real name server for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from proofkit import dnsservers
from unit.proof_records import ZONES

from ansible_collections.ucops.rollout.plugins.module_utils.proof.dns_ask import NameServer


@pytest.fixture(scope="session")
def bind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NameServer]:
    with dnsservers.named(tmp_path_factory.mktemp("named"), ZONES) as port:
        yield NameServer("dc01.company.local", "127.0.0.1", port)
