"""Part of `make bench`: what bringing records to a DNS server costs, over WMI to the lab and by dynamic update to BIND.

Prints a table and writes it as JSON. Processor time is that of our own code, in this process; the lab and BIND run in
processes of their own.
"""

from __future__ import annotations

import json
import pathlib
import tempfile
import time
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from proofkit import dnsservers
from winrm.protocol import Protocol

from ansible_collections.ucops.rollout.plugins.module_utils.dns.push import push
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import PushRequest, read_request
from ansible_collections.ucops.rollout.plugins.module_utils.dns.rfc2136 import UpdatedServer, signed_by_key
from ansible_collections.ucops.rollout.plugins.plugin_utils.dns.windows import WindowsDns
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host import open_windows_host
from lab.client import RunningEstate, start_estate

ROOT = pathlib.Path(__file__).resolve().parent.parent
ZONE = "bench.test"
SECRET = "c2VjcmV0IG9mIGEgdGVzdCBhbmQgbm90aGluZyBlbHNl"
KEY = f'key "rollout" {{ algorithm hmac-sha256; secret "{SECRET}"; }};\n'
Figures = dict[str, Any]


class Counted(UpdatedServer):
    """``sent``: the bytes of each update message."""

    sent: ClassVar[list[int]] = []

    def _send(self, message: Any, zone: str) -> None:
        self.sent.append(len(message.to_wire()))
        super()._send(message, zone)


def asked(count: int, *, remember: bool) -> PushRequest:
    records = [
        {"zone": ZONE, "name": f"h{number:04}", "type": "A", "values": [f"10.1.{number // 250}.{number % 250 + 1}"]}
        for number in range(count)
    ]
    return read_request([{"name": ZONE, "if_missing": "create"}], records, {"remember": remember})


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds of the clock, and of this process's processor."""
    clock, processor = time.monotonic(), time.process_time()
    work()
    return round(time.monotonic() - clock, 2), round(time.process_time() - processor, 2)


def over_wmi(estate: RunningEstate, request: PushRequest) -> None:
    """A push as the action does it, with one logon."""
    variables = estate.variables
    protocol = Protocol(
        f"http://{estate.address('dc01')}:5985/wsman",
        transport="ntlm",
        username=variables["ansible_user"],
        password=variables["ansible_password"],
        message_encryption="always",
    )
    with open_windows_host(protocol, name="dc01", shell_id=None) as host:
        push(WindowsDns(host), request, check_mode=False)


def windows(directory: pathlib.Path, count: int, *, remember: bool) -> list[Figures]:
    rows = []
    with start_estate("origin", directory) as estate:
        for run in ("first", "unchanged"):
            estate.reset_counters()
            clock, processor = timed(lambda: over_wmi(estate, asked(count, remember=remember)))
            counted = next(one for name, one in estate.counters().items() if name.startswith("dc01"))
            rows.append(
                {
                    "way": "WMI", "records": count, "remembers": remember, "run": run,
                    "requests": counted["requests"], "kB": (counted["bytes_in"] + counted["bytes_out"]) // 1000,
                    "seconds": clock, "processor": processor,
                }
            )  # fmt: skip
    return rows


def updates(directory: pathlib.Path, count: int) -> list[Figures]:
    rows = []
    allowed = "allow-update { key rollout; }; allow-transfer { key rollout; };"
    with dnsservers.named(directory, {ZONE: "dc01 A 10.0.0.5\n"}, more=KEY, each=allowed) as port:
        for run in ("first", "unchanged"):
            Counted.sent.clear()
            server = Counted("ns1", "127.0.0.1", port, signed_by_key("rollout", SECRET, "hmac-sha256"))
            clock, processor = timed(partial(push, server, asked(count, remember=True), check_mode=False))
            rows.append(
                {
                    "way": "RFC 2136", "records": count, "remembers": True, "run": run,
                    "requests": len(server.sent), "kB": sum(server.sent) // 1000,
                    "seconds": clock, "processor": processor,
                }
            )  # fmt: skip
    return rows


def main() -> None:
    rows: list[Figures] = []
    with tempfile.TemporaryDirectory() as given:
        directory = pathlib.Path(given)
        for count in (6, 60, 600):
            for remember in (True, False):
                rows += windows(directory / f"lab{count}{remember}", count, remember=remember)
        for count in (6, 60, 1000):
            place = directory / f"named{count}"
            place.mkdir()
            rows += updates(place, count)
    print(" | ".join(rows[0]))
    for row in rows:
        print(" | ".join(map(str, row.values())))
    target = ROOT / "build" / "bench_dns.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
