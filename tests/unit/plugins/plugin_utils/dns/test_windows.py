from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.damage import TEXTS
from unit.dns_fakes import DnsWmi, a_row, generic_failure, row, srv_row, zone
from unit.fakes_windows import FakeFiles, FakePrograms, FakeRegistry, NoPowerShell

from ansible_collections.ucops.rollout.plugins.module_utils.dns.port import Capabilities, FoundRecord
from ansible_collections.ucops.rollout.plugins.module_utils.dns.push import (
    PushFailed,
    ServerRefused,
    push,
)
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import read_request
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.model import Aging, SrvData, ZoneSettings
from ansible_collections.ucops.rollout.plugins.module_utils.values import Partition
from ansible_collections.ucops.rollout.plugins.plugin_utils.dns import windows
from ansible_collections.ucops.rollout.plugins.plugin_utils.dns.windows import WindowsDns, read_record
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm import claim
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import (
    ConnectionLost,
    FaultParts,
    OperationTimedOut,
    WsmanFault,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.files_port import CannotClaim
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import GarbledAnswer
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi_port import WmiObject, WmiReference

SRV = "_sipinternaltls._tcp"
ORIGIN_ZONES = [{"name": "company.local", "if_missing": "fail"}, {"name": "company.com", "if_missing": "create"}]


def srv(target: str) -> dict[str, Any]:
    return {"priority": 0, "weight": 0, "port": 5061, "target": target}


ORIGIN_RECORDS = [
    {"zone": "company.local", "name": "ocspool", "type": "A", "ttl": 3600, "values": ["10.0.0.10"]},
    {"zone": "company.local", "name": SRV, "type": "SRV", "ttl": 3600, "values": [srv("ocspool.company.local")]},
    {"zone": "company.com", "name": "ocspool", "type": "A", "ttl": 3600, "values": ["10.0.0.10"]},
    {"zone": "company.com", "name": SRV, "type": "SRV", "ttl": 3600, "values": [srv("ocspool.company.com")]},
]
FOREIGN = [
    row("company.local", "company.local", "NS", "dc01.company.local.", NSHost="dc01.company.local."),
    a_row("dc01.company.local", "10.0.0.5", TimeStamp="3700000"),
    srv_row("_ldap._tcp.company.local", "0 100 389 dc01.company.local."),
]


def on(wmi: DnsWmi, files: FakeFiles | None = None) -> WindowsHost:
    return WindowsHost("dc01", wmi, FakeRegistry(), FakePrograms({}), files or FakeFiles(), NoPowerShell())


def origin() -> DnsWmi:
    return DnsWmi({"company.local": zone("company.local")}, [dict(item) for item in FOREIGN])


def run(wmi: DnsWmi, *, zones: Any = None, records: Any = None, check_mode: bool = False) -> dict[str, Any]:
    request = read_request(zones or ORIGIN_ZONES, ORIGIN_RECORDS if records is None else records, {"remember": False})
    return push(WindowsDns(on(wmi)), request, check_mode=check_mode)


def local_a(**more: Any) -> dict[str, Any]:
    return {**ORIGIN_RECORDS[0], **more}


LOCAL = [ORIGIN_ZONES[0]]


def data_of(wmi: DnsWmi) -> list[tuple[str, str, str, str]]:
    return [(item["OwnerName"], item["kind"], item["RecordData"], item["TTL"]) for item in wmi.rows]


def test_origin_is_pushed() -> None:
    wmi = origin()
    result = run(wmi)
    assert result["changed"] is True
    assert data_of(wmi)[len(FOREIGN) :] == [
        ("ocspool.company.local", "A", "10.0.0.10", "3600"),
        (f"{SRV}.company.local", "SRV", "0 0 5061 ocspool.company.local.", "3600"),
        ("ocspool.company.com", "A", "10.0.0.10", "3600"),
        (f"{SRV}.company.com", "SRV", "0 0 5061 ocspool.company.com.", "3600"),
    ]
    assert wmi.rows[: len(FOREIGN)] == FOREIGN
    assert (wmi.zones["company.com"]["ZoneType"], wmi.zones["company.com"]["DsIntegrated"]) == ("1", "true")
    assert [(change["verb"], change["zone"], change["name"], change["type"]) for change in result["changes"]] == [
        ("create", "company.com", "@", "ZONE"),
        ("create", "company.local", "ocspool", "A"),
        ("create", "company.local", SRV, "SRV"),
        ("create", "company.com", "ocspool", "A"),
        ("create", "company.com", SRV, "SRV"),
    ]
    assert result["zones"][1] == {
        "name": "company.com", "created": True, "kind": "primary", "in_directory": True, "dynamic_update": "secure",
        "partition": "", "aging": None,
    }  # fmt: skip
    assert result["diff"]["before"] == "; company.local: primary zone, in Active Directory, dynamic update: secure\n"
    assert result["diff"]["after"] == (
        "; company.com: primary zone, in Active Directory, dynamic update: secure\n"
        "; company.local: primary zone, in Active Directory, dynamic update: secure\n"
        "_sipinternaltls._tcp.company.com. 3600 IN SRV 0 0 5061 ocspool.company.com\n"
        "ocspool.company.com. 3600 IN A 10.0.0.10\n"
        "_sipinternaltls._tcp.company.local. 3600 IN SRV 0 0 5061 ocspool.company.local\n"
        "ocspool.company.local. 3600 IN A 10.0.0.10\n"
    )


def test_origin_takes_few_calls_and_the_second_run_only_reads() -> None:
    wmi = origin()
    run(wmi)
    assert wmi.calls == [
        "query MicrosoftDNS_Zone",
        "query MicrosoftDNS_ResourceRecord",
        # what others may have done before this run had the server for itself
        "query MicrosoftDNS_Zone",
        "query MicrosoftDNS_ResourceRecord",
        "MicrosoftDNS_Zone.CreateZone",
        "query MicrosoftDNS_Zone",
        "MicrosoftDNS_Zone.GetDistinguishedName",
        "MicrosoftDNS_AType.CreateInstanceFromPropertyData",
        "MicrosoftDNS_SRVType.CreateInstanceFromPropertyData",
        "MicrosoftDNS_AType.CreateInstanceFromPropertyData",
        "MicrosoftDNS_SRVType.CreateInstanceFromPropertyData",
        "query MicrosoftDNS_ResourceRecord",
        "query MicrosoftDNS_ResourceRecord",
    ]
    wmi.calls.clear()
    again = run(wmi)
    assert (again["changed"], again["changes"]) == (False, [])
    assert again["before"] == again["after"] and again["diff"]["before"] == again["diff"]["after"]
    assert wmi.calls == [
        "query MicrosoftDNS_Zone", "query MicrosoftDNS_ResourceRecord", "query MicrosoftDNS_ResourceRecord",
    ]  # fmt: skip


def test_view_plays_no_part_on_a_server_that_somebody_chose() -> None:
    wmi = origin()
    assert run(wmi, zones=LOCAL, records=[local_a(view="external")])["changed"] is True


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"ZoneType": "2"}, "is a secondary zone here"),
        ({"ZoneType": "3"}, "is a stub zone here"),
        ({"ZoneType": "4"}, "is a forwarder zone here"),
        ({"ZoneType": "0", "DsIntegrated": "false"}, "is a type 0 zone here"),
        ({"Paused": "TRUE"}, "is paused"),
    ],
)
def test_zone_that_takes_no_records(properties: dict[str, str], words: str) -> None:
    wmi = DnsWmi({"company.local": zone("company.local", **properties)})
    with pytest.raises(ServerRefused, match=words):
        run(wmi, zones=LOCAL, records=[local_a()])
    assert wmi.calls == ["query MicrosoftDNS_Zone"]


