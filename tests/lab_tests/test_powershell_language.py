# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The language of PowerShell on the lab's machines: what its documentation (about_*) says of each form."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_tests.scripts import GENERATIONS, errors, run, shells
from lab_tests.windows import Lab


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return shells(tmp_path_factory.mktemp("language"))


def out(lab: Lab, script: str, generation: str = "2008r2") -> list[str]:
    """Lines of output; there must be no error."""
    ended = run(lab, f"ps{generation}", script)
    assert errors(ended) == "", errors(ended)
    return ended.out.splitlines()


EVERYWHERE = {
    # about_Arithmetic_Operators
    "2 + 3 * 4; (2 + 3) * 4; 7 % 3; 10 / 4; 10 / 5": ["14", "20", "1", "2.5", "2"],
    "'ab' * 3; 'a' + 1; 1 + '2'": ["ababab", "a1", "3"],
    "(1, 2) + 3 | ForEach-Object { $_ }": ["1", "2", "3"],
    "$i = 1; $i++; $i; ++$i; $i += 5; $i -= 1; $i": ["2", "7"],
    "-5 + 2; 0x1F; 1kb; 1.5": ["-3", "31", "1024", "1.5"],
    # about_Comparison_Operators
    "'ABC' -eq 'abc'; 'ABC' -ceq 'abc'; 'abc' -like 'A*'; 'abc' -match 'B.'; $matches[0]": [
        "True",
        "False",
        "True",
        "True",
        "bc",
    ],
    "1, 2, 3, 2 -eq 2": ["2", "2"],
    "1, 2, 3 -contains 2; 1, 2, 3 -notcontains 2": ["True", "False"],
    "'Get-Process' -replace 'Get', 'Stop'; 'don' -replace '(.)o', '$1x'": ["Stop-Process", "dxn"],
    "'10' -lt '9'; 10 -lt '9'; '9' -lt 10": ["True", "False", "False"],
    "$null -eq $null; '' -eq $null; 0 -eq $null": ["True", "False", "False"],
    # about_Logical_Operators, about_Booleans
    "$true -and -not $false; $false -or $true; !$true; $true -xor $true": ["True", "True", "False", "False"],
    "[bool]''; [bool]'0'; [bool]0; [bool]@(); [bool]@(0); [bool]@(0, 0)": [
        "False",
        "True",
        "False",
        "False",
        "False",
        "True",
    ],
    # about_Split, about_Join
    "'a,b,c' -split ','; 'Lastname:First:Address' -split ':', 2": ["a", "b", "c", "Lastname", "First:Address"],
    "-join ('a', 'b'); 'a', 'b' -join '-'; -split 'x  y'": ["ab", "a-b", "x", "y"],
    # about_Quoting_Rules
    '$a = 5; "v $a"; \'v $a\'; "v `$a"; "sum $(2 + 3)"; "it\'s ""q"""': ["v 5", "v $a", "v $a", "sum 5", 'it\'s "q"'],
    '$p = New-Object PSObject -Property @{n = 1}; "$p.n and $($p.n)"': ["@{n=1}.n and 1"],
    '@"\nline $(1 + 1)\n"q"\n"@': ["line 2", '"q"'],
    "@'\nraw $x\n'@": ["raw $x"],
    "'a\u2019; 'b\u2018\u2019c'": ["a", "b'c"],
    # about_Arrays
    "$a = 1, 2, 3; $a.Length; $a[0]; $a[-1]; $a[0, 2]; $a[1..2]": ["3", "1", "3", "1", "3", "2", "3"],
    "$a = @(); $a += 'x'; $a += 'y'; $a.Count; $a": ["2", "x", "y"],
    "(1..3).Count; 3..1": ["3", "3", "2", "1"],
    "$a, $b, $c = 1, 2, 3, 4; $b; $c": ["2", "3", "4"],
    ",(1, 2) | ForEach-Object { $_.Count }": ["2"],
    "@(1).Count; @($null).Count; @().Count": ["1", "1", "0"],
    # about_Hash_Tables
    "$h = @{a = 1; 'b c' = 2}; $h.a; $h['b c']; $h.Count; $h.ContainsKey('A'); $h.d = 4; $h['d']": [
        "1",
        "2",
        "2",
        "True",
        "4",
    ],
    '$h = @{x = 1}; foreach ($k in $h.Keys) { "$k=$($h[$k])" }': ["x=1"],
    "@{x = 1}.GetEnumerator() | ForEach-Object { $_.Key + $_.Value }": ["x1"],
    # about_If, about_Switch, loops
    "if (0) { 'a' } elseif ('x') { 'b' } else { 'c' }": ["b"],
    "switch (3) { 1 { 'one' } 3 { 'three' } 3 { 'again' } default { 'none' } }": ["three", "again"],
    "switch (1, 4) { 1 { 'one'; break } 4 { 'four' } }": ["one"],
    "switch -regex ('abc') { '^a' { 'starts' } 'z' { 'no' } }": ["starts"],
    "switch -wildcard ('abc') { 'a*' { 'w' } }; switch ('x') { { $_ -eq 'x' } { 'block' } }": ["w", "block"],
    "for ($i = 0; $i -lt 3; $i++) { if ($i -eq 1) { continue }; $i }": ["0", "2"],
    "$i = 0; while ($true) { $i++; if ($i -gt 3) { break } }; $i": ["4"],
    "$i = 0; do { $i++ } until ($i -ge 2); $i; do { $i-- } while ($i -gt 0); $i": ["2", "0"],
    ':outer foreach ($a in 1, 2) { foreach ($b in 1, 2) { if ($b -eq 2) { continue outer }; "$a$b" } }': ["11", "21"],
    # about_Functions, about_Scopes
    "function Add($a, $b = 10) { $a + $b }; Add 1 2; Add -b 5 -a 1; Add 1": ["3", "6", "11"],
    "function Twice { param([int]$n, [switch]$s) $n * 2; $s.GetType().Name -ne '' }; Twice 4": ["8", "True"],
    "function Show { $args.Count; $args[1] }; Show a b": ["2", "b"],
    "function Sum { begin { $t = 0 } process { $t += $_ } end { $t } }; 1, 2, 3 | Sum": ["6"],
    "filter Odd { if ($_ % 2) { $_ } }; 1..4 | Odd": ["1", "3"],
    "$x = 1; function F { $x = 2; $script:y = 3 }; F; $x; $y; function G { $global:x = 9 }; G; $x": ["1", "3", "9"],
    "function R { 'first'; return 'second'; 'never' }; R": ["first", "second"],
    "$b = { param($n) $n + 1 }; & $b 4; . { $z = 7 }; $z; & { $z = 8 }; $z": ["5", "7", "7"],
    'function V { param([Parameter(Mandatory=$true, Position=0)][string]$Name, $Other) "$Name/$Other" }; V x '
    "-Other y": ["x/y"],
    '$p = @{a = 1; b = 2}; function S($a, $b) { "$a-$b" }; S @p; $l = 3, 4; S @l': ["1-2", "3-4"],
    # about_Try_Catch_Finally, about_Throw, about_Trap
    "try { throw 'boom' } catch { $_.Exception.Message; $_.FullyQualifiedErrorId } finally { 'end' }": [
        "boom",
        "boom",
        "end",
    ],
    "try { 1 / 0 } catch [System.Management.Automation.RuntimeException] { 'typed' } catch { 'any' }": ["typed"],
    "try { Get-Item C:\\nowhere -ErrorAction Stop } catch { $_.FullyQualifiedErrorId; $_.Exception.GetType().Name }": [
        "PathNotFound,Microsoft.PowerShell.Commands.GetItemCommand",
        "ItemNotFoundException",
    ],
    "try { [int]'x' } catch { 'no number' }; try { $null.Foo() } catch { $_.FullyQualifiedErrorId }": [
        "no number",
        "InvokeMethodOnNull",
    ],
    "function F { try { return 1 } finally { 'f' } }; F": ["1", "f"],
    "Get-Item C:\\nowhere -ErrorAction SilentlyContinue; $?; $Error.Count; $Error[0].CategoryInfo.Category": [
        "False",
        "1",
        "ObjectNotFound",
    ],
    "Get-Item C:\\nowhere -ErrorAction SilentlyContinue -ErrorVariable e; $e.Count; 'on'": ["1", "on"],
    "try { try { throw 'a' } catch { throw 'b' } } catch { \"$_\" }": ["b"],
    "trap { 'trapped'; continue } 1 / 0; 'after'": ["trapped", "after"],
    "try { throw (New-Object System.ArgumentException 'bad') } catch [System.ArgumentException] { "
    "$_.Exception.Message }": ["bad"],
    # casts and types
    "[int]'12' + 1; [int]2.5; [int]3.5; [string]1.5; [char]65; [int][char]'A'; [byte[]](1, 2) -join ','": [
        "13",
        "2",
        "4",
        "1.5",
        "A",
        "65",
        "1,2",
    ],
    "'a' -is [string]; 1 -is [int]; 5 -isnot [string]; ('5' -as [int]) + 1; 'x' -as [int]": [
        "True",
        "True",
        "True",
        "6",
    ],
    "(1).GetType().FullName; 'a'.GetType().Name; @(1).GetType().Name; @{}.GetType().Name": [
        "System.Int32",
        "String",
        "Object[]",
        "Hashtable",
    ],
    "[Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes('grün')); "
    "[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('Z3LDvG4='))": ["Z3LDvG4=", "grün"],
    "[Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes('a'))": ["YQA="],
    "[Convert]::ToInt32('ff', 16); [Convert]::ToString(10, 2); [Math]::Round(2.567, 2); [Math]::Max(1, 5)": [
        "255",
        "1010",
        "2.57",
        "5",
    ],
    "[string]::IsNullOrEmpty(''); [string]::Join('-', @('a', 'b')); [String]::Format('{0}/{1}', 1, 2)": [
        "True",
        "a-b",
        "1/2",
    ],
    "$s = New-Object System.Text.StringBuilder; [void]$s.Append('a'); [void]$s.Append([char]34).Append(5); "
    "$s.ToString(); "
    "$s.Length": ['a"5', "3"],
    "$l = New-Object System.Collections.ArrayList; [void]$l.Add('x'); $l.Add('y'); $l.Count; $l -join ''": [
        "1",
        "2",
        "xy",
    ],
    # strings
    "'Hello'.ToUpper(); 'Hello'.Substring(1, 3); 'a-b'.Split('-'); ' x '.Trim(); 'abc'.Replace('b', 'z'); "
    "'abc'.IndexOf('c')": ["HELLO", "ell", "a", "b", "x", "azc", "2"],
    "'abc'.ToCharArray() | ForEach-Object { [int]$_ }; 'abc'[1]; 'x'.PadLeft(3, '0'); 'abc'.Contains('B')": [
        "97",
        "98",
        "99",
        "b",
        "00x",
        "False",
    ],
    "'{0:x4} {1,4}|{2,-3}|' -f 255, 'a', 'b'; '{0:N2}' -f 1234.5; '{0:D3}' -f 7; '{0:yyyy-MM-dd}' -f "
    "[datetime]'2026-03-04'": ["00ff    a|b  |", "1,234.50", "007", "2026-03-04"],
    # dates
    "$d = [datetime]'2026-01-31'; $d.AddMonths(1).ToString('yyyy-MM-dd'); $d.DayOfWeek; ($d - "
    "[datetime]'2026-01-01').Days": ["2026-02-28", "Saturday", "30"],
    "([datetime]'2026-05-06T07:08:09Z').ToUniversalTime().ToString('o')": ["2026-05-06T07:08:09.0000000Z"],
    "\"$([datetime]'2026-12-01 14:30')\"; ([datetime]'2026-12-01 14:30').ToString('HH:mm')": [
        "12/01/2026 14:30:00",
        "14:30",
    ],
    # objects
    "$o = New-Object PSObject -Property @{A = 1}; $o | Add-Member NoteProperty B 'two'; $o.B; "
    "$o.PSObject.Properties['b'].Name; "
    "$o.PSObject.Properties['zz'] -eq $null": ["two", "B", "True"],
    "'b', 'a', 'C' | Sort-Object; 3, 10, 2 | Sort-Object -Descending": ["a", "b", "C", "10", "3", "2"],
    "1..5 | Where-Object { $_ -gt 3 }; 1..5 | Select-Object -First 2; 1..5 | Select-Object -Last 1": [
        "4",
        "5",
        "1",
        "2",
        "5",
    ],
    "'a', 'b', 'a' | Select-Object -Unique; ('a', 'b', 'a' | Group-Object | Where-Object { $_.Count -eq 2 }).Name": [
        "a",
        "b",
        "a",
    ],
    "(1..4 | Measure-Object -Sum).Sum; (1, 2 | Measure-Object).Count": ["10", "2"],
    "$o = New-Object PSObject -Property @{Name = 'n'; Size = 2048}; "
    "($o | Select-Object Name, @{Name='KB'; Expression={$_.Size / 1KB}}).KB; $o | Select-Object -ExpandProperty Name": [
        "2",
        "n",
    ],
    "@('x', 'y') | ForEach-Object -Begin { 'b' } -Process { $_ } -End { 'e' }": ["b", "x", "y", "e"],
    "1 | ForEach-Object { $_; 'two' } | Out-Null; 'done'": ["done"],
    "$null = 5; [void](1..3); $null -eq $null": ["True"],
    "(New-Object System.DateTime(2026, 1, 2)).Day; (New-Object DateTime 2026, 3, 4).Month": ["2", "3"],
    "@{} -is [Collections.IDictionary]; @(1) -is [array]; 'a' -is [Collections.IDictionary]": ["True", "True", "False"],
    "[enum]::GetNames([DayOfWeek]).Count; [enum]::IsDefined([DayOfWeek], 'Friday')": ["7", "True"],
    "Get-Item C:\\nowhere -ea 0; $Error.Count; $Error.Clear(); $Error.Count": ["1", "0"],
    "[xml]$x = '<a><b c=\"1\">t</b><d/><d>2</d></a>'; $x.a.b.c; $x.a.b.'#text'; $x.a.d.Count; "
    "$x.DocumentElement.LocalName": ["1", "t", "2", "a"],
    "function Sum($n) { if ($n -le 0) { return 0 }; return $n + (Sum ($n - 1)) }; Sum 50": ["1275"],
    "function Ever { Ever }; try { Ever } catch { $_.FullyQualifiedErrorId }": ["CallDepthOverflow"],
    "function J($v) { if ($v -is [array]) { '[' + (@($v | % { J $_ }) -join ',') + ']' } else { \"<$v>\" } }; J (1, "
    "(2, 3))": ["[<1>,[<2>,<3>]]"],
    # environment, automatic variables
    "$env:COMPUTERNAME; $env:NEW = 'v'; $env:NEW; [Environment]::GetEnvironmentVariable('NEW'); "
    "${env:ProgramFiles(x86)}": ["PS2008R2", "v", "v", "C:\\Program Files (x86)"],
    "Invoke-Expression '1 + 1'; $Host.Name; $PSHOME -like '*\\v1.0'": ["2", "ConsoleHost", "True"],
    "hostname; $LASTEXITCODE; cmd /c 'exit 3'; $LASTEXITCODE; $?": ["ps2008r2", "0", "3", "True"],
    "$x = 'a' ; $x | Set-Variable y; $y; Get-Variable x -ValueOnly; $y.Length # a comment": ["a", "a", "1"],
    "<# block\ncomment #> 'after'": ["after"],
    "'a' | ForEach-Object `\n { $_ }": ["a"],
    # about_Command_Syntax: arguments
    "$s = 'a,b'; Write-Output $s.Split(',')[1].ToUpper().Trim() $s.Length; Write-Output (1, 2).Count": ["B", "3", "2"],
    "Write-Output [int]::MaxValue; Write-Output ([int]::MaxValue); Write-Output a, $s, 'c' -Verbose:$false": [
        "[int]::MaxValue",
        "2147483647",
        "a",
        "c",
    ],
    "$x = 'v'; Write-Output pre$x-post C:\\dir\\$x.txt '-dash'; Write-Output *.txt, b": [
        "prev-post",
        "C:\\dir\\v.txt",
        "-dash",
        "*.txt",
        "b",
    ],
}


