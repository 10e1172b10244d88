"""Part of `make bench`: what bringing records to a DNS server costs, over WMI to the lab and by update to BIND.

Beside it what others cost: loops over ansible.windows.win_dns_record and community.general.nsupdate, and octodns.
Prints a table and writes it as JSON. ``seconds`` are those of the whole process of ours or of a peer, ``own`` those
without the start of Python, Ansible or octodns, ``processor`` the processor's of them. The lab, BIND and the stand-in
for Windows run in processes or threads of their own.
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

import yaml
from instant_winrm import instant_host
from peer_installation import NotInstalled, collections, octodns
from proofkit import dnsservers
from winrm.protocol import Protocol

from ansible_collections.ucops.rollout.plugins.module_utils.dns.push import push
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import read_request
from ansible_collections.ucops.rollout.plugins.module_utils.dns.rfc2136 import UpdatedServer, signed_by_key
from ansible_collections.ucops.rollout.plugins.plugin_utils.dns.windows import WindowsDns
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host import open_windows_host
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.pywinrm_session import PywinrmSession
from lab.client import RunningEstate, start_estate

ROOT = pathlib.Path(__file__).resolve().parent.parent
ZONE = "bench.test"
SECRET = "c2VjcmV0IG9mIGEgdGVzdCBhbmQgbm90aGluZyBlbHNl"
KEY = f'key "rollout" {{ algorithm hmac-sha256; secret "{SECRET}"; }};\n'
ALLOWED = "allow-update { key rollout; }; allow-transfer { key rollout; };"
Figures = dict[str, Any]
COLUMNS = ("way", "tool", "records", "run", "requests", "sent kB", "received kB", "seconds", "own", "processor", "note")
# Peers that take one record after the other are run with so many, and reckoned up from there.
LOOPED = (6, 30)


class Counted(UpdatedServer):
    """``sent``: the bytes of each update message."""

    sent: ClassVar[list[int]] = []

    def _send(self, message: Any, zone: str) -> None:
        self.sent.append(len(message.to_wire()))
        super()._send(message, zone)


def row(way: str, tool: str, records: int, run: str, **figures: Any) -> Figures:
    return {**dict.fromkeys(COLUMNS), "way": way, "tool": tool, "records": records, "run": run, **figures}


def told(rows: Sequence[Figures]) -> Iterator[str]:
    yield " | ".join(COLUMNS)
    for one in rows:
        yield " | ".join("-" if one[name] is None else str(one[name]) for name in COLUMNS)


def records(count: int) -> list[dict[str, Any]]:
    return [
        {"zone": ZONE, "name": f"h{number:04}", "type": "A", "values": [address(number)]} for number in range(count)
    ]


def address(number: int) -> str:
    return f"10.1.{number // 250}.{number % 250 + 1}"


def zones() -> list[dict[str, str]]:
    return [{"name": ZONE, "if_missing": "create"}]


def timed(work: Callable[[], Any]) -> dict[str, float]:
    """Seconds of the clock, and of this process's processor."""
    clock, processor = time.monotonic(), time.process_time()
    work()
    return {"own": round(time.monotonic() - clock, 2), "processor": round(time.process_time() - processor, 2)}


def process(command: Sequence[str], **environment: str) -> tuple[float, str]:
    """Seconds of a whole process, and what it printed; ends the bench when it fails."""
    began = time.monotonic()
    run = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )
    if run.returncode:
        sys.exit(f"{command} failed:\n{run.stdout}{run.stderr}")
    return round(time.monotonic() - began, 2), run.stdout


def play(directory: pathlib.Path, inventory: str, host: str, task: Mapping[str, Any], found: str = "") -> float:
    """Seconds of one ansible-playbook of one task. ``found``: where it finds collections of others."""
    playbook = directory / "play.yml"
    playbook.write_text(json.dumps([{"hosts": host, "gather_facts": False, "tasks": [task]}]), encoding="utf-8")
    paths = {"ANSIBLE_COLLECTIONS_PATH": f"{ROOT / '.venv' / 'collections'}:{found}"}
    command = [str(ROOT / ".venv" / "bin" / "ansible-playbook"), str(playbook), "-i", inventory]
    return process(command, **paths)[0]


# --- ours, over WMI


def over_wmi(estate: RunningEstate, count: int, *, remember: bool) -> None:
    """A push as the action does it, with one logon."""
    variables = estate.variables
    protocol = Protocol(
        f"http://{estate.address('dc01')}:5985/wsman",
        transport="ntlm",
        username=variables["ansible_user"],
        password=variables["ansible_password"],
        message_encryption="always",
    )
    request = read_request(zones(), records(count), {"remember": remember})
    with open_windows_host(PywinrmSession(protocol), name="dc01") as host:
        push(WindowsDns(host), request, check_mode=False)


