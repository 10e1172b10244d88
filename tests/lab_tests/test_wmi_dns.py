# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""root\\MicrosoftDNS: zones and records through a foreign client, and what the DNS listener says of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import dns.message
import dns.query
import dns.rcode
import pytest
from lab_tests import small
from lab_tests.foreign import NS, Psrp, keys_of, local, properties, psrp
from pypsrp.exceptions import WSManFaultError

from lab.client import RunningEstate, start_estate

SERVER = "dc01.company.local"
FAILED = 2150859010


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEstate]:
    place = tmp_path_factory.mktemp("wmi_dns")
    zone = {
        "name": "example.test",
        "ds_integrated": True,
        "records": [
            {"owner": "dynamic", "type": "A", "data": "192.0.2.1", "timestamp": 3572136},
            {"owner": "alias", "type": "CNAME", "data": "dynamic.example.test."},
        ],
    }
    main = {
        "name": "dc01",
        "address": "10.0.0.5",
        "generation": "2008r2",
        "dns": {
            "zones": [zone, {"name": "away.test", "type": "forwarder", "masters": ["192.0.2.53"]}],
            "cache": [{"owner": "www.cached.test", "type": "A", "data": "198.51.100.1"}],
        },
    }
    reported = {"rr": "path", "trailing_dots": False, "created_in": "domain"}
    hosts = (
        main,
        small.dns_host("old", "10.0.0.6", "2003", service_pack=1),
        small.dns_host("sp2", "10.0.0.7", "2003", service_pack=2),
        small.dns_host("path", "10.0.0.8", "2008r2", dns={"reported": reported}),
        small.dns_host("nil", "10.0.0.9", "2008r2", dns={"reported": {"rr": "nil"}, "ds_available": False}),
        small.dns_host("dc12", "10.0.0.10", "2012"),
    )
    with start_estate(small.estate(place / "estate.yml", *hosts), place / "run") as running:
        yield running


@pytest.fixture(scope="module")
def client(estate: RunningEstate) -> Psrp:
    return psrp(estate)


@pytest.fixture(scope="module")
def modern(estate: RunningEstate) -> Psrp:
    """Of Windows Server 2012, the first on which WMI deletes over WS-Management."""
    return psrp(estate, "dc12")


def generic_failure(work: Callable[[], object]) -> None:
    with pytest.raises(WSManFaultError) as caught:
        work()
    assert caught.value.code == FAILED


def create_zone(client: Psrp, name: str, kind: int = 0, integrated: str = "true", **more: Any) -> Any:
    values = {"ZoneName": name, "ZoneType": kind, "DsIntegrated": integrated, **more}
    return client.invoke("MicrosoftDNS_Zone", "CreateZone", values)


def zone(client: Psrp, name: str) -> dict[str, Any]:
    return client.query(f"SELECT * FROM MicrosoftDNS_Zone WHERE Name='{name}'")[0]


def zone_keys(client: Psrp, name: str) -> dict[str, str]:
    return client.references(f"SELECT * FROM MicrosoftDNS_Zone WHERE Name='{name}'")[0]


def create(
    client: Psrp, kind: str, owner: str, container: str = "example.test", server: str = SERVER, **values: Any
) -> Any:
    given = {"DnsServerName": server, "ContainerName": container, "OwnerName": owner, **values}
    return client.invoke(f"MicrosoftDNS_{kind}Type", "CreateInstanceFromPropertyData", given)


def records(client: Psrp, kind: str, owner: str) -> list[dict[str, Any]]:
    return client.query(f"SELECT * FROM MicrosoftDNS_{kind}Type WHERE OwnerName='{owner}'")


def reference(client: Psrp, kind: str, owner: str) -> dict[str, str]:
    return client.references(f"SELECT * FROM MicrosoftDNS_{kind}Type WHERE OwnerName='{owner}'")[0]


def modify(client: Psrp, kind: str, keys: dict[str, str], **values: Any) -> Any:
    return client.invoke(f"MicrosoftDNS_{kind}Type", "Modify", values, keys)


