"""Reads the steps of a guide out of its Markdown, and compares what it says one sees with what was seen.

Each fenced block stands below a comment that says what it is; the comment is not seen where the page is rendered:

    <!-- file: PATH -->       its text is the contents of that file
    <!-- edits: PATH -->      lines of that file: those after - go, those after + come in their place, the others stay
    <!-- run -->              its text is a command, which ends with 0; `<!-- run: 2 -->` with another status
    <!-- sees -->             what the command before shows, shortened
    <!-- types: HOST -->      PowerShell that a person types on that host
    <!-- elsewhere: WHY -->   is not run here, and why not; never a command of Ansible's

Alone stand:

    <!-- begins: STATE -->    what is there before the guide begins
    <!-- lab: ORDER … -->     what a person or another team does in between, or what breaks
    <!-- copies: NAME = EXPRESSION -->   what the reader copies out of what the command before showed, in place of NAME

Anything else is an error: a block without its comment, and a command of Ansible's in the text, which nothing would run.
"""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

GUIDES = Path(__file__).resolve().parents[1] / "docs" / "guides"
OF_BLOCKS = ("file", "edits", "run", "sees", "types", "elsewhere")
ALONE = ("begins", "lab", "copies")
LEFT_OUT = "…"
# Commands of Ansible's with their arguments: to be run, and so to stand in a block.
_COMMAND = re.compile(r"\bansible-(playbook[ \t]+\S*[./_-]\w|(vault|galaxy|inventory)[ \t]+[a-z-]+[ \t]+[^\s`|)])")
# In a block that is not run, whatever follows; collections come from the network.
_IN_A_BLOCK = re.compile(r"\bansible-(playbook|vault|inventory)[ \t]+\S")
_COMMENT = re.compile(r"<!--\s*(?P<kind>\w+)(?::\s*(?P<value>.*?))?\s*-->")
_FENCE = re.compile(r"(?P<fence>`{3,}|~{3,})(?P<info>.*)")


class NotAGuide(Exception):
    """What is wrong in its text, with the line."""


@dataclass(frozen=True)
class Step:
    """One step: its kind, what its comment gives it, the text of its block, and its line in the guide."""

    kind: str
    value: str
    text: str
    line: int


def steps_of(markdown: str) -> list[Step]:
    """All steps in their order. Raises NotAGuide."""
    steps: list[Step] = []
    lines = markdown.splitlines()
    at, waiting = 0, None
    while at < len(lines):
        line, number = lines[at], at + 1
        fence = _FENCE.match(line.strip())
        if fence:
            end = _end_of(lines, at, fence["fence"])
            steps.append(_of_block(waiting, "\n".join(lines[at + 1 : end]), number))
            at, waiting = end + 1, None
            continue
        if waiting is not None and line.strip():
            raise NotAGuide(f"line {number}: a block is to follow the comment in line {waiting.line}")
        found = _comment(line, number)
        if found is not None and found.kind in OF_BLOCKS:
            waiting = found
        elif found is not None:
            steps.append(found)
        elif _COMMAND.search(line):
            raise NotAGuide(f"line {number}: a command in the text, which nothing runs: {line.strip()}")
        at += 1
    if waiting is not None:
        raise NotAGuide(f"line {waiting.line}: no block follows the comment")
    return steps


def _end_of(lines: list[str], begin: int, fence: str) -> int:
    for at in range(begin + 1, len(lines)):
        if lines[at].strip() == fence:
            return at
    raise NotAGuide(f"line {begin + 1}: a block without an end")


def _comment(line: str, number: int) -> Step | None:
    """A step without its block; None where the line holds no comment."""
    if "<!--" not in line:
        return None
    found = _COMMENT.fullmatch(line.strip())
    if found is None or found["kind"] not in (*OF_BLOCKS, *ALONE):
        raise NotAGuide(f"line {number}: no such comment: {line.strip()}")
    if not found["value"] and found["kind"] not in ("run", "sees"):
        raise NotAGuide(f"line {number}: `{found['kind']}` says nothing")
    return Step(found["kind"], found["value"] or "", "", number)


