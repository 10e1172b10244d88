"""No secret is in anything that a run prints or leaves behind: neither here nor on the hosts."""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from secretkit import Secret, files_below, found, of_file, of_key, of_text
from sitekit import Run, Site

pytestmark = pytest.mark.slow

TSIG = "c2VjcmV0IG9mIGR5bmFtaWMgdXBkYXRlcyE="


class Traces:
    """A place for all that runs of a site write on the controller, and what they leave there and on the hosts."""

    def __init__(self, site: Site) -> None:
        self.site, self.place = site, site.work / "kept"
        self.outputs: list[Run] = []
        self.place.mkdir()

    def play(self, *options: str, variables: dict[str, Any] | None = None) -> Run:
        """A rollout that tells all it can, with everything on that Ansible can keep."""
        temporary = self.place / "tmp"
        temporary.mkdir(exist_ok=True)
        kept = {
            "ANSIBLE_LOG_PATH": str(self.place / "ansible.log"),
            "ANSIBLE_CACHE_PLUGIN": "jsonfile",
            "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(self.place / "facts"),
            "ANSIBLE_RETRY_FILES_ENABLED": "1",
            "ANSIBLE_RETRY_FILES_SAVE_PATH": str(self.place / "retry"),
            "ANSIBLE_LOCAL_TEMP": str(temporary),
            "ANSIBLE_REMOTE_TEMP": str(temporary),
            "ANSIBLE_KEEP_REMOTE_FILES": "1",
            "ANSIBLE_DISPLAY_ARGS_TO_STDOUT": "1",
            "ANSIBLE_DEBUG": "0",
            "TMPDIR": str(temporary),
        }
        run = self.site.play("deploy_pool", "-vvvv", "--diff", *options, variables=variables, settings=kept)
        self.outputs.append(run)
        return run

    def material(self) -> dict[str, bytes]:
        """Place to content of all of it."""
        found = files_below(self.place, self.site.reports)
        found |= {f"output {number}": run.output.encode() for number, run in enumerate(self.outputs)}
        for host, told in self.hosts().items():
            found[f"{host}: command lines"] = "\n".join(told["lines"]).encode()
            # PowerShell's log has what an encoded command says.
            found[f"{host}: scripts"] = "\n".join(told["scripts"]).encode()
            found |= {f"{host}: {path}": base64.b64decode(data) for path, data in told["files"].items()}
        return found

    def hosts(self) -> dict[str, Any]:
        return {host: self.site.estate.traces(host) for host in self.site.state()["hosts"]}

    def secrets(self) -> list[Secret]:
        """The account's password and those of hosts of their own, all keys, and what went with an exported one."""
        hosts = self.hosts()
        passwords = {self.site.estate.variables_of(host)["ansible_password"] for host in hosts}
        secrets = [of_text("a password", one) for one in passwords]
        for host, told in hosts.items():
            secrets += [of_key(f"a key of {host}", base64.b64decode(one)) for one in told["keys"]]
            secrets += [of_file(f"a PFX of {host}", base64.b64decode(one)) for one in told["exported"]]
            given = {one["UCR_PASSWORD"] for one in told["environments"] if "UCR_PASSWORD" in one}
            secrets += [of_text(f"the password of a PFX of {host}", one) for one in given]
        return secrets


def reports_are_for_nobody_else(site: Site) -> None:
    paths: list[Path] = list(site.reports.iterdir())
    assert paths and all(os.stat(path).st_mode & stat.S_IRWXO == 0 for path in paths)


def test_of_a_rollout_that_fails_and_one_that_does_not(site: Site) -> None:
    """By a command of the site, with a key of dynamic updates that leads nowhere."""
    traces = Traces(site)
    update = {"server": {"port": 9}, "key": {"name": "rollout", "secret": TSIG}, "timeout": 1}
    public = site.work / "public.yml"
    public.write_text(
        f"public_dns: {{hosts: {{bind01: {{ansible_host: 127.0.0.1, pool_dns_update: {update!r}}}}}}}\n",
        encoding="utf-8",
    )
    site.estate.fault("ocssrv02", "drop", match={"text": "certreq"}, times=100)
    failed = traces.play("-i", str(public), variables={"ucops_dns_group": "public_dns"})
    assert failed.code == 2 and "bind01" in failed.output, failed.output[-2000:]
    site.estate.clear_faults()
    done = traces.play()
    assert done.code == 0, done.output[-3000:]

    # What is searched is there. Of facts, temporary files and modules' files nothing is left.
    secrets, material = traces.secrets(), traces.material()
    assert {one.name for one in secrets} >= {"a password", "a key of ocssrv01", "a key of ocssrv02", "a key of ca01"}
    assert b"certreq -new" in material["ocssrv01: command lines"]
    kept = [place for place in material if place.startswith(str(traces.place))]
    assert [Path(place).name for place in sorted(kept)] == ["ansible.log", "deploy_pool.retry"]
    assert found([*secrets, of_text("a key of dynamic updates", TSIG)], material) == []
    # Had one been written, it would have been found.
    planted = {**material, "planted": base64.b64encode(site.group_vars()["ansible_password"].encode("utf-16-le"))}
    assert found(secrets, planted) == ["a password in planted"]
    reports_are_for_nobody_else(site)


@pytest.mark.estate(name="edge")
def test_of_keys_that_servers_share(site: Site) -> None:
    """They travel as PFX from one server to the other: an import that is cut off, then one that is not."""
    traces = Traces(site)
    order = {"at": 1, "after": False, "match": {"kind": "command", "text": "EncodedCommand"}, "times": 1000}
    site.estate.fault("edge02", "drop", **order)
    assert traces.play().code != 0
    site.estate.clear_faults()
    done = traces.play()
    assert done.code == 0, done.output[-3000:]
    secrets, material = traces.secrets(), traces.material()
    names = {one.name for one in secrets}
    assert {"a PFX of edge01", "the password of a PFX of edge01", "the password of a PFX of edge02"} <= names
    assert found(secrets, material) == []
    reports_are_for_nobody_else(site)
