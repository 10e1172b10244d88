from __future__ import annotations

import pytest
from unit.fakes_windows import FakeServer, authority, certificate, key_info
from unit.keepers import Witness

from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning import http_sys
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.endpoints import BINDINGS, BindingPlace
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.former import Former

CA = authority()
NEW = certificate(CA, names=("ocspool.company.local", "www.company.com", "*.meet.company.com"))
OLD = certificate(CA, days=5)
EVERYWHERE = "0.0.0.0:443"
IIS = "{4dc3e181-e14b-4a21-b022-59fc669b0914}"


@pytest.fixture
def server():
    return FakeServer()


def bind(host, endpoint, thumbprint, **more):
    """The result as a task returns it."""
    return http_sys.bind(host, endpoint, Thumbprint(thumbprint) if thumbprint else None, **more).to_result()


def bound(server, endpoint=EVERYWHERE):
    digest = server.registry.values.get(f"{BINDINGS}\\{endpoint}", {}).get("SslCertHash")
    return digest.hex().upper() if digest else None


def give(server, name, store="My"):
    server.registry.set(f"{BINDINGS}\\{EVERYWHERE}", "SslCertHash", bytes.fromhex(name))
    if store:
        server.registry.set(f"{BINDINGS}\\{EVERYWHERE}", "SslCertStoreName", store)


def test_a_first_binding(server):
    name = server.put("MY", NEW, key_info())
    result = bind(server.host, EVERYWHERE, name)
    assert (result["state"], result["changed"], result["before"], result["thumbprint"]) == ("bound", True, None, name)
    assert bound(server) == name
    assert server.programs.ran == [
        ["netsh", "http", "add", "sslcert", "ipport=0.0.0.0:443", f"certhash={name.lower()}", f"appid={IIS}",
         "certstorename=MY"],
    ]  # fmt: skip
    assert result["diff"] == {"before": "", "after": f"0.0.0.0:443 {name} MY\n"}
    assert result["assigned"] == [{"place": "0.0.0.0:443", "before": "", "after": name, "state": "changed"}]


@pytest.mark.parametrize("store", ["My", "MY", None])
def test_bound_already(server, store):
    name = server.put("MY", NEW, key_info())
    give(server, name, store)
    result = bind(server.host, EVERYWHERE, name)
    assert (result["state"], result["changed"]) == ("bound", False)
    assert result["assigned"] == [{"place": "0.0.0.0:443", "before": name, "after": name, "state": "unchanged"}]
    assert server.programs.ran == []


def test_another_is_replaced(server):
    old, new = server.put("MY", OLD, key_info("c1")), server.put("MY", NEW, key_info("c2"))
    give(server, old)
    result = bind(server.host, EVERYWHERE, new)
    assert (result["before"], bound(server)) == (old, new)
    assert server.programs.verbs() == ["netsh delete", "netsh add"]


def test_what_is_bound_is_told_before_it_is_replaced(server):
    old, new = server.put("MY", OLD, key_info("c1")), server.put("MY", NEW, key_info("c2"))
    give(server, old)
    witness = Witness(server.host, lambda: (bound(server), bound(server, "10.0.0.11:443")))
    former = {place: Former("http_sys", place, old, "ipport", store) for place, store in
              ((EVERYWHERE, "My"), ("10.0.0.11:443", "MY"))}  # fmt: skip
    server.registry.set(f"{BINDINGS}\\10.0.0.11:443", "SslCertHash", bytes.fromhex(old))
    bind(server.host, EVERYWHERE, new, also=["10.0.0.11:443"], keeper=witness)
    assert witness.told == [
        ({new: [former[EVERYWHERE]]}, (old, old)), ({new: [former["10.0.0.11:443"]]}, (new, old)),
    ]  # fmt: skip
    assert (bound(server), bound(server, "10.0.0.11:443")) == (new, new)
    witness.told.clear()
    bind(server.host, EVERYWHERE, new, keeper=witness)
    bind(server.host, EVERYWHERE, None, keeper=witness, check_mode=True)
    assert witness.told == []


