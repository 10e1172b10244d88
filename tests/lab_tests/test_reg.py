# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""reg.exe: what `reg query` prints, by generation and language; what `reg add` and `reg delete` do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lab_tests.windows import Ended, Lab, local
from languagekit import LANGUAGES

from lab.registry import REG_BINARY, REG_DWORD, REG_EXPAND_SZ, REG_MULTI_SZ, REG_SZ

KEY = r"SOFTWARE\Lab\Some key"
FULL = f"HKEY_LOCAL_MACHINE\\{KEY}"


def filled(tmp_path: Path, generation: str = "2008r2") -> Lab:
    lab = local(tmp_path, start=False, generation=generation)
    registry = lab.machine("srv01").registry
    registry.set(KEY, "", REG_SZ, "by default")
    registry.set(KEY, "Text", REG_EXPAND_SZ, r"%SystemRoot%\x")
    registry.set(KEY + r"\A", "Blob", REG_BINARY, b"\x0a\xff")
    registry.set(KEY + r"\A\B", "Number", REG_DWORD, 17)
    registry.set(KEY + r"\C", "Texts", REG_MULTI_SZ, ("a b", "c"))
    registry.create_key(KEY + r"\Empty")
    return lab


OWN = f"\r\n{FULL}\r\n    (Default)    REG_SZ    by default\r\n    Text    REG_EXPAND_SZ    %SystemRoot%\\x\r\n"
BELOW = (
    f"\r\n{FULL}\\A\r\n    Blob    REG_BINARY    0AFF\r\n"
    f"\r\n{FULL}\\A\\B\r\n    Number    REG_DWORD    0x11\r\n"
    f"\r\n{FULL}\\C\r\n    Texts    REG_MULTI_SZ    a b\\0c\r\n"
)


@pytest.mark.parametrize(("rest", "out"), [
    ("", f"{OWN}\r\n{FULL}\\A\r\n{FULL}\\C\r\n{FULL}\\Empty\r\n\r\n"),
    ("/s", f"{OWN}{BELOW}\r\nEnd of search: 5 match(es) found.\r\n"),
    ("/v text", f"\r\n{FULL}\r\n    Text    REG_EXPAND_SZ    %SystemRoot%\\x\r\n\r\n"),
    ("/ve", f"\r\n{FULL}\r\n    (Default)    REG_SZ    by default\r\n\r\n"),
])  # fmt: skip
def test_query(tmp_path: Path, rest: str, out: str) -> None:
    lab = filled(tmp_path)
    assert lab.run("srv01", f'reg query "HKLM\\{KEY}" {rest}') == Ended(0, out, "")
    assert lab.run("srv01", f'reg.exe QUERY "hkey_local_machine\\{KEY}" {rest}').out == out


def test_a_key_without_values_has_no_heading(tmp_path: Path) -> None:
    lab = filled(tmp_path)
    assert lab.run("srv01", r"reg query HKLM\SOFTWARE\Lab") == Ended(0, f"\r\n{FULL}\r\n\r\n", "")
    assert lab.run("srv01", f'reg query "HKLM\\{KEY}\\Empty"') == Ended(0, "\r\n", "")


def test_up_to_2003_a_version_comes_first_and_tabs_stand_between(tmp_path: Path) -> None:
    lab = filled(tmp_path, "2003")
    assert lab.run("srv01", f'reg query "HKLM\\{KEY}\\A" /s').out == (
        f"\r\n! REG.EXE VERSION 3.0\r\n\r\n{FULL}\\A\r\n    Blob\tREG_BINARY\t0AFF\r\n"
        f"\r\n{FULL}\\A\\B\r\n    Number\tREG_DWORD\t0x11\r\n"
    )


@pytest.mark.parametrize("tag", LANGUAGES)
def test_what_is_not_there_is_told_in_the_language_of_windows(tmp_path: Path, tag: str) -> None:
    lab = filled(tmp_path)
    lab.machine("srv01").language = tag
    said = {
        "en-US": "ERROR: The system was unable to find the specified registry key or value.",
        "de-DE": "FEHLER: Der angegebene Registrierungsschlüssel bzw. Wert wurde nicht gefunden.",
        "fr-FR": "ERREUR : le système n'a pas trouvé la clé ou la valeur de Registre spécifiée.",
        "ja-JP": "エラー: 指定されたレジストリ キーまたは値が見つかりませんでした。",
    }[tag]
    for line in (r"reg query HKLM\SOFTWARE\None", f'reg query "HKLM\\{KEY}" /v None'):
        assert lab.run("srv01", line) == Ended(1, "", f"{said}\r\n")
    counted = {
        "en-US": "End of search: 1 match(es) found.",
        "de-DE": "Suche beendet: 1 Übereinstimmung(en) gefunden.",
        "fr-FR": "Fin de la recherche : 1 correspondance(s) trouvée(s).",
        "ja-JP": "検索の完了: 1 件検出しました。",
    }[tag]
    assert lab.run("srv01", f'reg query "HKLM\\{KEY}\\C" /s').out.endswith(f"\r\n\r\n{counted}\r\n")


def test_a_key_that_is_denied_ends_with_1_too_and_shows_above(tmp_path: Path) -> None:
    lab = filled(tmp_path)
    lab.machine("srv01").registry.deny(KEY + r"\A")
    assert lab.run("srv01", f'reg query "HKLM\\{KEY}\\A"') == Ended(1, "", "ERROR: Access is denied.\r\n")
    assert f"{FULL}\\A\r\n" in lab.run("srv01", f'reg query "HKLM\\{KEY}"').out