def test_zone_kept_in_the_directory_may_call_itself_type_0() -> None:
    wmi = DnsWmi({"company.local": zone("company.local", ZoneType="0", DsIntegrated="true")})
    assert run(wmi, zones=LOCAL, records=[local_a()])["changed"]


def test_ttl_alone_is_modified_through_the_servers_reference() -> None:
    wmi = origin()
    wmi.rows.append(a_row("ocspool.company.local", "10.0.0.10", ttl=0))
    result = run(wmi, zones=LOCAL, records=[local_a()])
    assert [change["verb"] for change in result["changes"]] == ["change"]
    assert data_of(wmi)[-1] == ("ocspool.company.local", "A", "10.0.0.10", "3600")
    assert "MicrosoftDNS_AType.Modify" in wmi.calls


def test_ttl_is_modified_without_references_too() -> None:
    wmi = origin()
    wmi.gives_references = False
    wmi.rows.append(srv_row(f"{SRV}.company.local", "0 0 5061 OCSpool.company.local.", ttl=60))
    run(wmi, zones=LOCAL, records=[ORIGIN_RECORDS[1]])
    assert data_of(wmi)[-1][3] == "3600"


@pytest.mark.parametrize(("ttl", "given"), [(1200, ["3600"]), (3600, ["3601", "3600"])])
def test_a_record_becomes_static_by_a_change_and_is_never_away(ttl: int, given: list[str]) -> None:
    wmi, seen = origin(), []
    wmi.rows.append(a_row("ocspool.company.local", "10.0.0.10", ttl=ttl, TimeStamp="3700000"))
    modify = wmi._Modify

    def stamped(class_name: str, words: Any, selectors: Any) -> None:
        seen.append(words["TTL"])
        modify(class_name, words, selectors)
        wmi.rows[-1]["TimeStamp"] = "0"

    wmi._Modify = stamped
    dynamic = FoundRecord("company.local", "ocspool.company.local", "A", "10.0.0.10", ttl, dynamic=True)
    WindowsDns(on(wmi)).set_ttl(dynamic, 3600)
    assert (seen, wmi.rows[-1]["TTL"], wmi.rows[-1]["TimeStamp"]) == (given, "3600", "0")
    assert [call for call in wmi.calls if not call.startswith("query")] == ["MicrosoftDNS_AType.Modify"] * len(given)


