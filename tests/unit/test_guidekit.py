"""Each guide of docs/guides can be walked through: nothing in it that looks like a command is left out by the test."""

from __future__ import annotations

from pathlib import Path

import guidekit
import pytest
from guidekit import NotAGuide, commands_of, edited, not_seen, steps_of

PLAY = "ansible-" + "playbook"
GUIDES = sorted(guidekit.GUIDES.glob("*.md"))


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_all_of_a_guide_is_run(path: Path) -> None:
    steps = steps_of(path.read_text(encoding="utf-8"))
    assert path.stem == "README" or {step.kind for step in steps} >= {"begins", "run", "sees"}
    # A script that holds commands is itself started by one.
    scripts = [Path(step.value).name for step in steps if step.kind == "file" and f"{PLAY} " in step.text]
    started = " ".join(step.text for step in steps if step.kind == "run")
    assert [name for name in scripts if name not in started] == []


def test_the_index_names_every_guide() -> None:
    index = (guidekit.GUIDES / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in GUIDES if path.name != "README.md" and f"({path.name})" not in index] == []


def test_steps_are_read_in_their_order() -> None:
    text = f"""# A guide
<!-- begins: nothing -->
<!-- file: inventory/hosts.yml -->
```yaml
a: b
```
1. Run it:

   <!-- run: 2 -->
   ```
   {PLAY} x \\
     -i inventory
   ```
<!-- sees -->
````
```
````
<!-- copies: THUMBPRINT = Thumbprint ([0-9A-F]+) -->
"""
    read = [(step.kind, step.value, step.text.strip()) for step in steps_of(text)]
    assert read == [
        ("begins", "nothing", ""),
        ("file", "inventory/hosts.yml", "a: b"),
        ("run", "2", f"{PLAY} x \\\n     -i inventory"),
        ("sees", "", "```"),
        ("copies", "THUMBPRINT = Thumbprint ([0-9A-F]+)", ""),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("```\nls\n```", "line 1: a block without a comment"),
        (f"```sh\n{PLAY} x\n```", "line 1: a block without a comment"),
        ("~~~\nls\n~~~", "line 1: a block without a comment"),
        ("<!-- run -->\n\nSome text.\n```\nls\n```", "line 3: a block is to follow"),
        ("<!-- run -->", "line 1: no block follows"),
        ("<!-- run -->\n```\nls", "line 2: a block without an end"),
        ("<!-- run -->\n```\n```", "line 2: nothing to run"),
        ("<!-- runs -->\n```\nls\n```", "line 1: no such comment"),
        ("text <!-- run -->\n```\nls\n```", "line 1: no such comment"),
        ("<!-- file -->\n```\nls\n```", "line 1: `file` says nothing"),
        (f"Then run `{PLAY} ucops.x -i inventory`.", "line 1: a command in the text"),
        (f"| down | `{PLAY} ucops.x` |", "line 1: a command in the text"),
        (f"    {PLAY} ucops.x", "line 1: a command in the text"),
        ("Keep it: ansible-" + "vault create x", "line 1: a command in the text"),
        (f"<!-- elsewhere: no time -->\n```\n{PLAY} x\n```", "line 2: a command that nothing runs"),
        (f"<!-- sees -->\n```\n$ {PLAY} x\n```", "line 2: a command that nothing runs"),
    ],
)
def test_what_would_not_be_run_is_refused(text: str, told: str) -> None:
    with pytest.raises(NotAGuide, match="^" + told):
        steps_of(text)


def test_the_name_of_a_program_alone_is_no_command() -> None:
    assert steps_of(f"`{PLAY}` ends with 2, and {PLAY} alone | is a name") == []


def test_commands_of_a_block() -> None:
    assert commands_of("# a remark\nls  -l \\\n   x\n\ncat y") == ["ls -l x", "cat y"]


def test_a_file_is_edited() -> None:
    assert edited("a: 1\nb: 2\nc: 3\n", " a: 1\n-b: 2\n+b: 4\n+d: 5\n") == "a: 1\nb: 4\nd: 5\nc: 3\n"


@pytest.mark.parametrize("change", ["-b: 3\n+b: 4", "-b: 2", "+c: 1", "b: 2", "-a: 1\n+a: 2"])
def test_a_change_that_does_not_fit_is_refused(change: str) -> None:
    """Not there, there twice, nowhere, no change, and a line that only ends so."""
    with pytest.raises(ValueError, match="not there once|begins with"):
        edited("b: 2\nx a: 1\nb: 2\n", change)


SHOWN = """
ok: [localhost] => {
    "msg": [
        "Changed    + company.local: pool A 10.0.0.21,",
        "             10.0.0.22",
        "           issuer ca01\\\\Company CA, it is \\"so\\"",
        "By hand    nothing"
    ]
}
fatal: [dc01]: FAILED! => {"msg": "Nothing was touched:\\n- dc01 as 'COMPANY\\\\rollout': \\"no\\""}
    "msg": "ends on 2026-11-28 12:30:01: 3AFCAD6EA270C872445E1A9007B333CE751BCD11 (3AFCAD6E)"
"""


@pytest.mark.parametrize(
    "expected",
    [
        "Changed  + company.local: pool A 10.0.0.21, 10.0.0.22",
        "Changed\n   …\nBy hand nothing",
        'pool A …, 10.0.0.22\n  issuer ca01\\Company CA, it is "so"',
        """Nothing was touched:\n- dc01 as 'COMPANY\\rollout': "no"…""",
        "ends on 2030-01-01 00:00:00: 0123456789ABCDEF0123456789ABCDEF01234567 (1234ABCD)",
    ],
)
def test_what_was_shown_is_seen(expected: str) -> None:
    assert not_seen(expected, SHOWN) == ""


@pytest.mark.parametrize(
    ("expected", "missing"),
    [
        ("Changed + company.local: pool A 10.0.0.21\n…\nissuer ca02", "issuer ca02"),
        ("By hand nothing\n…\nChanged", "Changed"),  # in another order
        ("10.0.0.22 By hand", "10.0.0.22 By hand"),  # something between that is not left out
        ("ends on 2026-11-28 at", "ends on 2026-11-28 at"),
        ("BCD11 (3AFCAD6)", "BCD11 (3AFCAD6)"),
        ("pool A … 10.0.0.23", "pool A … 10.0.0.23"),
    ],
)
def test_what_was_not_shown_is_missed(expected: str, missing: str) -> None:
    assert not_seen(expected, SHOWN) == missing
