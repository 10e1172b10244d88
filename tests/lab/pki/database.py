# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The CA's database: a row for each request, whatever became of it."""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import asdict, dataclass, field
from typing import Any

from cryptography import x509

PENDING, ISSUED, REVOKED, FAILED, DENIED = 9, 20, 21, 30, 31


@dataclass
class Row:
    """A request in the CA's database."""

    request_id: int
    request: bytes
    requester: str
    submitted: datetime.datetime
    attributes: dict[str, str] = field(default_factory=dict)
    disposition: int = FAILED
    status: int = 0
    message: str = ""
    template: str = ""
    certificate: bytes = b""
    common_name: str = ""
    dns_name: str = ""
    revoked_reason: int | None = None

    @property
    def serial(self) -> str:
        """Lower-case hexadecimal, empty while there is no certificate."""
        return serial_text(self.certificate) if self.certificate else ""

    def attribute(self, name: str) -> str:
        """A request attribute; names have no case."""
        return {key.lower(): value for key, value in self.attributes.items()}.get(name.lower(), "")

    def snapshot(self) -> dict[str, Any]:
        """The row as part of the estate's state: certificates by their thumbprints."""
        state = asdict(self)
        state["request"] = hashlib.sha256(self.request).hexdigest()
        state["certificate"] = hashlib.sha1(self.certificate).hexdigest().upper() if self.certificate else ""
        state["submitted"] = self.submitted.isoformat()
        state["serial"] = self.serial
        return state


def serial_text(certificate: bytes) -> str:
    """A certificate's serial number as the tools print it: lower-case hexadecimal, an even number of digits."""
    text = f"{x509.load_der_x509_certificate(certificate).serial_number:x}"
    return text if len(text) % 2 == 0 else "0" + text
