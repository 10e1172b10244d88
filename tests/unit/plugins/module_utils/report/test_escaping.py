"""No value can act as Markdown, proved by a parser that others wrote."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ansible_collections.ucops.rollout.plugins.module_utils.report import escaping

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
HOSTILE = [
    "# heading",
    "- item",
    "1. item",
    "1) item",
    "> quoted",
    "---",
    "===",
    "```",
    "~~~",
    "    indented",
    "[text](http://evil.example)",
    "![image](x)",
    "<script>alert(1)</script>",
    "<http://evil.example>",
    "a|b",
    "a\\|b",
    "a\\",
    "\\|",
    "`code`",
    "``",
    "*bold*",
    "__init__",
    "~~gone~~",
    "&lt;b&gt;",
    "line\n# heading",
    "line\r\n\r\n| cell |",
    "[x]: http://evil.example",
    "\u202eevil",
    "\x1b[31mred",
    "$x$",
    "| --- |",
    "<!--",
    "* x",
    "+ x",
    "(c)",
    "-",
    "- -",
    "a - b",
    "",
    " ",
    "`",
    "\u2028# heading",
]
WORDS = st.one_of(st.text(max_size=40), st.lists(st.sampled_from([*HOSTILE, "word"]), max_size=4).map(" ".join))
ALLOWED = {
    "- {}": ["bullet_list_open", "list_item_open", "paragraph_open", "inline", "paragraph_close"]
    + ["list_item_close", "bullet_list_close"],
    "1. {}": ["ordered_list_open", "list_item_open", "paragraph_open", "inline", "paragraph_close"]
    + ["list_item_close", "ordered_list_close"],
    "### {}": ["heading_open", "inline", "heading_close"],
    "{}": ["paragraph_open", "inline", "paragraph_close"],
    "| a | b |\n| --- | --- |\n| {} | end |": ["table_open", "thead_open", "tr_open"]
    + ["th_open", "inline", "th_close"] * 2
    + ["tr_close", "thead_close", "tbody_open", "tr_open"]
    + ["td_open", "inline", "td_close"] * 2
    + ["tr_close", "tbody_close", "table_close"],
}


def _rendered(place: str, shown: str) -> str:
    """The text that a reader sees; fails when anything but text and code came of it."""
    cell = shown.replace("|", "\\|") if place.startswith("|") else shown
    tokens = PARSER.parse(place.replace("{}", cell))
    assert [token.type for token in tokens] == ALLOWED[place]
    inline = [token for token in tokens if token.type == "inline"]
    value = inline[-2] if place.startswith("|") else inline[0]
    if place.startswith("|"):
        assert inline[-1].content == "end"
    assert {child.type for child in value.children or ()} <= {"text", "code_inline"}
    assert not any(re.search(r"://|www\.|@", c.content, re.I) for c in value.children or () if c.type == "text")
    return "".join(child.content for child in value.children or ())


@pytest.mark.parametrize("place", ALLOWED)
@pytest.mark.parametrize("value", HOSTILE)
def test_known_tricks(place: str, value: str) -> None:
    _rendered(place, escaping.text(value))
    _rendered(place, escaping.code(value))


@pytest.mark.parametrize("place", ALLOWED)
@given(value=WORDS)
@example(value="a@b.example www.evil.example HTTP://x")
@example(value="\\ |")
def test_no_value_acts(place: str, value: str) -> None:
    words = value.split()
    shown = "".join(_rendered(place, escaping.text(value)).split())
    # What stands between two backticks becomes code without them; a backslash before a pipe is the one escape, and
    # none where a blank is between them.
    told = "".join(escaping.visible(word).replace("\\|", "\\\\x7c") for word in words)
    assert shown.replace("`", "") == (told.replace("`", "") if words else "–")
    assert "`" in value or shown == (told or "–")
    literal = escaping.visible(value).replace("\\|", "\\\\x7c")
    assert _rendered(place, escaping.code(value)) == (literal if literal.strip() else "–")


@given(value=WORDS)
def test_nothing_invisible_is_left(value: str) -> None:
    assert escaping.text(value).isprintable()
    assert escaping.code(value).isprintable()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("as planned; TTL 3600", "as planned; TTL 3600"),
        ("SRV to ocspool.company.com:5061", "SRV to ocspool.company.com:5061"),
        ("_sipinternaltls._tcp.company.com: no answer", "`_sipinternaltls._tcp.company.com`: no answer"),
        ("see https://evil.example now", "see `https://evil.example` now"),
        ("write to a@b.example", "write to `a@b.example`"),
        ("1. first", "`1`. first"),
        ("- first - last", "`-` first - last"),
        ("(CNAME) it is", "(CNAME) it is"),
        ("two\nlines", "two lines"),
        ("", "–"),
        (443, "443"),
        ("bücher ok", "bücher ok"),
        ("x" * 3000, "x" * 2000 + "…"),
        ("asks sip.<SIP domain> first", "asks `sip.<SIP domain>` first"),
        ("of <default SIP domain>, and <b>", "of `<default SIP domain>`, and `<b>`"),
        ("see a@b.example c@b.example", "see `a@b.example c@b.example`"),
        ("`certutil -view` said: no", "`certutil -view` said: no"),
        ("Choose `Assign it`.", "Choose `Assign it`."),
        ("a lone ` here", "a lone `` ` `` here"),
        ("a|b", "`a|b`"),
    ],
)
def test_text(value: object, shown: str) -> None:
    assert escaping.text(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("ca01.company.local\\Company CA", "`ca01.company.local\\Company CA`"),
        ("a`b|c", "``a`b|c``"),
        ("`a``", "``` `a`` ```"),
        ("a\\|b", "`a\\\\x7cb`"),
        ("\x1b[31m", "`\\x1b[31m`"),
        ("\u202e\U000e0001", "`\\u202e\\U000e0001`"),
        (" x", "`  x `"),
        ("", "–"),
        ("  ", "–"),
    ],
)
def test_code(value: str, shown: str) -> None:
    assert escaping.code(value) == shown


def test_table() -> None:
    assert escaping.table(["a", "b"], [["1", "`2|3`"]]) == ["| a | b |", "| --- | --- |", "| 1 | `2\\|3` |"]


def test_punctuation_after_a_word_in_code_is_the_sentence_s() -> None:
    assert escaping.text("see copied_names, or a_b: say x_y.") == "see `copied_names`, or `a_b`: say `x_y`."
