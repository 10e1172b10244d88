"""What the files of a certificate are called."""

from __future__ import annotations

import pytest
from unit.fakes_windows import planned_certificate

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.file_names import file_stem
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError


def test_stem():
    assert file_stem(planned_certificate()) == "ocssrv01.company.local_default"


@pytest.mark.parametrize("identity", ["../../etc/passwd", "a/../b c", "x" * 300, "-rf/x", "", "a\nb"])
def test_an_id_that_is_no_file_name(identity):
    with pytest.raises(RolloutError, match="cannot be the name of a file"):
        file_stem(planned_certificate(id=identity))
