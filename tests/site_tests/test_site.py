"""The documentation's pages: whole, without dead links, and usable from files in a browser without a network."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from unit.places import ROOT

from .chromium import Browser
from .pages import Pages

PICTURES = ROOT / "build" / "site-pictures"
# What a person looks at: the start, a module with long tables, a role, a guide with wide tables.
LOOKED_AT = {
    "start": "index.html",
    "overview": "README.html",
    "module": "reference/dns_record_sets_module.html",
    "role": "reference/pool_certificates_role.html",
    "guide": "docs/troubleshooting.html",
    "products": "docs/products.html",
    "first_pool": "docs/guides/first-pool.html",
    "prerequisites": "docs/prerequisites.html",
}
WIDE, NARROW = 1280, 390


@pytest.fixture(scope="session")
def pages(site: Path) -> Pages:
    return Pages(site)


# --- without a browser ----------------------------------------------------------------------------------------------


def names(folder: str, pattern: str) -> list[str]:
    return sorted(path.stem for path in (ROOT / "plugins" / folder).glob(pattern))


def test_every_plugin_and_role_has_a_page(site: Path) -> None:
    wanted = [f"{name}_module" for name in names("modules", "*.py")]
    wanted += [f"{name}_filter" for name in names("filter", "*.yml")]
    wanted += [f"{name}_{kind}" for kind in ("lookup", "inventory") for name in names(kind, "*.py")]
    wanted += [f"{path.name}_role" for path in (ROOT / "roles").iterdir()]
    assert len(wanted) > 80
    assert [name for name in wanted if not (site / "reference" / f"{name}.html").is_file()] == []


def test_every_document_is_a_page_in_the_contents(site: Path, pages: Pages) -> None:
    documents = [
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / name for name in ("README.md", "CHANGELOG.md", "SECURITY.md")),
    ]
    made = {(site / path.relative_to(ROOT)).with_suffix(".html") for path in documents}
    listed = {(site / target.split("#")[0]).resolve() for _tag, target in pages.read[site / "index.html"].links}
    assert sorted(made - listed) == []


def test_the_first_page_leads_to_every_guide(site: Path) -> None:
    body = (site / "index.html").read_text(encoding="utf-8").partition("<article")[2].partition("</article")[0]
    guides = [path.stem for path in (ROOT / "docs" / "guides").glob("*.md") if path.stem != "README"]
    assert len(guides) >= 6 and [name for name in guides if f"docs/guides/{name}.html" not in body] == []


def test_names_at_the_side_are_short(site: Path) -> None:
    """The longest name of a plugin with that of the collection would be broken in its middle."""
    side = (site / "index.html").read_text(encoding="utf-8").partition("<article")[0]
    assert "dns_record_sets module" in side and "ucops.rollout.dns_record_sets" not in side


def test_no_page_shows_an_error_of_the_tools(site: Path) -> None:
    """Beside a table of contents of its own the theme shows one, which the build does not count as a warning."""
    signs = ('class="contents', 'class="system-message', 'class="problematic')
    wrong = [path.name for path in site.rglob("*.html") for sign in signs if sign in path.read_text(encoding="utf-8")]
    assert wrong == []


def test_no_link_is_dead(pages: Pages) -> None:
    inside = [target for _path, _tag, target in pages.links if not urlsplit(target).scheme]
    assert len(inside) > 5000
    assert pages.dead() == []


def test_nothing_is_loaded_from_elsewhere(pages: Pages) -> None:
    loaded = {
        target for _path, tag, target in pages.links if tag != "a" and urlsplit(target).scheme not in ("", "data")
    }
    assert loaded == set()


def test_links_of_documents_do_not_leave_for_what_is_a_page(pages: Pages) -> None:
    repository = "https://github.com/ucops/rollout/blob/main/"
    away = {target.removeprefix(repository) for _path, _tag, target in pages.links if target.startswith(repository)}
    here = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert {target for target in away if target.split("#")[0] in here and "how-to-report" not in target} == set()


def test_dead_links_are_seen(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<a href="b.html#there">x</a><a href="b.html#gone">x</a><a href="c.html">x</a>')
    (tmp_path / "b.html").write_text(
        '<p id="there"><a href="#there">x</a><a href="https://x.test/">x</a><a href="../e">'
    )
    assert Pages(tmp_path).dead() == ["a.html: b.html#gone", "a.html: c.html", "b.html: ../e"]


# --- in a browser ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("name", LOOKED_AT)
def test_page_opens_and_does_not_scroll_sideways(site: Path, browser: Browser, name: str, width: int) -> None:
    browser.open((site / LOOKED_AT[name]).as_uri(), width=width)
    assert browser.value("document.querySelector('article h1').innerText")
    PICTURES.mkdir(exist_ok=True)
    browser.picture(PICTURES / f"{name}-{width}.png")
    assert browser.value("document.documentElement.scrollWidth") <= width
    outside = browser.value(OUTSIDE)
    assert outside == [], f"{name} at {width}"


# What of the article lies beyond the window and is not in an element that scrolls by itself.
OUTSIDE = """
[...document.querySelectorAll('article *')].filter(each => {
  if (each.getBoundingClientRect().right <= window.innerWidth + 1 || !each.innerText) return false;
  for (let above = each; above && above.tagName !== 'ARTICLE'; above = above.parentElement)
    if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(above).overflowX)) return false;
  return true;
}).map(each => each.tagName + ' ' + each.innerText.slice(0, 40))
"""


# Of every text in the tables of options: the least contrast with what is behind it (WCAG 2, 1 to 21).
CONTRAST = """
(() => {
  const parts = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = colour => parts(colour).slice(0, 3).map(part => part / 255)
    .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
  const behind = each => {
    while (each && (parts(getComputedStyle(each).backgroundColor)[3] ?? 1) < 1) each = each.parentElement;
    return each ? getComputedStyle(each).backgroundColor : 'rgb(255, 255, 255)';
  };
  return Math.min(...[...document.querySelectorAll('.ansible-option-table p, .ansible-option-table span')]
    .filter(each => each.innerText.trim()).map(each => {
      const both = [light(getComputedStyle(each).color), light(behind(each))].sort((a, b) => a - b);
      return (both[1] + 0.05) / (both[0] + 0.05);
    }));
})()
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_options_can_be_read_by_day_and_by_night(site: Path, browser: Browser, scheme: str) -> None:
    browser.prefer(scheme)
    browser.open((site / LOOKED_AT["module"]).as_uri())
    browser.value("document.querySelector('.ansible-option-table').scrollIntoView({behavior: 'instant'})")
    browser.picture(PICTURES / f"options-{scheme}.png")
    least = browser.value(CONTRAST)
    browser.prefer("light")
    assert least >= 3.0, scheme