def test_the_former_one_comes_back_when_the_new_one_is_refused(server):
    old, new = server.put("MY", OLD, key_info("c1")), server.put("MY", NEW, key_info("c2"))
    give(server, old)
    server.refused_hash = new
    with pytest.raises(RolloutError, match=f"certificate {new} could not be bound; the former binding is back.*1312"):
        bind(server.host, EVERYWHERE, new)
    assert bound(server) == old


def test_the_former_one_comes_back_with_its_own_application(server):
    old, new = server.put("MY", OLD, key_info("c1")), server.put("MY", NEW, key_info("c2"))
    give(server, old)
    stored = bytes.fromhex("33221100554477668899aabbccddeeff")
    server.registry.set(f"{BINDINGS}\\{EVERYWHERE}", "AppId", stored)
    server.refused_hash = new
    with pytest.raises(RolloutError, match="the former binding is back"):
        bind(server.host, EVERYWHERE, new, application=IIS)
    added = [line for line in server.programs.ran if line[2] == "add"]
    assert [line[6] for line in added] == [f"appid={IIS}", "appid={00112233-4455-6677-8899-aabbccddeeff}"]


def test_a_refused_first_binding(server):
    new = server.put("MY", NEW, key_info())
    server.refused_hash = new
    with pytest.raises(RolloutError, match="could not be bound: exit code 1"):
        bind(server.host, EVERYWHERE, new)


def test_a_certificate_without_key_is_not_even_tried(server):
    old, new = server.put("MY", OLD, key_info("c1")), server.put("MY", NEW)
    give(server, old)
    with pytest.raises(RolloutError, match="has no private key in the store MY"):
        bind(server.host, EVERYWHERE, new)
    with pytest.raises(RolloutError, match="is not in the store MY"):
        bind(server.host, EVERYWHERE, "0" * 40)
    assert (bound(server), server.programs.ran) == (old, [])


@pytest.mark.parametrize("thumbprint", [None, "AB" * 20])
def test_check_mode_only_tells(server, thumbprint):
    result = bind(server.host, EVERYWHERE, thumbprint, check_mode=True)
    assert (result["state"], result["changed"], result["thumbprint"]) == ("would_bind", True, thumbprint)
    assert server.programs.ran == []


def test_no_thumbprint_in_earnest(server):
    with pytest.raises(RolloutError, match="no thumbprint was given"):
        bind(server.host, EVERYWHERE, None)


def test_server_2003_is_for_people():
    server = FakeServer(version="5.2")
    result = bind(server.host, EVERYWHERE, "AB" * 20)
    assert (result["state"], result["changed"], server.programs.ran) == ("manual", False, [])
    assert any("AB" * 20 in step and "port 443" in step for step in result["steps"])


def test_a_version_that_cannot_be_read(server):
    server.registry.values.clear()
    with pytest.raises(RolloutError, match="version of Windows cannot be read"):
        bind(server.host, EVERYWHERE, "AB" * 20)


def test_a_garbled_hash_raises(server):
    server.registry.set(f"{BINDINGS}\\{EVERYWHERE}", "SslCertHash", b"abc")
    with pytest.raises(RolloutError, match="a hash of 3 bytes"):
        bind(server.host, EVERYWHERE, "AB" * 20)


@pytest.mark.parametrize(
    "changes", [{"application": "4dc3e181"}, {"application": "{x & y}"}, {"store": "MY x"}, {"store": ""}]
)
def test_arguments_that_would_break_a_command_line(server, changes):
    with pytest.raises(RolloutError):
        bind(server.host, EVERYWHERE, "AB" * 20, **changes)


def test_lost_connection_between_delete_and_add_is_told(server):
    """Nobody knows whether the former binding or the new one is there: said, with what to do."""
    old = server.put("MY", certificate(authority()), key_info())
    new = server.put("MY", certificate(authority()), key_info())
    bind(server.host, EVERYWHERE, old)
    run = server.programs.run

    def lost(arguments, **more):
        if arguments[2] == "add":
            raise RolloutError("the connection was lost")
        return run(arguments, **more)

    server.programs.run = lost
    with pytest.raises(
        RolloutError,
        match=f"the binding of {EVERYWHERE} .{old}. was to be replaced, and what .*not known.*Run again now",
    ) as caught:
        bind(server.host, EVERYWHERE, new)
    assert [(change["verb"], change["before"], change["after"]) for change in caught.value.result["changes"]] == [
        ("report", old, None)
    ]