def asked(estate: RunningEstate, name: str, kind: str, host: str = "dc01") -> dns.message.Message:
    return dns.query.udp(dns.message.make_query(name, kind), estate.address(host), timeout=5, port=estate.port(53))


# --- zones -----------------------------------------------------------------------------------------------------------


def test_zone_types_count_from_0_in_and_from_1_out(client: Psrp) -> None:
    create_zone(client, "primary.test")
    create_zone(client, "secondary.test", 1, "false", IpAddr=["192.0.2.1"])
    create_zone(client, "stub.test", 2, "false", IpAddr=["192.0.2.1"])
    create_zone(client, "forwarder.test", 3, "false", IpAddr=["192.0.2.1", "192.0.2.2"])
    names = ("primary", "secondary", "stub", "forwarder")
    assert [zone(client, f"{name}.test")["ZoneType"] for name in names] == ["1", "2", "3", "4"]
    assert zone(client, "forwarder.test")["MasterServers"] == ["192.0.2.1", "192.0.2.2"]


def test_integrated_primary_is_of_type_1_and_has_no_file(client: Psrp) -> None:
    create_zone(client, "integrated.test")
    found = zone(client, "integrated.test")
    assert (found["ZoneType"], found["DsIntegrated"], found["DataFile"]) == ("1", "true", None)


def test_file_zone_gets_a_file(client: Psrp) -> None:
    create_zone(client, "file.test", integrated="false")
    assert zone(client, "file.test")["DataFile"] == "file.test.dns"


def test_name_of_a_file_has_no_path(client: Psrp) -> None:
    generic_failure(lambda: create_zone(client, "path.test", integrated="false", DataFileName=r"..\path.dns"))


def saved(estate: RunningEstate, name: str) -> list[str]:
    lines = estate.state()["hosts"]["dc12"]["dns"][name]["saved"]
    return [line for line in lines if " A " in line]


def test_file_holds_what_was_written_back(estate: RunningEstate, modern: Psrp) -> None:
    create_zone(modern, "back.test", integrated="false")
    keys = zone_keys(modern, "back.test")
    create(modern, "A", "one.back.test", "back.test", ".", IPAddress="192.0.2.1")
    assert saved(estate, "back.test") == []
    modern.invoke("MicrosoftDNS_Zone", "WriteBackZone", {}, keys)
    create(modern, "A", "two.back.test", "back.test", ".", IPAddress="192.0.2.2")
    assert saved(estate, "back.test") == ["one.back.test 3600 A 192.0.2.1"]
    modern.invoke("MicrosoftDNS_Zone", "ReloadZone", {}, keys)
    assert [len(records(modern, "A", f"{name}.back.test")) for name in ("one", "two")] == [1, 0]


def distinguished(client: Psrp, name: str) -> Any:
    answer = client.invoke("MicrosoftDNS_Zone", "GetDistinguishedName", {}, zone_keys(client, name))
    return properties(answer)["ReturnValue"]


def test_distinguished_name_tells_the_partition(estate: RunningEstate, client: Psrp) -> None:
    for name in ("first.test", "second.test"):
        create_zone(client, name)
        create_zone(psrp(estate, "path"), name)
    create_zone(client, "third.test", integrated="false")
    assert distinguished(client, "first.test") == "DC=first.test,CN=MicrosoftDNS,CN=System,DC=company,DC=local"
    assert distinguished(client, "third.test") is None
    kept = "DC=second.test,CN=MicrosoftDNS,DC=DomainDnsZones,DC=company,DC=local"
    assert distinguished(psrp(estate, "path"), "second.test") == kept


def test_properties_of_a_zone_are_put(client: Psrp) -> None:
    create_zone(client, "put.test")
    values = {"AllowUpdate": 2, "Aging": "true", "NoRefreshInterval": 24, "RefreshInterval": 48}
    client.put("MicrosoftDNS_Zone", zone_keys(client, "put.test"), values)
    found = zone(client, "put.test")
    assert {name: found[name] for name in values} == {
        "AllowUpdate": "2",
        "Aging": "true",
        "NoRefreshInterval": "24",
        "RefreshInterval": "48",
    }


