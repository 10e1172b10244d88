from __future__ import annotations

import struct

import pytest
from hypothesis import given
from unit.damage import torn
from unit.fakes_windows import DER, STORES, FakeServer, authority, blob, certificate, key_info, thumbprint

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.fit import PrivateKey
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import (
    ENTERPRISE,
    GROUP_POLICY,
    CertificateStores,
    parse_blob,
    parse_key_info,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import KeyContent, ValueTooLarge

CA = authority()
HELD = certificate(CA)
NAME = thumbprint(HELD)
DER_OF_IT = HELD.public_bytes(DER)


def test_a_blob_with_everything():
    entry = parse_blob(blob(DER_OF_IT, key_info("le-1"), "OCS Front End"), name=NAME.lower(), where="test")
    assert entry.thumbprint == NAME
    assert entry.certificate and entry.certificate.common_name == "ocspool.company.local"
    assert entry.friendly_name == "OCS Front End"
    assert entry.key == PrivateKey("le-1", "Microsoft RSA SChannel Cryptographic Provider", 12, 0x20, 1)


def test_a_blob_without_a_key():
    assert parse_blob(blob(DER_OF_IT), name=NAME, where="test").key is None


def test_a_key_storage_provider():
    info = key_info("k", provider="Microsoft Software Key Storage Provider", kind=0, spec=0)
    key = parse_key_info(info, "test")
    assert (key.is_legacy, key.is_machine, key.provider) == (False, True, "Microsoft Software Key Storage Provider")


def test_a_provider_by_default_has_no_name():
    info = struct.pack("<7I", 28, 0, 1, 0x20, 0, 0, 1) + "k\0".encode("utf-16-le")
    assert parse_key_info(info, "test") == PrivateKey("k", "", 1, 0x20, 1)


@pytest.mark.parametrize(
    "garbled",
    [
        b"",
        blob(DER_OF_IT)[:-1],
        blob(DER_OF_IT)[:7],
        blob(DER_OF_IT) + b"\0",
        blob(certificate(CA).public_bytes(DER)),
        blob(DER_OF_IT, b"short"),
        blob(DER_OF_IT, struct.pack("<7I", 4, 0, 12, 0, 0, 0, 1)),
        blob(DER_OF_IT, struct.pack("<7I", 9999, 0, 12, 0, 0, 0, 1)),
        blob(DER_OF_IT, struct.pack("<7I", 28, 0, 12, 0, 0, 0, 1) + b"\x00\xd8"),
        struct.pack("<III", 0x03, 1, 20) + bytes(20),
    ],
)
def test_garbled_raises_and_never_means_empty(garbled):
    with pytest.raises(RolloutError):
        parse_blob(garbled, name=NAME, where="ocssrv01: MY store")


@given(torn(blob(DER_OF_IT, key_info(), "OCS Front End"), [bytes(8), b"\xff" * 8, b"\x00\xd8"]))
def test_a_torn_blob_holds_this_certificate_or_raises(data):
    try:
        entry = parse_blob(data, name=NAME, where="test")
    except RolloutError as error:
        str(error).encode("utf-8")
    else:
        assert entry.certificate and entry.certificate.der == DER_OF_IT


def test_a_certificate_of_a_strange_kind_is_no_error():
    strange = b"\x30\x03\x02\x01\x05"
    import hashlib

    name = hashlib.sha1(strange).hexdigest().upper()
    entry = parse_blob(blob(strange), name=name, where="test")
    assert entry.certificate is None
    assert "not a certificate that can be read" in entry.problem


def test_only_the_blobs_asked_for_are_read():
    server = FakeServer()
    first = server.put("MY", HELD)
    server.put("MY", certificate(CA, "other"))
    stores = CertificateStores(server.registry, "ocssrv01")
    assert len(stores.thumbprints("MY")) == 2
    assert server.registry.reads == []
    assert [entry.thumbprint for entry in stores.entries("MY", [first, "0" * 40])] == [first]
    assert server.registry.reads == [f"{STORES}\\MY\\Certificates\\{first}"]


def test_roots_from_all_places():
    server = FakeServer()
    roots = [authority(name, number=110 + index).certificate for index, name in enumerate("ABCD")]
    for root, (location, store) in zip(
        roots, [(STORES, "Root"), (GROUP_POLICY, "Root"), (ENTERPRISE, "Root"), (STORES, "AuthRoot")], strict=True
    ):
        server.put(store, root, location=location)
    stores = CertificateStores(server.registry, "ocssrv01")
    assert stores.effective_thumbprints("Root") == {thumbprint(root) for root in roots}
    assert stores.effective_thumbprints("CA") == set()
    assert server.registry.reads == []


def test_each_root_once_for_each_place_that_it_lies_in():
    server = FakeServer()
    server.put("Root", CA.certificate)
    server.put("Root", CA.certificate, location=GROUP_POLICY)
    server.put("Root", HELD, location=ENTERPRISE)
    server.put("AuthRoot", HELD)
    server.put("CA", HELD)
    root, found = thumbprint(CA.certificate), CertificateStores(server.registry, "ocssrv01").roots()
    assert [(place, str(entry.thumbprint)) for place, entry in found] == [
        ("SOFTWARE\\Microsoft\\EnterpriseCertificates\\Root", NAME),
        ("SOFTWARE\\Policies\\Microsoft\\SystemCertificates\\Root", root),
        ("SOFTWARE\\Microsoft\\SystemCertificates\\Root", root),
        ("SOFTWARE\\Microsoft\\SystemCertificates\\AuthRoot", NAME),
    ]


def test_a_store_that_is_not_there_is_empty():
    assert CertificateStores(FakeServer().registry, "ocssrv01").entries("MY") == ()


def test_a_certificate_that_is_too_large_is_named_and_passed_over():
    server = FakeServer()
    large = ValueTooLarge("the value is larger than what the host sends", where="HKLM", mend="Raise it")
    name = "AB" * 20
    for store, place in (("MY", STORES), ("CA", STORES), ("Root", GROUP_POLICY)):
        server.registry.set(f"{place}\\{store}\\Certificates\\{name}", "Blob", large)
    held = server.put("MY", HELD)
    server.put("Root", CA.certificate)
    stores = CertificateStores(server.registry, "ocssrv01")
    found = {entry.thumbprint: entry for entry in stores.entries("MY")}
    assert set(found) == {name, held}
    assert found[name].certificate is None and found[name].too_large
    assert found[name].problem == "the value is larger than what the host sends. Raise it"
    assert [one.common_name for one in stores.authorities()] == ["Company CA"]
    with pytest.raises(ValueTooLarge):
        stores.entry("MY", name)


def counting(server: FakeServer) -> list[str]:
    """The keys of every question from now on, a list for each."""
    asked: list[list[str]] = []
    read = server.registry.branches
    server.registry.branches = lambda wanted: asked.append([one.key for one in wanted]) or read(wanted)
    return asked


def test_whether_a_root_counts_is_one_question():
    server = FakeServer()
    root, other = (authority(name, number=114 + index).certificate for index, name in enumerate("EF"))
    server.put("Root", root, location=ENTERPRISE)
    server.put("AuthRoot", other, location=STORES)
    asked = counting(server)
    stores = CertificateStores(server.registry, "ocssrv01")
    assert stores.counts("Root", thumbprint(root)) is True
    assert stores.counts("Root", thumbprint(other)) is True
    assert stores.counts("CA", thumbprint(root)) is False
    assert [len(keys) for keys in asked] == [4, 4, 3]


def test_at_once_asks_once_for_what_matters_and_for_strange_authorities_only_where_they_are_needed():
    server = FakeServer()
    held, waiting = server.put("MY", HELD), server.put("REQUEST", certificate(CA, "waiting"))
    server.put("Root", CA.certificate, location=ENTERPRISE)
    strange = authority("Strange", number=117).certificate
    server.put("Root", strange)
    asked = counting(server)
    stores = CertificateStores(server.registry, "ocssrv01").at_once()
    assert stores.thumbprints("MY") == (held,)
    assert [entry.thumbprint for entry in stores.entries("REQUEST")] == [waiting]
    assert stores.entry("MY", held).certificate.common_name == "ocspool.company.local"
    assert [entry.thumbprint for entry in stores.entries("MY", [held, "0" * 40])] == [held]
    assert stores.entry("REQUEST", held) is None
    assert stores.effective_thumbprints("Root") == {thumbprint(CA.certificate), thumbprint(strange)}
    assert stores.effective_thumbprints("CA") == stores.effective_thumbprints("Disallowed") == frozenset()
    authorities = stores.authorities()
    assert next(authorities).common_name == "Company CA"
    assert len(asked) == 1
    assert [one.common_name for one in authorities] == ["Strange"]
    assert asked[1:] == [[f"{STORES}\\CA\\Certificates"], [f"{STORES}\\Root\\Certificates"]]


def test_at_once_does_not_show_what_comes_later_and_a_new_one_does():
    server = FakeServer()
    stores = CertificateStores(server.registry, "ocssrv01")
    before = stores.at_once()
    assert before.thumbprints("MY") == ()
    name = server.put("MY", HELD)
    assert before.thumbprints("MY") == ()
    assert stores.thumbprints("MY") == stores.at_once().thumbprints("MY") == (name,)


def test_a_blob_that_was_read_in_part_is_read_once_more_by_itself():
    server = FakeServer()
    name = server.put("MY", HELD)
    read = server.registry.branches

    def cut_off(wanted):
        for content in read(wanted):
            below = {key: {"Blob": values["Blob"][:-7]} for key, values in content.below.items()}
            yield KeyContent(content.values, below)

    server.registry.branches = lambda wanted: tuple(cut_off(wanted))
    (entry,) = CertificateStores(server.registry, "ocssrv01").entries("MY")
    assert entry.thumbprint == name
    server.registry.set(f"{STORES}\\MY\\Certificates\\{name}", "Blob", b"")
    with pytest.raises(RolloutError):
        CertificateStores(server.registry, "ocssrv01").entries("MY")
