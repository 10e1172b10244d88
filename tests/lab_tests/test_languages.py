# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs speak the language of their machine; what is stable in all of them stays."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lab_tests.windows import CONFIG, TEMP, Lab, inf, local
from languagekit import LANGUAGES

from lab import languages
from lab.languages import language_of
from lab.programs.process import CODE_PAGES

NBSP = "\u00a0"
SUBMIT = f"certreq -submit -q -f -config {CONFIG} -attrib CertificateTemplate:WebServer {TEMP}a.req {TEMP}a.cer"


def speaking(tmp_path: Path, language: str) -> Lab:
    lab = local(tmp_path)
    for name in ("ca01", "srv01"):
        lab.machine(name).language = language
    return lab


def submitted(lab: Lab) -> str:
    lab.write("ca01", "a.inf", inf())
    assert lab.run("ca01", f"certreq -new -q -f -machine {TEMP}a.inf {TEMP}a.req").code == 0
    return lab.run("ca01", SUBMIT).out


@pytest.mark.parametrize(("language", "lines"), [
    ("en-US", ["RequestId: 2", 'RequestId: "2"']),
    ("de-DE", ["Anforderungs-ID: 2", 'Anforderungs-ID: "2"']),
    ("fr-FR", [f"IDDemande{NBSP}: 2", f"IDDemande{NBSP}: « 2 »"]),
    ("ja-JP", ["要求 ID: 2", '要求 ID: "2"']),
])  # fmt: skip
def test_label_of_the_request_s_number(tmp_path: Path, language: str, lines: list[str]) -> None:
    assert submitted(speaking(tmp_path, language)).split("\r\n")[:2] == lines


def test_french_has_a_blank_before_the_colon(tmp_path: Path) -> None:
    lab = speaking(tmp_path, "fr-FR")
    submitted(lab)
    assert f"\r\nLigne 1{NBSP}:\r\n" in lab.run("ca01", "certutil -view -out RequestID").out
    assert re.search(rf"Hach\. cert\. \(sha1\){NBSP}: [0-9a-f ]{{59}}\r\n", lab.run("ca01", "certutil -store root").out)


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_the_verb_is_not_localised(tmp_path: Path, language: str) -> None:
    lab = speaking(tmp_path, language)
    assert (
        lab.run("srv01", "certutil -store root")
        .out.rstrip()
        .rsplit("\r\n", maxsplit=1)[-1]
        .startswith("CertUtil: -store")
    )


def test_messages_of_the_system(tmp_path: Path) -> None:
    assert speaking(tmp_path, "de-DE").run("srv01", "echo x > C:\\root.txt").err == "Zugriff verweigert\r\n"


@pytest.mark.parametrize(("tag", "found"), [
    ("de-DE", "de-DE"), ("DE-de", "de-DE"), ("de-AT", "de-DE"), ("fr-CA", "fr-FR"), ("ja", "ja-JP"), ("cs-CZ", "en-US"),
])  # fmt: skip
def test_language_of_a_tag(tag: str, found: str) -> None:
    assert language_of(tag).tag == found


@pytest.mark.parametrize(("tag", "number"), [("en-US", 437), ("de-DE", 850), ("fr-FR", 850), ("ja-JP", 932)])
def test_code_page_of_a_console(tag: str, number: int) -> None:
    """A console without an order for its code page; it has letters for what is said on it."""
    assert language_of(tag).code_page == number
    empty = language_of(tag).text("view.empty")
    assert empty.encode(CODE_PAGES[number]).decode(f"cp{number}") == empty


@pytest.mark.parametrize(("tag", "empty"), [("en-US", "EMPTY"), ("de-DE", "LEER"), ("fr-FR", "VIDE"), ("ja-JP", "空")])
def test_an_empty_column(tag: str, empty: str) -> None:
    assert language_of(tag).text("view.empty") == empty


def test_tests_run_in_each_that_the_lab_speaks() -> None:
    tables = Path(languages.__file__).parent.glob("[a-z]*.py")
    assert len(LANGUAGES) == len(list(tables)) and [language_of(tag).tag for tag in LANGUAGES] == list(LANGUAGES)


@pytest.mark.parametrize("tag", LANGUAGES[1:])
def test_tables_know_no_text_that_english_lacks(tag: str) -> None:
    assert set(language_of(tag).texts) <= set(language_of("en-US").texts)


def test_text_without_translation_is_english() -> None:
    assert language_of("de-DE").text("cmd.syntax") == "The syntax of the command is incorrect."
    assert language_of("fr-FR").error(0x80070003) == "The system cannot find the path specified."