@pytest.mark.parametrize("script", EVERYWHERE)
def test_in_every_version(lab: Lab, script: str) -> None:
    assert out(lab, script) == EVERYWHERE[script]


@pytest.mark.parametrize(
    "script", [one for one in EVERYWHERE if "PS2008R2" not in EVERYWHERE[one] and "ps2008r2" not in EVERYWHERE[one]]
)
def test_the_same_in_the_newest_version(lab: Lab, script: str) -> None:
    assert out(lab, script, "2019") == EVERYWHERE[script]


# What came with 3.0 (Windows PowerShell's "What's new"), and what 2.0 makes of it.
LATER = {
    "1, 2, 3 | Where-Object Length -eq 1": (
        ["1", "2", "3"],
        "NamedParameterNotFound,Microsoft.PowerShell.Commands.WhereObjectCommand",
    ),
    "2 -in 1, 2": (["True"], "UnexpectedToken"),
    "'ab' | ForEach-Object Length": (["2"], "CannotConvertArgumentNoMessage"),
    "@{a = 1} | ConvertTo-Json -Compress": (['{"a":1}'], "CommandNotFoundException"),
    "('{\"a\": [1, 2]}' | ConvertFrom-Json).a[1]": (["2"], "CommandNotFoundException"),
    "([ordered]@{z = 1; a = 2}).Keys": (["z", "a"], "TypeNotFound"),
    "(Get-CimInstance Win32_OperatingSystem).CSName.Length": (["8"], "CommandNotFoundException"),
}


