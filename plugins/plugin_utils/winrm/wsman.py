# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""WS-Management (DSP0226, MS-WSMV): operations, enumerations and faults.

Nothing is ever sent twice. After a lost connection or an operation that timed out, what was asked may have
happened: the caller reads the state anew.
"""

from __future__ import annotations

import time
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.xml_tree import local
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm import seam_winrm
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.envelope import Pairs, envelope
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.exchange import UnsafeAnswer
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import (
    CODE_TIMED_OUT,
    RAISE_ENVELOPE,
    ConnectionLost,
    LogonRefused,
    OperationTimedOut,
    WsmanFault,
    fault_parts,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.logon import plainly
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.rights import grant_for
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.session_port import (
    HttpAnswer,
    SessionError,
    WsmanSession,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import GarbledAnswer, child, parse, text_of

TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
WQL_DIALECT = "http://schemas.microsoft.com/wbem/wsman/1/WQL"

_OF_ANOTHER = "{doing}: the answer belongs to another request"
_OK, _REQUEST_TOO_LARGE = 200, 413
MAX_ELEMENTS = "32000"  # what Windows allows at most; it sends fewer per batch as it likes
# Of one enumeration: what a zone of 20,000 records takes, and ten minutes.
MAX_PULLS = 5000
MAX_ENUMERATED_BYTES = 32 * 1024 * 1024
MAX_ENUMERATION_SECONDS = 600


class WsmanClient:
    """One host's WS-Management service, reached through a session."""

    def __init__(self, session: WsmanSession, *, name: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        seam_winrm.require()
        self._session = session
        self._clock = clock
        self._received = 0
        self._refused: LogonRefused | None = None
        self.name = name

    @property
    def operation_timeout(self) -> int:
        """Seconds that the service may take for one operation; the transport waits a little longer."""
        return self._session.operation_timeout

    def send(
        self,
        action: str,
        resource_uri: str,
        body: Mapping[str, Any],
        *,
        doing: str,
        selectors: Pairs = (),
        options: Pairs = (),
        timeout: int | None = None,
    ) -> ET.Element:
        """Send one message and return the Body of the answer.

        :param body: the content of env:Body in xmltodict's form.
        :param doing: what this is about, for messages ("reading the zones").
        :param timeout: seconds for this operation, at most ``operation_timeout``.
        :raises WsmanFault, OperationTimedOut, ConnectionLost, LogonRefused, GarbledAnswer:
        """
        message_id, longest = str(uuid.uuid4()), self.operation_timeout
        message = envelope(
            action,
            resource_uri,
            body,
            message_id=message_id,
            timeout=longest if timeout is None else max(1, min(timeout, longest)),
            selectors=selectors,
            options=options,
        )
        return self._body(self._exchange(message, doing), message_id, doing, resource_uri)

    def _exchange(self, message: str, doing: str) -> HttpAnswer:
        if self._refused:
            raise self._refused  # another message would be another logon
        try:
            answer = self._session.exchange(message.encode("utf-8"))
        except SessionError as error:
            if not error.refused:
                raise self._lost(f"{doing}: the connection was lost: {error.what}") from error
            self._refused = LogonRefused(
                f"{doing}: the host refused the logon ({plainly(error.said)})",
                where=self.name,
                mend="It had accepted the account before: see whether it was locked or got a new password meanwhile",
            )
            self._session.forget_shell()
            raise self._refused from error
        except UnsafeAnswer as error:
            raise self._lost(f"{doing}: {error.what}", error.mend) from error
        self._received += len(answer.content)
        return answer

    def _lost(self, what: str, mend: str = "") -> ConnectionLost:
        """Whatever comes next needs a new HTTP session."""
        self._session.drop()
        return ConnectionLost(
            what,
            where=self.name,
            mend=mend or "It may have happened all the same: run again, the state is read anew",
        )

    def _body(self, answer: HttpAnswer, message_id: str, doing: str, resource_uri: str) -> ET.Element:
        soap = self._soap(answer, doing)
        header, body = child(soap, "Header"), child(soap, "Body")
        if local(soap) != "Envelope" or header is None or body is None:
            raise GarbledAnswer(f"{doing}: the answer is no SOAP envelope", where=self.name)
        if not _answers(soap, message_id):
            raise GarbledAnswer(_OF_ANOTHER.format(doing=doing), where=self.name)
        parts = fault_parts(body, answer.status)
        if parts is None:
            return body
        if parts.code == CODE_TIMED_OUT:
            raise OperationTimedOut(
                f"{doing}: the host did not finish within {self.operation_timeout} seconds",
                where=self.name,
                mend="It may have happened all the same: run again, the state is read anew",
            )
        raise WsmanFault(parts, doing=doing, where=self.name, grant=grant_for(resource_uri))

    def _soap(self, answer: HttpAnswer, doing: str) -> ET.Element:
        """An error of HTTP comes with a SOAP fault, or from something that is not WinRM."""
        if answer.status == _OK:
            return parse(answer.content)
        try:
            soap = parse(answer.content)
            if fault_parts(child(soap, "Body"), answer.status) is not None:
                return soap
        except GarbledAnswer:
            pass
        if answer.status == _REQUEST_TOO_LARGE:
            told = f"the host takes no request of this size (HTTP {_REQUEST_TOO_LARGE})"
            raise self._lost(f"{doing}: {told}", RAISE_ENVELOPE)
        raise self._lost(
            f"{doing}: the connection was lost: the host answered HTTP {answer.status} without a SOAP fault"
        )

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
            items = child(answer, "Items")
            yield from () if items is None else items
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

    def get(self, resource_uri: str, selectors: Pairs, *, doing: str) -> ET.Element:
        """One instance."""
        return self._only(self.send(f"{TRANSFER}/Get", resource_uri, {}, selectors=selectors, doing=doing), doing)

    def put(self, resource_uri: str, selectors: Pairs, body: Mapping[str, Any], *, doing: str) -> ET.Element:
        """Change an instance; returns it as it is now."""
        return self._only(self.send(f"{TRANSFER}/Put", resource_uri, body, selectors=selectors, doing=doing), doing)

    def delete(self, resource_uri: str, selectors: Pairs, *, doing: str) -> None:
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
