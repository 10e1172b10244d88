"""Names: made uniform, refused with a reason, cut at zones."""

from __future__ import annotations

import pytest
from hypothesis import given
from unit import strategies

from ansible_collections.ucops.rollout.plugins.module_utils import names

LABEL_63 = "a" * 63
NAME_253 = ".".join([LABEL_63, LABEL_63, LABEL_63, "b" * 61])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ocspool.company.local", "ocspool.company.local"),
        ("OCSPool.Company.LOCAL", "ocspool.company.local"),
        ("ocspool.company.local.", "ocspool.company.local"),
        ("1st-pool.company.local", "1st-pool.company.local"),
        ("xn--bcher-kva.example.com", "xn--bcher-kva.example.com"),
        (f"{LABEL_63}.com", f"{LABEL_63}.com"),
        (NAME_253, NAME_253),
        (NAME_253 + ".", NAME_253),
    ],
)
def test_fqdn_is_made_uniform(text: str, expected: str) -> None:
    assert names.fqdn(text) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the name is empty"),
        (".", "has an empty label"),
        ("a..b", "has an empty label"),
        (".company.com", "has an empty label"),
        ("company.com..", "has an empty label"),
        ("ocspool", "is a single label"),
        ("ocspool.", "is a single label"),
        ("ocs_pool.company.local", "holds an underscore"),
        ("_sip._tls.company.com", "holds an underscore"),
        ("-pool.company.com", "is no label of a host name"),
        ("pool-.company.com", "is no label of a host name"),
        ("po ol.company.com", "holds a space or a control character"),
        (" pool.company.com", "holds a space or a control character"),
        ("pool.company.com\n", "holds a space or a control character"),
        ("pool.company.com\x00", "holds a space or a control character"),
        ("*.company.com", "is a wildcard"),
        ("pool.*.com", "is a wildcard"),
        ("büro.company.com", "holds 'ü'"),
        ("\u212aelvin.company.com", "holds '\u212a'"),
        ("a.b\u3002com", "holds '\u3002'"),
        (f"a{LABEL_63}.com", "a label of"),
        (NAME_253 + "b", "the name has 254 characters"),
        ("10.0.0.1", "is an address, not a name"),
        ("pool.company.com/path", "is no label of a host name"),
        ("pool.company.com';drop", "is no label of a host name"),
        ('pool".company.com', "is no label of a host name"),
        ("pool%PATH%.company.com", "is no label of a host name"),
        ("pool<x>.company.com", "is no label of a host name"),
    ],
)
def test_what_is_no_host_name_is_refused(text: str, said: str) -> None:
    with pytest.raises(names.BadName) as refused:
        names.fqdn(text)
    assert said in refused.value.what
    assert refused.value.mend


def test_unicode_is_refused_with_the_reason() -> None:
    with pytest.raises(names.BadName) as refused:
        names.fqdn("büro.company.com")
    assert str(refused.value) == (
        "'büro.company.com' holds 'ü', and OCS, Lync and Skype for Business take only the letters a to z, digits and"
        " hyphens; internationalised names are not supported. Use a name in plain ASCII"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Company.com.", "company.com"),
        ("company", "company"),
        ("_sipinternaltls._tcp.company.com", "_sipinternaltls._tcp.company.com"),
    ],
)
def test_zone(text: str, expected: str) -> None:
    assert names.zone(text) == expected


@pytest.mark.parametrize("text", ["", ".", "a_b.com", "sip._tls.company.com", "_.company.com", "_-a.com", "__a.com"])
def test_no_zone(text: str) -> None:
    with pytest.raises(names.BadName):
        names.zone(text)


@pytest.mark.parametrize(
    ("text", "expected"), [("@", "@"), ("WWW", "www"), ("a.b", "a.b"), ("_sip._tls", "_sip._tls"), ("_sip", "_sip")]
)
def test_relative(text: str, expected: str) -> None:
    assert names.relative(text) == expected


def test_parts() -> None:
    assert names.parent("ocspool.company.local") == "company.local"
    assert names.parent("local") == ""
    assert names.first_label("ocspool.company.local") == "ocspool"
    assert names.service_domain("_sipinternaltls._tcp.company.com") == "company.com"
    assert names.service_domain("company.com") == "company.com"


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("pool.company.com", "company.com"),
        ("company.com", "company.com"),
        ("pool.emea.company.com", "emea.company.com"),
        ("a.b.emea.company.com", "emea.company.com"),
        ("pool.apac.company.com", "company.com"),
        ("_sipinternaltls._tcp.pin.com", "_sipinternaltls._tcp.pin.com"),
        ("pool.pin.com", None),
        ("mycompany.com", None),
        ("pool.mycompany.com", None),
        ("com", None),
    ],
)
def test_a_name_belongs_to_the_longest_suffix(name: str, zone: str | None) -> None:
    index = names.ZoneIndex(["company.com", "emea.company.com", "_sipinternaltls._tcp.pin.com"])
    assert index.find(name) == zone


@pytest.mark.parametrize(
    ("name", "zone", "owner"),
    [
        ("pool.company.com", "company.com", "pool"),
        ("company.com", "company.com", "@"),
        ("_sipinternaltls._tcp.company.com", "company.com", "_sipinternaltls._tcp"),
        ("a.b.company.com", "company.com", "a.b"),
    ],
)
def test_owner(name: str, zone: str, owner: str) -> None:
    assert names.owner_in(name, zone) == owner
    assert names.in_zone(owner, zone) == name