@pytest.mark.parametrize("script", LATER)
def test_later_forms_are_errors_in_2(lab: Lab, script: str) -> None:
    wanted, error_id = LATER[script]
    if "Cim" not in script:
        assert out(lab, script, "2012") == wanted
    ended = run(lab, "ps2008r2", script)
    assert error_id in errors(ended).replace("\n", "")
    assert ended.out == ""


@pytest.mark.parametrize(
    ("script", "two", "later"),
    [
        # about_Properties: from 3.0 on a list gives its members' values, and everything has Count.
        ("(@('a', 'bc') | ForEach-Object { $_ }).Length", ["2"], ["2"]),
        (
            "$l = @((New-Object PSObject -Property @{n = 1}), (New-Object PSObject -Property @{n = 2})); $l.n -join ','",  # noqa: E501
            [""],
            ["1,2"],
        ),
        ("$x = 'one'; \"<$($x.Count)>\"", ["<>"], ["<1>"]),
        ("foreach ($i in $null) { 'ran' }; 'end'", ["ran", "end"], ["end"]),
        ("$o = [pscustomobject]@{a = 1}; $o.GetType().Name", ["Hashtable"], ["PSCustomObject"]),
        ("$PSVersionTable.PSVersion.Major; $PSVersionTable.PSVersion.ToString()", ["2", "2.0"], ["3", "3.0"]),
    ],
)
def test_versions_differ(lab: Lab, script: str, two: list[str], later: list[str]) -> None:
    assert out(lab, script, "2008r2") == two
    assert out(lab, script, "2012") == later


