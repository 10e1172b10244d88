# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Windows PowerShell over WinRS: one process for a constant script, whose answer comes between marks.

Values travel as environment variables of a shell of their own, never in the script's text and not over standard input:
PowerShell 2.0 may never end while that is open. The answer is base64 of JSON in UTF-8, so that neither a code page nor
what modules print can touch it; without its end mark it is a failure.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import as_said
from ansible_collections.ucops.rollout.plugins.module_utils.wording import number
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell_port import PowerShell, Script
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs import ProgramTimeout, WinrsPrograms
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.quoting import fit

PROGRAM = "%SystemRoot%\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"
SWITCHES = "-NoProfile -NonInteractive -InputFormat None -ExecutionPolicy Bypass -EncodedCommand"
# Printed by cmd alone, so that no program's exit code or words are taken for it.
_NONE_THERE = "UCR-NO-POWERSHELL"
_BEGIN, _END, _MODE = "UCR-BEGIN<", ">UCR-END", "UCR-MODE<"
LONGEST_ANSWER_SAID = 600

# First the language mode: a constrained one allows none of what follows. Then how an answer is written as JSON, which
# PowerShell 2.0 cannot do by itself; control characters become blanks.
_BEFORE = r"""
$ErrorActionPreference='Continue'
$ProgressPreference='SilentlyContinue'
$m="$($ExecutionContext.SessionState.LanguageMode)"
if($m -ne 'FullLanguage'){'UCR-MODE<'+$m+'>';exit 3}
function J($v){
if($null -eq $v){'null'}
elseif($v -is [hashtable]){$o=@()
foreach($k in @($v.Keys)){$i=$v[$k];$o+=(J "$k")+':'+(J $i)};'{'+($o -join ',')+'}'}
elseif($v -is [array]){$o=@();foreach($i in $v){$o+=J $i};'['+($o -join ',')+']'}
else{'"'+("$v".Replace('\','\\').Replace('"','\"') -replace '[\x00-\x1f]',' ')+'"'}}
function Err($e){$x=$e;if($e.Exception){$x=$e.Exception}
@{id="$($e.FullyQualifiedErrorId)";type=$x.GetType().FullName;text="$($x.Message)"}}
$r=@{ps="$($PSVersionTable.PSVersion)"}
try{
"""
_AFTER = r"""
}catch{$r.failed=Err $_}
$b=[Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes((J $r)))
[Console]::Out.WriteLine('UCR-BEGIN<'+$b+'>UCR-END')
exit 0
"""

_FRAMED = re.compile(f"{_BEGIN}(.*?){_END}", re.DOTALL)
_TOLD_MODE = re.compile(f"{_MODE}([A-Za-z]{{1,40}})>")
_NAME = re.compile(r"[A-Z]{1,20}")
_ODD = re.compile(r"[^ -~]")
_LONGEST = 4000
# Windows PowerShell writes errors to a redirected standard error as XML; only what its error and warning texts hold is
# for people, and control characters stand in it as _x000D_.
_CLIXML = "#< CLIXML"
_TOLD = re.compile(r'<S S="(?:Error|Warning)">(.*?)</S>', re.DOTALL)
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}
_ENTITY = re.compile("&(?:lt|gt|quot|apos|amp);")

_INSTALL = "Windows PowerShell 2.0 or later has to be on the server; or {otherwise}"
_FULL = (
    "A policy (AppLocker, Device Guard or the variable __PSLockdownPolicy) allows the account no full language. Use an"
    " account that it leaves free, or {otherwise}"
)
_CUT = "Run again. If it stays so, {look}"


def launched(script: Script) -> str:
    """The line for cmd that runs a script; raises CannotQuote where cmd would not take it whole."""
    lines = (line.strip() for line in (_BEFORE + script.text + _AFTER).splitlines())
    encoded = base64.b64encode("\n".join(line for line in lines if line).encode("utf-16-le")).decode("ascii")
    return fit(f"if exist {PROGRAM} ({PROGRAM} {SWITCHES} {encoded}) else echo {_NONE_THERE}")


