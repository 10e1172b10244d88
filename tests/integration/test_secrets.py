"""No secret is in anything that a run prints or leaves behind: neither here nor on the hosts."""

from __future__ import annotations

import base64
import contextlib
import os
import signal
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from languagekit import each_host_in_every_language
from secretkit import Secret, files_below, found, of_file, of_key, of_text
from sitekit import Run, Site

from .test_killed_runs import give_claims_back

pytestmark = [pytest.mark.slow, each_host_in_every_language]

TSIG = "c2VjcmV0IG9mIGR5bmFtaWMgdXBkYXRlcyE="
# What cmd, shells, XML, JSON and YAML each take for something else.
ODD = "Pä \"q'\\%PATH%^&<x>$(id)`#!ß"
WRONG = 'Not-"this"-<one>-ü%'
OWN = {
    "accounts": [{"name": "rollout", "password": ODD}],
}


class Watch(threading.Thread):
    """What is seen of a run while it lasts: command lines and environments of its processes, and its passing files.

    ``until``: when all of the run is ended, as ``kill -9`` does; never where it is not given.
    """

    def __init__(self, folder: Path, until: Callable[[], bool] = lambda: False) -> None:
        super().__init__(daemon=True)
        # Each process of the run has it in its environment.
        self._folder, self._until = folder, until
        self.seen: dict[str, bytes] = {}
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.05):
            ours = [process for process in Path("/proc").glob("[0-9]*") if self._look(process)]
            for path in self._folder.rglob("*"):
                with contextlib.suppress(OSError):
                    self.seen |= {f"while it ran: {path}": path.read_bytes()} if path.is_file() else {}
            if ours and self._until():
                for process in ours:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(int(process.name), signal.SIGKILL)

    def _look(self, process: Path) -> bool:
        try:
            environment = (process / "environ").read_bytes()
            if f"TMPDIR={self._folder}".encode() not in environment:
                return False
            self.seen[f"{process.name}: environment"] = environment
            self.seen[f"{process.name}: command line"] = (process / "cmdline").read_bytes()
        except OSError:
            return False  # it ended just now
        return True


class Traces:
    """A place for all that runs of a site write on the controller, and what they leave there and on the hosts."""

    def __init__(self, site: Site) -> None:
        self.site, self.place = site, site.work / "kept"
        self.outputs: list[Run] = []
        self.seen: dict[str, bytes] = {}
        self.place.mkdir()

    def play(
        self,
        *options: str,
        variables: dict[str, Any] | None = None,
        until: Callable[[], bool] = lambda: False,
    ) -> Run:
        """A rollout that tells all it can, with everything on that Ansible can keep, and that is recorded. ``until``:
        when it is killed."""
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
            "ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.tree,ansible.builtin.junit",
            "ANSIBLE_CALLBACK_TREE_DIR": str(self.place / "told"),
            "JUNIT_OUTPUT_DIR": str(self.place / "told"),
            "TMPDIR": str(temporary),
        }
        told = {"ucops_record": str(self.place / "recorded"), **(variables or {})}
        watch = Watch(temporary, until)
        watch.start()
        try:
            run = self.site.play("deploy_pool", "-vvvv", "--diff", *options, variables=told, settings=kept)
        finally:
            watch.over.set()
            watch.join()
        self.seen |= watch.seen
        self.outputs.append(run)
        return run

    def material(self) -> dict[str, bytes]:
        """Place to content of all of it."""
        found = files_below(self.place, self.site.reports) | self.seen
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


@pytest.mark.estate(**OWN)
def test_of_a_rollout_that_fails_and_one_that_does_not(site: Site) -> None:
    """By a command of the site, with a wrong password, and with a key of dynamic updates that leads nowhere."""
    traces = Traces(site)
    (site.work / "wrong.yml").write_text(yaml.safe_dump({"ansible_password": WRONG}), encoding="utf-8")
    refused = traces.play("-e", f"@{site.work / 'wrong.yml'}")
    assert refused.code != 0 and "PLAY RECAP" in refused.output, refused.output[-2000:]
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
    kept = {place.removeprefix(f"{traces.place}/").partition("/")[0] for place in files_below(traces.place)}
    assert kept == {"ansible.log", "retry", "told", "recorded"}
    assert any("command line" in place and b"deploy_pool" in content for place, content in material.items())
    given = [of_text("a key of dynamic updates", TSIG), of_text("a wrong password", WRONG)]
    assert found([*secrets, *given], material) == []
    # Had one been written, it would have been found.
    planted = {**material, "planted": base64.b64encode(ODD.encode("utf-16-le"))}
    assert found(secrets, planted) == ["a password in planted"]
    reports_are_for_nobody_else(site)


@pytest.mark.estate(name="edge")
def test_of_keys_that_servers_share(site: Site) -> None:
    """They travel as PFX from one server to the other: an import during which the run is killed, one that is cut off,
    then one that is not."""
    traces = Traces(site)
    killed = traces.play(until=lambda: any("UCR_PFXA" in one for one in traces.hosts()["edge02"]["environments"]))
    assert killed.code == -signal.SIGKILL, killed.output[-2000:]
    time.sleep(1)  # what a program of the killed run still does
    give_claims_back(site)
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
