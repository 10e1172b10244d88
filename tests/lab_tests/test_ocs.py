# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The WMI classes of OCS: read and put by a client that is not ours; the Front End serves what they name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from cryptography import x509
from lab_tests import small
from lab_tests.foreign import Psrp, pywinrm, pywinrm_query
from lab_tests.windows import remote

from lab.client import RunningEstate, start_estate

CIMV2 = "root/cimv2"


@pytest.fixture(scope="module", params=["little", "printed"])
def estate(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[RunningEstate]:
    place = tmp_path_factory.mktemp("ocs")
    front_end = {"running": True, "serial_order": request.param, "wizard": {"common_name": "old.company.local"}}
    host = {"name": "srv01", "address": "10.0.0.11", "generation": "2008r2", "front_end": front_end}
    with start_estate(small.estate(place / "estate.yml", host), place / "run") as running:
        yield running


def front_end(estate: RunningEstate) -> dict[str, Any]:
    found: dict[str, Any] = estate.state()["hosts"]["srv01"]["front_end"]
    return found


def test_values_name_the_wizards_certificate_and_a_put_takes_effect_at_the_next_start(estate: RunningEstate) -> None:
    client = Psrp(estate.address("srv01"))
    (listener,) = client.query("SELECT * FROM MSFT_SIPListeningAddressData", CIMV2)
    assert (listener["InstanceID"], listener["Port"]) == ("{0A}", "5061")
    issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Company CA 2007")]).public_bytes()
    assert bytes(map(int, listener["TLSCertIssuer"])) == issuer
    assert len(listener["TLSCertSN"]) == 10 and "17" in (listener["TLSCertSN"][0], listener["TLSCertSN"][-1])
    served = front_end(estate)["serving"]
    assert served == front_end(estate)["assigned"] != ""

    turned = list(reversed(listener["TLSCertSN"]))
    client.put("MSFT_SIPListeningAddressData", {"InstanceID": "{0A}"}, {"TLSCertSN": turned}, CIMV2)
    assert (front_end(estate)["serving"], front_end(estate)["assigned"]) == (served, "")
    assert remote(estate, "srv01", "net stop RTCSRV && net start RTCSRV").code == 0
    assert front_end(estate)["serving"] == ""
    client.put("MSFT_SIPListeningAddressData", {"InstanceID": "{0A}"}, {"TLSCertSN": listener["TLSCertSN"]}, CIMV2)
    assert remote(estate, "srv01", "net stop RTCSRV && net start RTCSRV").code == 0
    assert front_end(estate)["serving"] == served


def test_arrays_are_repeated_elements(estate: RunningEstate) -> None:
    answer = pywinrm_query(pywinrm(estate.address("srv01")), "SELECT * FROM MSFT_SIPRoutingSetting", CIMV2)
    assert answer.count(b"<p:TLSCertSN>") == 10 and b"<p:DefaultPort>5061<" in answer


def test_the_pool_and_the_sip_domains_are_told(estate: RunningEstate) -> None:
    client = Psrp(estate.address("srv01"))
    (pool,) = client.query("SELECT * FROM MSFT_SIPPoolSetting", CIMV2)
    told = (pool["PoolFQDN"], pool["PoolMemberList"], pool["MajorVersion"])
    assert told == ("srv01.company.local", "srv01.company.local", "3")
    domains = client.query("SELECT Address FROM MSFT_SIPDomainData", CIMV2)
    assert [one["Address"] for one in domains] == ["company.local"]


def test_edge_classes_are_there_and_empty_and_windows_own_remain(estate: RunningEstate) -> None:
    client = Psrp(estate.address("srv01"))
    assert client.query("SELECT * FROM MSFT_SIPMediaRelaySetting", CIMV2) == []
    assert len(client.query("SELECT * FROM Win32_OperatingSystem", CIMV2)) == 1
