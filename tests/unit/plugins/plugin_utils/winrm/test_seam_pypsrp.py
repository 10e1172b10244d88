"""pypsrp through its seam."""

from __future__ import annotations

import runpy

import pytest
from unit.seams import without

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm import seam_pypsrp
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.seam_winrm import is_http_error


def test_without_the_library_it_can_be_imported_and_names_the_package() -> None:
    names = without(seam_pypsrp, "pypsrp")
    with pytest.raises(RolloutError) as missing:
        names["require"]()
    assert str(missing.value) == (
        "the Python package 'pypsrp' is missing on the controller, which ansible_connection: psrp needs. Install pypsrp"
        " into the Python that runs Ansible (pip install pypsrp), or set ansible_connection: winrm"
    )
    seam_pypsrp.require()


def test_a_version_that_is_not_known_is_told_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("pypsrp.wsman._TransportHTTP")
    names = runpy.run_path(str(seam_pypsrp.__file__))
    with pytest.raises(RolloutError, match="'pypsrp in a version from 0.5 to 1.0' is missing on the controller"):
        names["require"]()


def test_a_status_is_an_error_of_http() -> None:
    error = seam_pypsrp.http_error(500, "<f/>")
    assert is_http_error(error) and (error.code, error.response_text) == (500, "<f/>")  # type: ignore[attr-defined]


def test_the_settings_that_have_variables_of_their_own() -> None:
    assert {"certificate_pem", "negotiate_service"} <= seam_pypsrp.SETTINGS
