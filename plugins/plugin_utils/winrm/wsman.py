# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""WS-Management (DSP0226, MS-WSMV) over a pywinrm Protocol.

Nothing is ever sent twice. After a lost connection or an operation that timed out, what was asked may have
happened: the caller reads the state anew.
"""

from __future__ import annotations

import time
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.xml_tree import local
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm import seam_winrm
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.exchange import UnsafeAnswer
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import (
    RAISE_ENVELOPE,
    ConnectionLost,
    FaultParts,
    LogonRefused,
    OperationTimedOut,
    WsmanFault,
    fault_parts,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.logon import plainly
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import (
    GarbledAnswer,
    child,
    parse,
    serialise,
    text_of,
)

TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
WQL_DIALECT = "http://schemas.microsoft.com/wbem/wsman/1/WQL"


_OF_ANOTHER = "{doing}: the answer belongs to another request"
# What Windows 2012 and later send at once, unless told otherwise; older ones send 150 kB whatever is asked for.
ENVELOPE_BYTES = 512000
_REQUEST_TOO_LARGE = 413
MAX_ELEMENTS = "32000"  # what Windows allows at most; it sends fewer per batch as it likes
# Of one enumeration: what a zone of 20,000 records takes, and ten minutes.
MAX_PULLS = 5000
MAX_ENUMERATED_BYTES = 32 * 1024 * 1024
MAX_ENUMERATION_SECONDS = 600


class WsmanClient:
    """One host's WS-Management service, reached through an open pywinrm ``Protocol``."""

    def __init__(self, protocol: Any, *, name: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        seam_winrm.require()
        self._protocol = protocol
        self._clock = clock
        self._received = 0
        self.name = name

    @property
    def operation_timeout(self) -> int:
        """Seconds that the service may take for one operation; the transport waits a little longer."""
        return int(self._protocol.operation_timeout_sec)

    def send(
        self,
        action: str,
        resource_uri: str,
        body: Mapping[str, Any],
        *,
        doing: str,
        selectors: Sequence[tuple[str, str]] = (),
        options: Sequence[tuple[str, str]] = (),
        timeout: int | None = None,
    ) -> ET.Element:
        """Send one message and return the Body of the answer.

        :param body: the content of env:Body in xmltodict's form.
        :param doing: what this is about, for messages ("reading the zones").
        :param timeout: seconds for this operation, at most ``operation_timeout``.
        :raises WsmanFault, OperationTimedOut, ConnectionLost, LogonRefused, GarbledAnswer:
        """
        message_id = str(uuid.uuid4())
        envelope = self._protocol.build_wsman_header(action, resource_uri, message_id=message_id)
        self._fill(envelope["env:Header"], selectors, options, timeout)
        envelope["env:Body"] = dict(body)
        answer = self._exchange(serialise({"env:Envelope": envelope}), message_id, doing)
        return self._body(answer, message_id, doing)

    def _fill(
        self,
        header: dict[str, Any],
        selectors: Sequence[tuple[str, str]],
        options: Sequence[tuple[str, str]],
        timeout: int | None,
    ) -> None:
        # In what form data comes is WMI's business, and a program's: no client of Windows has to say it.
        header.pop("p:DataLocale", None)
        header["w:MaxEnvelopeSize"] = {"@mustUnderstand": "true", "#text": str(ENVELOPE_BYTES)}
        if selectors:
            header["w:SelectorSet"] = selector_set(selectors)
        if options:
            header["w:OptionSet"] = {"w:Option": [{"@Name": key, "#text": value} for key, value in options]}
        if timeout is not None:
            header["w:OperationTimeout"] = f"PT{max(1, min(timeout, self.operation_timeout))}S"

    def _exchange(self, message: str, message_id: str, doing: str) -> bytes:
        try:
            answer = bytes(self._protocol.send_message(message))
        except Exception as error:  # every library below raises its own kind; all are told apart here
            raise self._translated(error, message_id, doing) from error
        self._received += len(answer)
        return answer

    def _translated(self, error: Exception, message_id: str, doing: str) -> RolloutError:
        if seam_winrm.is_operation_timeout(error):
            return OperationTimedOut(
                f"{doing}: the host did not finish within {self.operation_timeout} seconds",
                where=self.name,
                mend="It may have happened all the same: run again, the state is read anew",
            )
        if seam_winrm.is_logon_refused(error):
            return LogonRefused(
                f"{doing}: the host refused the logon ({plainly(str(error))})",
                where=self.name,
                mend="It had accepted the account before: see whether it was locked or got a new password meanwhile",
            )
        if seam_winrm.is_fault(error):
            return self._fault(error, message_id, doing)
        return self._lost(error, doing)

    def _fault(self, error: Exception, message_id: str, doing: str) -> RolloutError:
        """Parsed from the raw answer, which says more than pywinrm keeps."""
        response = getattr(error, "response", "")
        parts = None
        if response:
            try:
                envelope = parse(response)
                parts = fault_parts(child(envelope, "Body"), int(getattr(error, "code", 0)))
            except GarbledAnswer:
                pass
            if parts is not None and not _answers(envelope, message_id):
                return GarbledAnswer(_OF_ANOTHER.format(doing=doing), where=self.name)
        return WsmanFault(parts or FaultParts(http_code=500, reason=str(error)), doing=doing, where=self.name)

    def _lost(self, error: Exception, doing: str) -> ConnectionLost:
        """Sealed messages are bound to their TCP connection: whatever comes next needs a new session."""
        self._protocol.transport.close_session()
        if isinstance(error, UnsafeAnswer):
            return ConnectionLost(f"{doing}: {error.what}", where=self.name, mend=error.mend)
        if seam_winrm.is_http_error(error) and getattr(error, "code", 0) == _REQUEST_TOO_LARGE:
            return ConnectionLost(
                f"{doing}: the host takes no request of this size (HTTP {_REQUEST_TOO_LARGE})",
                where=self.name,
                mend=RAISE_ENVELOPE,
            )
        if seam_winrm.is_http_error(error):
            cause = f"the host answered HTTP {getattr(error, 'code', '?')} without a SOAP fault"
        elif seam_winrm.is_connection_error(error):
            cause = plainly(str(error))
        else:
            cause = f"the answer could not be unsealed or read ({type(error).__name__}: {error})"
        return ConnectionLost(
            f"{doing}: the connection was lost: {cause}",
            where=self.name,
            mend="It may have happened all the same: run again, the state is read anew",
        )

    def _body(self, answer: bytes, message_id: str, doing: str) -> ET.Element:
        envelope = parse(answer)
        header, body = child(envelope, "Header"), child(envelope, "Body")
        if local(envelope) != "Envelope" or header is None or body is None:
            raise GarbledAnswer(f"{doing}: the answer is no SOAP envelope", where=self.name)
        if not _answers(envelope, message_id):
            raise GarbledAnswer(_OF_ANOTHER.format(doing=doing), where=self.name)
        parts = fault_parts(body, 200)
        if parts is not None:
            raise WsmanFault(parts, doing=doing, where=self.name)
        return body

    def enumerate(self, resource_uri: str, wql: str, *, references: bool = False, doing: str) -> Iterator[ET.Element]:
        """The items of a WQL query, pulled to the end.

        Windows 2003 sends everything at once; 2008 and later send one item first and the rest on Pull, with a
        new context each time.

        :param references: ask for an endpoint reference with each object.
        """
        mode = {"w:EnumerationMode": "EnumerateObjectAndEPR"} if references else {}
        ask = {
            "w:OptimizeEnumeration": None,
            "w:MaxElements": MAX_ELEMENTS,
            **mode,
            "w:Filter": {"@Dialect": WQL_DIALECT, "#text": wql},
        }
        body = self.send(f"{ENUMERATION}/Enumerate", resource_uri, {"n:Enumerate": ask}, doing=doing)
        context, ends, most = "", self._clock() + MAX_ENUMERATION_SECONDS, self._received + MAX_ENUMERATED_BYTES
        for _pull in range(MAX_PULLS):
            if self._received > most or self._clock() > ends:
                raise GarbledAnswer(
                    f"{doing}: still no end after {_pull} batches, {MAX_ENUMERATED_BYTES >> 20} MB or"
                    f" {MAX_ENUMERATION_SECONDS} seconds",
                    where=self.name,
                )
            answer = self._batch(body, "EnumerateResponse" if not _pull else "PullResponse", doing)
            yield from child(answer, "Items") or ()
            if child(answer, "EndOfSequence") is not None:
                return
            context = text_of(child(answer, "EnumerationContext")) or context
            body = self._pull(resource_uri, context, doing)
        raise GarbledAnswer(f"{doing}: still no end after {MAX_PULLS} batches", where=self.name)

    def _batch(self, body: ET.Element, name: str, doing: str) -> ET.Element:
        answer = child(body, name)
        if answer is None:
            raise GarbledAnswer(f"{doing}: the answer has no {name}", where=self.name)
        return answer

    def _pull(self, resource_uri: str, context: str, doing: str) -> ET.Element:
        if not context:
            raise GarbledAnswer(f"{doing}: the answer neither ends nor says how to go on", where=self.name)
        ask = {"n:EnumerationContext": context, "n:MaxElements": MAX_ELEMENTS}
        return self.send(f"{ENUMERATION}/Pull", resource_uri, {"n:Pull": ask}, doing=doing)

    def get(self, resource_uri: str, selectors: Sequence[tuple[str, str]], *, doing: str) -> ET.Element:
        """One instance."""
        return self._only(self.send(f"{TRANSFER}/Get", resource_uri, {}, selectors=selectors, doing=doing), doing)

    def put(
        self, resource_uri: str, selectors: Sequence[tuple[str, str]], body: Mapping[str, Any], *, doing: str
    ) -> ET.Element:
        """Change an instance; returns it as it is now."""
        return self._only(self.send(f"{TRANSFER}/Put", resource_uri, body, selectors=selectors, doing=doing), doing)

    def delete(self, resource_uri: str, selectors: Sequence[tuple[str, str]], *, doing: str) -> None:
        """Delete an instance, or close a shell."""
        self.send(f"{TRANSFER}/Delete", resource_uri, {}, selectors=selectors, doing=doing)

    def _only(self, body: ET.Element, doing: str) -> ET.Element:
        if len(body) != 1:
            raise GarbledAnswer(f"{doing}: the answer holds {len(body)} objects instead of one", where=self.name)
        return body[0]


def _answers(envelope: ET.Element, message_id: str) -> bool:
    """Whether an answer says that it is that to this message (WS-Addressing: RelatesTo)."""
    header = child(envelope, "Header")
    related = "" if header is None else text_of(child(header, "RelatesTo"))
    return related.lower().rpartition(":")[2] == message_id


def selector_set(selectors: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """A w:SelectorSet in xmltodict's form."""
    return {"w:Selector": [{"@Name": name, "#text": value} for name, value in selectors]}
