"""cryptography through its seam."""

from __future__ import annotations

import pytest
from unit.seams import without

from ansible_collections.ucops.rollout.plugins.module_utils import seam_cryptography
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError


def test_the_library_is_there_and_whole() -> None:
    seam_cryptography.require()
    assert [name for name in seam_cryptography.__all__ if not hasattr(seam_cryptography, name)] == []
    assert issubclass(seam_cryptography.InvalidSignature, Exception)


def test_without_the_library_it_can_be_imported_and_names_the_package() -> None:
    names = without(seam_cryptography, "cryptography")
    assert {names[name] for name in ("x509", "serialization", "dsa", "ec", "rsa", "pkcs7")} == {None}
    assert names["InvalidSignature"] is Exception  # an except clause needs a class
    with pytest.raises(RolloutError, match="cryptography is missing. Install it .* pip install 'cryptography>=42"):
        names["require"]()
