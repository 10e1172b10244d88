"""The certificates that OCS names in its WMI classes: read in either order of bytes, compared, written on order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography import x509
from unit.action_runs import run
from unit.fakes_windows import (
    DER,
    FakeServer,
    authority,
    certificate,
    key_info,
    no_such_class,
    planned,
    thumbprint,
)
from unit.keepers import Witness

from ansible_collections.ucops.rollout.plugins.action import certificate_assign
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import parse_certificate
from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_wire import Handshake
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning import ocs
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.command import CommandAssignment
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.former import Former
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.ocs import (
    CLASSES,
    LITTLE,
    PRINTED,
    HeldAssignment,
    SerialForm,
    learn,
    present,
    restore,
    tells,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi_port import WmiObject

CA = authority()
NEW, OLD = certificate(CA), certificate(CA, days=5)
LISTENER, ROUTING = "MSFT_SIPListeningAddressData", "MSFT_SIPRoutingSetting"


def octets(made: x509.Certificate, order: str) -> tuple[str, ...]:
    number = made.serial_number
    return tuple(map(str, number.to_bytes((number.bit_length() + 7) // 8, order)))


def values(made: x509.Certificate | None, order: str = "little"):
    if made is None:
        return {"TLSCertIssuer": None, "TLSCertSN": None}
    return {"TLSCertIssuer": tuple(map(str, made.issuer.public_bytes())), "TLSCertSN": octets(made, order)}


class OcsWmi:
    """The two classes of a Front End; the others are missing."""

    def __init__(self, listener=None, routing=None, order="little", port="5061"):
        self.rows = {
            LISTENER: {"InstanceID": "{1}", "Port": port, **values(listener, order)},
            ROUTING: {"InstanceID": "{2}", **values(routing, order)},
        }
        self.puts = []
        self.asked = []
        self.deaf = False

    def query(self, namespace, wql):
        assert namespace == "root/cimv2"
        self.asked.append(wql)
        told, name = wql.removeprefix("SELECT ").split(" FROM ")
        row = self.rows.get(name, {})
        wanted = list(row) if told == "*" else told.split(",")
        if not row or not set(wanted) <= set(row):
            raise no_such_class()
        return (WmiObject(name, {one: row[one] for one in wanted}),)

    def put(self, reference, properties):
        name = reference.resource_uri.rpartition("/")[2]
        assert reference.selectors == (("InstanceID", self.rows[name]["InstanceID"]),)
        assert reference.resource_uri == f"http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/{name}"
        self.puts.append((name, dict(properties)))
        if not self.deaf:
            self.rows[name].update(properties)


@pytest.fixture
def assign(monkeypatch):
    """Runs the action on a server with these classes; ``serves``: the certificate at the port."""

    def work(wmi, serves=OLD, store=(NEW, OLD), listens=True, check_mode=False, **arguments):
        server = FakeServer()
        for held in store:
            server.put("MY", held, key_info())
        ports = (5985, 5061) if listens else (5985,)
        rows = [f"  TCP    0.0.0.0:{port}   0.0.0.0:0   LISTENING" for port in ports]
        server.programs.handlers["netstat"] = lambda words: (0, "\n".join(rows))
        shake = Handshake("ok", (serves.public_bytes(DER),)) if serves else Handshake("no_listener", ())
        monkeypatch.setattr(certificate_assign, "probe", lambda *args: shake)
        given = {"certificate": planned(), "thumbprint": thumbprint(NEW), "address": "10.0.0.11", "mode": "wmi"}
        host = replace(server.host, wmi=wmi)
        return run(certificate_assign, host, check_mode, **{**given, **arguments})

    return work


@pytest.mark.parametrize("order", ["little", "big"])
def test_written_in_the_order_that_is_there_and_read_back(assign, order):
    wmi = OcsWmi(OLD, OLD, order)
    result = assign(wmi)
    assert (result["state"], result["changed"], result["restart"]) == ("assigned", True, True)
    assert wmi.puts == [(LISTENER, values(NEW, order)), (ROUTING, values(NEW, order))]
    assert "untested on real Windows" in result["message"]
    assert [(one["what"], one["after"]) for one in result["changes"]] == [
        ("certificate assigned in MSFT_SIPListeningAddressData {1}", thumbprint(NEW)),
        ("certificate assigned in MSFT_SIPRoutingSetting {2}", thumbprint(NEW)),
    ]
    again = assign(wmi, serves=NEW)
    assert (again["state"], again["changed"], again["restart"], len(wmi.puts)) == ("proved", False, False, 2)


PROJECTED = [
    f"SELECT InstanceID,Port,TLSCertIssuer,TLSCertSN FROM {LISTENER}",
    f"SELECT InstanceID,TLSCertIssuer,TLSCertSN FROM {ROUTING}",
]


def test_classes_of_others_are_asked_only_where_its_own_do_not_say_how_to_write(assign):
    wmi = OcsWmi(OLD, OLD)
    assign(wmi)
    assert wmi.asked == PROJECTED * 2
    silent = OcsWmi()
    with pytest.raises(RolloutError, match="either order"):
        assign(silent)
    others = [f"SELECT * FROM {one.name}" for one in CLASSES[2:]]
    assert silent.asked == [*PROJECTED, *others]


def test_a_class_without_one_of_the_properties_is_read_whole(assign):
    wmi = OcsWmi(NEW, NEW)
    del wmi.rows[ROUTING]["TLSCertIssuer"]
    assert assign(wmi, serves=NEW)["state"] == "proved"
    assert wmi.asked == [*PROJECTED, f"SELECT * FROM {ROUTING}"]


def test_what_is_named_is_told_before_it_is_written():
    server, wmi = FakeServer(), OcsWmi(OLD, OLD)
    for held in (NEW, OLD):
        server.put("MY", held, key_info())
    host = replace(server.host, wmi=wmi)
    shake = Handshake("ok", (OLD.public_bytes(DER),))
    wanted = CommandAssignment(
        Thumbprint(thumbprint(NEW)), "srv", "pool", "front_end", "default", "10.0.0.11", 5061, 5061
    )
    witness = Witness(host, lambda: list(wmi.puts))
    ocs.assign(host, wanted, shake=lambda *args: shake, keeper=witness, check_mode=True)
    assert witness.told == []
    ocs.assign(host, wanted, shake=lambda *args: shake, keeper=witness)
    issuer, serial = OLD.issuer.public_bytes().hex(), bytes(map(int, octets(OLD, "little"))).hex()
    former = [Former("wmi", place, issuer=issuer, serial=serial) for place in (f"{LISTENER} {{1}}", f"{ROUTING} {{2}}")]
    assert witness.told == [({thumbprint(NEW): former}, [])] and len(wmi.puts) == 2


def test_check_mode_shows_before_and_after_and_writes_nothing(assign):
    wmi = OcsWmi(OLD, OLD)
    result = assign(wmi, check_mode=True)
    assert (result["state"], result["changed"], wmi.puts) == ("would_assign", True, [])
    serial = bytes(map(int, octets(OLD, "little"))).hex()
    assert f"MSFT_SIPRoutingSetting {{2}}: {serial}\n" in result["diff"]["before"]
    assert f"MSFT_SIPRoutingSetting {{2}}: {thumbprint(NEW)}\n" in result["diff"]["after"]


def test_check_mode_before_there_is_a_certificate(assign):
    wmi = OcsWmi(OLD, OLD)
    result = assign(wmi, check_mode=True, thumbprint=None)
    assert (result["state"], wmi.puts) == ("would_assign", [])


def test_a_listener_without_a_certificate_gets_one_and_a_routing_setting_stays_without(assign):
    wmi = OcsWmi(OLD, None)
    assign(wmi)
    assert [name for name, _values in wmi.puts] == [LISTENER]
    wmi = OcsWmi(None, OLD)
    assign(wmi)
    assert [name for name, _values in wmi.puts] == [LISTENER, ROUTING]


@pytest.mark.parametrize(
    ("wmi", "store", "told"),
    [
        (OcsWmi(), (NEW, OLD), "could be in either order"),
        (OcsWmi(OLD, OLD), (NEW,), "no value there names a certificate of the server's store"),
        (OcsWmi(OLD, OLD, port="5060"), (NEW, OLD), None),
        (OcsWmi(None, None, port="5060"), (NEW, OLD), "OCS has no place there for the certificate of front_end"),
    ],
)
def test_it_refuses_where_nothing_says_how_to_write(assign, wmi, store, told):
    if told is None:
        assert assign(wmi)["state"] == "assigned" and [name for name, _values in wmi.puts] == [ROUTING]
        return
    with pytest.raises(RolloutError, match=told):
        assign(wmi, store=store)
    assert wmi.puts == []


def test_it_refuses_values_in_both_orders(assign):
    wmi = OcsWmi(OLD, OLD)
    wmi.rows[ROUTING].update(values(OLD, "big"))
    with pytest.raises(RolloutError, match="in one order here and in the other there"):
        assign(wmi)
    assert wmi.puts == []


def test_a_server_without_ocs_is_told(assign):
    wmi = OcsWmi()
    wmi.rows = {}
    with pytest.raises(RolloutError, match="OCS is not on this server"):
        assign(wmi)
    result = assign(wmi, mode="manual")
    assert result["notes"] == ["ocssrv01.company.local has none of the WMI classes of OCS: it is not on this server"]


def test_what_is_written_and_does_not_stay_is_an_error(assign):
    wmi = OcsWmi(OLD, OLD)
    wmi.deaf = True
    with pytest.raises(RolloutError, match="read back as something else: MSFT_SIPListeningAddressData"):
        assign(wmi)


@pytest.mark.parametrize(
    ("serves", "listens", "arguments", "state", "restart"),
    [
        (NEW, True, {}, "proved", False),
        (OLD, True, {}, "assigned", True),
        (None, False, {}, "assigned", True),
        (None, True, {}, "unknown", False),
        (None, True, {"installed": True}, "assigned", True),
    ],
)
def test_what_is_assigned_already_lacks_a_restart_at_most(assign, serves, listens, arguments, state, restart):
    wmi = OcsWmi(NEW, NEW)
    result = assign(wmi, serves=serves, listens=listens, **arguments)
    assert (result["state"], result["changed"], result["restart"], wmi.puts) == (state, False, restart, [])


def test_a_person_is_told_what_differs(assign):
    wmi = OcsWmi(OLD, None)
    result = assign(wmi, mode="manual")
    serial = bytes(map(int, octets(OLD, "little"))).hex()
    assert result["state"] == "manual" and wmi.puts == []
    assert result["steps"][0] == (
        "On ocssrv01.company.local, MSFT_SIPListeningAddressData {1} names a certificate whose serial number is"
        f" {serial}; planned is {thumbprint(NEW)}. Assign it by the wizard, or set pool_certificates_ocs: wmi"
    )
    # Proved at the port, and another certificate for what goes out.
    wmi = OcsWmi(NEW, OLD)
    result = assign(wmi, mode="manual", serves=NEW)
    assert result["state"] == "manual" and len(result["steps"]) == 1 and ROUTING in result["steps"][0]
    assert assign(OcsWmi(None, None), mode="manual", serves=NEW)["state"] == "proved"


def test_what_is_no_byte_is_refused(assign):
    wmi = OcsWmi(OLD, OLD)
    wmi.rows[ROUTING]["TLSCertSN"] = ("300",)
    with pytest.raises(RolloutError, match=r"MSFT_SIPRoutingSetting\.TLSCertSN holds what is no byte"):
        assign(wmi)


def test_the_zero_before_a_serial_number_is_learned_too():
    made = parse_certificate(OLD.public_bytes(DER), where="x")
    high = replace(made, serial_number=0x8F01)
    held = HeldAssignment(CLASSES[1], "{2}", high.issuer_der, bytes.fromhex("008f01"))
    assert learn([held], [high], where="x") == SerialForm(PRINTED, True)
    assert SerialForm(PRINTED, True).encode(0x8F02) == bytes.fromhex("008f02")
    assert SerialForm(PRINTED, True).encode(0x7F02) == bytes.fromhex("7f02")
    assert SerialForm(LITTLE, False).encode(0x8F02) == bytes.fromhex("028f")
    # Only one whose first bit is set says what stands before such a one.
    plain, its = replace(made, serial_number=0x7F01), replace(held, serial=bytes.fromhex("7f01"))
    assert [tells([its], [plain], new) for new in (plain, None, high)] == [True, True, False]
    assert tells([its, held], [plain, high], high) and not tells([], [plain], plain)
    # The same in both orders: nothing is learned from it.
    assert not tells([replace(held, serial=bytes.fromhex("4a4a"))], [replace(made, serial_number=0x4A4A)], None)
    alike = replace(made, serial_number=0x4A4A)
    with pytest.raises(RolloutError, match="either order"):
        learn([replace(held, serial=bytes.fromhex("4a4a"))], [alike], where="x")


def test_each_place_before_and_after(assign):
    serial = bytes(map(int, octets(OLD, "little"))).hex()
    listener, routing = f"{LISTENER} {{1}}", f"{ROUTING} {{2}}"

    def told(result):
        return [(one["place"], one["before"], one["after"], one["state"]) for one in result["assigned"]]

    wmi, new = OcsWmi(OLD, NEW), thumbprint(NEW)
    seen = [(routing, new, new, "unchanged")]
    assert told(assign(wmi, check_mode=True)) == [(listener, f"serial number {serial}", new, "would_change"), *seen]
    by_hand = assign(wmi, mode="manual")
    assert told(by_hand)[:2] == [
        (listener, f"serial number {serial}", f"serial number {serial}", "not_changed"),
        (routing, new, new, "unchanged"),
    ]
    assert told(assign(wmi)) == [(listener, f"serial number {serial}", new, "changed"), *seen]
    assert told(assign(wmi, serves=NEW)) == [(listener, new, new, "unchanged"), *seen]


@pytest.mark.parametrize("order", ["little", "big"])
def test_what_was_there_comes_back_byte_for_byte(assign, order):
    wmi = OcsWmi(OLD, OLD, order)
    result = assign(wmi)
    former = tuple(from_plain(Former, one, where="former") for one in result["former"])
    assert [(one.way, one.place, one.thumbprint) for one in former] == [
        ("wmi", f"{LISTENER} {{1}}", ""),
        ("wmi", f"{ROUTING} {{2}}", ""),
    ]
    host = replace(FakeServer().host, wmi=wmi)
    restore(host, former)
    assert {name: {key: row[key] for key in values(None)} for name, row in wmi.rows.items()} == {
        LISTENER: values(OLD, order),
        ROUTING: values(OLD, order),
    }
    assert present(host, former[:1]) == {f"{LISTENER} {{1}}": f"serial number {former[0].serial}"}
    restore(host, former)
    assert len(wmi.puts) == 4
    assert assign(OcsWmi(OLD, OLD, order), check_mode=True)["former"] == []


def test_a_place_that_named_none_keeps_the_new_one(assign):
    wmi = OcsWmi(None, OLD)
    former = tuple(from_plain(Former, one, where="former") for one in assign(wmi)["former"])
    restore(replace(FakeServer().host, wmi=wmi), former)
    assert (wmi.rows[LISTENER]["TLSCertSN"], wmi.rows[ROUTING]["TLSCertSN"]) == (
        values(NEW)["TLSCertSN"],
        values(OLD)["TLSCertSN"],
    )


def test_what_does_not_come_back_is_an_error(assign):
    wmi = OcsWmi(OLD, OLD)
    former = tuple(from_plain(Former, one, where="former") for one in assign(wmi)["former"])
    wmi.deaf = True
    with pytest.raises(RolloutError, match="read back as something else: MSFT_SIPListeningAddressData"):
        restore(replace(FakeServer().host, wmi=wmi), former)
