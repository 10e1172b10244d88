# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A text of a customer's with a stand-in for everything in it that may be his own. Pure.

What is not known to belong to a protocol is masked: a name that no rule foresaw is masked too. The same text gives the
same stand-in as long as the key is the same, whether in capitals or not, so that what belonged together still does.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

MASKED = "masked"
# What stays, in any case of its letters: the words of WMI, WS-Management, cmd and this collection.
_VOCABULARY = """
a aaaa apex any cname mx ns ptr soa srv txt in ttl primary secondary stub forwarder secure none server zone type
name create fail present absent
_tcp _udp _tls _sip _sipinternal _sipinternaltls _sipfederationtls _xmpp-server _ntp _msdcs _ucops-rollout ucops
default in-addr ip6 arpa
select from where and or not null like true false root microsoftdns cimv2 stdregprov
microsoftdns_zone microsoftdns_server microsoftdns_domain microsoftdns_resourcerecord microsoftdns_atype
microsoftdns_aaaatype microsoftdns_cnametype microsoftdns_srvtype microsoftdns_txttype microsoftdns_soatype
microsoftdns_nstype microsoftdns_ptrtype microsoftdns_mxtype win32_operatingsystem
containername dnsservername domainname ownername recordclass recorddata textrepresentation timestamp
serialnumber dsintegrated zonetype cache roothints trustanchors
http https wsman windows-host localhost uuid urn winrm winrs wsmanfault
c windows system32 temp systemroot winnt software system microsoft nt currentversion currentcontrolset control
services hklm hkey_local_machine
cmd call if exist echo note folder there md mkdir rd rmdir dir del move type findstr ver nul errorlevel f q b y s v ad
a-d ucops- ucops-requests ucops-claim-dns ucops-claim-certificates ucops-claim-requests b64 inf req rsp cer p7b
reg query add delete former
systemcertificates enterprisecertificates certificates my request ca authroot disallowed policies parameters
sslbindinginfo sslsnibindinginfo sslccsbindinginfo reg_sz reg_expand_sz reg_multi_sz reg_dword reg_binary blob
certsvc configuration certutil certreq decode view active catype caservername cacerthash policymodules editflags
dnscmd recorddelete recordadd zoneinfo zonewriteback dsprimary
zonechangedirectorypartition domaindnszones forestdnszones domain forest legacy dc cn dns where
masked password passphrase passwd pwd stdin stdout stderr utf-8 en-us datetime interval
the this that it is was be cannot could be not an of to on for with by at request service process operation
client access denied failed failure generic error invalid parameter unknown object found resource uri timed out
ws-management provider returned message code user account
"""
VOCABULARY = frozenset(_VOCABULARY.split())

# In what actions take as they come: a plan's records and zones.
_IN_PLANS = (
    "priority",
    "weight",
    "port",
    "target",
    "ours",
    "registered_elsewhere",
    "other_team",
    "internal",
    "external",
)

_WHY = "reasons"  # a plan's explanations, which nothing depends on

_RULES = {
    "own": r"\bucops\.rollout(?![\w-])",
    "pem": r"-----BEGIN[^-]*-----.*?(?:-----END[^-]*-----|\Z)",
    "schema": r"https?://(?:schemas\.(?:xmlsoap\.org|dmtf\.org|microsoft\.com)|www\.w3\.org)/[A-Za-z0-9_./*#-]*",
    "holder": r"[\w.-]{1,200}_\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ_(?:[0-9a-f]{12}-\d{1,7}-)?[0-9a-f]{8}\b",
    "temporary": r"\bucops-\d{8}-[0-9a-f]{12}-\d{1,7}-[0-9a-f]{16}\b",
    "mark": r"(?<![\w-])[0-9a-f]{16}(?=-\d)",
    "sid": r"\bS-1-\d+(?:-\d+)+",
    "guid": r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}(?![0-9A-Fa-f])",
    "reverse4": r"(?<![\w.-])(?:\d{1,3}\.){2,4}in-addr\.arpa\b",
    "reverse6": r"(?<![\w.-])(?:[0-9A-Fa-f]\.){2,32}ip6\.arpa\b",
    "hardware": r"(?<![\w:-])[0-9A-Fa-f]{2}(?P<sign>[:-])(?:[0-9A-Fa-f]{2}(?P=sign)){4}[0-9A-Fa-f]{2}(?![\w:-])",
    "ipv6": r"(?<![\w:.])(?=[0-9A-Fa-f]*:[0-9A-Fa-f]*:)(?:[0-9A-Fa-f:]*:\d+(?:\.\d+){3}|[0-9A-Fa-f:]+)(?!\w)",
    "ipv4": r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)",
    "blob": r"[A-Za-z0-9+/]{64,}={0,2}",
    "time": r"(?<!\w)\d{4}-\d\d-\d\dT[\d:.+-]+Z?(?!\w)",
    "duration": r"\bP(?:\d+D)?(?:T(?:[\d.]+[HMS])+)?\b",
    "drive": r"(?<!\w)[A-Za-z]:(?=\\)",
    "text": r"(?:[A-Za-z0-9_]|[^\x00-\x7f])(?:[A-Za-z0-9_-]|[^\x00-\x7f])*",
}
_TOKEN = re.compile("|".join(f"(?P<{name}>{rule})" for name, rule in _RULES.items()), re.DOTALL)
_SPOKEN = re.compile(r"'[^']*'|\"[^\"]*\"|\S+")  # what is quoted is a name
_NUMBER = re.compile(r"\d[\d-]*|0x[0-9A-Fa-f]{1,8}")
_HEX = re.compile(r"(?=[A-Fa-f]*\d)[0-9A-Fa-f]{16,}")
_KEPT = ("own", "schema", "time", "duration", "drive")
_OPTION = re.compile(r"(?<!\S)[-/]{1,2}[A-Za-z]{1,20}(?!\S)")
_PASSWORD = re.compile(
    r"((?<!\S)[-/]{1,2}(?:p|pw|pwd|pass|password|passphrase|passout|passin|e|ec|enc|encodedcommand)[ :=]+)"
    r"(\"[^\"]*\"|'[^']*'|\S+)|((?:password|passwd|passphrase|pwd)\s*[:=]\s*)(\"[^\"]*\"|'[^']*'|\S+)",
    re.IGNORECASE,
)
_OWN_ADDRESSES = ("0.0.0.0", "127.0.0.1", "255.255.255.255", "::", "::1")
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


