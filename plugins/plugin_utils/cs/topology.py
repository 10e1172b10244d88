# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The topology that a server of Lync Server 2010 or later keeps of its deployment, read with the product's cmdlets.

Each server has a replica of the Central Management Store (-LocalStore), an Edge Server too: no second hop is made, and
nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.documents import (
    LARGEST,
    Document,
    UrlSet,
)
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.elements import found_urls
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import as_said
from ansible_collections.ucops.rollout.plugins.plugin_utils.cs.loading import (
    LOAD,
    RIGHTS,
    in_shell,
    of_rights,
    require_loaded,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell import told
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell_port import Script

TIMEOUT = 180.0
_FILES = "import a file instead: docs/import.md"

# What is longer than an import reads does not leave the server.
READ_TOPOLOGY = Script(
    "reading of the topology",
    LOAD
    + r"""
if($n){
try{$t=Get-CsTopology -LocalStore -AsXml -ErrorAction Stop
if($t){$x=$t.ToString()
if($x.Length -gt """
    + str(LARGEST)
    + r"""){$r.length=$x.Length}else{$r.topology=$x}}}catch{$r.error=Err $_}
$l=@()
try{foreach($c in @(Get-CsSimpleUrlConfiguration -LocalStore -ErrorAction Stop)){if($c){$s=@()
foreach($u in @($c.SimpleUrl)){if($u){
$e='';foreach($i in @($u.SimpleUrlEntry)){if($i -and -not $e){$e="$($i.Url)"}}
$s+=,@{component="$($u.Component)";domain="$($u.Domain)";active="$($u.ActiveUrl)";entry=$e}}}
$l+=,@{identity="$($c.Identity)";urls=$s}}}}catch{$r.unread=Err $_}
$r.urls=$l}
""",
    look=in_shell("Get-CsTopology -LocalStore"),
    otherwise=_FILES,
)


@dataclass(frozen=True)
class _Url:
    """As the script gives it; ``entry``: the first of those configured."""

    component: str
    domain: str
    active: str
    entry: str


@dataclass(frozen=True)
class _Configuration:
    identity: str
    urls: tuple[_Url, ...]


@dataclass(frozen=True)
class ReadTopology:
    """``document``: what an import takes; ``warnings``: what could not be read beside the topology."""

    document: Document
    warnings: tuple[str, ...]


def read_topology(host: WindowsHost) -> ReadTopology:
    """What the server's own replica says. Raises RolloutError where there is no whole topology."""
    answer = host.powershell.run(READ_TOPOLOGY, {}, timeout=TIMEOUT)
    require_loaded(READ_TOPOLOGY, answer, where=host.name, without="Name a Front End Server of the deployment")
    text = answer.get("topology")
    if not isinstance(text, str) or not text:
        raise _no_topology(host, answer)
    unread = answer.get("unread")
    warnings = (f"{host.name}: the simple URLs could not be read: {told(unread)}",) if unread else ()
    name = f"{host.name} (Get-CsTopology -LocalStore)"
    return ReadTopology(Document(name, text, tuple(_url_sets(answer))), warnings)


def _no_topology(host: WindowsHost, answer: Mapping[str, Any]) -> RolloutError:
    error = answer.get("error")
    if error:
        mend = RIGHTS if of_rights(error) else _wait_or_files()
        return RolloutError(f"Get-CsTopology could not read the topology: {told(error)}", where=host.name, mend=mend)
    length = answer.get("length")
    if length:
        what = f"its topology has {as_said(str(length), 20)} characters, more than the {LARGEST} that are read"
        return RolloutError(what, where=host.name, mend="No deployment is so large: see what is in the topology")
    return RolloutError("Get-CsTopology gave no topology", where=host.name, mend=_wait_or_files())


def _wait_or_files() -> str:
    return f"The server may have got no replica yet (Get-CsManagementStoreReplicationStatus). Wait for it, or {_FILES}"


def _url_sets(answer: Mapping[str, Any]) -> Iterator[UrlSet]:
    """Sets of simple URLs; an identity is Global, or Site: and a site's name."""
    for one in from_plain(tuple[_Configuration, ...], answer.get("urls") or (), where=READ_TOPOLOGY.purpose):
        urls = found_urls((each.component, each.domain, each.active, each.entry) for each in one.urls)
        yield UrlSet(one.identity.partition(":")[0], urls)