@pytest.mark.parametrize(
    ("term", "page"),
    [
        ("replication", "docs/troubleshooting.html"),
        ("certificate_revoke", "reference/certificate_revoke_module.html"),
        ("pool_dns_replace", "reference/pool_dns_role.html"),
        ("watch.sh", "docs/guides/renew-everything.html"),
    ],
)
def test_search_finds_a_term(site: Path, browser: Browser, term: str, page: str) -> None:
    browser.open(f"{(site / 'search.html').as_uri()}?q={term}")
    found = browser.wait_for("[...document.querySelectorAll('#search-results li a')].map(each => each.href)")
    browser.wait_for("/finished|found/.test(document.querySelector('#search-results').innerText)")
    found = browser.value("[...document.querySelectorAll('#search-results li a')].map(each => each.href)")
    assert any(address.startswith((site / page).as_uri()) for address in found), found


def test_the_field_of_search_leads_there(site: Path, browser: Browser) -> None:
    browser.open((site / "index.html").as_uri())
    browser.value("document.querySelector('.sidebar-search').value = 'thumbprint'")
    # Later, so that the answer to this comes before the page is left.
    browser.value("void setTimeout(() => document.querySelector('.sidebar-search-container').submit(), 50)")
    assert browser.wait_for("document.querySelectorAll('#search-results li a').length > 10")


def test_browser_asked_for_files_alone_and_complained_of_nothing(site: Path, browser: Browser) -> None:
    """After all of the above, in this order."""
    browser.open((site / "index.html").as_uri())
    asked = {urlsplit(address).scheme for address in browser.requested}
    assert "file" in asked and asked <= {"file", "data", "about"}, browser.requested
    assert browser.complaints == []
