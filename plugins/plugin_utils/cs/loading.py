# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module of the cmdlets of Lync Server 2010 and later: how a script loads it, and why it could not.

Nothing here depends on a language: identifiers of errors, and names of exceptions of .NET.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import as_said
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell import told
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell_port import Script

# The beginning of a script: $n is the module's name, empty where none could be loaded.
LOAD = r"""
$n='';$w=@()
foreach($x in 'SkypeForBusiness','Lync'){if(-not $n){try{Import-Module $x -ErrorAction Stop;$n=$x}catch{$w+=,(Err $_)}}}
$r.module=$n
$r.loading=$w
"""
RIGHTS = "The account has to be an administrator of the server and a member of RTCUniversalServerAdmins"

_NO_RIGHTS = ("SqlException", "UnauthorizedAccessException", "SecurityException")
_NO_MODULE = "Modules_ModuleNotFound"
_OLD_POWERSHELL = "Modules_InsufficientPowerShellVersion"


def in_shell(cmdlet: str) -> str:
    """What a person runs to see more (``Script.look``)."""
    return f"run {cmdlet} in the Management Shell on the server to see what it says"


def records(value: Any, *, where: str) -> tuple[Mapping[str, Any], ...]:
    """The hash tables of a list that a script gave, none for null; raises RolloutError for anything else."""
    found = value if isinstance(value, list) else [] if value is None else [value]
    if not all(isinstance(one, Mapping) for one in found):
        raise RolloutError("PowerShell gave an answer of another form than its script makes", where=where)
    return tuple(found)


def of_rights(error: Any) -> bool:
    """Whether an error record of a script (``Err``) is about rights."""
    return isinstance(error, Mapping) and str(error.get("type", "")).endswith(_NO_RIGHTS)


SET_UP = "Set up the server with the deployment wizard first"


def require_loaded(script: Script, answer: Mapping[str, Any], *, where: str, without: str = SET_UP) -> None:
    """Raise RolloutError where a script that begins with ``LOAD`` could not load the module.

    :param without: what to do where the server has none.
    """
    if answer.get("module"):
        return
    errors = records(answer.get("loading"), where=where)
    ids = [str(one.get("id", "")) for one in errors]
    if any(one.startswith(_OLD_POWERSHELL) for one in ids):
        what = f"the product's module needs a later PowerShell than {as_said(str(answer.get('ps')), 40)}"
        raise RolloutError(what, where=where, mend="Install the Windows Management Framework for it")
    if all(one.startswith(_NO_MODULE) for one in ids):
        what = "neither the module SkypeForBusiness nor Lync is on the server"
        mend = f"{without}, or {script.otherwise}"
        raise RolloutError(what, where=where, mend=mend)
    said = "; ".join(told(one) for one in errors if not str(one.get("id", "")).startswith(_NO_MODULE))
    mend = "Load it by hand on the server (Import-Module); a policy for scripts set by Group Policy may forbid it"
    raise RolloutError(f"the product's module could not be loaded: {said}", where=where, mend=mend)