def test_the_policy_that_forbids_registry_tools(tmp_path: Path) -> None:
    lab = filled(tmp_path)
    lab.machine("srv01").settings["registry_tools"] = "disabled"
    disabled = "ERROR: Registry editing has been disabled by your administrator.\r\n"
    assert lab.run("srv01", f'reg query "HKLM\\{KEY}"') == Ended(1, "", disabled)


DONE = {
    "en-US": "The operation completed successfully.",
    "de-DE": "Der Vorgang wurde erfolgreich beendet.",
    "fr-FR": "L'opération a réussi.",
    "ja-JP": "この操作を正しく終了しました。",
}


@pytest.mark.parametrize("tag", DONE)
def test_add_and_delete(tmp_path: Path, tag: str) -> None:
    lab = filled(tmp_path)
    machine = lab.machine("srv01")
    machine.language = tag
    done = Ended(0, f"{DONE[tag]}\r\n", "")
    added = f"{KEY}\\New\\Below"
    assert lab.run("srv01", f'reg add "HKLM\\{added}" /v "a b" /t REG_SZ /d W3sidyI6== /f') == done
    assert machine.registry.get(added, "A B") == (REG_SZ, "W3sidyI6==")
    assert lab.run("srv01", f'reg add "HKLM\\{added}" /v "a b" /d other /f') == done
    assert machine.registry.values(added) == {"a b": (REG_SZ, "other")}
    assert lab.run("srv01", f'reg delete "HKLM\\{added}" /v "a b" /f') == done
    assert machine.registry.values(added) == {}
    gone = lab.run("srv01", f'reg delete "HKLM\\{added}" /v "a b" /f')
    assert (gone.code, gone.out) == (1, "") and gone.err == lab.run("srv01", r"reg query HKLM\SOFTWARE\None").err
    assert lab.run("srv01", f'reg delete "HKLM\\{KEY}" /va /f') == done
    assert (machine.registry.values(KEY), machine.registry.exists(added)) == ({}, True)
    assert lab.run("srv01", f'reg delete "HKLM\\{KEY}" /f') == done
    assert not machine.registry.exists(KEY) and machine.registry.exists(r"SOFTWARE\Lab")


@pytest.mark.parametrize(("rest", "held"), [
    ("/ve /d x", {"": (REG_SZ, "x")}),
    ("/v n /t REG_DWORD /d 0x11", {"n": (REG_DWORD, 17)}),
    ("/v n /t reg_dword /d 17", {"n": (REG_DWORD, 17)}),
    ("/v n /t REG_BINARY /d 0aFF", {"n": (REG_BINARY, b"\x0a\xff")}),
    ("/v n /t REG_EXPAND_SZ /d \"a b\"", {"n": (REG_EXPAND_SZ, "a b")}),
    (r"/v n /t REG_MULTI_SZ /d a\0b", {"n": (REG_MULTI_SZ, ("a", "b"))}),
    ("/v n /t REG_MULTI_SZ /s ; /d a;b", {"n": (REG_MULTI_SZ, ("a", "b"))}),
    ("/v n", {"n": (REG_SZ, "")}),
    ("", {}),
])  # fmt: skip
def test_add_by_types(tmp_path: Path, rest: str, held: dict[str, Any]) -> None:
    lab = filled(tmp_path)
    assert lab.run("srv01", rf"reg add HKLM\SOFTWARE\Lab\Typed {rest} /f").code == 0
    assert lab.machine("srv01").registry.values(r"SOFTWARE\Lab\Typed") == held


def test_what_cannot_be_added_or_deleted_ends_with_1(tmp_path: Path) -> None:
    lab = filled(tmp_path)
    machine = lab.machine("srv01")
    syntax = Ended(1, "", "ERROR: Invalid syntax.\r\n")
    assert lab.run("srv01", r"reg add HKLM\SOFTWARE\Lab /v n /t REG_DWORD /d x /f") == syntax
    assert lab.run("srv01", r"reg add HKLM\SOFTWARE\Lab /v n /t REG_BINARY /d 0 /f") == syntax
    machine.registry.deny(KEY)
    denied = Ended(1, "", "ERROR: Access is denied.\r\n")
    assert lab.run("srv01", f'reg add "HKLM\\{KEY}\\New" /v n /d x /f') == denied
    assert lab.run("srv01", f'reg delete "HKLM\\{KEY}" /f') == denied
    machine.settings["registry_tools"] = "disabled"
    disabled = "ERROR: Registry editing has been disabled by your administrator.\r\n"
    assert lab.run("srv01", r"reg add HKLM\SOFTWARE\x /f") == Ended(1, "", disabled)
    assert lab.run("srv01", r"reg delete HKLM\SOFTWARE\Lab /f") == Ended(1, "", disabled)
    assert machine.registry.exists(KEY)


@pytest.mark.parametrize("line", ["reg copy HKLM\\x HKLM\\y", "reg query HKCU\\x", "reg query HKLM\\x /f y"])
def test_what_is_not_modelled_says_so(tmp_path: Path, line: str) -> None:
    done = filled(tmp_path).run("srv01", line)
    assert (done.code, done.err[:4]) == (1, "lab:")