class Masker:
    """Stand-ins under one key. ``secrets``: texts of which nothing is left, wherever they stand; ``known``: names that
    are masked in sentences too, as are all that were masked before."""

    def __init__(self, key: bytes, *, secrets: Iterable[str] = (), known: Iterable[str] = ()) -> None:
        self._key = key
        self._secrets = sorted({one for one in secrets if one}, key=len, reverse=True)
        self._met: set[str] = set()
        self._networks: dict[str, dict[bytes, int]] = {"4": {}, "6": {}}
        for name in known:
            self.value(name)

    def value(self, text: str) -> str:
        """What stands in a property, a query or a program's output."""
        return self._hidden(text, partial(_TOKEN.sub, self._token))

    def command(self, line: str) -> str:
        """A command line: its options stay, and what follows one that takes a password goes."""
        hidden = _PASSWORD.sub(lambda found: f"{found[1] or found[3]}{MASKED}", line)
        return self._hidden(hidden, self._command)

    def sentence(self, text: str) -> str:
        """What Windows says to people: common words in small letters stay."""
        return self._hidden(text, partial(_SPOKEN.sub, self._spoken))

    def plain(self, value: Any, kept: Collection[str] = ()) -> Any:
        """A task's arguments, in plain types. ``kept``: names and values that are not the customer's."""
        if isinstance(value, str):
            return value if value in kept else self.value(value)
        if isinstance(value, Mapping):
            shown = ((str(key), inner) for key, inner in value.items() if key != _WHY)
            return {self.plain(key, kept): self.plain(inner, kept) for key, inner in shown}
        if isinstance(value, (list, tuple)):
            return [self.plain(inner, kept) for inner in value]
        return value if value is None or isinstance(value, (bool, int, float)) else MASKED

    def _hidden(self, text: str, mask: Callable[[str], str]) -> str:
        """The text masked between its secrets."""
        for secret in self._secrets:
            if secret in text:
                return MASKED.join(self._hidden(part, mask) for part in text.split(secret))
        return mask(text)

    def _command(self, line: str) -> str:
        parts, end = [], 0
        for option in _OPTION.finditer(line):
            parts += [_TOKEN.sub(self._token, line[end : option.start()]), option.group()]
            end = option.end()
        return "".join([*parts, _TOKEN.sub(self._token, line[end:])])

    def _spoken(self, found: re.Match[str]) -> str:
        text = found.group()
        bare = text.strip(".,;:!?()[]")
        common = bare.isalpha() and bare.islower() and bare not in self._met
        return text if common else _TOKEN.sub(self._token, text)

    def _token(self, found: re.Match[str]) -> str:
        kind, text = str(found.lastgroup), found.group()
        if kind in _KEPT:
            return text
        standing: Callable[[str], str] = getattr(self, f"_{kind}")
        return standing(text)

    def _digest(self, kind: str, text: str) -> bytes:
        return hmac.new(
            self._key, f"{kind}:{text.casefold()}".encode("utf-8", "surrogatepass"), hashlib.sha256
        ).digest()

    def _text(self, text: str) -> str:
        if text.casefold() in VOCABULARY or _NUMBER.fullmatch(text):
            return text
        if _HEX.fullmatch(text):
            return self._hex(text)
        self._met.add(text.casefold())
        head = "_" if text.startswith("_") else ""
        return head + _cased(text, "n" + "".join(_LETTERS[octet % 32] for octet in self._digest("text", text)[:9]))

    def _pem(self, _text: str) -> str:
        return MASKED

    def _blob(self, text: str) -> str:
        return blank_base64(text)

    def _hardware(self, _text: str) -> str:
        return "00-00-5E-00-53-00"  # RFC 7042, for documents

    def _holder(self, text: str) -> str:
        """Of a claim (who, where, since when, in which process, and a number at random); never one of long ago."""
        return f"someone_somewhere_2100-01-01T00-00-00Z_{self._digest('holder', text).hex()[:8]}"

    def _temporary(self, text: str) -> str:
        """Of a temporary file's name (the day, where process ids are given out, a process, a number at random)."""
        ucops, day, space, process, drawn = text.split("-")
        return "-".join([ucops, day, self._hex(space), process, self._hex(drawn)])

    def _mark(self, text: str) -> str:
        """What tells the end of a step in a command line of several (``steps.py``); the step's number stays."""
        return self._hex(text)

    def _hex(self, text: str) -> str:
        return _cased(text, (self._digest("hex", text).hex() * (len(text) // 64 + 1))[: len(text)])

    def _sid(self, text: str) -> str:
        """Those of Windows itself stay; of a domain's, the well-known number at the end."""
        parts = text.split("-")
        if parts[2:4] != ["5", "21"]:
            return text
        digest = self._digest("sid", "-".join(parts[:7]))
        own = [str(int.from_bytes(digest[at : at + 4], "big")) for at in (0, 4, 8)]
        last = [one if int(one) < 1000 else str(int.from_bytes(self._digest("rid", text)[:2], "big") + 1000)
                for one in parts[7:]]  # fmt: skip
        return "-".join(["S-1-5-21", *own, *last])

    def _guid(self, text: str) -> str:
        digest = self._digest("guid", text).hex()
        sizes = ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))
        return _cased(text, "-".join(digest[start:end] for start, end in sizes))

    def _network(self, family: str, prefix: bytes, most: int) -> int:
        """The number that stands for a network, another one for each; the family has so many."""
        held = self._networks[family]
        if prefix not in held:
            number = int.from_bytes(self._digest(f"ipv{family}", prefix.hex())[:2], "big") % most
            while number in held.values() and len(held) < most:
                number = (number + 1) % most
            held[prefix] = number
        return held[prefix]

    def _ipv4(self, text: str) -> str:
        """In 10.0.0.0/8: the first two numbers become another one, the others stay."""
        if text in _OWN_ADDRESSES:
            return text
        first, second, *rest = text.split(".")
        if any(int(part) > 255 for part in (first, second, *rest)):
            return ".".join(map(self._text, text.split(".")))
        return ".".join(["10", str(self._network("4", bytes([int(first), int(second)]), 256)), *rest])

    def _reverse4(self, text: str) -> str:
        labels = text.split(".")[:-2]
        if any(int(label) > 255 for label in labels):
            return text
        address = self._ipv4(".".join([*reversed(labels), *["1"] * (4 - len(labels))]))
        return ".".join([*reversed(address.split(".")[: len(labels)]), "in-addr", "arpa"])

    def _ipv6(self, text: str) -> str:
        try:
            address = ipaddress.IPv6Address(text)
        except ValueError:
            return ":".join(self._text(part) if part else "" for part in text.split(":"))
        if address.ipv4_mapped:
            return f"::ffff:{self._ipv4(str(address.ipv4_mapped))}"
        return text if text in _OWN_ADDRESSES else str(ipaddress.IPv6Address(self._documented(address.packed)))

    def _documented(self, packed: bytes) -> bytes:
        """In 2001:db8::/32: the first three groups become one, and of the interface what is no small number."""
        network = self._network("6", packed[:6], 65536).to_bytes(2, "big")
        interface = packed[8:]
        small = not any(interface[:6])
        interface = interface if small else self._digest("interface", interface.hex())[:8]
        return b"\x20\x01\x0d\xb8" + network + packed[6:8] + interface

    def _reverse6(self, text: str) -> str:
        nibbles = [label.lower() for label in text.split(".")[:-2]]
        packed = bytes.fromhex("".join(reversed(nibbles)).ljust(32, "0"))
        masked = self._documented(packed).hex()[: len(nibbles)]
        return ".".join([*reversed(masked), "ip6", "arpa"])


def names_in(spec: Mapping[str, Any]) -> frozenset[str]:
    """What an action's arguments are called, and what they may be, by its ``argument_spec``."""
    return frozenset((*_IN_PLANS, *_names(spec)))


def _names(spec: Mapping[str, Any]) -> Iterator[str]:
    for name, option in spec.items():
        yield from (name, *map(str, option.get("choices") or ()))
        yield from _names(option.get("options") or {})


def _cased(like: str, text: str) -> str:
    return text.upper() if like.isupper() else text


def blank_base64(text: str) -> str:
    """What stands for base64 that is left out: zeros, as many as there were octets."""
    whole = "".join(text.split())
    return base64.b64encode(bytes(len(whole.rstrip("=")) * 3 // 4)).decode("ascii")
