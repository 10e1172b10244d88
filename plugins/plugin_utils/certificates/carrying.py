# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One certificate with its key from a server that holds it to the others that share it.

It travels as PFX in memory alone: out of one process of PowerShell, through one process of the controller, into another
one. There is no file of it anywhere, and no task has it as argument or result, which Ansible would keep. Its password
is made for that one way, and stands in the environment of the two processes and nowhere else: certutil would take it on
a command line, which Windows writes into its log of processes, and Export-PfxCertificate as an argument, which
PowerShell writes into its log of commands. A method of .NET is in neither.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.chain import find_chain
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.fit import unmet
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import PlannedCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import MY, CertificateStores
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell import told
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell_port import Script

TIMEOUT = 120.0
# A PFX of a key of 4096 bits is some 7,000 characters of base64; a value of the environment takes 4,000.
_PIECE = 4000
_PIECES = "ABCDEFGH"
# 192 bits, and no more characters than Windows' own dialogues take.
_PASSWORD_BYTES = 24

_BY_HAND = "bring the certificate with its key there by hand (certlm.msc, Export and Import with the private key)"
_FIND = r"""
$t=New-Object Security.Cryptography.X509Certificates.X509Store 'My','LocalMachine'
$t.Open('ReadOnly')
$x=$null
foreach($i in $t.Certificates){if($i.Thumbprint -eq $env:UCR_THUMBPRINT){$x=$i}}
$t.Close()
$r.key="$($x -and $x.HasPrivateKey)"
"""

EXPORT = Script(
    "export of a certificate with its key",
    _FIND
    + r"""
if($r.key -eq 'True'){
$r.exportable="$($x.PrivateKey.CspKeyContainerInfo.Exportable)"
if($r.exportable -eq 'True'){
$k=[Security.Cryptography.X509Certificates.X509ContentType]::Pfx
$r.pfx=[Convert]::ToBase64String($x.Export($k,$env:UCR_PASSWORD))}}
""",
    otherwise=_BY_HAND,
    look="export the certificate with its key by hand (certlm.msc) to see what Windows says",
)

# The key is in the machine's key store once Import is done: what fails after it takes the key away again.
IMPORT = Script(
    "import of a certificate with its key",
    rf"""
$p=''
foreach($i in '{"','".join(_PIECES)}'){{$p+=[Environment]::GetEnvironmentVariable('UCR_PFX'+$i)}}
"""
    + r"""
$f=[Security.Cryptography.X509Certificates.X509KeyStorageFlags]'MachineKeySet,PersistKeySet,Exportable'
$x=New-Object Security.Cryptography.X509Certificates.X509Certificate2
$x.Import([Convert]::FromBase64String($p),$env:UCR_PASSWORD,$f)
try{
if($x.Thumbprint -ne $env:UCR_THUMBPRINT){throw 'it is another certificate'}
$t=New-Object Security.Cryptography.X509Certificates.X509Store 'My','LocalMachine'
$t.Open('ReadWrite')
$t.Add($x)
$t.Close()
}catch{$r.failed=Err $_
try{$k=$x.PrivateKey;$k.PersistKeyInCsp=$false;$k.Clear()}catch{}}
""",
    otherwise=_BY_HAND,
    look="and it speaks of a password, the logon keeps Windows from the machine's keys: set ansible_winrm_transport to"
    " credssp, or kerberos with ansible_winrm_kerberos_delegation, for this server",
)

USE = Script(
    "use of a private key",
    _FIND
    + r"""
if($r.key -eq 'True'){
try{
$d=[Text.Encoding]::ASCII.GetBytes($env:UCR_THUMBPRINT)
$r.used="$($x.PublicKey.Key.VerifyData($d,'SHA1',$x.PrivateKey.SignData($d,'SHA1')))"
}catch{$r.error=Err $_}}
""",
    otherwise="see in certlm.msc that the certificate has its private key",
    look="run `certutil -verifystore my` on the server to see what Windows says of the key",
)


@dataclass(frozen=True, slots=True)
class CarriedKey:
    """A certificate with its key as PFX (base64) under a password. Neither is shown."""

    pfx: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ExportedKey:
    """What leaves a server: the certificate, its issuers up to the root, and both with the key as PFX."""

    certificate: X509Certificate
    chain: tuple[X509Certificate, ...]
    key: CarriedKey