@pytest.mark.parametrize(
    ("generation", "version"), list(zip(GENERATIONS, ("2.0", "3.0", "4.0", "5.1", "5.1"), strict=True))
)
def test_version_of_each_windows(lab: Lab, generation: str, version: str) -> None:
    (shown,) = out(lab, "$PSVersionTable.PSVersion.ToString()", generation)
    assert shown == version or shown.startswith(version + ".")


@pytest.mark.parametrize(
    ("script", "error_id"),
    [
        ("Get-Nothing", "CommandNotFoundException"),
        ("'a'.Nope()", "MethodNotFound"),
        ("1 / 0", "RuntimeException"),
        ("[nosuchtype]", "TypeNotFound"),
        ("[int]'x'", "InvalidCastFromStringToInteger"),
        ("Get-Service -Nope", "NamedParameterNotFound,Microsoft.PowerShell.Commands.GetServiceCommand"),
        ("Get-Service nosuch", "NoServiceFoundForGivenName,Microsoft.PowerShell.Commands.GetServiceCommand"),
        ("Get-Item HKLM:\\nope", "PathNotFound,Microsoft.PowerShell.Commands.GetItemCommand"),
        ("Import-Module Nope", "Modules_ModuleNotFound,Microsoft.PowerShell.Commands.ImportModuleCommand"),
        ("New-Object No.Such.Type", "TypeNotFound,Microsoft.PowerShell.Commands.NewObjectCommand"),
        ("Write-Error 'mine' -ErrorId My.Id", "My.Id"),
        ("Select-Object -First", "MissingArgument,Microsoft.PowerShell.Commands.SelectObjectCommand"),
        ("$true = 1", "VariableNotWritable"),
        ("'abc'.Substring(9)", "DotNetMethodException"),
    ],
)
def test_errors_have_the_ids_of_powershell(lab: Lab, script: str, error_id: str) -> None:
    ended = run(lab, "ps2008r2", f"{script}; 'the next statement runs'")
    assert f"FullyQualifiedErrorId : {error_id}" in errors(ended).replace(" \n", " ").replace(": \n", ": ").replace(
        "\n", ""
    )
    assert ended.out == "the next statement runs\r\n"