def _of_block(comment: Step | None, text: str, number: int) -> Step:
    if comment is None:
        raise NotAGuide(f"line {number}: a block without a comment that says what it is")
    if comment.kind not in ("run", "file", "edits") and _IN_A_BLOCK.search(text):
        raise NotAGuide(f"line {number}: a command that nothing runs in a block of kind `{comment.kind}`")
    if comment.kind == "run" and not text.strip():
        raise NotAGuide(f"line {number}: nothing to run")
    return Step(comment.kind, comment.value, text, number)


def commands_of(text: str) -> list[str]:
    """The commands of a block that is run, one a line; a line that ends with a backslash goes on in the next."""
    lines = text.replace("\\\n", " ").splitlines()
    return [" ".join(line.split()) for line in lines if line.strip() and not line.lstrip().startswith("#")]


def edited(text: str, change: str) -> str:
    """A file with a change; ValueError unless the lines that it names are there once, one after the other."""
    lines = [line for line in change.splitlines() if line]
    if any(line[0] not in "-+ " for line in lines):
        raise ValueError(f"a line of a change begins with -, + or a blank:\n{change}")
    before = "".join(f"{line[1:]}\n" for line in lines if line[0] != "+")
    after = "".join(f"{line[1:]}\n" for line in lines if line[0] != "-")
    if not before or f"\n{text}".count(f"\n{before}") != 1:
        raise ValueError(f"not there once:\n{before}")
    return f"\n{text}".replace(f"\n{before}", f"\n{after}")[1:]


def flat(output: str) -> str:
    """What was shown, in one line, without the quotation marks that Ansible puts around each line of a list."""
    lines = (_unquoted(line.strip()) for line in output.splitlines())
    return " ".join(" ".join(lines).split())


def _unquoted(line: str) -> str:
    quoted = re.fullmatch(r'(?:"msg": )?(".*"),?', line)
    if quoted is not None:
        with contextlib.suppress(ValueError):
            return str(json.loads(quoted[1]))
    if " => {" in line:  # JSON in one line
        return re.sub(r'\\([n"\\])', lambda one: " " if one[1] == "n" else one[1], line)
    return line


# What another day shows otherwise: a date, a time, a thumbprint or the first digits of one, as a guide has it and as it
# may be. Eight letters are a word to a reader, so a guide shows digits with a figure among them.
_SHAPES = {
    r"\d{4}-\d\d-\d\d": r"\d{4}-\d\d-\d\d",
    r"\d{8}T\d{6}Z": r"\d{8}T\d{6}Z",
    r"\d\d:\d\d:\d\d": r"\d\d:\d\d:\d\d",
    r"\b[0-9A-F]{40}\b": r"\b[0-9A-F]{40}\b",
    r"\b(?=\w*\d)[0-9A-F]{8}\b": r"\b[0-9A-F]{8}\b",
}
_SHAPED = re.compile("|".join(f"({shape})" for shape in _SHAPES))


def not_seen(expected: str, output: str) -> str:
    """The first part of what a guide says one sees that is not in what was shown, in this order; empty if all is.

    A line with nothing but … stands for any lines, a … within a line for some text. Blanks and line ends play no part.
    """
    shown, begin = flat(output), 0
    for part in re.split(rf"^\s*{LEFT_OUT}\s*$", expected, flags=re.MULTILINE):
        wanted = flat(part)
        if not wanted:
            continue
        found = re.compile(_expression(wanted)).search(shown, begin)
        if found is None:
            return wanted
        begin = found.end()
    return ""


def _expression(wanted: str) -> str:
    return ".{0,300}?".join(_of_shapes(piece) for piece in re.split(rf" ?{LEFT_OUT} ?", wanted))


def _of_shapes(piece: str) -> str:
    made, begin = [], 0
    for found in _SHAPED.finditer(piece):
        made += [re.escape(piece[begin : found.start()]), list(_SHAPES.values())[int(found.lastindex or 0) - 1]]
        begin = found.end()
    return "".join([*made, re.escape(piece[begin:])])
