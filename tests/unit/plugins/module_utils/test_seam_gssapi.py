"""gssapi through its seam."""

from __future__ import annotations

import pytest
from unit.seams import without

from ansible_collections.ucops.rollout.plugins.module_utils import seam_gssapi
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError


def test_without_the_library_it_can_be_imported_and_names_the_package() -> None:
    names = without(seam_gssapi, "gssapi")
    assert names["gssapi"] is None
    with pytest.raises(RolloutError, match="gssapi is missing, which signs updates by Kerberos. Install it"):
        names["require"]()
