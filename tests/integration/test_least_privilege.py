"""An account with less than an administrator's rights, and the grants that docs/prerequisites.md prints as scripts.

The scripts are read out of the page and run on the lab's hosts one after the other. Before each of them the step that
needs it is refused, says which grant it lacks, and leaves nothing behind; after the last one a whole rollout works.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import winrm
from actionkit import Rollout
from languagekit import begin
from sitekit import BY_COMMAND, ROOT, Site
from unit.fakes_windows import planned_certificate

from ansible_collections.ucops.rollout.plugins.action import authority_info
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.dns.windows import WindowsDns
from lab.client import RunningEstate
from lab.estate import merged

PAGE = (ROOT / "docs" / "prerequisites.md").read_text(encoding="utf-8")
SCRIPTS = {
    int(number): script
    for number, script in re.findall(r"^\*\*(\d)\.\*\* .*?```powershell\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE)
}
SERVERS, DNS, CA = ("ocssrv01", "ocssrv02"), "dc01", "ca01"
ACCOUNTS = [
    {"name": "rollout", "groups": ["Domain Admins", "Enterprise Admins"]},
    {"name": "ucops-rollout", "password": "Less-2026!"},
]
NOT_LET_IN = r"Access is denied.*Remote Management Users of the host \(2\) or, .*2008 R2.*security descriptor \(3\)"
NO_SHELL = r"opening a remote shell failed: Access is denied.*Read and Execute.*\(3\)"


class Step(NamedTuple):
    """What is refused for want of which grants, with which words, and where they are given."""

    probe: str
    refused: str
    grants: tuple[tuple[int, str], ...]


def steps(reach: int) -> Iterator[Step]:
    """:param reach: by which script WinRM lets the account in."""
    yield Step("ask", NO_SHELL, ((1, SERVERS[0]), (1, SERVERS[1])))
    yield Step("zones", NOT_LET_IN, ((reach, DNS),))
    yield Step("zones", r"Remote Enable on root\\MicrosoftDNS \(4\), and to be in DnsAdmins \(5\)", ((4, DNS),))
    yield Step("zones", r"and to be in DnsAdmins \(5\)", ((5, DNS),))
    yield Step("authority", NOT_LET_IN, ((reach, CA),))
    yield Step("authority", r"Remote Enable on root\\default \(4\)", ((4, CA),))
    if reach != 3:
        yield Step("authority", NO_SHELL, ((3, CA),))
    # Its database is looked into before a key is made.
    yield Step(
        "authority", r"database cannot be read: 0x80070005.*needs Read and Request Certificates .*\(7 of", ((7, CA),)
    )
    yield Step("issue", r"cannot be written.*listed by it \(6 of", ((6, CA),))
    yield Step("issue", r"0x80094012.*Read and Enroll on the template \(8 of", ((8, DNS),))


class Probes(Rollout):
    """The steps of a rollout that need the rights, with the account of the inventory."""

    asked: dict[str, Any]

    def ask(self) -> None:
        self.asked = self.request()

    def zones(self) -> None:
        with self.host(DNS) as host:
            assert "company.local" in WindowsDns(host).zones(["company.local"])

    def authority(self) -> None:
        found = self.run(authority_info, CA, certificates=(planned_certificate(),))
        if not found["serves"]:
            raise RolloutError(found["msg"])

    def issue_it(self) -> None:
        assert self.issue(self.asked)["state"] == "issued"

    def probe(self, name: str) -> Callable[[], None]:
        return {"ask": self.ask, "zones": self.zones, "authority": self.authority, "issue": self.issue_it}[name]


# Auditing of failures, which stands behind the rights in a descriptor's text.
AUDITED = r"""
$helper = [wmiclass]'Win32_SecurityDescriptorHelper'
foreach ($namespace in 'root\cimv2', 'root\default', 'root\MicrosoftDNS') {
    $security = Get-WmiObject -Namespace $namespace -Class __SystemSecurity -ErrorAction SilentlyContinue
    if (-not $security) { continue }
    $held = @($null)
    $code = $security.PSBase.InvokeMethod('GetSD', $held)
    $sddl = $helper.BinarySDToSDDL($held[0]).SDDL
    $held[0] = $helper.SDDLToBinarySD($sddl + 'S:(AU;FA;CC;;;WD)').BinarySD
    $code = $security.PSBase.InvokeMethod('SetSD', $held)
}
$root = 'HKLM:\SYSTEM\CurrentControlSet\Services\CertSvc\Configuration'
if (Test-Path $root) {
    $key = Join-Path $root (Get-ItemProperty $root).Active
    $sddl = $helper.BinarySDToSDDL((Get-ItemProperty $key).Security).SDDL
    [byte[]]$changed = $helper.SDDLToBinarySD($sddl + 'S:(AU;FA;CC;;;WD)').BinarySD
    Set-ItemProperty $key Security $changed
}
"""


def grant(estate: RunningEstate, number: int, host: str) -> None:
    """Run a script of the page on a host."""
    typed(estate, SCRIPTS[number], host)


def typed(estate: RunningEstate, text: str, host: str) -> None:
    """Run a script on a host, as an administrator of the domain."""
    told = estate.variables_of(host)
    session = winrm.Session(
        f"http://{told['ansible_host']}:{told['ansible_port']}/wsman",
        auth=("COMPANY\\rollout", "Rollout-2007!"),
        transport="ntlm",
    )
    script = base64.b64encode(text.encode("utf-16-le")).decode("ascii")
    # PowerShell 2.0 waits for the end of its input otherwise.
    done = session.run_cmd(f"powershell -NoProfile -InputFormat None -EncodedCommand {script}")
    assert done.status_code == 0 and b'S="Error"' not in done.std_err, (text, done.std_out, done.std_err)


def refused_everywhere(site: Site) -> None:
    """A run of an account without any right: told of all hosts in one message, and nothing was touched."""
    untouched = site.state()
    run = site.play("deploy_pool")
    assert run.code == 2 and site.state() == untouched
    told = re.search(r"- (.*): cannot log on over WinRM.* the account may not use WinRM here\. It has to", run.output)
    assert told and all(f"{name}.company.local" in told[1] for name in (*SERVERS, DNS, CA))


def climb(estate: RunningEstate, reach: int) -> None:
    """Each step is refused for want of its grant, and then that is given."""
    probes = Probes(estate)
    for step in steps(reach):
        before = estate.state()
        with pytest.raises(RolloutError, match=step.refused):
            probes.probe(step.probe)()
        # A request that the CA denied stays in its database, and one that cannot be found lies about until it can.
        if step.probe != "issue":
            assert estate.state() == before
        for number, host in step.grants:
            grant(estate, number, host)
        if step.probe == "ask":
            probes.ask()
    before = estate.state()
    for number in (3, 4, 7):  # a second run finds what it would do
        grant(estate, number, CA)
    assert estate.state() == before


@pytest.mark.parametrize("number", [4, 7])
@pytest.mark.parametrize("audited", ["", "S:AI(AU;SA;CC;;;WD)"])
def test_a_grant_stands_in_the_access_list_and_not_among_what_is_audited(number: int, audited: str) -> None:
    pattern = re.search(r"-replace '([^']+)'", SCRIPTS[number])
    assert pattern and re.sub(pattern[1], r"\1(A;;CC;;;BU)", f"O:BAG:BAD:AI(A;;CC;;;BA)(A;;CC;;;WD){audited}") == (
        f"O:BAG:BAD:AI(A;;CC;;;BA)(A;;CC;;;WD)(A;;CC;;;BU){audited}"
    )


@pytest.mark.parametrize(("generation", "reach"), [("2008r2", 3), ("2019", 2)])
def test_each_grant_in_turn_and_then_a_whole_rollout(tmp_path: Path, turn: int, generation: str, reach: int) -> None:
    changed = {
        "accounts": ACCOUNTS,
        "hosts": [{"name": name, "generation": generation} for name in (*SERVERS, DNS, CA)],
        "inventory": {"user": "ucops-rollout"},
    }
    with begin("origin", tmp_path / "lab", turn, merged(BY_COMMAND, changed)) as estate:
        site = Site(estate, tmp_path)
        if reach == 2:
            refused_everywhere(site)
            for host in (DNS, CA):
                typed(estate, AUDITED, host)
        climb(estate, reach)
        run = site.play("deploy_pool")
        assert run.code == 0, run.output
        assert "+ company.local: _sipinternaltls._tcp SRV" in run.summary
        # Who manages DNS alone opens no shell there, and so cannot keep other runs away.
        assert ("would not be kept away" in run.summary) == (reach == 2)
