"""``http_binding`` reads its arguments and binds."""

from __future__ import annotations

import pytest
from unit.action_runs import run
from unit.fakes_windows import FakeCa, FakeServer, certificate, key_info

from ansible_collections.ucops.rollout.plugins.action import http_binding
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError


@pytest.fixture
def server():
    return FakeServer()


@pytest.fixture
def ca():
    return FakeCa()


def test_binding_action(server, ca):
    name = server.put("MY", certificate(ca.issuer), key_info())
    assert run(http_binding, server.host, thumbprint=name.lower())["state"] == "bound"
    assert run(http_binding, server.host, thumbprint=name)["changed"] is False


def test_what_is_no_thumbprint(server):
    with pytest.raises(RolloutError, match="^thumbprint: 'x' is no thumbprint"):
        run(http_binding, server.host, thumbprint="x")
