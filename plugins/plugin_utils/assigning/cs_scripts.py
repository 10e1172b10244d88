# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The scripts that read and assign certificates with the cmdlets of Lync Server 2010 and later.

Nothing in them depends on a language or a culture: identifiers of errors, names of types, thumbprints and dates in
UTC. An assigned certificate that is missing or untrusted is an error that must not end the list.
"""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.plugin_utils.cs.loading import LOAD, in_shell
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.powershell_port import Script

_BY_HAND = "leave this to people: pool_certificates_lync: manual"
# What is assigned, to this machine or to the organisation. Properties that came with later products are looked for
# first.
_ASSIGNED = (
    LOAD
    + r"""
function P($c,$n){$v='';$p=$c.PSObject.Properties[$n];if($p){$v=$p.Value}
if($v -is [datetime]){$v.ToUniversalTime().ToString('o')}else{"$v"}}
function Certs($g){
$l=@();$f=@();$q=@();$a=@{ErrorAction='SilentlyContinue'}
if($g){$a.Identity='Global'}
try{foreach($c in @(Get-CsCertificate @a -ErrorVariable q)){if($c){$h=@{}
foreach($p in 'Use','Thumbprint','NotAfter','EffectiveDate','PreviousThumbprint'){$h[$p]=P $c $p}
$l+=,$h}}}catch{$f+=,(Err $_)}
foreach($e in @($q)){if($e){$f+=,(Err $e)}}
@{list=$l;errors=$f}}
"""
)

# UCR_KEYS: a thumbprint whose key is looked at, or * for all. UCR_TYPES: asked one by one where the list had errors,
# which do not say what they are of.
READ = Script(
    "reading of the assigned certificates",
    _ASSIGNED
    + r"""
if($n){
$r.machine=Certs $false
$r.global=Certs $true
$m=@{}
if($r.machine.errors.Count -gt 0){
foreach($t in $env:UCR_TYPES.Split(',')){if($t){$q=@()
try{Get-CsCertificate -Type $t -ErrorAction SilentlyContinue -ErrorVariable q|Out-Null}catch{$q=@($_)}
foreach($e in @($q)){if($e){$m[$t]=Err $e}}}}}
$r.refused=$m
$s=@()
try{foreach($v in @(Get-CsWindowsService -ExcludeActivityLevel -ErrorAction SilentlyContinue)){$s+="$($v.Name)"}}
catch{}
$r.services=$s
try{$r.version="$(Get-CsServerVersion)"}catch{}
$k=@()
$t=New-Object Security.Cryptography.X509Certificates.X509Store 'My','LocalMachine'
$t.Open('ReadOnly')
foreach($x in $t.Certificates){
$h=@{thumbprint=$x.Thumbprint;key="$($x.HasPrivateKey)";until=$x.NotAfter.ToUniversalTime().ToString('o')}
if($env:UCR_KEYS -eq '*' -or $x.Thumbprint -eq $env:UCR_KEYS){
try{$h.size="$($x.PublicKey.Key.KeySize)"}catch{}
try{$h.exportable="$($x.PrivateKey.CspKeyContainerInfo.Exportable)"}catch{}}
$k+=,$h}
$t.Close()
$r.store=$k
$r.now=[datetime]::UtcNow.ToString('o')}
""",
    look=in_shell("Get-CsCertificate"),
    otherwise=_BY_HAND,
)

# UCR_SETS: sets with ; between them, each thumbprint/types/flags. G: for the organisation; R: from UCR_EFFECTIVE on.
# What fails ends the work, and what is assigned then is read in any case.
ASSIGN = Script(
    "assigning of the certificates",
    _ASSIGNED
    + r"""
$d=@()
if($n){
foreach($x in $env:UCR_SETS.Split(';')){
$p=$x.Split('/')
$a=@{Type=$p[1].Split(',');Thumbprint=$p[0];Confirm=$false;ErrorAction='Stop'}
if($p[2] -match 'G'){$a.Identity='Global'}
if($p[2] -match 'R'){$a.Roll=$true
$a.EffectiveDate=[datetime]::Parse($env:UCR_EFFECTIVE,[Globalization.CultureInfo]::InvariantCulture)}
$o=@{types=$p[1]};$q=@()
try{Set-CsCertificate @a -WarningVariable q -WarningAction SilentlyContinue|Out-Null}catch{$o.error=Err $_}
$o.warnings=@($q|%{"$_"})
$d+=,$o
if($o.error){break}}
$r.machine=Certs $false
if($env:UCR_SETS -match 'G'){$r.global=Certs $true}}
$r.sets=$d
""",
    look=in_shell("Get-CsCertificate"),
    otherwise=_BY_HAND,
)