def export_key(
    host: WindowsHost, planned: PlannedCertificate, thumbprint: Thumbprint, *, now: datetime, minimum_days: int
) -> ExportedKey:
    """The certificate of that thumbprint with its key, from a server that holds it.

    :raises RolloutError: the plan does not say that several servers share it, the certificate is not the planned one,
        or its key cannot be exported.
    """
    where = f"{host.name}: certificate {planned.id}"
    if not planned.key.shared:
        raise RolloutError(
            "the plan does not say that several servers share this certificate, so its key stays where it is",
            where=where,
            mend="Nothing was read. A key travels only where key.shared of its certificate is true",
        )
    certificate = _planned_one(host, planned, thumbprint, now=now, minimum_days=minimum_days, where=where)
    chain = find_chain(certificate, (), CertificateStores(host.registry, host.name).authorities(), now=now, where=where)
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    answer = host.powershell.run(EXPORT, {"THUMBPRINT": thumbprint, "PASSWORD": password}, timeout=TIMEOUT)
    return ExportedKey(certificate, chain, CarriedKey(_exported(answer, thumbprint, where), password))


def export_from_first(
    open_host: Callable[[str], AbstractContextManager[WindowsHost]],
    sources: Iterable[str],
    planned: PlannedCertificate,
    thumbprint: Thumbprint,
    *,
    now: datetime,
    minimum_days: int,
) -> ExportedKey:
    """The certificate with its key from the first of these hosts that gives it away; else why the first does not."""
    refusals: list[RolloutError] = []
    for source in sources:
        try:
            with open_host(source) as host:
                return export_key(host, planned, thumbprint, now=now, minimum_days=minimum_days)
        except RolloutError as error:
            refusals.append(error)
    raise refusals[0]


def _planned_one(
    host: WindowsHost,
    planned: PlannedCertificate,
    thumbprint: Thumbprint,
    *,
    now: datetime,
    minimum_days: int,
    where: str,
) -> X509Certificate:
    entry = CertificateStores(host.registry, host.name).entry(MY, thumbprint)
    if entry is None or entry.certificate is None:
        raise RolloutError(f"certificate {thumbprint} is not in the store", where=where, mend="Run again")
    reasons = unmet(planned, entry.certificate, entry.key, now=now, minimum_days=minimum_days)
    if reasons:
        raise RolloutError(
            f"certificate {thumbprint} is not the planned one: {'; '.join(reasons)}", where=where, mend="Run again"
        )
    return entry.certificate


def _exported(answer: Mapping[str, Any], thumbprint: str, where: str) -> str:
    if answer.get("key") != "True":
        raise RolloutError(
            f"Windows finds no private key of certificate {thumbprint}",
            where=where,
            mend=f"Remove the certificate from this server (certutil -delstore my {thumbprint}) and run again",
        )
    if answer.get("exportable") != "True":
        raise RolloutError(
            f"the key of certificate {thumbprint} may not be exported, and the other servers are to have the same",
            where=where,
            mend="Nothing was moved. Remove the certificate from this server (certutil -delstore my"
            f" {thumbprint}) and run again: one with an exportable key is then made for all of them. What is served"
            " with it stays until the services are restarted",
        )
    pfx = str(answer.get("pfx") or "")
    try:
        sound = bool(base64.b64decode(pfx, validate=True))
    except (binascii.Error, ValueError):
        sound = False
    if not sound or len(pfx) > _PIECE * len(_PIECES):
        raise RolloutError(
            f"what Windows exported of certificate {thumbprint} cannot be carried ({len(pfx)} characters)",
            where=where,
            mend=f"Run again. If it stays so, {_BY_HAND}",
        )
    return pfx


def import_key(host: WindowsHost, thumbprint: Thumbprint, key: CarriedKey) -> None:
    """Put a certificate with its key into the store MY. Whether it is there is for the store to say."""
    pieces = {f"PFX{name}": key.pfx[at * _PIECE : (at + 1) * _PIECE] for at, name in enumerate(_PIECES)}
    values = {"THUMBPRINT": str(thumbprint), "PASSWORD": key.password}
    values |= {name: piece for name, piece in pieces.items() if piece}
    host.powershell.run(IMPORT, values, timeout=TIMEOUT)


def use_key(host: WindowsHost, planned: PlannedCertificate, thumbprint: Thumbprint) -> None:
    """Sign with the private key and verify with the certificate; raises RolloutError where that does not succeed."""
    answer = host.powershell.run(USE, {"THUMBPRINT": thumbprint}, timeout=TIMEOUT)
    if answer.get("used") == "True":
        return
    why = "Windows finds none" if answer.get("key") != "True" else "it is not that of the certificate"
    raise RolloutError(
        f"the private key of certificate {thumbprint} cannot be used:"
        f" {told(answer['error']) if 'error' in answer else why}",
        where=f"{host.name}: certificate {planned.id}",
        mend=f"Remove the certificate from this server (certutil -delstore my {thumbprint}) and run again: it is then"
        " brought from another server that shares it",
    )
