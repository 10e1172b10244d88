"""Policy files for certreq: the rollout's own text, with remarks that reach nothing."""

from __future__ import annotations

import re

from hypothesis import example, given
from unit.exports_hostile import EVERYTHING, HOSTILE
from unit.exports_plans import edge_certificate, exported, lync_certificate, with_certificates
from unit.fakes_windows import parse_inf

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.request_inf import request_inf
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.exports import certreq_inf
from ansible_collections.ucops.rollout.plugins.module_utils.model import certificate_from_plain


def test_certreq_gets_the_text_of_the_rollout_itself() -> None:
    one = lync_certificate()
    ((name, text),) = list(exported(with_certificates(one), "certreq").items())
    assert name == "certificate_fe01.contoso.net_default.inf"
    remarks, _version, policy = text.partition("[Version]")
    assert f"[Version]{policy}".encode() == request_inf(certificate_from_plain(one))
    assert [line[0] for line in remarks.split("\r\n")[:-1]] == [";", ";", ";", ";"]
    assert "; From Windows Server 2008 on, HashAlgorithm = sha256 belongs into [NewRequest].\r\n" in remarks


def test_certreq_learns_of_exportable_keys_and_both_usages() -> None:
    ((_name, text),) = list(exported(with_certificates(edge_certificate()), "certreq").items())
    sections = parse_inf(text)
    assert dict(sections["NewRequest"])["Exportable"] == "TRUE"
    usages = [value for _key, value in sections["EnhancedKeyUsageExtension"]]
    assert usages == ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]
    assert "; CA: public; template: none\r\n" in text
    assert "make its key on edge01.contoso.net, exportable, and carry it over\r\n" in text


@given(issuer=HOSTILE)
@example(EVERYTHING)
def test_no_remark_reaches_a_policy(issuer: str) -> None:
    plain = parse_inf(request_inf(certificate_from_plain(lync_certificate())).decode("ascii"))
    hostile = lync_certificate(issuer={"name": issuer, "ca": ""}, template=None)
    ((_name, text),) = list(exported(with_certificates(hostile), "certreq").items())
    assert parse_inf(text) == plain


@given(authority=HOSTILE, template=HOSTILE)
@example("ca01\\CA; calc", "T")
def test_the_names_of_a_ca_and_of_a_template_are_refused_or_stay_remarks(authority: str, template: str) -> None:
    """They are checked where the plan is read."""
    plain = parse_inf(request_inf(certificate_from_plain(lync_certificate())).decode("ascii"))
    hostile = lync_certificate(issuer={"name": "x", "ca": authority}, template=template)
    try:
        ((_name, text),) = list(exported(with_certificates(hostile), "certreq").items())
    except RolloutError as error:
        assert re.search(r"certificates\[0\]\.(issuer|template): ", str(error))
        return
    assert parse_inf(text) == plain


@given(text=HOSTILE)
@example(EVERYTHING)
def test_a_comment_is_one_line_that_ends_where_it_ends(text: str) -> None:
    written = certreq_inf.comment(text)
    assert re.fullmatch("; ?[ -~]*", written) and not written.endswith("\\")
