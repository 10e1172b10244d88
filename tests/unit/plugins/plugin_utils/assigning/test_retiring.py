"""What another certificate took the place of is archived or removed with its key, and nothing that is used anywhere."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from unit.audits import FRONT_END, ID, WEB, work
from unit.fakes_windows import DER, NOW, STORES, FakeServer, authority, blob, certificate, key_info, rsa_key, thumbprint

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.proof.tls_wire import Handshake
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning import retiring
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.endpoints import BINDINGS
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.former import Former
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.marks import KEY, encoded
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.retiring import (
    NotRetired,
    Retiring,
    left_behind,
    retire,
)

CA = authority()
NEW = certificate(CA, key=rsa_key(1))
OLD = certificate(CA, key=rsa_key(2), begin=NOW - timedelta(days=700), days=5)
OTHER = certificate(CA, "crm.company.com", ["crm.company.com"], key=rsa_key(3), begin=NOW - timedelta(days=700))
NO_SUCH_KEY = 0x80090016


class Site:
    """A server that holds the old and the new one; its ports show the new one."""

    def __init__(self) -> None:
        self.server = FakeServer()
        self.containers = {"old", "new", "other", "waits"}
        for made, container in ((OLD, "old"), (NEW, "new"), (OTHER, "other")):
            self.server.put("MY", made, key_info(container))
        self.server.programs.handlers["certutil"] = self.certutil
        self.shown: x509.Certificate | None = NEW
        self.keys_stay = False

    def certutil(self, words: list[str]) -> tuple[int, str]:
        if words[:2] == ["-silent", "-csp"]:
            assert words[2] == "Microsoft RSA SChannel Cryptographic Provider"
            verb, name = words[3:]
            if verb == "-delkey" and not self.keys_stay:
                self.containers.discard(name)
            there = name in self.containers
            return (0, "Xyzzy") if there else (NO_SUCH_KEY, f"CertUtil: {verb} Xyzzy: 0x{NO_SUCH_KEY:x}")
        if words[:2] == ["-f", "-repairstore"]:
            assert b"19 = Empty" in self.server.files.contents[words[4]]
            key = f"{STORES}\\{words[2]}\\Certificates\\{words[3]}"
            self.server.registry.values[key]["Blob"] += struct.pack("<III", 19, 1, 0)
            return 0, "Xyzzy"
        return self.server._certutil(words)

    def held(self, store: str = "MY") -> set[str]:
        return set(self.server.registry.subkeys(f"{STORES}\\{store}\\Certificates") or ())

    def shake(self, address: str, port: int, name: str) -> Handshake:
        return (
            Handshake("ok", (self.shown.public_bytes(DER),)) if self.shown else Handshake("no_listener", detail="dead")
        )

    def retire(self, way: str = "remove", *, check_mode: bool = False, **parts: Any) -> dict[str, Any]:
        results = {ID: {"thumbprint": thumbprint(NEW), **parts}}
        wanted = Retiring(work(FRONT_END, WEB), results, way, check_mode)
        return retire(self.server.host, wanted, shake=self.shake).to_result()

    def left(self, *renew: str, way: str = "remove") -> frozenset[str]:
        """By the stores alone, which no port is asked for."""
        results = {ID: {"thumbprint": thumbprint(NEW)}}
        wanted = Retiring(work(FRONT_END, WEB), results, way, True, frozenset(map(Thumbprint, renew)))
        return left_behind(self.server.host, wanted)


@pytest.fixture
def site() -> Site:
    return Site()


def told(result: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(one["thumbprint"], one["state"], one["key"]) for one in result["retired"]]


def test_removed_with_its_key_and_then_there_is_nothing(site: Site) -> None:
    result = site.retire()
    assert told(result) == [(thumbprint(OLD), "removed", "deleted")]
    assert (result["changed"], result["unproved"]) == (True, {})
    (found,) = result["retired"]
    assert (found["certificate"], found["successor"], found["issuer_common_name"]) == (
        ID,
        thumbprint(NEW),
        "Company CA",
    )
    assert site.held() == {thumbprint(NEW), thumbprint(OTHER)}
    assert site.containers == {"new", "other", "waits"}
    assert result["diff"] == {"before": f"MY {thumbprint(OLD)} CN=ocspool.company.local\n", "after": ""}
    again = site.retire()
    assert (told(again), again["changed"]) == ([], False)


def test_the_key_goes_first_so_that_a_cut_leaves_what_is_found(site: Site) -> None:
    site.retire()
    verbs = [
        next(word for word in words if word.startswith("-del"))
        for words in site.server.programs.ran
        if "-key" not in words
    ]
    assert verbs == ["-delkey", "-delstore"]


def test_what_is_left_of_a_run_that_was_cut_off(site: Site) -> None:
    assert site.left() == {ID}
    site.retire()
    assert site.left() == frozenset()
    fewer = certificate(CA, names=["ocspool.company.local"], key=rsa_key(4), begin=NOW - timedelta(days=700), days=5)
    site.server.put("MY", fewer, key_info("fewer"))
    assert site.left() == frozenset()
    assert site.left(thumbprint(fewer)) == {ID}
    assert site.left(thumbprint(OTHER)) == frozenset()


def test_what_is_archived_is_no_more_to_be_archived(site: Site) -> None:
    site.retire("archive")
    assert (site.left(way="archive"), site.left(way="remove")) == (frozenset(), {ID})


def test_what_its_ca_is_to_revoke_first_is_told_only(site: Site) -> None:
    results = {ID: {"thumbprint": thumbprint(NEW)}}
    wanted = Retiring(work(FRONT_END, WEB), results, "remove", only_tell=True)
    result = retire(site.server.host, wanted, shake=site.shake).to_result()
    assert (told(result), result["changed"]) == ([(thumbprint(OLD), "kept", "")], False)
    assert thumbprint(OLD) in site.held()


def test_archived_once(site: Site) -> None:
    result = site.retire("archive")
    assert (told(result), result["changed"]) == ([(thumbprint(OLD), "archived", "")], True)
    assert result["changes"][0]["verb"] == "change"
    assert site.held() == {thumbprint(NEW), thumbprint(OLD), thumbprint(OTHER)}
    assert told(site.retire("archive")) == []
    assert told(site.retire("remove")) == [(thumbprint(OLD), "removed", "deleted")]


@pytest.mark.parametrize(
    ("way", "state", "changed"),
    [("keep", "kept", False), ("archive", "would_archive", True), ("remove", "would_remove", True)],
)
def test_check_mode_only_tells(site: Site, way: str, state: str, changed: bool) -> None:
    result = site.retire(way, check_mode=True)
    assert (told(result), result["changed"]) == ([(thumbprint(OLD), state, "")], changed)
    assert site.server.programs.ran == []


def test_kept_unless_told_otherwise(site: Site) -> None:
    assert told(site.retire("keep")) == [(thumbprint(OLD), "kept", "")]
    assert site.server.programs.ran == []


@pytest.mark.parametrize(
    ("shown", "says"),
    [(OLD, f"10.0.0.11:5061 shows {thumbprint(OLD)}"), (None, "10.0.0.11:5061 shows no certificate (dead)")],
)
def test_nothing_goes_before_its_successor_is_seen(site: Site, shown: x509.Certificate | None, says: str) -> None:
    site.shown = shown
    result = site.retire()
    assert (result["retired"], result["unproved"]) == ([], {ID: says})
    assert site.held() == {thumbprint(NEW), thumbprint(OLD), thumbprint(OTHER)}


def test_what_this_run_replaced_goes_whatever_its_names_were(site: Site) -> None:
    former = [
        {"way": "http_sys", "place": "0.0.0.0:443", "thumbprint": thumbprint(OTHER), "kind": "ipport", "store": "MY"}
    ]
    assert told(site.retire(binding={"former": former})) == [
        (thumbprint(OLD), "removed", "deleted"),
        (thumbprint(OTHER), "removed", "deleted"),
    ]


class Ahead:
    """In check mode, before the new one is there: the places that would name it, and what else is known."""

    def __init__(self, site: Site, way: str = "remove", **parts: Any) -> None:
        site.server.registry.values.pop(f"{STORES}\\MY\\Certificates\\{thumbprint(NEW)}")
        parts = {"install": {"state": "would_install"}, **parts}
        self.site, self.way, self.results = site, way, {ID: {"thumbprint": None, **parts}}

    def tell(self, *renew: str) -> dict[str, Any]:
        site, self.site.shown = self.site, OLD
        wanted = Retiring(work(FRONT_END, WEB), self.results, self.way, True, frozenset(map(Thumbprint, renew)))
        return retire(site.server.host, wanted, shake=site.shake).to_result()


def would_name(place: str, before: str) -> dict[str, Any]:
    return {"assigned": [{"place": place, "before": before, "after": "(planned)", "state": "would_change"}]}


@pytest.mark.parametrize(("way", "state"), [("archive", "would_archive"), ("remove", "would_remove")])
def test_what_would_go_is_told_before_its_successor_is_there(site: Site, way: str, state: str) -> None:
    site.server.registry.set(f"{BINDINGS}\\0.0.0.0:443", "SslCertHash", bytes.fromhex(thumbprint(OLD)))
    ahead = Ahead(site, way, binding=would_name("0.0.0.0:443", thumbprint(OLD)))
    result = ahead.tell()
    assert (told(result), result["unproved"]) == ([(thumbprint(OLD), state, "")], {})
    assert [one["successor"] for one in result["retired"]] == [None]
    assert site.server.programs.ran == [] and thumbprint(OLD) in site.held()


def test_what_would_go_is_also_what_the_places_name_whatever_its_names(site: Site) -> None:
    ahead = Ahead(site, binding=would_name("0.0.0.0:443", thumbprint(OTHER)))
    assert {one[:2] for one in told(ahead.tell())} == {
        (thumbprint(OLD), "would_remove"),
        (thumbprint(OTHER), "would_remove"),
    }


def test_what_another_place_uses_would_stay(site: Site) -> None:
    used_by_binding(site.server)
    result = Ahead(site, binding=would_name("0.0.0.0:443", thumbprint(OLD))).tell()
    assert [(one["state"], one["why"]) for one in result["retired"]] == [("in_use", "the binding 10.0.0.5:8443")]


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"binding": {"steps": ["Bind it"]}}, "a step by hand comes first"),
        ({"by_hand": {"web_components:443": {"steps": ["Bind it"]}}}, "a step by hand comes first"),
        (
            {"assignment": {"restart": True}},
            "its ports show another one only after a restart, which this run may not order",
        ),
        ({"assignment": {"restart": True}, "services": {"changed": True}}, ""),
    ],
)
def test_what_people_do_first_is_told(site: Site, parts: dict[str, Any], why: str) -> None:
    result = Ahead(site, **parts).tell()
    assert result["unproved"] == ({ID: why} if why else {})
    assert len(result["retired"]) == int(not why)


def used_by_binding(server: FakeServer) -> None:
    server.registry.set(f"{BINDINGS}\\10.0.0.5:8443", "SslCertHash", bytes.fromhex(thumbprint(OLD)))


def used_by_winrm(server: FakeServer) -> None:
    key = "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WSMAN\\Listener\\*+HTTPS"
    server.registry.set(key, "certThumbprint", thumbprint(OLD).lower())


def used_by_desktop(server: FakeServer) -> None:
    key = "SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\WinStations\\RDP-Tcp"
    server.registry.set(key, "SSLCertificateSHA1Hash", bytes.fromhex(thumbprint(OLD)))


@pytest.mark.parametrize(
    ("use", "why"),
    [
        (used_by_binding, "the binding 10.0.0.5:8443"),
        (used_by_winrm, "the listener *+HTTPS of WinRM"),
        (used_by_desktop, "the remote desktop"),
    ],
)
def test_what_is_used_stays(site: Site, use: Callable[[FakeServer], None], why: str) -> None:
    use(site.server)
    result = site.retire()
    assert [(one["state"], one["why"]) for one in result["retired"]] == [("in_use", why)]
    assert (result["changed"], thumbprint(OLD) in site.held(), "old" in site.containers) == (False, True, True)


def test_what_a_mark_names_stays(site: Site) -> None:
    key = f"{KEY}\\{thumbprint(OTHER)}"
    site.server.registry.set(key, "former", encoded([Former("cmdlets", "Default", thumbprint(OLD))]))
    result = site.retire()
    assert [(one["state"], one["why"]) for one in result["retired"]] == [
        ("in_use", "the mark of a run that was cut off")
    ]
    site.server.registry.set(key, "former", "x")
    (told,) = site.retire()["retired"]
    assert (told["state"], told["why"]) == ("in_use", "a mark of a run that was cut off, which cannot be read")
    assert thumbprint(OLD) in site.held()


def test_what_the_cmdlets_name_stays_also_the_one_before(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = retiring.read_state
    assert listed is not None
    entry = type("Listed", (), {"type": "OAuthTokenIssuer", "thumbprint": thumbprint(NEW), "previous": thumbprint(OLD)})
    monkeypatch.setattr(retiring, "read_state", lambda host: type("State", (), {"listed": [entry]}))
    results = {ID: {"thumbprint": thumbprint(NEW)}}
    places = replace(FRONT_END, way="lync")
    done = retire(site.server.host, Retiring(work(places), results, "remove"), shake=site.shake)
    assert [(one.state, one.why) for one in done.retired] == [("in_use", "OAuthTokenIssuer")]


def test_a_key_of_two_certificates_stays(site: Site) -> None:
    twin = certificate(CA, "crm.company.com", ["crm.company.com"], key=rsa_key(2))
    site.server.put("REQUEST", twin, key_info("elsewhere"))
    assert told(site.retire()) == [(thumbprint(OLD), "removed", "shared")]
    assert "old" in site.containers


def test_a_container_of_two_certificates_stays(site: Site) -> None:
    site.server.put("MY", certificate(CA, "x.company.com", ["x.company.com"], key=rsa_key(4)), key_info("OLD"))
    assert told(site.retire()) == [(thumbprint(OLD), "removed", "shared")]
    assert "old" in site.containers


def test_a_key_of_which_nobody_knows_whose_it_is_stays(site: Site) -> None:
    strange = certificate(CA, "y.company.com", ["y.company.com"])
    der = strange.public_bytes(DER)
    site.server.registry.set(f"{STORES}\\MY\\Certificates\\{thumbprint(strange)}", "Blob", blob(der))
    original = retiring.CertificateStores.entries

    def entries(stores: Any, store: str) -> Any:
        return tuple(
            replace(one, certificate=None) if one.thumbprint == thumbprint(strange) else one
            for one in original(stores, store)
        )

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(retiring.CertificateStores, "entries", entries)
        assert told(site.retire()) == [(thumbprint(OLD), "removed", "unknown")]
    assert "old" in site.containers


def test_a_key_that_does_not_go_is_told(site: Site) -> None:
    site.keys_stay = True
    assert told(site.retire()) == [(thumbprint(OLD), "removed", "unknown")]


def test_a_request_that_waited_in_vain_goes_too_and_others_stay(site: Site) -> None:
    waits = certificate(CA, key=rsa_key(5), begin=NOW - timedelta(days=10))
    foreign = certificate(CA, "crm.company.com", ["crm.company.com"], key=rsa_key(6))
    site.server.put("REQUEST", waits, key_info("waits"))
    site.server.put("REQUEST", foreign, key_info("other2"))
    result = site.retire()
    assert [(one["store"], one["thumbprint"], one["key"]) for one in result["retired"]] == [
        ("MY", thumbprint(OLD), "deleted"),
        ("REQUEST", thumbprint(waits), "deleted"),
    ]
    assert (site.held("REQUEST"), site.containers) == ({thumbprint(foreign)}, {"new", "other"})


def test_where_a_use_cannot_be_read_nothing_goes(site: Site) -> None:
    site.server.registry.set("SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", "CurrentVersion", "5.2")
    with pytest.raises(RolloutError, match="which certificates IIS uses cannot be read"):
        site.retire()
    assert thumbprint(OLD) in site.held()


def test_one_that_does_not_go_is_an_error_with_what_went(site: Site) -> None:
    second = certificate(CA, key=rsa_key(7), begin=NOW - timedelta(days=300))
    site.server.put("MY", second, key_info("second"))
    delete = site.server._certutil

    def stuck(words: list[str]) -> tuple[int, str]:
        return (5, "Xyzzy") if words[2] == thumbprint(second) else delete(words)

    site.server._certutil = stuck  # type: ignore[method-assign]
    with pytest.raises(NotRetired, match=f"certificate {thumbprint(second)} is still in the store MY") as caught:
        site.retire()
    assert told(caught.value.result) == [(thumbprint(OLD), "removed", "deleted")]


def test_one_that_lasts_longer_and_came_earlier_is_no_matter_of_its_end(site: Site) -> None:
    longest = certificate(CA, key=rsa_key(8), begin=NOW - timedelta(days=3), days=2000)
    site.server.put("MY", longest, key_info("longest"))
    assert thumbprint(longest) in [one[0] for one in told(site.retire())]