def test_owner_outside_its_zone() -> None:
    with pytest.raises(names.BadName, match="does not lie in the zone"):
        names.owner_in("mycompany.com", "company.com")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("company.com", ()),
        ("sip.company.com", ("sip.company.com",)),
        ("_sip._tcp.a.company.com", ("a.company.com", "_tcp.a.company.com", "_sip._tcp.a.company.com")),
    ],
)
def test_names_down_to_an_owner(name: str, expected: tuple[str, ...]) -> None:
    assert names.down_to(name, "company.com") == expected


@given(strategies.fqdns())
def test_uniform_names_stay_as_they_are(name: str) -> None:
    assert names.fqdn(name) == name
    assert names.fqdn(name.upper() + ".") == name


@given(strategies.fqdns(), strategies.fqdns())
def test_owner_and_zone_make_the_name_again(left: str, zone: str) -> None:
    name = f"{left}.{zone}"
    assert f"{names.owner_in(name, zone)}.{zone}" == name
    assert names.ZoneIndex([zone]).find(name) == zone


@pytest.mark.parametrize(
    ("pattern", "name", "any_client", "sip_client"),
    [
        ("meet.company.com", "meet.company.com", True, True),
        ("*.company.com", "meet.company.com", True, False),
        ("*.company.com", "*.company.com", True, True),
        ("*.company.com", "a.meet.company.com", False, False),
        ("*.company.com", "company.com", False, False),
        ("meet*.company.com", "meet1.company.com", False, False),
        ("*", "company", False, False),
        ("*.", "company", False, False),
    ],
)
def test_what_a_name_of_a_certificate_covers(pattern: str, name: str, any_client: bool, sip_client: bool) -> None:
    assert names.covers(pattern, name) is any_client
    assert names.covers(pattern, name, wildcards=False) is sip_client


@pytest.mark.parametrize("name", ["ocspool.company.com", "OCSPOOL.Company.com", "ocspool.company.com."])
def test_names_to_compare(name: str) -> None:
    assert names.comparable(name) == "ocspool.company.com"


@pytest.mark.parametrize(
    ("text", "network", "zone"),
    [
        ("10.0.0.0/24", "10.0.0.0/24", "0.0.10.in-addr.arpa"),
        ("10.0.0.0/8", "10.0.0.0/8", "10.in-addr.arpa"),
        ("192.168.0.0/16", "192.168.0.0/16", "168.192.in-addr.arpa"),
        ("10.0.0.7/32", "10.0.0.7/32", "7.0.0.10.in-addr.arpa"),
        ("2001:DB8::/32", "2001:db8::/32", "8.b.d.0.1.0.0.2.ip6.arpa"),
        ("fd00:1::/36", "fd00:1::/36", "0.1.0.0.0.0.0.d.f.ip6.arpa"),
    ],
)
def test_network_and_its_reverse_zone(text: str, network: str, zone: str) -> None:
    assert (names.network(text), names.reverse_zone(names.network(text))) == (network, zone)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("10.0.0.0", "'10.0.0.0' is no network. Write it as in 10.0.0.0/24"),
        ("10.0.0.0/255.0.0.0", "'10.0.0.0/255.0.0.0' is no network. Write it as in 10.0.0.0/24"),
        ("10.0.0.0/08", "'10.0.0.0/08' is no network. Write it as in 10.0.0.0/24"),
        ("10.0.0.0/33", "'10.0.0.0/33' is no network. Write it as in 10.0.0.0/24"),
        ("fe80::%1/64", "'fe80::%1/64' is no network. Write it as in 10.0.0.0/24"),
        ("\u0661.0.0.0/8", "'\u0661.0.0.0/8' is no network. Write it as in 10.0.0.0/24"),
        ("10.0.0.9/24", "'10.0.0.9/24' is an address in the network 10.0.0.0/24. Write 10.0.0.0/24"),
        (
            "10.0.0.128/25",
            "10.0.0.128/25 does not end at a whole octet, where a reverse zone does. Write 10.0.0.0/24, or leave it out"
            " where only a part of that zone is yours (RFC 2317)",
        ),
        (
            "10.0.16.0/20",
            "10.0.16.0/20 does not end at a whole octet, where a reverse zone does. Write 10.0.0.0/16, or the networks"
            " of /24 that it is made of",
        ),
        (
            "0.0.0.0/0",
            "0.0.0.0/0 does not end at a whole octet, where a reverse zone does. Write the networks of /8 that it is"
            " made of",
        ),
        (
            "2001:db8::/33",
            "2001:db8::/33 does not end at a whole hexadecimal digit, where a reverse zone does. Write 2001:db8::/32,"
            " or the networks of /36 that it is made of",
        ),
    ],
)
def test_network_without_a_reverse_zone_of_its_own(text: str, told: str) -> None:
    with pytest.raises(names.BadName) as caught:
        names.network(text)
    assert str(caught.value) == told


def test_owner_of_a_pointer() -> None:
    assert names.reverse_name("10.0.0.11") == "11.0.0.10.in-addr.arpa"
    assert names.reverse_name("2001:db8::1") == "1.0.0.0." + "0." * 20 + "8.b.d.0.1.0.0.2.ip6.arpa"