def test_secure_updates_want_the_directory(client: Psrp) -> None:
    create_zone(client, "insecure.test", integrated="false")
    keys = zone_keys(client, "insecure.test")
    generic_failure(lambda: client.put("MicrosoftDNS_Zone", keys, {"AllowUpdate": 2}))
    assert zone(client, "insecure.test")["AllowUpdate"] == "0"


def test_new_zone_has_soa_and_ns_of_the_server(estate: RunningEstate, client: Psrp) -> None:
    create_zone(client, "fresh.test", AdminEmailName="admin.fresh.test")
    answer = asked(estate, "fresh.test", "SOA").answer[0][0]
    assert answer.to_text() == "dc01.company.local. admin.fresh.test. 1 900 600 86400 3600"
    assert asked(estate, "fresh.test", "NS").answer[0][0].to_text() == "dc01.company.local."


def test_zone_that_exists_or_lacks_masters_or_is_of_no_type(client: Psrp) -> None:
    generic_failure(lambda: create_zone(client, "example.test"))
    generic_failure(lambda: create_zone(client, "masterless.test", 3, "false"))
    generic_failure(lambda: create_zone(client, "typeless.test", 4, "false", IpAddr=["192.0.2.1"]))
    generic_failure(lambda: create_zone(client, "bad..name"))


def test_integrated_zone_without_a_directory(estate: RunningEstate) -> None:
    generic_failure(lambda: create_zone(psrp(estate, "nil"), "integrated.test"))


def test_auto_created_zones_are_listed(client: Psrp) -> None:
    automatic = client.query("SELECT * FROM MicrosoftDNS_Zone WHERE AutoCreated=TRUE")
    assert [one["Name"] for one in automatic] == ["0.in-addr.arpa", "127.in-addr.arpa", "255.in-addr.arpa"]


def test_names_carry_no_final_dot(client: Psrp) -> None:
    keys = zone_keys(client, "example.test")
    assert keys == {"DnsServerName": SERVER, "ContainerName": "example.test", "Name": "example.test"}


def test_domains_hold_zones_cache_and_root_hints(client: Psrp) -> None:
    found = {local(item) for page in client.pages("SELECT * FROM MicrosoftDNS_Domain") for item in page.items}
    assert found == {"MicrosoftDNS_Zone", "MicrosoftDNS_Cache", "MicrosoftDNS_RootHints"}


def test_delete_a_zone(estate: RunningEstate, modern: Psrp) -> None:
    create_zone(modern, "short.test")
    keys = zone_keys(modern, "short.test")
    assert local(modern.delete("MicrosoftDNS_Zone", keys)) == "Body"
    assert modern.query("SELECT * FROM MicrosoftDNS_Zone WHERE Name='short.test'") == []
    assert asked(estate, "short.test", "SOA", "dc12").rcode() == dns.rcode.SERVFAIL


def test_nothing_is_deleted_over_ws_management_before_2012(estate: RunningEstate, client: Psrp) -> None:
    keys = zone_keys(client, "example.test")
    with pytest.raises(WSManFaultError) as caught:
        client.delete("MicrosoftDNS_Zone", keys)
    assert caught.value.code == 2150858756
    assert zone_keys(client, "example.test") == keys


def test_pause_and_change_of_type(estate: RunningEstate, client: Psrp) -> None:
    create_zone(client, "paused.test")
    keys = zone_keys(client, "paused.test")
    client.invoke("MicrosoftDNS_Zone", "PauseZone", {}, keys)
    assert (zone(client, "paused.test")["Paused"], asked(estate, "paused.test", "SOA").rcode()) == (
        "true",
        dns.rcode.SERVFAIL,
    )
    client.invoke("MicrosoftDNS_Zone", "ResumeZone", {}, keys)
    assert asked(estate, "paused.test", "SOA").rcode() == dns.rcode.NOERROR
    generic_failure(lambda: client.invoke("MicrosoftDNS_Zone", "ChangeZoneType", {"ZoneType": 1}, keys))
    client.invoke("MicrosoftDNS_Zone", "ChangeZoneType", {"ZoneType": 3, "IpAddr": ["192.0.2.1"]}, keys)
    assert zone(client, "paused.test")["ZoneType"] == "4"


