"""What a template would make of a request, told before a key is made."""

from __future__ import annotations

import pytest
from unit.finding_cases import CA, provoked, templated

IDS = "ocssrv01.company.local/default, ocssrv02.company.local/default"


def test_a_template_that_fits_says_nothing() -> None:
    assert list(templated()) == []


@pytest.mark.parametrize(
    ("code", "severity", "message", "breaks"),
    [
        (
            "template-takes-no-names",
            "error",
            f"the template 'WebServer' of the CA {CA} does not take the names that a request supplies",
            f"{IDS}: the CA denies the request, or issues a certificate without the planned names",
        ),
        (
            "template-lacks-usage",
            "error",
            f"the template 'WebServer' of the CA {CA} gives the usages 1.3.6.1.5.5.7.3.2 and not 1.3.6.1.5.5.7.3.1",
            f"{IDS}: clients refuse a certificate that lacks them, and it would not be installed",
        ),
        (
            "template-wants-longer-key",
            "error",
            f"the template 'WebServer' of the CA {CA} wants keys of 4096 bits at least; planned are 2048",
            f"{IDS}: the CA denies the request (0x80094811)",
        ),
        (
            "template-wants-signatures",
            "error",
            f"the template 'WebServer' of the CA {CA} wants requests signed by 1 others (enrolment agents)",
            f"{IDS}: the CA denies the request (0x80094808)",
        ),
        (
            "template-denies-account",
            "warning",
            f"by the permissions of the template 'WebServer' the account that logs on to the CA {CA} may not enrol",
            f"{IDS}: the CA denies the request (0x80094012)",
        ),
        (
            "requests-wait",
            "note",
            f"requests by 'WebServer' wait for an officer of the CA {CA}: the template asks for the approval of a"
            " certificate manager",
            "",
        ),
        (
            "template-not-known",
            "note",
            f"it is not known of the template 'WebServer' of the CA {CA} how long a key has to be: certutil does not"
            " tell it",
            "",
        ),
    ],
)
def test_what_speaks_against_it(code: str, severity: str, message: str, breaks: str) -> None:
    (found,) = provoked(code)
    assert (found.severity, found.where, found.message, found.breaks) == (severity, CA, message, breaks)


@pytest.mark.parametrize("disposition", [2, 0x101])
def test_a_ca_that_holds_all_requests_back(disposition: int) -> None:
    (found,) = templated(disposition=disposition)
    assert found.code == "requests-wait" and "the CA holds all requests back" in found.message
    assert list(templated(disposition=1)) == []


def test_a_template_that_cannot_be_read_is_no_error() -> None:
    (found,) = templated(problem="access denied", name_flags=None, usages=None, minimum_key=None, may=None)
    assert (found.severity, found.message) == (
        "note",
        f"it is not known of the template 'WebServer' of the CA {CA} what it demands: access denied",
    )


def test_providers_are_for_those_who_ask_by_hand() -> None:
    (found,) = provoked("template-offers-other-providers")
    assert found.severity == "note" and "Microsoft Software Key Storage Provider" in found.message
