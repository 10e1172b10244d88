"""A Chromium without a window, driven over a pipe (DevTools protocol); what it asks for and complains of is kept."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
# Seconds for a page to load and for a question to be answered.
DEADLINE = 60.0
_OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--hide-scrollbars",
    "--no-first-run",
    "--remote-debugging-pipe",
)


class Refused(Exception):
    """The browser could not do what it was asked, such as in a page that it is just leaving."""


class PageError(Exception):
    """An expression failed in the page, such as for an element that is not there yet."""


class Browser:
    """One page of a browser. ``requested`` are the addresses it asked for, ``complaints`` errors of its console."""

    def __init__(self, into: int, out: int) -> None:
        self._into, self._out = into, out
        self._number, self._rest, self._session = 0, b"", ""
        self._loaded: set[str] = set()
        self.requested: list[str] = []
        self.complaints: list[str] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")
        self.ask("Page.setLifecycleEventsEnabled", enabled=True)

    def ask(self, method: str, **given: Any) -> dict[str, Any]:
        """The result of one method of the protocol."""
        self._number += 1
        asked = {"id": self._number, "method": method, "params": given}
        if self._session:
            asked["sessionId"] = self._session
        os.write(self._into, json.dumps(asked).encode() + b"\0")
        for message in self._messages():
            if message.get("id") == self._number:
                if "error" in message:
                    raise Refused(message["error"])
                return dict(message["result"])
        raise AssertionError(f"no answer to {method}")

    def open(self, address: str, *, width: int = 1280, height: int = 900) -> None:
        """Go to a page, as wide as a window or a telephone, and wait until it is loaded."""
        self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        loader = self.ask("Page.navigate", url=address)["loaderId"]
        if loader not in self._loaded:
            next(None for _message in self._messages() if loader in self._loaded)

    def prefer(self, scheme: str) -> None:
        """Ask pages for their light or dark colours."""
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def value(self, expression: str) -> Any:
        """What an expression is in the page."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise PageError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def wait_for(self, expression: str) -> Any:
        """The value of an expression as soon as it is true."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            with contextlib.suppress(Refused, PageError):
                if found := self.value(expression):
                    return found
            time.sleep(0.1)
        raise AssertionError(f"never true: {expression}")

    def picture(self, path: Path) -> None:
        """What is seen now, as PNG."""
        path.write_bytes(base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"]))

    def _messages(self) -> Iterator[dict[str, Any]]:
        end = time.monotonic() + DEADLINE
        while True:
            while b"\0" not in self._rest:
                ready, _writable, _failed = select.select([self._out], [], [], max(0.0, end - time.monotonic()))
                assert ready, "the browser says nothing"
                piece = os.read(self._out, 1 << 20)
                assert piece, "the browser has ended"
                self._rest += piece
            text, self._rest = self._rest.split(b"\0", 1)
            message = json.loads(text)
            self._keep(message.get("method", ""), message.get("params", {}))
            yield message

    def _keep(self, method: str, told: dict[str, Any]) -> None:
        if method == "Page.lifecycleEvent" and told["name"] == "load":
            self._loaded.add(told["loaderId"])
        elif method == "Network.requestWillBeSent":
            self.requested.append(told["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(told["exceptionDetails"]))
        elif (method == "Log.entryAdded" and told["entry"]["level"] == "error") or (
            method == "Runtime.consoleAPICalled" and told["type"] in ("error", "assert")
        ):
            self.complaints.append(json.dumps(told))


@contextlib.contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """A browser with an empty profile, ended at the end."""
    commands, into = os.pipe()
    out, answers = os.pipe()
    # Above 9, so that neither is in the way when they become 3 and 4, where the browser has its pipe.
    ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (commands, answers)]
    started = [PROGRAM, *_OPTIONS, f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(
        ["bash", "-c", f'exec "$@" 3<&{ends[0]} 4>&{ends[1]}', "bash", *started],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=ends,
        env={**os.environ, "HOME": str(profile)},
    )
    for end in (commands, answers, *ends):
        os.close(end)
    try:
        yield Browser(into, out)
    finally:
        os.close(into)
        os.close(out)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
