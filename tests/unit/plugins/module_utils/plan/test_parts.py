"""Which parts of a rollout tags name."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.plan.parts import (
    PARTS,
    halves_of,
    parts_of,
    refuse_misspelt_tags,
)


@pytest.mark.parametrize(
    ("run_tags", "skip_tags", "parts"),
    [
        (["all"], [], ("plan", "dns", "certificates", "assign", "verify", "report")),
        (["tagged"], [], ("plan", "dns", "certificates", "assign", "verify", "report")),
        (["plan"], [], ("plan",)),
        (["dns"], [], ("plan", "dns")),
        (["report", "certificates", "dns"], [], ("plan", "dns", "certificates", "report")),
        (["all"], ["verify"], ("plan", "dns", "certificates", "assign", "report")),
        (["dns", "verify"], ["verify"], ("plan", "dns")),
        (["dns"], ["dns"], ("plan",)),
        (["dns", "other"], ["another"], ("plan", "dns")),
        # A tag that leaves out the plan.
        (["monitoring"], [], ()),
        (["always"], [], ()),
        # A slip is not nothing: whoever makes the plan refuses it.
        (["certficates"], [], ("plan",)),
        (["dsn"], [], ("plan",)),
        (["untagged"], [], ()),
        ([], [], ()),
        (["all"], ["plan"], ()),
        (["dns"], ["plan"], ()),
        (["all"], ["all"], ()),
        (["all"], ["tagged"], ()),
    ],
)
def test_parts_of_tags(run_tags: list[str], skip_tags: list[str], parts: tuple[str, ...]) -> None:
    assert parts_of(run_tags, skip_tags) == parts


def test_parts_that_the_playbook_lacks_are_not_done() -> None:
    of = ("plan", "verify", "report")
    assert parts_of(["all"], of=of) == ("plan", "verify", "report")
    assert parts_of(["verify", "dns"], of=of) == ("plan", "verify")
    assert parts_of(["dns"], of=of) == ()


@pytest.mark.parametrize(
    ("parts", "halves"),
    [
        (PARTS, ("records", "certificates")),
        (("plan", "dns", "verify"), ("records",)),
        (("plan", "certificates"), ("certificates",)),
        (("plan", "assign"), ("certificates",)),
        (("plan", "verify", "report"), ()),
    ],
)
def test_halves_that_parts_roll_out(parts: tuple[str, ...], halves: tuple[str, ...]) -> None:
    assert halves_of(parts) == halves


def test_a_slip_of_a_tag_is_refused_with_what_was_meant() -> None:
    with pytest.raises(RolloutError) as refused:
        refuse_misspelt_tags(["dns", "certficates", "monitoring"], ["dsn"])
    assert str(refused.value) == (
        "--tags: there is no tag 'certficates', did you mean 'certificates'?; --skip-tags: there is no tag 'dsn', did"
        " you mean 'dns'? The parts of a run are plan, dns, certificates, assign, verify, report. Nothing was touched"
    )


def test_tags_of_ours_of_ansible_and_of_a_larger_playbook_pass() -> None:
    refuse_misspelt_tags([*PARTS, "all", "tagged", "untagged", "always", "never"], ["dnsmasq", "deploy", "web", "ca"])