def test_secondaries_through_their_method_only(client: Psrp) -> None:
    keys = zone_keys(client, "example.test")
    generic_failure(lambda: client.put("MicrosoftDNS_Zone", keys, {"SecondaryServers": ["192.0.2.9"]}))
    client.invoke(
        "MicrosoftDNS_Zone",
        "ResetSecondaries",
        {"SecondaryServers": ["192.0.2.9"], "SecureSecondaries": 2, "NotifyServers": ["192.0.2.9"], "Notify": 2},
        keys,
    )
    assert zone(client, "example.test")["SecondaryServers"] == "192.0.2.9"


def test_local_server_is_a_dot(client: Psrp) -> None:
    assert client.get("MicrosoftDNS_Server", {"Name": "."})["Name"] == "."
    assert client.query("SELECT * FROM MicrosoftDNS_Server")[0]["Name"] == SERVER


# --- reading records -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["A", "SOA", "SRV", "CNAME"])
def test_missing_zone_is_a_generic_failure_not_empty(client: Psrp, kind: str) -> None:
    generic_failure(lambda: client.query(f"SELECT * FROM MicrosoftDNS_{kind}Type WHERE ContainerName='no.test'"))


def test_existing_zone_without_such_records_is_empty(client: Psrp) -> None:
    assert client.query("SELECT * FROM MicrosoftDNS_MXType WHERE ContainerName='example.test'") == []


def test_query_without_zone_walks_cache_and_root_hints(client: Psrp) -> None:
    containers = {one["ContainerName"] for one in client.query("SELECT * FROM MicrosoftDNS_AType")}
    assert containers == {"example.test", "..Cache", "..RootHints"}


def test_properties_of_a_record(client: Psrp) -> None:
    create(
        client,
        "SRV",
        "_sip._tls.example.test",
        TTL=600,
        Priority=1,
        Weight=2,
        Port=5061,
        SRVDomainName="pool.example.test",
    )
    found = records(client, "SRV", "_sip._tls.example.test")[0]
    assert {key: value for key, value in found.items() if value is not None} == {
        "DnsServerName": SERVER,
        "ContainerName": "example.test",
        "DomainName": "_tls.example.test",
        "OwnerName": "_sip._tls.example.test",
        "RecordClass": "1",
        "TTL": "600",
        "TimeStamp": "0",
        "Priority": "1",
        "Weight": "2",
        "Port": "5061",
        "SRVDomainName": "pool.example.test.",
        "RecordData": "1 2 5061 pool.example.test.",
        "TextRepresentation": "_sip._tls.example.test IN SRV 1 2 5061 pool.example.test.",
    }


def test_names_in_data_may_come_without_dots(estate: RunningEstate) -> None:
    found = psrp(estate, "path").query("SELECT * FROM MicrosoftDNS_NSType WHERE ContainerName='example.test'")
    assert found[0]["NSHost"] == "path.company.local"


