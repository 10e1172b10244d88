"""What was read of a server, found again by thumbprint."""

from __future__ import annotations

from unit.audits import GOOD, SHORT, STRANGE, stored

from ansible_collections.ucops.rollout.plugins.module_utils.auditing.present import (
    ServerState,
    ShownCertificate,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.machine_stores import StoredCertificate


def test_a_certificate_is_known_from_the_store_or_as_it_was_served() -> None:
    unreadable = StoredCertificate(SHORT.thumbprint, None, None, problem="of a strange kind")
    shown = {"10.0.0.1:443": ShownCertificate(SHORT), "10.0.0.1:444": ShownCertificate(None)}
    state = ServerState(
        (stored(GOOD), unreadable),
        served=shown,
    )
    assert state.certificate(GOOD.thumbprint) == GOOD
    # The store's could not be read, and a port showed it.
    assert state.certificate(SHORT.thumbprint) == SHORT
    assert state.stored(SHORT.thumbprint) == unreadable
    assert state.stored(STRANGE.thumbprint) is None and state.certificate(STRANGE.thumbprint) is None
