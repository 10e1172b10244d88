"""What is said of the rules of Office Communications Server 2007: of each rule, and of nothing else."""

from __future__ import annotations

from unit.rule_rows import rows_of_no_rule, rules_without_row

from ansible_collections.ucops.rollout.plugins.module_utils.products.ocs2007 import PRODUCT
from ansible_collections.ucops.rollout.plugins.module_utils.products.ocs2007_sources import PURPOSES, SOURCES, STATED


def test_every_row_belongs_to_a_rule() -> None:
    assert rows_of_no_rule(SOURCES, PRODUCT) == set()


def test_every_rule_has_a_row() -> None:
    assert rules_without_row(SOURCES, PRODUCT) == set()


def test_who_says_so_is_told_of_what_has_a_purpose_and_of_nothing_else() -> None:
    purposes = {rule for rules in PURPOSES for rule in rules.split()}
    assert purposes == {rule for rules in STATED for rule in rules.split()}


def test_an_endpoint_has_what_is_said_of_its_record() -> None:
    said = {rule.key: (rule.purpose, rule.source, rule.mark) for rule in PRODUCT.rules()}
    assert "mediation" not in SOURCES
    assert (
        said["mediation"]
        == said["server-address"]
        == (
            "the server's own name; a domain member registers it itself",
            "inferred from the MTLS connections between servers by their own names",
            "I",
        )
    )


def test_the_origin_s_record_of_automatic_sign_in() -> None:
    said = SOURCES.of("sign-in-tls")
    assert (said["id"], said["mark"]) == ("ocs2007.sign-in-tls", "C")
    assert said["purpose"] == "automatic sign-in over TLS of the SIP domain's users"
    assert said["breaks"] == "automatic sign-in: clients do not find the server by the user's address"