# --- creating records ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "values", "data"),
    [
        ("A", {"IPAddress": "192.0.2.10"}, "192.0.2.10"),
        ("AAAA", {"IPv6Address": "2001:db8::1"}, "2001:db8::1"),
        ("CNAME", {"PrimaryName": "dynamic.example.test"}, "dynamic.example.test."),
        ("MX", {"Preference": 10, "MailExchange": "mail.example.test."}, "10 mail.example.test."),
        ("NS", {"NSHost": "ns.example.test"}, "ns.example.test."),
        ("PTR", {"PTRDomainName": "host.example.test"}, "host.example.test."),
        (
            "SRV",
            {"Priority": 0, "Weight": 0, "Port": 5061, "SRVDomainName": "pool.example.test"},
            "0 0 5061 pool.example.test.",
        ),
        ("TXT", {"DescriptiveText": 'say "v=1; \\o/"'}, '"say \\"v=1; \\\\o/\\""'),
    ],
)
def test_each_type_is_created_and_served(
    estate: RunningEstate, client: Psrp, kind: str, values: dict[str, Any], data: str
) -> None:
    owner = f"of-{kind.lower()}.example.test"
    create(client, kind, owner, TTL=1234, **values)
    answer = asked(estate, owner, kind)
    found = (answer.answer or answer.authority)[0]
    assert (found.ttl, found[0].to_text()) == (1234, data)


def test_several_records_of_one_owner(client: Psrp) -> None:
    for address in ("192.0.2.20", "192.0.2.21"):
        create(client, "A", "two.example.test", IPAddress=address)
    assert [one["IPAddress"] for one in records(client, "A", "two.example.test")] == ["192.0.2.20", "192.0.2.21"]


def test_omitted_ttl_is_the_zones_default(client: Psrp) -> None:
    create(client, "A", "plain.example.test", IPAddress="192.0.2.30")
    assert records(client, "A", "plain.example.test")[0]["TTL"] == "3600"


def test_omitted_ttl_on_2003_sp1_is_zero(estate: RunningEstate) -> None:
    found = []
    for host in ("old", "sp2"):
        client = psrp(estate, host)
        create(client, "A", "plain.example.test", server=f"{host}.company.local", IPAddress="192.0.2.30")
        found.append(records(client, "A", "plain.example.test")[0]["TTL"])
    assert found == ["0", "3600"]


@pytest.mark.parametrize(
    "values",
    [
        {"owner": "x.example.test", "container": "no.test", "IPAddress": "192.0.2.1"},
        {"owner": "dynamic.example.test", "IPAddress": "192.0.2.1"},
        {"owner": "dynamic.example.test", "IPAddress": "192.0.2.1", "TTL": 60},
        {"owner": "alias.example.test", "IPAddress": "192.0.2.1"},
        {"owner": "x.other.test", "IPAddress": "192.0.2.1"},
        {"owner": "x", "IPAddress": "192.0.2.1"},
        {"owner": "x.example.test", "IPAddress": "192.0.2.256"},
        {"owner": "x.example.test", "IPAddress": ""},
        {"owner": f"{'x' * 64}.example.test", "IPAddress": "192.0.2.1"},
        {"owner": "x.example.test", "IPAddress": "192.0.2.1", "RecordClass": 3},
        {"owner": "x.example.test", "server": "dc02.company.local", "IPAddress": "192.0.2.1"},
        {"owner": "x.away.test", "container": "away.test", "IPAddress": "192.0.2.1"},
    ],
)
def test_whatever_is_wrong_is_a_generic_failure(client: Psrp, values: dict[str, Any]) -> None:
    generic_failure(lambda: create(client, "A", **values))


def test_alias_beside_other_records(client: Psrp) -> None:
    generic_failure(lambda: create(client, "CNAME", "dynamic.example.test", PrimaryName="x.example.test"))


def test_srv_wants_its_own_parameter_name(client: Psrp) -> None:
    with pytest.raises(WSManFaultError) as caught:
        create(client, "SRV", "_x._tcp.example.test", Priority=0, Weight=0, Port=1, DomainName="x.example.test")
    assert "schema" in str(caught.value)


def test_from_text_with_and_without_dots_and_ttl(client: Psrp) -> None:
    for text in ("text1.example.test IN A 192.0.2.40", "text2.example.test. 1800 IN A 192.0.2.41"):
        client.invoke(
            "MicrosoftDNS_AType",
            "CreateInstanceFromTextRepresentation",
            {"DnsServerName": SERVER, "ContainerName": "example.test", "TextRepresentation": text},
        )
    assert [records(client, "A", f"text{number}.example.test")[0]["TTL"] for number in (1, 2)] == ["3600", "1800"]


