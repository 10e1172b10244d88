"""Whom the versions and signatures of a listener serve, and whom not."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_clients import (
    CLIENTS,
    VERSIONS,
    connecting,
    refusing,
)

XP = "Communicator 2007 and 2007 R2 on Windows XP"
VISTA = "Communicator 2007 and 2007 R2 on Windows Vista and 7"
OLD = (XP, VISTA, "Lync 2010", "Lync Phone Edition")
BETWEEN = ("Lync 2013 and Skype for Business 2015", "Skype for Business 2016 and 2019")
NEW = (
    "Windows 11 and others with TLS 1.0 and 1.1 off",
    "Skype for Business on iOS 13 and newer",
    "Skype for Business on Android 10 and newer",
)


@pytest.mark.parametrize(
    ("offered", "not_offered", "able", "shut_out"),
    [
        (["1.0"], ["1.1", "1.2", "1.3"], (*OLD, *BETWEEN), NEW),
        (["1.2"], ["1.0", "1.1", "1.3"], (*BETWEEN, *NEW), OLD),
        (["1.3"], ["1.0", "1.1", "1.2"], NEW, (*OLD, *BETWEEN)),
        (["1.0", "1.1", "1.2"], ["1.3"], (*OLD, *BETWEEN, *NEW), ()),
        (["1.2"], ["1.3"], (*BETWEEN, *NEW), ()),
        ([], [], (), ()),
    ],
)
def test_who_connects(offered: list[str], not_offered: list[str], able: tuple, shut_out: tuple) -> None:
    assert connecting(offered, not_offered) == (able, shut_out)


@pytest.mark.parametrize(
    ("algorithm", "names"),
    [
        ("sha256_rsa", ()),
        ("sha1_rsa", ("Skype for Business on iOS 13 and newer",)),
        ("rsassa_pss", (XP, "Lync Phone Edition")),
        ("md5_rsa", ("Skype for Business 2016 and 2019", *NEW)),
    ],
)
def test_who_refuses_a_signature(algorithm: str, names: tuple[str, ...]) -> None:
    assert refusing(algorithm) == names


def test_each_row_is_a_client_once_with_its_evidence() -> None:
    assert len({client.name for client in CLIENTS}) == 9
    for client in CLIENTS:
        assert client.mark in ("C", "S", "I", "U")
        assert client.source
        assert VERSIONS.index(client.lowest) <= VERSIONS.index(client.highest)
