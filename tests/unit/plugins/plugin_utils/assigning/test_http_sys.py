from __future__ import annotations

import pytest
from unit.fakes_windows import FakeServer, authority, certificate, key_info

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning import http_sys
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.http_sys import BINDINGS, endpoint_of

CA = authority()
NEW, OLD = certificate(CA), certificate(CA, days=5)
EVERYWHERE = "0.0.0.0:443"
IIS = "{4dc3e181-e14b-4a21-b022-59fc669b0914}"


@pytest.fixture
def server():
    return FakeServer()


def bind(host, endpoint, thumbprint, **more):
    """The result as a task returns it."""
    return http_sys.bind(host, endpoint, Thumbprint(thumbprint) if thumbprint else None, **more).to_result()


def bound(server, endpoint=EVERYWHERE):
    digest = server.registry.values.get(f"{BINDINGS}\\{endpoint}", {}).get("SslCertHash")
    return digest.hex().upper() if digest else None


def give(server, name, store="My"):
    server.registry.set(f"{BINDINGS}\\{EVERYWHERE}", "SslCertHash", bytes.fromhex(name))
    if store:
        server.registry.set(f"{BINDINGS}\\{EVERYWHERE}", "SslCertStoreName", store)


def test_a_first_binding(server):
    name = server.put("MY", NEW, key_info())
    result = bind(server.host, EVERYWHERE, name)
    assert (result["state"], result["changed"], result["before"], result["thumbprint"]) == ("bound", True, None, name)
    assert bound(server) == name
    assert server.programs.ran == [
        ["netsh", "http", "add", "sslcert", "ipport=0.0.0.0:443", f"certhash={name.lower()}", f"appid={IIS}",
         "certstorename=MY"],
    ]  # fmt: skip
    assert result["diff"] == {"before": "", "after": f"0.0.0.0:443 {name} MY\n"}


@pytest.mark.parametrize("store", ["My", "MY", None])
def test_bound_already(server, store):
    name = server.put("MY", NEW, key_info())
    give(server, name, store)
    result = bind(server.host, EVERYWHERE, name)
    assert (result["state"], result["changed"]) == ("bound", False)
    assert server.programs.ran == []


def test_another_is_replaced(server):
    old, new = server.put("MY", OLD, key_info("c1")), server.put("MY", NEW, key_info("c2"))
    give(server, old)
    result = bind(server.host, EVERYWHERE, new)
    assert (result["before"], bound(server)) == (old, new)
    assert server.programs.verbs() == ["netsh delete", "netsh add"]


def test_the_former_one_comes_back_when_the_new_one_is_refused(server):
    old, new = server.put("MY", OLD, key_info("c1")), server.put("MY", NEW, key_info("c2"))
    give(server, old)
    server.refused_hash = new
    with pytest.raises(RolloutError, match=f"certificate {new} could not be bound; the former binding is back.*1312"):
        bind(server.host, EVERYWHERE, new)
    assert bound(server) == old


def test_the_former_one_comes_back_with_its_own_application(server):
    old, new = server.put("MY", OLD, key_info("c1")), server.put("MY", NEW, key_info("c2"))
    give(server, old)
    stored = bytes.fromhex("33221100554477668899aabbccddeeff")
    server.registry.set(f"{BINDINGS}\\{EVERYWHERE}", "AppId", stored)
    server.refused_hash = new
    with pytest.raises(RolloutError, match="the former binding is back"):
        bind(server.host, EVERYWHERE, new)
    added = [line for line in server.programs.ran if line[2] == "add"]
    assert [line[6] for line in added] == [f"appid={IIS}", "appid={00112233-4455-6677-8899-aabbccddeeff}"]


def test_a_refused_first_binding(server):
    new = server.put("MY", NEW, key_info())
    server.refused_hash = new
    with pytest.raises(RolloutError, match="could not be bound: exit code 1"):
        bind(server.host, EVERYWHERE, new)


def test_a_certificate_without_key_is_not_even_tried(server):
    old, new = server.put("MY", OLD, key_info("c1")), server.put("MY", NEW)
    give(server, old)
    with pytest.raises(RolloutError, match="has no private key in the store MY"):
        bind(server.host, EVERYWHERE, new)
    with pytest.raises(RolloutError, match="is not in the store MY"):
        bind(server.host, EVERYWHERE, "0" * 40)
    assert (bound(server), server.programs.ran) == (old, [])