def test_found_by_text(client: Psrp) -> None:
    given = {"DnsServerName": SERVER, "ContainerName": "example.test"}
    found = client.invoke(
        "MicrosoftDNS_ResourceRecord",
        "GetObjectByTextRepresentation",
        {**given, "TextRepresentation": "dynamic.example.test IN A 192.0.2.1"},
    )
    assert keys_of(found)["OwnerName"] == "dynamic.example.test"
    generic_failure(
        lambda: client.invoke(
            "MicrosoftDNS_ResourceRecord",
            "GetObjectByTextRepresentation",
            {**given, "TextRepresentation": "dynamic.example.test IN A 192.0.2.99"},
        )
    )


def test_serial_counts_every_change(estate: RunningEstate, modern: Psrp) -> None:
    create_zone(modern, "serial.test")

    def serial() -> int:
        return asked(estate, "serial.test", "SOA", "dc12").answer[0][0].serial

    seen = [serial()]
    create(modern, "A", "a.serial.test", "serial.test", ".", IPAddress="192.0.2.1")
    seen.append(serial())
    modify(modern, "A", reference(modern, "A", "a.serial.test"), IPAddress="192.0.2.2")
    seen.append(serial())
    modern.delete("MicrosoftDNS_AType", reference(modern, "A", "a.serial.test"))
    assert [*seen, serial()] == [1, 2, 3, 4]


def test_text_record_in_and_out(client: Psrp) -> None:
    text = "ucops.rollout/1/default,A/sip/10.0.0.10"
    create(client, "TXT", "text.example.test", DescriptiveText=text)
    (found,) = records(client, "TXT", "text.example.test")
    assert (found["DescriptiveText"], found["RecordData"]) == (text, f'"{text}"')


# --- RR, the out parameter -------------------------------------------------------------------------------------------


def test_rr_is_a_reference(client: Psrp) -> None:
    answer = create(client, "A", "rr.example.test", IPAddress="192.0.2.50")
    assert [local(child) for child in answer] == ["RR"]
    assert keys_of(answer) == reference(client, "A", "rr.example.test")
    assert answer.find(".//a:ReferenceParameters/w:ResourceURI", NS) is not None


def test_rr_as_a_path_and_as_nothing(estate: RunningEstate) -> None:
    by_path = create(psrp(estate, "path"), "A", "rr.example.test", server="path.company.local", IPAddress="192.0.2.50")
    assert properties(by_path)["RR"].startswith('\\\\.\\root\\MicrosoftDNS:MicrosoftDNS_AType.DnsServerName="path.')
    by_nil = create(psrp(estate, "nil"), "A", "rr.example.test", server="nil.company.local", IPAddress="192.0.2.50")
    assert properties(by_nil) == {"RR": None}


# --- Modify, Delete, aging -------------------------------------------------------------------------------------------


def test_modify_kills_the_old_reference(client: Psrp) -> None:
    create(client, "A", "moved.example.test", TTL=60, IPAddress="192.0.2.60")
    old = reference(client, "A", "moved.example.test")
    new = keys_of(modify(client, "A", old, IPAddress="192.0.2.61"))
    assert new["RecordData"] == "192.0.2.61"
    assert client.get("MicrosoftDNS_AType", new)["TTL"] == "60"
    with pytest.raises(WSManFaultError) as caught:
        client.get("MicrosoftDNS_AType", old)
    assert caught.value.code == 2150858752


@pytest.mark.parametrize(
    "values", [{"TTL": 60}, {"IPAddress": "192.0.2.62"}, {"TTL": 90, "IPAddress": "192.0.2.62"}, {}]
)
def test_modify_with_an_unchanged_value_fails(client: Psrp, values: dict[str, Any]) -> None:
    if not records(client, "A", "same.example.test"):
        create(client, "A", "same.example.test", TTL=60, IPAddress="192.0.2.62")
    generic_failure(lambda: modify(client, "A", reference(client, "A", "same.example.test"), **values))
    assert records(client, "A", "same.example.test")[0]["TTL"] == "60"


