# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS alerts in words: what the other side said, what it means, what now (RFC 5246 section 7.2, RFC 8446 section 6)."""

from __future__ import annotations

from dataclasses import dataclass

_EVENT_LOG = "See in the server's event log (source Schannel) why it ended the handshake"
_OLDER = "Run the check from a host with an older OpenSSL, or let the server offer more (Schannel's registry keys)"
DEMANDED = "Let it ask for a client certificate without demanding one: ordinary clients have none to show"


@dataclass(frozen=True, slots=True)
class Alert:
    """``name`` as the RFC has it, ``meaning`` in plain words, ``mend``: what to do now."""

    number: int
    name: str
    meaning: str
    mend: str = _EVENT_LOG

    @property
    def text(self) -> str:
        """What the listener said and what it means."""
        return f"the alert {self.number} ({self.name}): {self.meaning}"


_ROWS = (
    Alert(10, "unexpected_message", "it did not expect what a client sends at this point"),
    Alert(20, "bad_record_mac", "what it received was changed on the way, or is broken"),
    Alert(
        40,
        "handshake_failure",
        "it found no cipher suite in common, or has no certificate with a usable key",
        "See whether a certificate with its private key is assigned there, and in the server's event log (source"
        " Schannel). Else run the check from a host with an older OpenSSL",
    ),
    Alert(42, "bad_certificate", "it takes the client's certificate, or the lack of one, for bad", DEMANDED),
    Alert(43, "unsupported_certificate", "it does not take a client certificate of this kind", DEMANDED),
    Alert(46, "certificate_unknown", "it does not accept the client's certificate, or the lack of one", DEMANDED),
    Alert(47, "illegal_parameter", "it takes something in the hello for wrong"),
    Alert(48, "unknown_ca", "it does not know who issued a certificate"),
    Alert(49, "access_denied", "it lets this client not in"),
    Alert(50, "decode_error", "it could not read what a client sends"),
    Alert(51, "decrypt_error", "a signature or a key exchange did not come out right"),
    Alert(70, "protocol_version", "it offers none of the TLS versions that this host has", _OLDER),
    Alert(71, "insufficient_security", "it demands stronger cipher suites than this host has", _OLDER),
    Alert(80, "internal_error", "it failed on its own side, often since it cannot use its private key"),
    Alert(86, "inappropriate_fallback", "it offers a higher TLS version than it was asked for"),
    Alert(
        112,
        "unrecognized_name",
        "it serves no host of the name that was asked for",
        "See whether the name is bound there, or what stands between, such as a reverse proxy",
    ),
    Alert(116, "certificate_required", "it demands a client certificate", DEMANDED),
    Alert(120, "no_application_protocol", "it found no application protocol in common"),
)
_ALERTS = {row.number: row for row in _ROWS}
_BY_NAME = {row.name: row for row in _ROWS}

NOTHING_IN_COMMON = (40, 47, 70, 71)
CLIENT_CERTIFICATE = (40, 42, 43, 46, 49, 116)


def alert(number: int) -> Alert:
    """The alert of that number; one that no RFC knows is told as such."""
    return _ALERTS.get(number) or Alert(number, "unknown", "no standard says what this means")


def alert_in(reason: str) -> int | None:
    """The number of the alert that OpenSSL names in an error, such as ``TLSV13_ALERT_CERTIFICATE_REQUIRED``."""
    start, _alert, name = reason.partition("_ALERT_")
    found = _BY_NAME.get(name.lower()) if start in ("SSLV3", "TLSV1", "TLSV13") else None
    return None if found is None else found.number