def test_a_binding_is_replaced_by_one_command(server):
    """A run that is killed between the two would leave nothing bound, and the flags of the former one nowhere."""
    old, new = server.put("MY", OLD, key_info("c1")), server.put("MY", NEW, key_info("c2"))
    give(server, old)
    at_once, run = [], server.files.run

    def counted(programs, jobs, **more):
        at_once.append([job.arguments[2] for job in jobs])
        return run(programs, jobs, **more)

    server.files.run = counted
    bind(server.host, EVERYWHERE, new)
    assert at_once == [["delete", "add"]]


def test_a_binding_that_cannot_be_deleted_is_told_as_it_is(server):
    old, new = server.put("MY", OLD, key_info("c1")), server.put("MY", NEW, key_info("c2"))
    give(server, old)
    server.programs.handlers["netsh"] = lambda words: (1, "Xyzzy: 5")
    with pytest.raises(RolloutError, match="the former binding could not be deleted") as caught:
        bind(server.host, EVERYWHERE, new)
    assert (caught.value.result["changed"], bound(server)) == (False, old)


def test_changes(server):
    old, new = server.put("MY", OLD, key_info("c1")), server.put("MY", NEW, key_info("c2"))
    changed = [bind(server.host, EVERYWHERE, name)["changes"] for name in (old, old, new)]
    told = {
        "what": f"bound to {EVERYWHERE}",
        "to_do": f"to be bound to {EVERYWHERE}",
        "endpoint": EVERYWHERE,
        "reasons": [],
    }
    assert changed == [
        [{"verb": "create", "before": None, "after": old, **told}],
        [],
        [{"verb": "change", "before": old, "after": new, **told}],
    ]


def test_difference_of_a_certificate_that_is_only_planned(server):
    give(server, server.put("MY", OLD, key_info("c1")))
    result = bind(server.host, EVERYWHERE, None, check_mode=True)
    assert result["diff"]["before"].startswith("0.0.0.0:443 ")
    assert result["diff"]["after"] == "0.0.0.0:443 (the certificate that will be issued)\n"
    assert [change["verb"] for change in result["changes"]] == ["change"]


# --- other bindings of the same port ---------------------------------------------------------------------------------

SNI = "SYSTEM\\CurrentControlSet\\Services\\HTTP\\Parameters\\SslSniBindingInfo"
CCS = "SYSTEM\\CurrentControlSet\\Services\\HTTP\\Parameters\\SslCcsBindingInfo"
IIS_BYTES = bytes.fromhex("81e1c34d4be1214ab02259fc669b0914")
WWW = "www.company.com:443"


@pytest.fixture
def pair(server):
    """Thumbprints of a former and of the planned certificate; the planned one is bound everywhere."""
    old, new = server.put("MY", OLD, key_info("c1")), server.put("MY", NEW, key_info("c2"))
    give(server, new)
    return old, new


def shadow(server, key, name, flags=0):
    server.registry.set(key, "SslCertHash", bytes.fromhex(name))
    server.registry.set(key, "AppId", IIS_BYTES)
    server.registry.set(key, "DefaultFlags", flags)


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(
    ("key", "binding", "who"),
    [
        (f"{SNI}\\{WWW}", WWW, "to www.company.com"),
        (f"{BINDINGS}\\10.0.0.11:443", "10.0.0.11:443", "to 10.0.0.11"),
        (f"{BINDINGS}\\[::]:443", "[::]:443", "over IPv6"),
    ],
)
def test_what_shadows_ours_is_told_and_untouched(server, pair, key, binding, who, check_mode):
    old, new = pair
    shadow(server, key, old)
    result = bind(server.host, EVERYWHERE, new, check_mode=check_mode)
    assert (result["state"], result["changed"], server.programs.ran) == ("bound", False, [])
    what = (
        f"ocssrv01.company.local: clients that come {who}, port 443, get the certificate {old} of another binding"
        f" (IIS, {IIS})"
    )
    mend = (
        f'Name "{binding}" in pool_certificates_bindings_also where it shall have the planned certificate, or delete it'
    )
    told = {"binding": binding, "thumbprint": old, "application": IIS, "ours": True, "what": what, "mend": mend}
    assert (result["shadows"], result["steps"]) == ([told], [f"{what}. {mend}"])


