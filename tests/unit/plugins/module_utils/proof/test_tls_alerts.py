"""Alerts in words."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.proof import tls_alerts


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (70, "the alert 70 (protocol_version): it offers none of the TLS versions that this host has"),
        (116, "the alert 116 (certificate_required): it demands a client certificate"),
        (201, "the alert 201 (unknown): no standard says what this means"),
    ],
)
def test_what_it_means(number: int, text: str) -> None:
    assert tls_alerts.alert(number).text == text


def test_every_alert_says_what_now() -> None:
    assert tls_alerts.alert(80).mend.startswith("See in the server's event log (source Schannel)")
    assert tls_alerts.alert(116).mend.startswith("Let it ask for a client certificate without demanding one")
    assert tls_alerts.alert(201).mend.startswith("See in the server's event log (source Schannel)")


@pytest.mark.parametrize(
    ("reason", "number"),
    [
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", 40),
        ("TLSV1_ALERT_PROTOCOL_VERSION", 70),
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", 116),
        ("WRONG_VERSION_NUMBER", None),
        ("TLSV1_ALERT_OF_TOMORROW", None),
        ("", None),
    ],
)
def test_the_alert_that_openssl_names(reason: str, number: int | None) -> None:
    assert tls_alerts.alert_in(reason) == number