def test_a_text_gets_another_ttl_by_going_and_coming() -> None:
    server, wmi, _programs = removing("6.2")
    wmi.rows.append(row("company.local", "t.company.local", "TXT", "a/b", 60, DescriptiveText="a/b"))
    server.set_ttl(FoundRecord("company.local", "t.company.local", "TXT", "a/b", 60), 3600)
    assert wmi.calls == [
        "query MicrosoftDNS_TXTType",
        "delete a/b",
        "MicrosoftDNS_TXTType.CreateInstanceFromPropertyData",
    ]


def test_base_class_alone_is_enough() -> None:
    wmi = origin()
    wmi.base_class_only = True
    run(wmi)
    assert run(wmi)["changed"] is False


def test_server_that_knows_srv_by_text_only() -> None:
    wmi = origin()
    original = wmi._CreateInstanceFromPropertyData

    def picky(class_name: str, given: Any, selectors: Any) -> None:
        if "SRVDomainName" in given:
            raise generic_failure("schema")
        original(class_name, given, selectors)

    wmi._CreateInstanceFromPropertyData = picky
    result = run(wmi, zones=LOCAL, records=ORIGIN_RECORDS[:2])
    assert data_of(wmi)[-1] == (f"{SRV}.company.local", "SRV", "0 0 5061 ocspool.company.local.", "3600")
    assert result["notes"] == []


def test_denied_srv_is_not_tried_in_another_form() -> None:
    wmi = origin()
    wmi.refuse["CreateInstanceFromPropertyData"] = WsmanFault(FaultParts(code=5), doing="adding", where="dc01")
    with pytest.raises(PushFailed, match="lacks rights"):
        run(wmi, zones=LOCAL, records=[ORIGIN_RECORDS[1]])
    assert "MicrosoftDNS_ResourceRecord.CreateInstanceFromTextRepresentation" not in wmi.calls