def test_a_name_that_the_certificate_lacks_is_told_and_is_no_step(server, pair):
    old, new = pair
    for name in ("crm.company.com", "A.meet.company.com", "a.b.meet.company.com"):
        shadow(server, f"{SNI}\\{name}:443", old)
    result = bind(server.host, EVERYWHERE, new)
    told = [(one["binding"], one["ours"], one["mend"].partition(":")[0]) for one in result["shadows"]]
    assert sorted(told) == [
        ("A.meet.company.com:443", True, 'Name "A.meet.company.com'),
        ("a.b.meet.company.com:443", False, "Left alone"),
        ("crm.company.com:443", False, "Left alone"),
    ]
    assert [step for step in result["steps"] if "A.meet.company.com" not in step] == []
    # While the certificate is only planned, nobody knows its names here.
    assert len(bind(server.host, EVERYWHERE, None, check_mode=True)["steps"]) == 3


def test_one_that_holds_the_planned_certificate_is_no_matter(server, pair):
    shadow(server, f"{SNI}\\{WWW}", pair[1])
    result = bind(server.host, EVERYWHERE, pair[1])
    assert (result["shadows"], result["steps"]) == ([], [])


def test_the_central_store_and_odd_bindings_of_others_are_told_without_a_certificate(server, pair):
    server.registry.set(f"{CCS}\\443", "AppId", IIS_BYTES)
    server.registry.set(f"{SNI}\\{WWW}", "SslCertHash", b"abc")
    told = bind(server.host, EVERYWHERE, pair[1])["shadows"]
    assert [(one["binding"], one["thumbprint"]) for one in told] == [(WWW, None), ("ccs:443", None)]
    assert "to any name of the central certificate store, port 443, get another certificate" in told[1]["what"]
    assert "an application that is not named" in told[0]["what"]


def test_named_ones_are_changed_and_keep_what_they_hold(server, pair):
    old, new = pair
    shadow(server, f"{SNI}\\{WWW}", old, flags=3)
    server.registry.set(f"{SNI}\\{WWW}", "DefaultSslCertCheckMode", 1)
    planned = bind(server.host, EVERYWHERE, new, also=["WWW.company.com:443"], check_mode=True)
    assert (planned["state"], planned["changed"], server.programs.ran) == ("would_bind", True, [])
    assert (planned["diff"]["before"], planned["diff"]["after"]) == (
        f"{EVERYWHERE} {new} My\n{WWW} {old} MY\n",
        f"{EVERYWHERE} {new} My\n{WWW} {new} MY\n",
    )
    result = bind(server.host, EVERYWHERE, new, also=[WWW])
    assert (result["changed"], result["shadows"], result["steps"]) == (True, [], [])
    assert [(one["endpoint"], one["before"], one["after"]) for one in result["changes"]] == [(WWW, old, new)]
    assert server.programs.ran == [
        ["netsh", "http", "delete", "sslcert", f"hostnameport={WWW}"],
        ["netsh", "http", "add", "sslcert", f"hostnameport={WWW}", f"certhash={new.lower()}", f"appid={IIS}",
         "certstorename=MY", "dsmapperusage=enable", "clientcertnegotiation=enable",
         "verifyclientcertrevocation=disable"],
    ]  # fmt: skip
    assert bind(server.host, EVERYWHERE, new, also=[WWW])["changed"] is False


@pytest.mark.parametrize(
    ("also", "message"),
    [
        (WWW, "ocssrv01.company.local: www.company.com:443: there is no such binding"),
        ("0.0.0.0:443", "is no other binding of port 443"),
        ("www.company.com:444", "is no other binding of port 443"),
        ("www.company.com:443 & del", "no name:port"),
    ],
)
def test_what_cannot_be_meant(server, pair, also, message):
    with pytest.raises(RolloutError, match=message):
        bind(server.host, EVERYWHERE, pair[1], also=[also], check_mode=True)
    assert server.programs.ran == []


