"""Texts that mean something to one of the languages of the exports, and any others."""

from __future__ import annotations

from hypothesis import strategies as st

_KNOWN = [
    'a" & calc & "',
    "%COMSPEC%",
    "%~",
    "%%1",
    "$(calc)",
    "$ENV::PATH",
    "${x}",
    "`calc`",
    "a; calc",
    "x\r\ncalc",
    "x\ncalc",
    "'; calc; '",
    "\u2019; calc; \u2018",
    "^",
    "trailing\\",
    '\\" & calc',
    "!PATH!",
    "=cmd|' /C calc'!A0",
    "@SUM(1)",
    "+1",
    "-1",
    "#> calc",
    "requires -Version 9",
    "> C:\\x",
    "(",
    ")",
    "\u00f6\u4e2d\U0001f600",
    "\u2028calc",
    "\x00",
    "\x1a",
    "/?",
    "$INCLUDE /etc/passwd",
    "[section]",
    ".include /etc/passwd",
    "a,DNS:evil.example",
]
# All of it in one text, so that no run leaves one out.
EVERYTHING = " ".join(_KNOWN)
HOSTILE = st.one_of(st.sampled_from(_KNOWN), st.text(max_size=40))
