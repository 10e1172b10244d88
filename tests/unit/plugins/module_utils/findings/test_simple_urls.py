"""Hosts and paths of simple URLs."""

from __future__ import annotations

import pytest
from unit.finding_cases import behind, urls


def test_simple_url_is_pool_name() -> None:
    assert behind("simple-url-is-pool-name", simple_urls=urls(("pool01.contoso.net", "/dialin"))) == ["url 0"]
    assert behind("simple-url-is-pool-name", simple_urls=urls(("pool01.contoso.com", "/dialin"))) == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([("lync.contoso.com", "/Meet"), ("lync.contoso.com", "/meet/dialin")], ["url 1"]),
        ([("lync.contoso.com", "/dialin"), ("lync.contoso.com", "")], ["url 0"]),
        ([("lync.contoso.com", "/a"), ("lync.contoso.com", "/a/b"), ("lync.contoso.com", "/a-b")], ["url 1"]),
        ([("lync.contoso.com", "/a"), ("lync.contoso.com", "/a/b"), ("lync.contoso.com", "/a/c")], ["url 1", "url 2"]),
        ([("lync.contoso.com", "/meet"), ("lync.contoso.com", "/meeting")], []),
        ([("lync.contoso.com", ""), ("lync.contoso.com.au", "")], []),
    ],
)
def test_simple_url_inside_another(given: list[tuple[str, str]], told: list[str]) -> None:
    assert behind("simple-url-inside-another", simple_urls=urls(*given)) == told