@pytest.mark.parametrize("thumbprint", [None, "AB" * 20])
def test_check_mode_only_tells(server, thumbprint):
    result = bind(server.host, EVERYWHERE, thumbprint, check_mode=True)
    assert (result["state"], result["changed"], result["thumbprint"]) == ("would_bind", True, thumbprint)
    assert server.programs.ran == []


def test_no_thumbprint_in_earnest(server):
    with pytest.raises(RolloutError, match="no thumbprint was given"):
        bind(server.host, EVERYWHERE, None)


def test_server_2003_is_for_people():
    server = FakeServer(version="5.2")
    result = bind(server.host, EVERYWHERE, "AB" * 20)
    assert (result["state"], result["changed"], server.programs.ran) == ("manual", False, [])
    assert any("AB" * 20 in step and "port 443" in step for step in result["steps"])


def test_a_version_that_cannot_be_read(server):
    server.registry.values.clear()
    with pytest.raises(RolloutError, match="version of Windows cannot be read"):
        bind(server.host, EVERYWHERE, "AB" * 20)


def test_a_garbled_hash_raises(server):
    server.registry.set(f"{BINDINGS}\\{EVERYWHERE}", "SslCertHash", b"abc")
    with pytest.raises(RolloutError, match="a hash of 3 bytes"):
        bind(server.host, EVERYWHERE, "AB" * 20)


@pytest.mark.parametrize(
    ("address", "port", "endpoint"),
    [("0.0.0.0", 443, "0.0.0.0:443"), ("10.0.0.11", 4443, "10.0.0.11:4443"), ("::", 443, "[::]:443")],
)
def test_endpoints(address, port, endpoint):
    assert endpoint_of(address, port) == endpoint


@pytest.mark.parametrize(
    ("address", "port"), [("ocssrv01", 443), ("0.0.0.0 & del", 443), ("0.0.0.0", 0), ("0.0.0.0", 65536)]
)
def test_what_is_no_endpoint(address, port):
    with pytest.raises(RolloutError, match="is no (IP address|port)"):
        endpoint_of(address, port)


@pytest.mark.parametrize(
    "changes", [{"application": "4dc3e181"}, {"application": "{x & y}"}, {"store": "MY x"}, {"store": ""}]
)
def test_arguments_that_would_break_a_command_line(server, changes):
    with pytest.raises(RolloutError):
        bind(server.host, EVERYWHERE, "AB" * 20, **changes)


def test_lost_connection_between_delete_and_add_is_told(server):
    """The former binding is gone and nobody knows of the new one: said, as a change, with what to do."""
    old = server.put("MY", certificate(authority()), key_info())
    new = server.put("MY", certificate(authority()), key_info())
    bind(server.host, EVERYWHERE, old)
    run = server.programs.run

    def lost(arguments, **more):
        if arguments[2] == "add":
            raise RolloutError("the connection was lost")
        return run(arguments, **more)

    server.programs.run = lost
    with pytest.raises(
        RolloutError, match=f"the former binding of {EVERYWHERE} .{old}. was deleted.*Run again now"
    ) as caught:
        bind(server.host, EVERYWHERE, new)
    assert caught.value.result["changed"] is True
    assert [(change["verb"], change["before"], change["after"]) for change in caught.value.result["changes"]] == [
        ("delete", old, None)
    ]


def test_changes(server):
    old, new = server.put("MY", OLD, key_info("c1")), server.put("MY", NEW, key_info("c2"))
    changed = [bind(server.host, EVERYWHERE, name)["changes"] for name in (old, old, new)]
    told = {"what": f"bound to {EVERYWHERE}", "endpoint": EVERYWHERE, "reasons": []}
    assert changed == [
        [{"verb": "create", "before": None, "after": old, **told}],
        [],
        [{"verb": "change", "before": old, "after": new, **told}],
    ]


def test_difference_of_a_certificate_that_is_only_planned(server):
    give(server, server.put("MY", OLD, key_info("c1")))
    result = bind(server.host, EVERYWHERE, None, check_mode=True)
    assert result["diff"]["before"].startswith("0.0.0.0:443 ")
    assert result["diff"]["after"] == "0.0.0.0:443 (the certificate that will be issued)\n"
    assert [change["verb"] for change in result["changes"]] == ["change"]
