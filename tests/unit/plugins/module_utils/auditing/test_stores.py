"""From what was read of a server to what is said of its stores."""

from __future__ import annotations

from unit.audits import FRONT_END, GOOD, LATE, STRANGE, bound, in_ocs, stored, work
from unit.fakes_windows import NOW
from unit.stores import MACHINE_ROOT, PSS_ISSUER, SECOND, on, stand_in

from ansible_collections.ucops.rollout.plugins.module_utils.auditing.certificates import compare
from ansible_collections.ucops.rollout.plugins.module_utils.auditing.present import ServerState
from ansible_collections.ucops.rollout.plugins.module_utils.auditing.stores import store_findings
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.machine_stores import TrustedRoots


def codes(state: ServerState) -> list[str]:
    wanted = work(FRONT_END)
    rows = compare(wanted, state, now=NOW, minimum_days=30)
    return [one.code for one in store_findings(wanted, state, rows, now=NOW, minimum_days=30)]


def test_a_server_as_planned() -> None:
    assert codes(ServerState((stored(GOOD), stored(STRANGE)), (in_ocs(GOOD),))) == []


def test_errors_come_first() -> None:
    state = ServerState(
        (stored(LATE), stored(SECOND)),
        (in_ocs(LATE),),
        waiting=(stand_in(40, ["crm.company.com"]),),
        roots=TrustedRoots(on(MACHINE_ROOT, PSS_ISSUER)),
    )
    assert codes(state) == [
        "certificate-expires",
        "certificate-left-over",
        "intermediate-among-roots-before-2012",
        "waiting-key-left",
    ]


def test_what_a_run_left_that_was_cut_off_is_told() -> None:
    assert codes(ServerState((stored(GOOD),), (in_ocs(GOOD),), marks=("AB", "CD"))) == ["mark-left", "mark-left"]


def test_what_a_binding_of_others_names_is_not_left_over() -> None:
    assert codes(ServerState((stored(GOOD), stored(SECOND)), (in_ocs(GOOD), bound(SECOND, "10.0.0.99:443")))) == []
