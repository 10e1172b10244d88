"""The scripts for the cmdlets: they fit on a command line, and hold nothing that PowerShell 2.0 cannot read."""

from __future__ import annotations

import re

import pytest

from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.cs_scripts import ASSIGN, READ
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell import launched
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell_port import Script

LATER = (
    r"\[ordered\]|\[pscustomobject\]|ConvertTo-Json|ConvertFrom-Json|-(?:not)?in\b|\?\.|::new\(|\.where\(|\.foreach\("
)


@pytest.mark.parametrize("script", [READ, ASSIGN])
def test_it_fits_and_is_in_the_language_of_powershell_2(script: Script) -> None:
    assert len(launched(script)) < 8000
    assert re.search(LATER, script.text, re.IGNORECASE) is None
    assert script.text.isascii()


def test_reading_changes_nothing() -> None:
    assert "Set-" not in READ.text and "Remove-" not in READ.text


def test_every_change_is_unasked_and_stops_at_its_error() -> None:
    assert ASSIGN.text.count("Set-CsCertificate") == 1
    assert "Confirm=$false;ErrorAction='Stop'" in ASSIGN.text
