"""Which parts of a rollout tags name."""

from __future__ import annotations

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.plan.parts import PARTS, halves_of, parts_of


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
        (["certificate"], [], ()),
        (["always"], [], ()),
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
