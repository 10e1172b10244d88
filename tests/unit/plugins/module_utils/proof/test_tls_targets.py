"""Which addresses are asked, and what must be served there."""

from __future__ import annotations

from unit.fakes_windows import planned_certificate

from ansible_collections.ucops.rollout.plugins.module_utils.model import Endpoint
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_targets import Target, targets

POOL = Endpoint(
    "internal", "ocspool.company.local", ("10.0.0.10", "fd00::10"), 443, "https", "load_balancer", ("x", "gone"), ()
)
SERVER = Endpoint("internal", "ocssrv01.company.local", ("10.0.0.11",), 5061, "sip_tls", "direct", (), ())


def test_targets_in_order_with_mapped_ports() -> None:
    found = targets([POOL, SERVER], [planned_certificate(id="x"), planned_certificate(id="y")], {443: 10443})
    assert [(target.place, target.subject, [one.id for one in target.planned]) for target in found] == [
        ("10.0.0.10:10443", "ocspool.company.local:443", ["x"]),
        ("[fd00::10]:10443", "ocspool.company.local:443", ["x"]),
        ("10.0.0.11:5061", "ocssrv01.company.local:5061", []),
    ]
    assert [(target.through, target.real_port) for target in found] == [
        ("load_balancer", 10443),
        ("load_balancer", 10443),
        ("direct", 5061),
    ]


def test_a_target_without_a_map() -> None:
    assert Target("a.b", "10.0.0.1", 5061).real_port == 5061
    assert targets([], []) == ()