@pytest.mark.parametrize(
    "error",
    [ConnectionLost("lost"), OperationTimedOut("slow"), generic_failure("x")],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("method", ["CreateInstanceFromPropertyData", "CreateZone", "Modify"])
def test_change_that_happened_in_spite_of_an_error_counts(error: RolloutError, method: str) -> None:
    wmi = origin()
    wmi.rows.append(a_row("ocspool.company.local", "10.0.0.10", ttl=60))
    wmi.fail_after[method] = error
    result = run(wmi)
    assert [note for note in result["notes"] if "although" in note]
    wmi.fail_after.clear()
    assert run(wmi)["changed"] is False
    assert wmi.calls.count("MicrosoftDNS_Zone.CreateZone") == 1


def test_change_that_failed_says_what_is_there() -> None:
    wmi = origin()
    original = wmi._CreateInstanceFromPropertyData

    def second_fails(class_name: str, given: Any, selectors: Any) -> None:
        if wmi.calls.count("MicrosoftDNS_AType.CreateInstanceFromPropertyData") == 2:
            raise ConnectionLost("the connection was lost")
        original(class_name, given, selectors)

    wmi._CreateInstanceFromPropertyData = second_fails
    with pytest.raises(PushFailed) as caught:
        run(wmi)
    assert "adding ocspool.company.com A 10.0.0.10 failed: the connection was lost" in str(caught.value)
    assert f"Still to be done: ocspool.company.com A, {SRV}.company.com SRV" in str(caught.value)
    assert caught.value.result["changed"] is True
    assert caught.value.result["left"] == ["ocspool.company.com A", f"{SRV}.company.com SRV"]
    assert [one["what"] for one in caught.value.result["changes"]] == [
        "zone company.com", "A ocspool.company.local", f"SRV {SRV}.company.local",
    ]  # fmt: skip


@pytest.mark.parametrize(("directory", "blamed"), [("false", True), ("true", False), (None, False)])
def test_a_server_without_active_directory_is_told_only_where_it_says_so(directory: Any, blamed: bool) -> None:
    wmi = origin()
    wmi.directory = directory
    wmi.refuse["CreateZone"] = generic_failure("MicrosoftDNS_Zone.CreateZone")
    with pytest.raises(PushFailed) as caught:
        run(wmi)
    assert ("company.com could not be created: this DNS server has no Active Directory" in str(caught.value)) is blamed
    assert ("settings: {storage: file} of the zone" in str(caught.value)) is blamed


def test_zone_that_cannot_be_created() -> None:
    wmi = origin()
    wmi.refuse["CreateZone"] = generic_failure("MicrosoftDNS_Zone.CreateZone")
    with pytest.raises(PushFailed, match=r"the zone company.com could not be created: .*Generic|Allgemeiner") as caught:
        run(wmi)
    assert (caught.value.result["changed"], caught.value.result["changes"]) == (False, [])
    assert caught.value.result["left"][0] == "zone company.com"


def test_record_that_is_not_there_after_all_is_noticed() -> None:
    wmi = origin()
    wmi._CreateInstanceFromPropertyData = lambda *_args: None
    with pytest.raises(PushFailed, match="holds something else now: ocspool.company.local A"):
        run(wmi, zones=LOCAL, records=[local_a()])


def test_zone_open_to_everybody_is_told() -> None:
    wmi = origin()
    original = wmi._CreateZone

    def careless(*arguments: Any) -> None:
        original(*arguments)
        wmi.zones["company.com"]["AllowUpdate"] = "1"

    wmi._CreateZone = careless
    result = run(wmi)
    assert ["dynamic updates from anybody" in note for note in result["notes"]] == [True]
    assert result["zones"][1]["dynamic_update"] == "any"


def test_zone_kept_in_a_file_is_written_back() -> None:
    wmi = DnsWmi({"company.local": zone("company.local", DsIntegrated="false")})
    result = run(wmi, zones=LOCAL, records=[local_a()])
    assert wmi.calls[-2:] == ["query MicrosoftDNS_ResourceRecord", "MicrosoftDNS_Zone.WriteBackZone"]
    assert result["zones"][0]["in_directory"] is False


def test_no_dns_role_is_explained() -> None:
    wmi = DnsWmi()
    wmi.query = lambda *_args, **_kwargs: (one for one in ()).throw(generic_failure("query"))
    with pytest.raises(RolloutError, match="The DNS Server service must run there, and the account"):
        run(wmi, zones=LOCAL, records=[local_a()])


def test_what_a_server_cannot_do_is_said_before_anything_is_changed() -> None:
    wmi = origin()
    wmi.rows.append(a_row("ocspool.company.local", "10.0.0.10", ttl=60))
    server = WindowsDns(on(wmi))
    server.capabilities = Capabilities(types=("A",))
    with pytest.raises(ServerRefused) as caught:
        push(server, read_request(ORIGIN_ZONES, ORIGIN_RECORDS), check_mode=False)
    assert caught.value.problems == (
        "the zone company.com does not exist on this server; create it there: that cannot be done from here",
        f"SRV {SRV}.company.local: only A records are pushed; export_plan writes them for the people who own DNS",
        f"SRV {SRV}.company.com: only A records are pushed; export_plan writes them for the people who own DNS",
        "ocspool.company.local: its TTL cannot be changed from here",
    )


HUNDREDS = [local_a(name=f"host{number:04}", values=["10.0.1.1"]) for number in range(1000)]


def soa_row(serial: int) -> dict[str, str]:
    return row("company.local", "company.local", "SOA", "-", SerialNumber=str(serial))


@pytest.mark.parametrize(("serials", "looks"), [((7, 7), 1), ((7, 8), 2), ((), 2)])
def test_a_zone_that_nobody_changed_is_not_read_twice_before_a_push(serials: tuple[int, ...], looks: int) -> None:
    wmi, asked = origin(), []
    query = wmi.query

    def counted(namespace: str, wql: str, **more: Any) -> Any:
        if "SOAType" in wql:
            asked.append(wql)
            told = [soa_row(serials[len(asked) - 1])] if serials and len(asked) <= len(serials) else []
            return tuple(WmiObject("MicrosoftDNS_SOAType", item) for item in told)
        return query(namespace, wql, **more)

    wmi.query = counted
    run(wmi, zones=LOCAL, records=HUNDREDS)
    # Three batches of at most 400 names each; once more after the push.
    assert wmi.calls.count("query MicrosoftDNS_ResourceRecord") == 3 * (looks + 1)
    assert run(wmi, zones=LOCAL, records=HUNDREDS)["changed"] is False


def test_the_serial_of_a_zone_that_is_not_there_is_not_asked_for() -> None:
    """Windows answers that with "Generic failure"."""
    wmi = DnsWmi()
    assert run(wmi, zones=[{"name": "company.local", "if_missing": "create"}], records=HUNDREDS)["changed"] is True
    assert len(wmi.rows) == 1000


@pytest.mark.parametrize(("most", "queries"), [(400, 3), (100, 1 + 10), (50, 1 + 1 + 40)])
def test_what_wmi_finds_too_much_is_asked_in_smaller_queries(most: int, queries: int) -> None:
    wmi = origin()
    query, sizes = wmi.query, []

    def limited(namespace: str, wql: str, **more: Any) -> Any:
        sizes.append(wql.count("OwnerName"))
        if sizes[-1] > most:
            raise generic_failure(wql)
        return query(namespace, wql, **more)

    wmi.query = limited
    names = [f"host{number:04}.company.local" for number in range(1000)]
    wmi.rows += [a_row(name, "10.0.1.1") for name in names]
    assert [one.owner for one in WindowsDns(on(wmi)).records("company.local", names)] == names
    assert (len(sizes), max(sizes)) == (queries, 400)


def test_few_names_are_not_asked_twice_when_the_query_fails() -> None:
    wmi = origin()
    with pytest.raises(WsmanFault):
        WindowsDns(on(wmi)).records("missing.test", ["a.missing.test"])
    assert wmi.calls == ["query MicrosoftDNS_ResourceRecord"]


def test_more_than_was_asked_for_is_no_harm() -> None:
    """A provider may heed only a part of the conditions."""
    wmi = origin()
    zone_name = "company.local"
    everything = [wmi._object(item, False) for item in wmi.rows]
    wmi.query = lambda *_args, **_kwargs: tuple(everything)
    (found,) = WindowsDns(on(wmi)).records(zone_name, ["dc01.company.local"])
    assert (found.owner, found.type, found.value) == ("dc01.company.local", "A", "10.0.0.5")
    assert WindowsDns(on(wmi)).records("company.com", ["dc01.company.local"]) == ()


def test_which_names_exist_is_asked_with_what_lies_below_them() -> None:
    wmi, asked = origin(), []
    there = [
        srv_row("_ldap._tcp.company.local", "0 100 389 dc01.company.local."),
        a_row("x_tls.company.local", "10.0.0.1"),
    ]
    wmi.query = lambda _namespace, wql, **_more: asked.append(wql) or [wmi._object(one, False) for one in there]
    names = ["_tcp.company.local", "_tls.company.local"]
    assert WindowsDns(on(wmi)).existing("company.local", names) == {"_tcp.company.local"}
    assert asked == [
        "SELECT * FROM MicrosoftDNS_ResourceRecord WHERE ContainerName='company.local' AND"
        " (OwnerName='_tcp.company.local' OR OwnerName LIKE '%.[_]tcp.company.local'"
        " OR OwnerName='_tls.company.local' OR OwnerName LIKE '%.[_]tls.company.local')"
    ]


def test_names_never_reach_wql_unescaped() -> None:
    wmi = origin()
    seen: list[str] = []
    wmi.query = lambda namespace, wql, **_kwargs: seen.append(wql) or ()
    server = WindowsDns(on(wmi))
    server.zones(["x' OR '1'='1"])
    server.records("z\\", ["o'"])
    assert seen == [
        "SELECT * FROM MicrosoftDNS_Zone WHERE (Name='x\\' OR \\'1\\'=\\'1')",
        "SELECT * FROM MicrosoftDNS_ResourceRecord WHERE ContainerName='z\\\\' AND (OwnerName='o\\'')",
    ]


def base(text: str, data: str | None = None, class_name: str = "MicrosoftDNS_ResourceRecord", **more: Any) -> WmiObject:
    return WmiObject(
        class_name,
        {"ContainerName": "z.example", "OwnerName": "O.z.example", "TTL": "60", "TextRepresentation": text,
         "RecordData": data, **more},
    )  # fmt: skip


def read(kind: str, value: Any) -> FoundRecord:
    return FoundRecord("z.example", "o.z.example", kind, value, 60)


@pytest.mark.parametrize(
    ("found", "record"),
    [
        (base("o.z.example. 1800 IN A 10.0.0.1"), read("A", "10.0.0.1")),
        (base("o.z.example IN A 10.0.0.1"), read("A", "10.0.0.1")),
        (base("o.z.example 60 A 10.0.0.1"), read("A", "10.0.0.1")),
        (base("o.z.example IN A 10.0.0.1", "10.0.0.1"), read("A", "10.0.0.1")),
        (
            base("o IN SRV 0 100 5061 T.example.", "0 100 5061 T.example."),
            read("SRV", SrvData(0, 100, 5061, "t.example")),
        ),
        (base("o. 60 IN CNAME t.example."), read("CNAME", "t.example")),
        (base("", "t.example.", "MicrosoftDNS_CNAMEType"), read("CNAME", "t.example")),
        (base("", "t.example.", "MicrosoftDNS_NSType", NSHost="t.example."), read("NS", "t.example")),
        (base("o IN PTR T.example.", "T.example."), read("PTR", "t.example")),
        (base('o IN TXT "v=spf1 -all"', '"v=spf1 -all"'), read("TXT", "v=spf1 -all")),
        (base("", None, "MicrosoftDNS_AType", IPAddress="10.0.0.1", RecordClass="1"), read("A", "10.0.0.1")),
        (base("", None, "MicrosoftDNS_AType", IPAddress="10.0.0.1", RecordClass="3"), None),
    ],
)
def test_record_is_read_in_every_form(found: WmiObject, record: FoundRecord | None) -> None:
    assert read_record(found) == record


@pytest.mark.parametrize(
    "found",
    [
        base(""),
        base("o IN A"),
        base("o IN A 10.0.0.300"),
        base("o IN SRV 0 0 5061"),
        base("o IN SRV 0 0 x t.example."),
        base("o IN A 10.0.0.1", TTL=None),
        base("o IN A 10.0.0.1", TTL="soon"),
        base("o IN A 10.0.0.1", TTL="4294967296"),
        base("o IN A 10.0.0.1", TTL="-1"),
        base("o IN SRV 0 0 65536 t.example."),
        base("o IN SRV 0 0 -1 t.example."),
        base("o IN SRV 0 0 99999999999999999999999 t.example."),
        base("o IN A 10.0.0.1", OwnerName=None),
    ],
)
def test_garbled_record_raises(found: WmiObject) -> None:
    with pytest.raises(GarbledAnswer):
        read_record(found)


def test_zone_without_its_type_is_garbled() -> None:
    wmi = DnsWmi({"company.local": zone("company.local", ZoneType=None)})
    with pytest.raises(GarbledAnswer):
        run(wmi, zones=LOCAL, records=[local_a()])


@pytest.mark.parametrize(
    ("kind", "value", "properties"),
    [
        ("AAAA", "2001:db8::10", [("IPv6Address", "2001:db8::10")]),
        ("CNAME", "ocspool.company.local", [("PrimaryName", "ocspool.company.local.")]),
        ("PTR", "ocspool.company.local", [("PTRDomainName", "ocspool.company.local.")]),
    ],
)
def test_types_of_one_property(kind: str, value: str, properties: list[tuple[str, str]]) -> None:
    wmi = origin()
    record = {"zone": "company.local", "name": "web", "type": kind, "values": [value]}
    result = run(wmi, zones=LOCAL, records=[record])
    assert [(one["type"], one["after"]["values"]) for one in result["changes"]] == [(kind, [value])]
    assert data_of(wmi)[len(FOREIGN) :] == [("web.company.local", kind, properties[0][1], "3600")]
    assert wmi.rows[-1][properties[0][0]] == properties[0][1]
    assert run(wmi, zones=LOCAL, records=[record])["changed"] is False


ODD = (
    st.none() | TEXTS | st.sampled_from(["1_0", "\u0661", "9" * 5000, "-1", "a.b.", WmiReference("u", ()), ("a", "b")])
)
ROWS = [a_row("a.company.local", "10.0.0.1"), srv_row("_x._tcp.company.local", "0 1 2 a."), FOREIGN[0]]


@given(
    st.sampled_from(ROWS), st.dictionaries(st.sampled_from(sorted(set().union(*ROWS))), ODD, max_size=4), st.booleans()
)
def test_an_odd_record_is_read_or_refused_in_words(row: Any, odd: Any, base: bool) -> None:
    kind = "MicrosoftDNS_ResourceRecord" if base else f"MicrosoftDNS_{row['kind']}Type"
    try:
        found = read_record(WmiObject(kind, {**row, **odd}))
    except RolloutError as error:
        str(error).encode("utf-8")
    else:
        assert found is None or (found.owner and isinstance(found.ttl, int))


# Two runs at once

OTHER_RUN = "eva_admin02_2126-11-22T08-00-00Z_0badcafe"
DENIED = WsmanFault(FaultParts(500, 5), doing="opening a shell", where="dc01")


class Claims(FakeFiles):
    """``then`` happens when the server is claimed: what another run did just before, or the claim's own trouble."""

    def __init__(self, then: Any = None) -> None:
        super().__init__()
        self.then = then

    def claim(self, name: str, holder: str, then: object = None) -> bool:
        if self.then:
            self.then()
        return super().claim(name, holder)


def pushed(wmi: DnsWmi, files: FakeFiles, records: Any) -> dict[str, Any]:
    return push(WindowsDns(on(wmi, files)), read_request(LOCAL, records, {"remember": False}), check_mode=False)


def test_the_server_is_claimed_for_changes_alone() -> None:
    wmi, files = origin(), FakeFiles()
    pushed(wmi, files, [local_a()])
    assert (files.claimed, files.claims) == (["dns"], {})
    pushed(wmi, files, [local_a()])
    assert files.claimed == ["dns"]


def test_what_another_run_did_meanwhile_is_found_and_not_done_twice() -> None:
    wmi = origin()
    done = Claims(lambda: wmi.rows.append(a_row("ocspool.company.local", "10.0.0.10")))
    result = pushed(wmi, done, [local_a()])
    assert (result["changed"], result["changes"], done.claims) == (False, [], {})
    assert "MicrosoftDNS_AType.CreateInstanceFromPropertyData" not in wmi.calls


def test_another_value_that_another_run_wrote_meanwhile_is_a_conflict() -> None:
    wmi = origin()
    other = Claims(lambda: wmi.rows.append(a_row("ocspool.company.local", "10.9.9.9")))
    with pytest.raises(ServerRefused, match=r"ocspool\.company\.local.*10\.9\.9\.9"):
        pushed(wmi, other, [local_a()])
    assert "MicrosoftDNS_AType.CreateInstanceFromPropertyData" not in wmi.calls
    assert other.claims == {}


def test_a_server_that_another_run_holds_is_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.claim.PATIENCE", 0.0)
    wmi, files = origin(), FakeFiles()
    files.claims["dns"] = OTHER_RUN
    with pytest.raises(RolloutError, match="other runs work on this host, now eva on admin02, since 2126-11-22T08:00"):
        pushed(wmi, files, [local_a()])
    assert wmi.calls == ["query MicrosoftDNS_Zone", "query MicrosoftDNS_ResourceRecord"]
    assert files.claims == {"dns": OTHER_RUN}


@pytest.mark.parametrize("error", [DENIED, CannotClaim("the folder cannot be made: denied")])
def test_who_cannot_hold_the_server_writes_records_all_the_same_and_is_told(error: RolloutError) -> None:
    def refuse() -> None:
        raise error

    wmi = origin()
    result = pushed(wmi, Claims(refuse), [local_a()])
    assert result["changed"] is True
    assert result["notes"] == [
        "another run that changes this server at the same time would not be kept away, since this one cannot hold it:"
        f" {error.what}"
    ]


def test_other_trouble_with_the_claim_ends_the_push_before_anything_is_changed() -> None:
    def break_down() -> None:
        raise generic_failure("opening a shell")

    wmi = origin()
    with pytest.raises(WsmanFault, match="opening a shell"):
        pushed(wmi, Claims(break_down), [local_a()])
    assert "MicrosoftDNS_AType.CreateInstanceFromPropertyData" not in wmi.calls


def test_a_long_push_says_that_it_is_still_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter(range(0, 10_000, 70))  # each look at the clock is 70 s later
    monkeypatch.setattr(windows, "alone", partial(claim.alone, clock=lambda: next(seconds)))
    renewed: list[str] = []
    files = FakeFiles()
    renew = files.renew_claim
    monkeypatch.setattr(files, "renew_claim", lambda *names: renewed.append(names[0]) or renew(*names))
    wmi = origin()
    pushed(wmi, files, [local_a(name=name) for name in ("one", "two", "three")])
    assert renewed == ["dns"] * 3
    assert files.claims == {}


# Removing

SIP_THERE = FoundRecord("company.local", "ocspool.company.local", "A", "10.0.0.10", 3600)
VERSION = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"


class DeletingWmi(DnsWmi):
    """The instances that were deleted, by their data."""

    def delete(self, reference: WmiReference) -> None:
        keys = dict(reference.selectors)
        self.calls.append("delete " + keys["RecordData"])
        self.rows = [
            one for one in self.rows if (one["OwnerName"], one["RecordData"]) != (keys["OwnerName"], keys["RecordData"])
        ]


def removing(version: str, code: int = 0) -> tuple[WindowsDns, DeletingWmi, FakePrograms]:
    rows = [a_row("ocspool.company.local", address) for address in ("10.0.0.10", "10.0.0.11")]
    wmi = DeletingWmi({"company.local": zone("company.local")}, rows)
    registry, programs = FakeRegistry(), FakePrograms({"dnscmd": lambda words: (code, "")})
    registry.set(VERSION, "CurrentVersion", version)
    return WindowsDns(WindowsHost("dc01", wmi, registry, programs, FakeFiles(), NoPowerShell())), wmi, programs


@pytest.mark.parametrize("version", ["6.2", "6.3"])
def test_one_record_is_deleted_by_its_reference(version: str) -> None:
    server, wmi, programs = removing(version)
    server.remove(SIP_THERE)
    assert (wmi.calls, programs.ran) == (["query MicrosoftDNS_AType", "delete 10.0.0.10"], [])


@pytest.mark.parametrize("version", ["5.2", "6.0", "6.1"])
@pytest.mark.parametrize(
    ("record", "words"),
    [
        (SIP_THERE, ["company.local", "ocspool.company.local.", "A", "10.0.0.10"]),
        (
            FoundRecord("company.local", "company.local", "CNAME", "x.company.local", 60),
            ["company.local", "@", "CNAME", "x.company.local."],
        ),
        (
            FoundRecord("company.local", f"{SRV}.company.local", "SRV", SrvData(0, 5, 443, "x.company.local"), 60),
            ["company.local", f"{SRV}.company.local.", "SRV", "0", "5", "443", "x.company.local."],
        ),
        (
            FoundRecord("company.local", "t.company.local", "TXT", "a/b,c", 60),
            ["company.local", "t.company.local.", "TXT", "a/b,c"],
        ),
        (
            FoundRecord("0.0.10.in-addr.arpa", "10.0.0.10.in-addr.arpa", "PTR", "x.company.local", 60),
            ["0.0.10.in-addr.arpa", "10.0.0.10.in-addr.arpa.", "PTR", "x.company.local."],
        ),
    ],
)
def test_before_2012_a_program_removes_it_with_all_of_its_data(
    version: str, record: FoundRecord, words: list[str]
) -> None:
    server, _wmi, programs = removing(version)
    server.remove(record)
    assert programs.ran == [["dnscmd", "/RecordDelete", *words, "/f"]]


def test_a_program_that_fails_says_what_to_install() -> None:
    server, _wmi, _programs = removing("5.2", code=1)
    with pytest.raises(RolloutError, match=r"exit code 1\).*Support Tools \(suptools.msi\)"):
        server.remove(SIP_THERE)


# --- settings of zones ------------------------------------------------------------------------------------------------

LEGACY_DN = "DC=company.local,CN=MicrosoftDNS,CN=System,DC=company,DC=local"
AGED = {"Aging": "false", "NoRefreshInterval": "168", "RefreshInterval": "168"}


def setting(dnscmd: int = 0, where: int = 0) -> tuple[WindowsDns, DnsWmi, FakePrograms]:
    wmi = DnsWmi({"company.local": zone("company.local", **AGED)}, distinguished=LEGACY_DN)
    programs = FakePrograms({"dnscmd": lambda words: (dnscmd, ""), "where": lambda words: (where, "")})
    server = WindowsDns(WindowsHost("dc01", wmi, FakeRegistry(), programs, FakeFiles(), NoPowerShell()))
    server.zones(["company.local"])
    wmi.calls.clear()
    return server, wmi, programs


@pytest.mark.parametrize(
    ("settings", "put"),
    [
        (ZoneSettings(dynamic_update="none"), "AllowUpdate=0"),
        (ZoneSettings(dynamic_update="any"), "AllowUpdate=1"),
        (ZoneSettings(dynamic_update="secure"), "AllowUpdate=2"),
        (ZoneSettings(aging=Aging(True)), "Aging=true"),
        (ZoneSettings(aging=Aging(False, 24, 48)), "Aging=false NoRefreshInterval=24 RefreshInterval=48"),
    ],
)
def test_what_is_set_of_a_zone_and_nothing_else(settings: ZoneSettings, put: str) -> None:
    server, wmi, programs = setting()
    server.set_zone("company.local", settings)
    assert (wmi.calls, programs.ran) == ([f"put company.local {put}"], [])


@pytest.mark.parametrize(
    ("partition", "word"),
    [
        ("domain", "/domain"),
        ("forest", "/forest"),
        ("legacy", "/legacy"),
        ("apps.company.local", "apps.company.local"),
        ("ForestDnsZones.company.local", "/forest"),
    ],
)
def test_a_program_moves_a_zone_to_a_partition(partition: str, word: str) -> None:
    server, wmi, programs = setting()
    server.set_zone("company.local", ZoneSettings(partition=Partition(partition)))
    assert programs.ran == [["dnscmd", "/ZoneChangeDirectoryPartition", "company.local", word]]
    assert wmi.calls == []


def test_a_partition_that_is_not_taken() -> None:
    server, _wmi, _programs = setting(dnscmd=9901)
    with pytest.raises(RolloutError) as caught:
        server.set_zone("company.local", ZoneSettings(partition=Partition("apps.company.local")))
    assert str(caught.value).startswith(
        "dc01: dnscmd did not move the zone company.local to the directory partition apps.company.local (exit code"
        " 9901). The partition must be there, with this server in it (dnscmd /EnumDirectoryPartitions)."
    )


def test_without_dnscmd_no_zone_is_moved() -> None:
    server, _wmi, programs = setting(where=1)
    assert server.cannot_set(ZoneSettings(partition=Partition("domain"))) == (
        "it cannot be brought to the directory partition domain without dnscmd. It comes with the DNS Server role, and"
        " on Windows Server 2003 with the Support Tools (suptools.msi)"
    )
    assert (server.cannot_set(ZoneSettings(dynamic_update="none")), programs.ran) == ("", [["where", "dnscmd"]])
    assert setting()[0].cannot_set(ZoneSettings(partition=Partition("domain"))) == ""


@pytest.mark.parametrize(
    ("name", "partition"),
    [
        (LEGACY_DN, "legacy"),
        ("DC=a.test,CN=MicrosoftDNS,DC=DomainDnsZones,DC=company,DC=local", "domain"),
        ("DC=a.test,cn=MicrosoftDNS,DC=x,CN=MicrosoftDNS,DC=FORESTDNSZONES,DC=company,DC=local", "forest"),
        ("DC=a.test,CN=MicrosoftDNS,DC=apps,DC=company,DC=local", "apps.company.local"),
    ],
)
def test_partition_of_a_distinguished_name(name: str, partition: str) -> None:
    assert windows.read_partition(name) == partition


@pytest.mark.parametrize(
    "name", ["DC=a.test", "DC=a.test,CN=MicrosoftDNS,OU=x,DC=local", "DC=a,CN=MicrosoftDNS,DC=a b"]
)
def test_a_distinguished_name_that_is_none_of_a_zone(name: str) -> None:
    with pytest.raises(RolloutError):
        windows.read_partition(name)


def test_a_zone_tells_its_partition_and_its_aging() -> None:
    server, wmi, _programs = setting()
    assert (server.partition_of("company.local"), wmi.calls) == ("legacy", ["MicrosoftDNS_Zone.GetDistinguishedName"])
    assert server.zones(["company.local"])["company.local"].aging == Aging(False, 168, 168)
    wmi.distinguished = None
    assert server.partition_of("company.local") == ""
    wmi.zones["company.local"] |= {"NoRefreshInterval": "0", "RefreshInterval": "9000"}
    assert server.zones(["company.local"])["company.local"].aging == Aging(False, None, None)


def test_a_zone_is_created_in_a_file_and_written_back() -> None:
    wmi = origin()
    zones = [{"name": "company.com", "if_missing": "create", "settings": {"storage": "file"}}]
    records = [{"zone": "company.com", "name": "www", "type": "A", "values": ["10.0.0.10"]}]
    result = run(wmi, zones=zones, records=records)
    assert (wmi.zones["company.com"]["DsIntegrated"], result["zones"][0]["in_directory"]) == ("false", False)
    assert "MicrosoftDNS_Zone.GetDistinguishedName" not in wmi.calls
    assert wmi.calls[-1] == "MicrosoftDNS_Zone.WriteBackZone"
