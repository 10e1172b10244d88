"""What only a run finds out, with its texts."""

from __future__ import annotations

from unit.finding_cases import provoked


def test_a_ca_that_takes_names_from_attributes() -> None:
    (found,) = provoked("ca-names-from-attributes")
    assert (found.severity, found.where) == ("warning", "ca01\\Company CA")
    assert found.message == (
        "the CA ca01\\Company CA takes subject alternative names from request attributes"
        " (EDITF_ATTRIBUTESUBJECTALTNAME2 is set)"
    )
    assert found.mend.startswith("certutil -setreg policy\\EditFlags -EDITF_ATTRIBUTESUBJECTALTNAME2, then restart")


def test_a_chain_that_ends_elsewhere() -> None:
    (found,) = provoked("root-not-among-trusted")
    assert (found.severity, found.where, found.source) == ("note", "CN=Company CA", "")
    assert found.message.startswith("the chain ends in 'CN=Company CA' (")


def test_a_note_of_a_dns_server_is_told_as_it_is() -> None:
    (found,) = provoked("dns-server")
    assert (found.severity, found.message, found.breaks, found.mend, found.where) == (
        "note",
        "the zone takes updates from anybody",
        "",
        "",
        "",
    )