def test_a_script_that_breaks_the_grammar_does_nothing(lab: Lab) -> None:
    ended = run(lab, "ps2012r2", "'first'; if ($x) { 'open'")
    assert (ended.code, ended.out) == (1, "")
    assert "ParserError" in errors(ended)


def test_error_stops_the_script_where_the_preference_says_so(lab: Lab) -> None:
    ended = run(lab, "ps2008r2", "$ErrorActionPreference = 'Stop'; 'one'; Get-Item C:\\nowhere; 'two'")
    assert (ended.code, ended.out) == (1, "one\r\n")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("Set-Content C:\\no\\such\\x.txt 'a'", "The system cannot find the path specified."),
        ("'x' * 'y'", "Input string was not in a correct format."),
    ],
)
def test_what_the_machine_refuses_is_an_error(lab: Lab, script: str, words: str) -> None:
    ended = run(lab, "ps2008r2", f"{script}; 'on'")
    assert words in errors(ended).replace("\n", "") or words in errors(ended).replace(" \n", " ")
    assert ended.out == "on\r\n"


def test_parameters_of_a_script(lab: Lab) -> None:
    assert out(lab, "[CmdletBinding()] param([string]$A = 'q', [int]$N)\n\"$A$N\"") == ["q0"]


def test_redirections(lab: Lab) -> None:
    assert out(
        lab, "$e = Get-Item C:\\nowhere 2>&1; $e.CategoryInfo.Category; Get-Item C:\\nowhere 2> $null; 'x' > $null"
    ) == ["ObjectNotFound"]
    assert out(lab, "'a', 'b' > C:\\Windows\\Temp\\o.txt; Get-Content C:\\Windows\\Temp\\o.txt") == ["a", "b"]
    assert lab.read("ps2008r2", "o.txt") == "\ufeffa\r\nb\r\n".encode("utf-16-le")