def test_modify_of_an_srv_record(client: Psrp) -> None:
    create(client, "SRV", "_m._tcp.example.test", Priority=0, Weight=0, Port=1, SRVDomainName="a.example.test")
    modify(client, "SRV", reference(client, "SRV", "_m._tcp.example.test"), TTL=90, Port=5061)
    found = records(client, "SRV", "_m._tcp.example.test")[0]
    assert (found["TTL"], found["RecordData"]) == ("90", "0 0 5061 a.example.test.")


def test_modify_of_txt_wants_the_text(client: Psrp) -> None:
    create(client, "TXT", "t.example.test", DescriptiveText="one")
    keys = reference(client, "TXT", "t.example.test")
    generic_failure(lambda: modify(client, "TXT", keys, TTL=90))
    modify(client, "TXT", keys, TTL=90, DescriptiveText="two")
    assert records(client, "TXT", "t.example.test")[0]["DescriptiveText"] == "two"


def test_modify_of_soa(estate: RunningEstate, client: Psrp) -> None:
    create_zone(client, "soa.test")
    modify(client, "SOA", reference(client, "SOA", "soa.test"), MinimumTTL=900, ResponsibleParty="dns.soa.test")
    answer = asked(estate, "soa.test", "SOA").answer[0][0]
    assert (answer.minimum, answer.rname.to_text()) == (900, "dns.soa.test.")
    create(client, "A", "x.soa.test", "soa.test", IPAddress="192.0.2.1")
    assert records(client, "A", "x.soa.test")[0]["TTL"] == "900"


def test_modify_to_a_record_that_exists(client: Psrp) -> None:
    for address in ("192.0.2.70", "192.0.2.71"):
        create(client, "A", "pair.example.test", IPAddress=address)
    keys = reference(client, "A", "pair.example.test")
    generic_failure(lambda: modify(client, "A", keys, IPAddress="192.0.2.71"))


def test_changed_dynamic_record_becomes_static(client: Psrp) -> None:
    create_zone(client, "aging.test")
    create(client, "A", "host.aging.test", "aging.test", IPAddress="192.0.2.80")
    assert records(client, "A", "host.aging.test")[0]["TimeStamp"] == "0"
    answer = client.invoke("MicrosoftDNS_Zone", "AgeAllRecords", {}, zone_keys(client, "aging.test"))
    assert properties(answer) == {"ReturnValue": "0"}
    assert int(records(client, "A", "host.aging.test")[0]["TimeStamp"]) > 3_700_000
    soa = client.query("SELECT * FROM MicrosoftDNS_SOAType WHERE ContainerName='aging.test'")[0]
    assert soa["TimeStamp"] == "0"
    modify(client, "A", reference(client, "A", "host.aging.test"), IPAddress="192.0.2.81")
    assert records(client, "A", "host.aging.test")[0]["TimeStamp"] == "0"


def test_delete_a_record_leaves_its_neighbours(modern: Psrp) -> None:
    for address in ("192.0.2.90", "192.0.2.91"):
        create(modern, "A", "gone.example.test", server=".", IPAddress=address)
    modern.delete("MicrosoftDNS_AType", reference(modern, "A", "gone.example.test"))
    assert [one["IPAddress"] for one in records(modern, "A", "gone.example.test")] == ["192.0.2.91"]


def test_deleted_record_is_not_found_again(modern: Psrp) -> None:
    create(modern, "A", "twice.example.test", server=".", IPAddress="192.0.2.95")
    keys = reference(modern, "A", "twice.example.test")
    modern.delete("MicrosoftDNS_AType", keys)
    with pytest.raises(WSManFaultError) as caught:
        modern.delete("MicrosoftDNS_AType", keys)
    assert caught.value.code == 2150858752


def test_soa_is_not_deleted(modern: Psrp) -> None:
    generic_failure(lambda: modern.delete("MicrosoftDNS_SOAType", reference(modern, "SOA", "example.test")))
