"""dnspython through its seam."""

from __future__ import annotations

import pytest
from unit.seams import without

from ansible_collections.ucops.rollout.plugins.module_utils import seam_dns
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError


def test_the_library_is_there_and_whole() -> None:
    seam_dns.require()
    assert seam_dns.IMPORT_ERROR is None
    parts = ("exception", "flags", "message", "name", "query", "rcode", "rdatatype", "rrset")
    assert [part for part in parts if not hasattr(seam_dns.dns, part)] == []


def test_without_the_library_it_can_be_imported_and_names_the_package() -> None:
    names = without(seam_dns, "dns")
    assert names["dns"] is None
    assert "import dns" in names["IMPORT_ERROR"]
    with pytest.raises(RolloutError, match="dnspython is missing. Install it .* pip install 'dnspython>=2.6'"):
        names["require"]()