def windows(directory: pathlib.Path, count: int, *, remember: bool) -> Iterator[Figures]:
    note = "" if remember else "remembers nothing"
    with start_estate("origin", directory) as estate:
        for run in ("first", "unchanged"):
            estate.reset_counters()
            figures = timed(partial(over_wmi, estate, count, remember=remember))
            (counted,) = (one for name, one in estate.counters().items() if name.startswith("dc01"))
            yield row(
                "WMI", "ours", count, run, note=note, requests=counted["requests"],
                **{"sent kB": counted["bytes_in"] // 1000, "received kB": counted["bytes_out"] // 1000}, **figures,
            )  # fmt: skip


def windows_whole(directory: pathlib.Path, count: int) -> Iterator[Figures]:
    """The whole ansible-playbook of one task."""
    task = {"ucops.rollout.dns_record_sets": {"zones": zones(), "records": records(count)}}
    with start_estate("origin", directory, mode="ports") as estate:
        for run in ("first", "unchanged"):
            seconds = play(directory, str(estate.inventory), "dc01.company.local", task)
            yield row("WMI", "ours", count, run, seconds=seconds, note="ansible-playbook")


# --- ours, by dynamic update


def updates(directory: pathlib.Path, count: int) -> Iterator[Figures]:
    with dnsservers.named(directory, {ZONE: "dc01 A 10.0.0.5\n"}, more=KEY, each=ALLOWED) as port:
        for run in ("first", "unchanged"):
            Counted.sent.clear()
            server = Counted("ns1", "127.0.0.1", port, signed_by_key("rollout", SECRET, "hmac-sha256"))
            request = read_request(zones(), records(count), {})
            figures = timed(partial(push, server, request, check_mode=False))
            sent = {"requests": len(server.sent), "sent kB": sum(server.sent) // 1000}
            yield row("RFC 2136", "ours", count, run, **sent, **figures)


def updates_whole(directory: pathlib.Path, count: int) -> Iterator[Figures]:
    with dnsservers.named(directory, {ZONE: "dc01 A 10.0.0.5\n"}, more=KEY, each=ALLOWED) as port:
        server = {"server": {"address": "127.0.0.1", "port": port}, "key": {"name": "rollout", "secret": SECRET}}
        task = {"ucops.rollout.dns_update": {"zones": zones(), "records": records(count), **server}}
        for run in ("first", "unchanged"):
            yield row(
                "RFC 2136", "ours", count, run, seconds=play(directory, "localhost,", "localhost", local(task)),
                note="ansible-playbook",
            )  # fmt: skip


def local(task: Mapping[str, Any]) -> dict[str, Any]:
    return {**task, "vars": {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}}


# --- peers


def reckoned(way: str, tool: str, measured: Sequence[tuple[int, float]], counts: Sequence[int]) -> Iterator[Figures]:
    """What a loop takes for more records, on the line through two measured runs."""
    (few, short), (many, long) = measured
    each = (long - short) / (many - few)
    for count in counts:
        seconds = round(short + each * (count - few), 1)
        yield row(way, tool, count, "first", seconds=seconds, note=f"reckoned from {few} and {many} records")


def looped_on_windows(directory: pathlib.Path, counts: Sequence[int]) -> Iterator[Figures]:
    """The lab cannot run what ansible.windows sends: a stand-in answers that does nothing, and that at once."""
    found, tool = str(collections()), "ansible.windows.win_dns_record"
    variables = {
        "ansible_connection": "winrm", "ansible_host": "127.0.0.1", "ansible_winrm_scheme": "http",
        "ansible_winrm_transport": "plaintext", "ansible_user": "u", "ansible_password": "p",
    }  # fmt: skip
    measured = []
    for count in LOOPED:
        with instant_host() as host:
            inventory = directory / "hosts.yml"
            known = {"all": {"hosts": {"instant": {**variables, "ansible_port": host.port}}}}
            inventory.write_text(yaml.safe_dump(known), encoding="utf-8")
            options = {"zone": ZONE, "type": "A", "name": "{{ item.name }}", "value": "{{ item['values'][0] }}"}
            task = {"ansible.windows.win_dns_record": options, "loop": records(count)}
            seconds = play(directory, str(inventory), "instant", task, found)
            measured.append((count, seconds))
            sent = {"requests": host.requests, "sent kB": host.sent // 1000, "received kB": host.received // 1000}
            yield row(
                "WinRM", tool, count, "first", seconds=seconds, note="against a stand-in that answers at once", **sent
            )
    yield from reckoned("WinRM", tool, measured, counts)


def looped_on_bind(directory: pathlib.Path, counts: Sequence[int]) -> Iterator[Figures]:
    found, tool, measured = str(collections()), "community.general.nsupdate", []
    for count in LOOPED:
        with dnsservers.named(directory, {ZONE: ""}, more=KEY, each=ALLOWED) as port:
            options = {
                "server": "127.0.0.1", "port": port, "zone": ZONE, "type": "A", "record": "{{ item.name }}",
                "value": "{{ item['values'] }}", "ttl": 3600, "key_name": "rollout", "key_secret": SECRET,
                "key_algorithm": "hmac-sha256",
            }  # fmt: skip
            task = local({"community.general.nsupdate": options, "loop": records(count)})
            seconds = play(directory, "localhost,", "localhost", task, found)
            measured.append((count, seconds))
            yield row("RFC 2136", tool, count, "first", seconds=seconds)
    yield from reckoned("RFC 2136", tool, measured, counts)


# Its own time begins after the imports, where ours does.
_SYNC = """
import json, logging, sys, time
from octodns.manager import Manager
from octodns.provider.yaml import YamlProvider
from octodns_bind import Rfc2136Provider
logging.disable(logging.CRITICAL)
clock, processor = time.monotonic(), time.process_time()
Manager(sys.argv[1]).sync(dry_run=False, force=True)
print(json.dumps({"own": round(time.monotonic() - clock, 2), "processor": round(time.process_time() - processor, 2)}))
"""


def octodns_on_bind(directory: pathlib.Path, count: int) -> Iterator[Figures]:
    python = str(octodns())
    (directory / "octodns").mkdir()
    held = {one["name"]: {"type": "A", "ttl": 3600, "values": one["values"]} for one in records(count)}
    held["dc01"] = {"type": "A", "ttl": 3600, "values": ["10.0.0.5"]}
    (directory / "octodns" / f"{ZONE}.yaml").write_text(yaml.safe_dump(held), encoding="utf-8")
    with dnsservers.named(directory, {ZONE: "dc01 A 10.0.0.5\n"}, more=KEY, each=ALLOWED) as port:
        bind = {
            "class": "octodns_bind.Rfc2136Provider", "host": "127.0.0.1", "port": port, "key_name": "rollout",
            "key_secret": SECRET, "key_algorithm": "hmac-sha256",
        }  # fmt: skip
        yaml_files = {"class": "octodns.provider.yaml.YamlProvider", "directory": str(directory / "octodns")}
        configuration = directory / "octodns.yaml"
        configuration.write_text(
            yaml.safe_dump(
                {
                    "providers": {"files": yaml_files, "bind": bind},
                    "zones": {f"{ZONE}.": {"sources": ["files"], "targets": ["bind"]}},
                }
            ),
            encoding="utf-8",
        )
        for run in ("first", "unchanged"):
            seconds, said = process([python, "-c", _SYNC, str(configuration)])
            own = json.loads(said.splitlines()[-1])
            yield row("RFC 2136", "octodns with octodns-bind", count, run, seconds=seconds, **own)


def all_rows(directory: pathlib.Path) -> Iterator[Figures]:
    def place() -> pathlib.Path:
        return pathlib.Path(tempfile.mkdtemp(dir=directory))

    for count in (6, 60, 600):
        for remember in (True, False):
            yield from windows(place(), count, remember=remember)
        yield from windows_whole(place(), count)
    yield from peers("ansible.windows", lambda: looped_on_windows(place(), (60, 600)))
    for count in (6, 60, 600, 1000):
        yield from updates(place(), count)
    yield from updates_whole(place(), 1000)
    yield from peers("community.general", lambda: looped_on_bind(place(), (60, 600, 1000)))
    for count in (6, 60, 600, 1000):
        yield from peers("octodns", partial(octodns_on_bind, place(), count))


def peers(name: str, measured: Callable[[], Iterator[Figures]]) -> Iterator[Figures]:
    """A peer's rows; where it cannot be installed the bench says so and goes on."""
    try:
        yield from measured()
    except NotInstalled as error:
        print(f"{name} is not measured: {error}", file=sys.stderr)


def main() -> None:
    with tempfile.TemporaryDirectory() as given:
        rows = list(all_rows(pathlib.Path(given)))
    print("\n".join(told(rows)))
    target = ROOT / "build" / "bench_dns.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
