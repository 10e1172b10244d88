from __future__ import annotations

from dataclasses import fields

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.endpoints import (
    SURVEYED_BINDINGS,
    BindingPlace,
    endpoint_of,
    parsed_endpoint,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.http_sys import Settings


def test_bindings_are_read_with_all_that_they_hold():
    parameters = "SYSTEM\\CurrentControlSet\\Services\\HTTP\\Parameters"
    assert [(one.key, one.above) for one in SURVEYED_BINDINGS] == [
        (f"{parameters}\\{name}", (parameters,))
        for name in ("SslBindingInfo", "SslSniBindingInfo", "SslCcsBindingInfo")
    ]
    held = {"SslCertHash", "SslCertStoreName", *(one.name for one in fields(Settings))}
    assert [{name for name, _kind in one.below} for one in SURVEYED_BINDINGS] == [held] * 3


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
    ("text", "kind", "written"),
    [
        ("10.0.0.5:443", "ipport", "10.0.0.5:443"),
        ("[FE80::1]:443", "ipport", "[fe80::1]:443"),
        ("WWW.Company.com:0443", "hostnameport", "www.company.com:443"),
    ],
)
def test_what_a_person_writes(text, kind, written):
    assert parsed_endpoint(text) == BindingPlace(kind, written)
    assert parsed_endpoint(text).tag == f"{kind}={written}"


@pytest.mark.parametrize(
    "text",
    ["443", ":443", "www.company.com", "www.company.com:", "www.company.com:0", "www.company.com:65536", "a & del:443",
     "a b:443", "www.company.com:443 certhash=00", "w%PATH%:443", "10.0.0.5:x", "10.0.0.5:\u0664", "'\":443"],
)  # fmt: skip
def test_what_is_refused_before_it_nears_a_command(text):
    with pytest.raises(RolloutError):
        parsed_endpoint(text)


@pytest.mark.parametrize(
    ("text", "number"), [("0.0.0.0:443", 443), ("garbage", 0), ("a:https", 0), ("a:", 0), ("a:\u0664", 0), ("443", 443)]
)
def test_a_key_that_is_no_place_of_a_binding_has_no_port(text, number):
    place = BindingPlace("ipport", text)
    assert place.port_number == number
    assert place.shadows(BindingPlace("ipport", "[::]:443")) is False


EVERYWHERE, IPV6, EXACT = (BindingPlace("ipport", f"{one}:443") for one in ("0.0.0.0", "[::]", "10.0.0.11"))
EXACT_IPV6, NAME, CENTRAL = (
    BindingPlace("ipport", "[fe80::1]:443"),
    BindingPlace("hostnameport", "www.company.com:443"),
    BindingPlace("ccs", "443"),
)
OTHER_PORT = [
    BindingPlace("ipport", "10.0.0.11:4443"),
    BindingPlace("hostnameport", "www.company.com:4443"),
    BindingPlace("ccs", "444"),
]


@pytest.mark.parametrize(
    ("ours", "shadows"),
    [
        (EVERYWHERE, [IPV6, EXACT, EXACT_IPV6, NAME, CENTRAL]),
        (IPV6, [EXACT_IPV6, NAME, CENTRAL]),
        (EXACT, []),
    ],
)
def test_what_clients_meet_first(ours, shadows):
    every = [EVERYWHERE, IPV6, EXACT, EXACT_IPV6, NAME, CENTRAL, *OTHER_PORT]
    assert [one for one in every if one.shadows(ours)] == shadows
