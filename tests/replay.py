"""Recordings of conversations with Windows, played back: a transport that answers as the host did.

A request is that of the recording where both ask the same. The numbers of messages and the time that is left differ
each time, and so does what is drawn at random: who holds a claim, names of temporary files, marks in what is printed.
Where an answer holds such a text of the recording, it gets what the request had in its place. The order of names in a
text differs too, since stand-ins sort otherwise than the names.
"""

from __future__ import annotations

import base64
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from winrm.exceptions import WinRMTransportError
from winrm.protocol import Protocol

_PASSING = ("MessageID", "OperationTimeout", "OperationID", "SequenceId")
_DRAWN = re.compile(
    r"[\w.-]+_\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ_(?:[0-9a-f]{12}-\d{1,7}-)?[0-9a-f]{8}\b"
    r"|\bucops-\d{8}-[0-9a-f]{12}-\d+-[0-9a-f]{16}\b"
    r"|(?<![\w-])[0-9a-f]{16}(?!\w)"
)
_MEMORY = "ucops.rollout/1/"
_STREAM = re.compile(r"(<(?:\w+:)?Stream\b[^>]*>)([^<]+)")
_RELATED = re.compile(r"(<(?:\w+:)?RelatesTo[^>]*>)[^<]*")


def local(name: str) -> str:
    return name.rpartition("}")[2]


def asked(request: str) -> list[str]:
    """What a request asks, in a form in which two of them can be compared."""
    found = []
    for element in ET.fromstring(request).iter():
        if local(element.tag) in _PASSING:
            continue
        text = _DRAWN.sub("drawn", element.text or "").strip()
        text = _MEMORY if text.startswith(_MEMORY) else " ".join(sorted(re.split(r"[\s()]+", text)))
        marks = sorted(f"{local(name)}={value}" for name, value in element.attrib.items())
        found.append(f"{local(element.tag)} {marks} {text}")
    return sorted(found)


@dataclass
class Replay:
    """Gives the answers of a recording; each is given once."""

    rows: list[dict[str, Any]]
    heading: dict[str, Any] = field(default_factory=dict)
    drawn: dict[str, str] = field(default_factory=dict)
    """What was drawn at random: by the text of the recording that of this time."""

    @classmethod
    def of(cls, path: Path) -> Replay:
        heading, *rows = [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]
        assert heading["recording"] == 1
        return cls(rows, heading)

    @property
    def shell_id(self) -> str | None:
        """Of the shell that Ansible's connection opened, in the first message."""
        found = re.search(r'Name="ShellId"[^>]*>([^<]+)<', self.rows[0]["answer"]) if self.rows else None
        return found.group(1) if found else None

    def send_message(self, message: str | bytes) -> bytes:
        text = message if isinstance(message, str) else message.decode()
        wanted = asked(text)
        for row in self.rows:
            if asked(row["request"]) == wanted:
                self.rows.remove(row)
                self.drawn.update(zip(_DRAWN.findall(row["request"]), _DRAWN.findall(text), strict=True))
                return self._answered(row, ET.fromstring(text))
        raise AssertionError(f"not in the recording, or no more: {text}")

    def _answered(self, row: dict[str, Any], request: ET.Element) -> bytes:
        if "lost" in row:
            raise OSError(row["lost"])
        number = next(one.text for one in request.iter() if local(one.tag) == "MessageID")
        answer = _RELATED.sub(rf"\g<1>{number}", row["answer"])
        answer = _STREAM.sub(self._printed, answer)
        if row["status"] != 200:
            raise WinRMTransportError("http", row["status"], answer)
        return answer.encode()

    def _printed(self, stream: re.Match[str]) -> str:
        """A piece of output with what was drawn this time."""
        text = base64.b64decode(stream[2]).decode("utf-8")
        text = _DRAWN.sub(lambda found: self.drawn.get(found[0], found[0]), text)
        return stream[1] + base64.b64encode(text.encode()).decode("ascii")

    def close_session(self) -> None:
        pass

    def protocol(self) -> Protocol:
        protocol = Protocol("http://127.0.0.1:5985/wsman", transport="plaintext", username="u", password="p")
        protocol.transport = self
        return protocol