class WinrsPowerShell(PowerShell):
    """PowerShell in shells of its own. ``shell``: opens one with these environment variables; ``name``: the host's."""

    def __init__(self, shell: Callable[[Mapping[str, str]], WinrsPrograms], *, name: str) -> None:
        self._shell = shell
        self._name = name

    def run(self, script: Script, values: Mapping[str, str], *, timeout: float) -> Mapping[str, Any]:
        programs = self._shell({f"UCR_{name}": value for name, value in _checked(values).items()})
        try:
            result = programs.run_line(launched(script), doing=f"PowerShell ({script.purpose})", timeout=timeout)
        except ProgramTimeout as late:
            # What it had answered may be a key: kept is what it wrote before.
            chatter = late.stdout.partition(_BEGIN.encode("ascii"))[0]
            raise ProgramTimeout(late.command_line, timeout, chatter, late.stderr, where=self._name) from None
        finally:
            programs.release()
        return answer_of(script, result, where=self._name)


def answer_of(script: Script, result: ProgramResult, *, where: str) -> Mapping[str, Any]:
    """What the script filled in, from between the marks; raises RolloutError where that is not whole."""
    text = result.stdout.decode("utf-8", errors="replace")
    if _NONE_THERE in text:
        raise RolloutError(
            f"there is no Windows PowerShell, so no {script.purpose}", where=where, mend=_mend(_INSTALL, script)
        )
    mode = _TOLD_MODE.search(text)
    if mode:
        raise RolloutError(
            f"PowerShell runs in {mode[1]} mode here, so no {script.purpose}", where=where, mend=_mend(_FULL, script)
        )
    framed = _FRAMED.search(text)
    if framed is None:
        raise _not_whole(script, result, text, where)
    try:
        answer = json.loads(base64.b64decode("".join(framed[1].split()), validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise _not_whole(script, result, text, where) from None
    if not isinstance(answer, dict):
        raise _not_whole(script, result, text, where)
    failed = answer.get("failed")
    if failed:
        raise RolloutError(
            f"{script.purpose}: PowerShell failed: {told(failed)}", where=where, mend=_mend(_CUT, script)
        )
    return answer


def told(error: Any) -> str:
    """An error record of a script (``Err``) for people: its text and its kind."""
    record = error if isinstance(error, Mapping) else {}
    return (
        f"{as_said(str(record.get('text') or 'no reason was given'), 300)} ({as_said(str(record.get('id', '')), 120)})"
    )


def clixml_text(stderr: bytes) -> str:
    """Standard error of PowerShell for people: CLIXML decoded, on one line, cut."""
    text = stderr.decode("utf-8", errors="replace")
    if _CLIXML in text:
        text = " ".join(_TOLD.findall(text)) or _ENTITY.sub(" ", re.sub("<[^>]*>", " ", text.replace(_CLIXML, " ")))
        text = _ENTITY.sub(lambda match: _ENTITIES[match[0]], text)
        text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return as_said(text, LONGEST_ANSWER_SAID)


def _checked(values: Mapping[str, str]) -> Mapping[str, str]:
    """The values, unless one cannot be given; it is never quoted, since it may be a password or a key."""
    for name, value in values.items():
        where = f"PowerShell, {as_said(name, 40)}"
        if not _NAME.fullmatch(name):
            raise RolloutError("a value of this name cannot be given to a script", where=where)
        if len(value) > _LONGEST:
            raise RolloutError(
                f"the value cannot be given to a script: it has {number(len(value), 'character')}, and {_LONGEST} is"
                " the most",
                where=where,
            )
        odd = _ODD.search(value)
        if odd:
            kind = "a control character" if ord(odd[0]) < 32 or ord(odd[0]) == 127 else "one beyond ASCII"
            raise RolloutError(
                f"the value cannot be given to a script: character {odd.start() + 1} of {len(value)} is {kind}",
                where=where,
            )
    return values


def _mend(text: str, script: Script) -> str:
    return text.format(look=script.look, otherwise=script.otherwise)


def _not_whole(script: Script, result: ProgramResult, text: str, where: str) -> RolloutError:
    begun = "its answer was cut off" if _BEGIN in text else "it gave no answer"
    said = clixml_text(result.stderr) or as_said(text.partition(_BEGIN)[0], LONGEST_ANSWER_SAID)
    return RolloutError(
        f"{script.purpose}: PowerShell ended with exit code {result.exit_code}, and {begun}; it said:"
        f" {said or 'nothing'}",
        where=where,
        mend=_mend(_CUT, script),
    )
