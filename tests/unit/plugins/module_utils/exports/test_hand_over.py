"""What of a plan can be handed over, what was left out, and what cannot be written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from unit.exports_plans import origin_plan, wide_plan
from unit.finding_cases import many_sip_domains, plan_of
from unit.topologies import origin_with

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.exports.export import CERTIFICATE_FORMATS, export_plan
from ansible_collections.ucops.rollout.plugins.module_utils.exports.hand_over import hand_over
from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan, plan_from_plain

ORIGIN: Plan = plan_from_plain(origin_plan())


def endings(files: Any) -> set[str]:
    return {name.rpartition(".")[2] for name in files}


def test_everything_that_can_be_written() -> None:
    made = hand_over(ORIGIN, "all")
    assert made.files == export_plan(ORIGIN, "all")
    assert (made.refused, made.failure) == ((), "")


# Left out


def test_the_records_of_the_zones_team_are_exported_by_default() -> None:
    made = hand_over(plan_from_plain(wide_plan()), "csv", view="external")
    assert "131.107.155.10" in made.files["dns_records.csv"]
    assert made.left_out == (
        "zones that were not chosen: contoso.net (internal), _sipinternaltls._tcp.contoso.com (internal),"
        " empty.com (internal)",
    )


@pytest.mark.parametrize(
    ("managed", "left_out"),
    [
        (
            "ours",
            (
                "1 record set that domain members register themselves (registered_elsewhere): comments, and not in the"
                " table",
                "1 record set of another team (other_team): comments, and not in the table",
            ),
        ),
        (
            "other_team",
            (
                "5 record sets of ours (ours): comments, and not in the table",
                "1 record set that domain members register themselves (registered_elsewhere): comments, and not in the"
                " table",
            ),
        ),
        ("all", ()),
    ],
)
def test_whose_records_are_left_out(managed: str, left_out: tuple[str, ...]) -> None:
    assert hand_over(plan_from_plain(wide_plan()), "csv", managed=managed).left_out == left_out


def test_nothing_is_left_out_of_certificates() -> None:
    assert hand_over(plan_from_plain(wide_plan()), list(CERTIFICATE_FORMATS)).left_out == ()


# Refused


def test_a_certificate_with_too_many_names_is_not_written_and_all_else_is() -> None:
    plan = plan_of(many_sip_domains(60))
    made = hand_over(plan, "all")
    assert endings(made.files) == {"zone", "records", "cmd", "ps1", "csv"}
    assert [one.partition(" take ")[0] for one in made.refused] == [
        "certificate ocssrv01.company.local/default: the 122 names of ocssrv01.company.local/default",
        "certificate ocssrv02.company.local/default: the 122 names of ocssrv02.company.local/default",
    ]
    assert made.failure.startswith("this could not be exported\n- certificate ocssrv01.company.local/default: ")
    assert made.failure.endswith(f"\nIn the folder: {len(made.files)} files that could be written")


def test_records_with_errors_are_not_written_and_certificates_are() -> None:
    plan = plan_of(origin_with({"dns.internal.zones": [{"name": "company.local"}]}))
    made = hand_over(plan, ["csv", "bind", "certreq"])
    assert endings(made.files) == {"inf"}
    assert made.refused[0] == (
        "csv, bind: sip_domains[1]: 'ocspool.company.com' fits none of the declared internal zones. Declare its zone"
        " under dns.internal.zones, such as {name: company.com} [name-without-zone]"
    )


def test_one_certificate_that_a_format_refuses() -> None:
    """Behind the planner's back: the other certificate's file is written."""
    bad = replace(ORIGIN.certificates[0], key=replace(ORIGIN.certificates[0].key, key_usage=("to_open_doors",)))
    plan = replace(ORIGIN, certificates=(bad, ORIGIN.certificates[1]))
    made = hand_over(plan, ["openssl", "csv"])
    assert list(made.files) == ["certificate_ocssrv02.company.local_default.cnf", "dns_records.csv"]
    assert made.refused == (
        "certificate ocssrv01.company.local/default (openssl): 'to_open_doors' is no usage of a key. Choose from"
        " digital_signature, content_commitment, key_encipherment, data_encipherment, key_agreement",
    )


def test_one_record_that_no_format_takes() -> None:
    bad = replace(ORIGIN.records[0], name="a b", fqdn="a b.company.local")
    made = hand_over(replace(ORIGIN, records=(bad, *ORIGIN.records[1:])), "csv")
    assert "a b" not in made.files["dns_records.csv"] and "ocspool" in made.files["dns_records.csv"]
    assert [one.partition(": ")[0] for one in made.refused] == ["record a b.company.local A (csv)"]


def test_two_certificates_whose_files_would_be_one() -> None:
    made = hand_over(replace(ORIGIN, certificates=(ORIGIN.certificates[0],) * 2), "certreq")
    assert made.files == {}
    assert made.refused == (
        "certreq: two certificates would have files called 'certificate_ocssrv01.company.local_default'",
    )
    assert made.failure.endswith("\nNo file is left")


def test_a_wrong_wish_is_no_hand_over() -> None:
    with pytest.raises(RolloutError, match="there is no format 'xml'"):
        hand_over(ORIGIN, "xml")
    with pytest.raises(RolloutError, match="there is no zone"):
        hand_over(ORIGIN, "csv", zone="elsewhere.test")
