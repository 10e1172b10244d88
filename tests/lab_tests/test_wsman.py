# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Headers, sizes, quotas and resource URIs."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from lab_tests import small
from lab_tests.foreign import NS, TRANSFER, WMI, psrp, pywinrm, pywinrm_query
from pypsrp.exceptions import WSManFaultError
from winrm.exceptions import WinRMOperationTimeoutError, WinRMTransportError
from winrm.exceptions import WSManFaultError as PywinrmFault

from lab.client import RunningEstate, start_estate

MANY = "SELECT * FROM MicrosoftDNS_AType WHERE ContainerName='example.test'"


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEstate]:
    place = tmp_path_factory.mktemp("wsman")
    hosts = (
        small.dns_host("dc01", "10.0.0.5", "2008r2", 60),
        small.dns_host("dc03", "10.0.0.6", "2003", 200),
        small.dns_host("dc12", "10.0.0.7", "2012r2", 200, winrm={"operations_per_user": 2}),
    )
    with start_estate(small.estate(place / "estate.yml", *hosts), place / "run") as running:
        yield running


@pytest.fixture(autouse=True)
def no_trouble(estate: RunningEstate) -> None:
    estate.clear_faults()


def fault(work: object) -> WSManFaultError:
    with pytest.raises(WSManFaultError) as caught:
        work()  # type: ignore[operator]
    return caught.value


def test_envelope_size_per_generation(estate: RunningEstate) -> None:
    sizes = {
        host: psrp(estate, host)
        .wsman.get_server_config()
        .findtext(".//{http://schemas.microsoft.com/wbem/wsman/1/config}MaxEnvelopeSizekb")
        for host in ("dc01", "dc03", "dc12")
    }
    assert sizes == {"dc01": "150", "dc03": "150", "dc12": "500"}


def test_invalid_timeout(estate: RunningEstate) -> None:
    client = psrp(estate, operation_timeout=-1)
    assert fault(lambda: client.query(MANY)).code == 2150858767


def test_request_larger_than_the_server_takes(estate: RunningEstate) -> None:
    long = f"{MANY} AND OwnerName='{'x' * 160000}'"
    with pytest.raises(WinRMTransportError) as caught:
        pywinrm_query(pywinrm(estate.address("dc01")), long)
    assert (caught.value.code, caught.value.response_text) == (413, "")
    assert pywinrm_query(pywinrm(estate.address("dc12")), long)


def test_answer_larger_than_the_client_takes(estate: RunningEstate) -> None:
    path = r"SOFTWARE\Lab"
    registry = psrp(estate)

    def call(method: str, **values: object) -> object:
        given = {"hDefKey": 2147483650, "sSubKeyName": path, **values}
        return registry.invoke("StdRegProv", method, given, namespace="root/default")

    call("CreateKey")
    for number in range(20):
        call("SetStringValue", sValueName=f"v{number}", sValue="x")
    call("SetStringValue", sValueName="long", sValue="x" * 20000)
    small_client = psrp(estate, max_envelope_size=16384)
    refused = fault(
        lambda: small_client.invoke(
            "StdRegProv",
            "GetStringValue",
            {"hDefKey": 2147483650, "sSubKeyName": path, "sValueName": "long"},
            namespace="root/default",
        )
    )
    assert "maximum envelope size of 16384 bytes" in str(refused)


def test_batches_fit_the_envelope_that_the_client_takes(estate: RunningEstate) -> None:
    pages = psrp(estate, max_envelope_size=32768).pages(MANY)
    assert sum(len(page.items) for page in pages) == 60
    assert [len(page.items) for page in pages[:2]] == [1, 36]


def test_unknown_resource(estate: RunningEstate) -> None:
    refused = fault(lambda: psrp(estate).call(TRANSFER + "Get", "http://example.test/nothing", None))
    assert refused.code == 2150858752


def test_namespace_that_does_not_exist(estate: RunningEstate) -> None:
    refused = fault(lambda: psrp(estate).query("SELECT * FROM MicrosoftDNS_Zone", "root/Microsoft/Windows/DNS"))
    assert refused.code == 2150858752


def test_unknown_action(estate: RunningEstate) -> None:
    refused = fault(lambda: psrp(estate).call("http://example.test/act", f"{WMI}root/cimv2/Win32_Service", None))
    assert "not supported" in str(refused)


def test_document_type_is_refused(estate: RunningEstate) -> None:
    protocol = pywinrm(estate.address("dc01"))
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><s:Envelope xmlns:s="{}"><s:Body>&a;</s:Body></s:Envelope>'
    with pytest.raises(PywinrmFault) as caught:
        protocol.send_message(bomb.format(NS["s"]))
    assert caught.value.fault_subcode == "w:SchemaValidationError"


def test_operation_longer_than_its_timeout(estate: RunningEstate) -> None:
    estate.fault("dc01", "delay", seconds=30, match={"kind": "enumerate"})
    protocol = pywinrm(estate.address("dc01"), operation_timeout_sec=1, read_timeout_sec=10)
    with pytest.raises(WinRMOperationTimeoutError):
        pywinrm_query(protocol, MANY)


def test_too_many_operations_at_once(estate: RunningEstate) -> None:
    estate.fault("dc12", "delay", seconds=1.5, times=2, match={"kind": "enumerate"})
    clients = [pywinrm(estate.address("dc12")) for _unused in range(2)]
    entered = [threading.Thread(target=pywinrm_query, args=(client, MANY)) for client in clients]
    for thread in entered:
        thread.start()
    while estate.counters().get("dc12.company.local", {}).get("running") != 2:
        time.sleep(0.01)
    with pytest.raises(PywinrmFault) as caught:
        pywinrm_query(pywinrm(estate.address("dc12")), MANY)
    assert (caught.value.wmierror_code, caught.value.wsman_fault_code) == (2150859174, None)
    for thread in entered:
        thread.join()
    assert pywinrm_query(clients[0], MANY)