def test_ours_keeps_its_settings_and_its_application(server, pair):
    old, new = pair
    shadow(server, f"{BINDINGS}\\{EVERYWHERE}", old, flags=2)
    server.registry.set(f"{BINDINGS}\\{EVERYWHERE}", "AppId", bytes.fromhex("33221100554477668899aabbccddeeff"))
    assert bind(server.host, EVERYWHERE, new)["steps"] == []
    assert server.programs.ran[1][6:] == [
        "appid={00112233-4455-6677-8899-aabbccddeeff}", "certstorename=MY", "clientcertnegotiation=enable",
    ]  # fmt: skip


def test_what_netsh_cannot_set_is_not_lost(server, pair):
    shadow(server, f"{BINDINGS}\\{EVERYWHERE}", pair[0], flags=0x12)
    with pytest.raises(RolloutError, match="settings that would be lost: DefaultFlags 0x12. Nothing was changed there"):
        bind(server.host, EVERYWHERE, pair[1])
    assert server.programs.ran == []


def test_what_netsh_did_not_keep_is_a_step_by_hand(server, pair):
    shadow(server, f"{BINDINGS}\\{EVERYWHERE}", pair[0])
    server.registry.set(f"{BINDINGS}\\{EVERYWHERE}", "DefaultSslRevocationFreshnessTime", 60)
    assert bind(server.host, EVERYWHERE, pair[1])["steps"] == [
        "Set what netsh did not keep of the binding 0.0.0.0:443: DefaultSslRevocationFreshnessTime was 60 and is none."
    ]


def test_a_change_before_a_failure_is_told(server, pair):
    old, new = pair
    shadow(server, f"{BINDINGS}\\{EVERYWHERE}", old)
    shadow(server, f"{SNI}\\{WWW}", old, flags=0x10)
    with pytest.raises(RolloutError, match="settings that would be lost") as caught:
        bind(server.host, EVERYWHERE, new, also=[WWW])
    result = caught.value.result
    assert (result["changed"], result["thumbprint"]) == (True, new)
    assert [(one["endpoint"], one["after"]) for one in result["changes"]] == [(EVERYWHERE, new)]


def test_what_was_changed_is_remembered(server):
    old, new = server.put("MY", OLD, key_info("c1")), server.put("MY", NEW, key_info("c2"))
    give(server, old)
    remembered = {"way": "http_sys", "place": EVERYWHERE, "thumbprint": old, "kind": "ipport", "store": "My",
                  "issuer": "", "serial": ""}  # fmt: skip
    assert bind(server.host, EVERYWHERE, new, check_mode=True)["former"] == []
    assert bind(server.host, EVERYWHERE, new)["former"] == [remembered]
    assert bind(server.host, EVERYWHERE, new)["former"] == []


def test_what_was_changed_before_a_failure_is_remembered_too(server):
    old, new = server.put("MY", OLD, key_info("c1")), server.put("MY", NEW, key_info("c2"))
    give(server, old)
    other = f"{BINDINGS}\\10.0.0.5:443"
    server.registry.set(other, "SslCertHash", bytes.fromhex(old))
    server.registry.set(other, "DefaultFlags", 0x100)
    with pytest.raises(RolloutError, match="settings that would be lost") as caught:
        bind(server.host, EVERYWHERE, new, also=["10.0.0.5:443"])
    assert [(one["place"], one["thumbprint"]) for one in caught.value.result["former"]] == [(EVERYWHERE, old)]


def test_names_come_back_too_and_a_second_time_changes_nothing(server):
    old, new = server.put("MY", OLD, key_info("c1")), server.put("MY", NEW, key_info("c2"))
    names = BindingPlace("hostnameport", "www.company.com:443")
    for key in (f"{BINDINGS}\\{EVERYWHERE}", names.key):
        server.registry.set(key, "SslCertHash", bytes.fromhex(old))
        server.registry.set(key, "SslCertStoreName", "MY")
        server.registry.set(key, "DefaultFlags", 2)
    result = bind(server.host, EVERYWHERE, new, also=["www.company.com:443"])
    former = tuple(from_plain(Former, one, where="former") for one in result["former"])
    for _again in range(2):
        http_sys.restore(server.host, former)
        assert http_sys.present(server.host, former) == {EVERYWHERE: old, "www.company.com:443": old}
        assert server.registry.values[names.key]["DefaultFlags"] == 2
    assert server.programs.verbs().count("netsh add") == 4