# --- culture ---------------------------------------------------------------------------------------------------------


def test_dates_are_shown_in_the_culture_of_the_machine(tmp_path: Path) -> None:
    german = shells(tmp_path, language="de-DE", utc_offset_hours=1)
    script = (
        "$d = [datetime]'2026-03-04T05:06:07Z'; $d.ToString(); \"$d\"; $d.ToUniversalTime().ToString('o'); "
        "'{0:N1}' -f 1.5; 1.5"
    )
    assert out(german, script, "2012r2") == [
        "04.03.2026 06:06:07",
        "03/04/2026 06:06:07",
        "2026-03-04T05:06:07.0000000Z",
        "1,5",
        "1,5",
    ]
    assert out(german, "[datetime]::Parse('04.03.2026').Month; ([datetime]'04/03/2026').Month", "2012r2") == ["3", "4"]


# --- constrained language mode ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "error_id"),
    [
        ("[Convert]::ToBase64String([byte[]](1, 2))", "MethodInvocationNotSupportedInConstrainedLanguage"),
        ("[Console]::Out.Write('x')", "MethodInvocationNotSupportedInConstrainedLanguage"),
        ("New-Object System.Text.StringBuilder", "CannotCreateTypeConstrainedLanguage"),
        ("Add-Type -TypeDefinition 'class A {}'", "CannotDefineNewType"),
    ],
)
def test_constrained_language_refuses(tmp_path: Path, script: str, error_id: str) -> None:
    guarded = shells(tmp_path, powershell={"language_mode": "ConstrainedLanguage"})
    ended = run(guarded, "ps2016", script)
    assert error_id in errors(ended).replace("\n", "")
    assert out(guarded, "$ExecutionContext.SessionState.LanguageMode; 'abc'.ToUpper(); [int]'5'", "2016") == [
        "ConstrainedLanguage",
        "ABC",
        "5",
    ]
