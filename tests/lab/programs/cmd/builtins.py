# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that cmd.exe carries out itself."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from lab.files import ALREADY_EXISTS, NOT_FOUND, PATH_NOT_FOUND, FileError
from lab.programs.process import Process

if TYPE_CHECKING:
    from lab.programs.cmd.processor import CommandProcessor


class Exit(Exception):
    """`exit` was run."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


Builtin = Callable[["CommandProcessor", Process, str], int]
# Signs that may follow the name of a built-in command without a blank: `echo.`, `cd\`, `dir/b`.
_STUCK = './\\:([]+"'


def split_arguments(text: str) -> list[str]:
    """Arguments of a built-in: blanks, commas, semicolons and equals signs separate, quotes hold together."""
    return [part.replace('"', "") for part in re.findall(r'(?:"[^"]*"?|[^\s,;="])+', text)]


def _switches(text: str) -> tuple[set[str], list[str]]:
    switches: set[str] = set()
    names: list[str] = []
    for argument in split_arguments(text):
        if argument.startswith("/") and '"' not in argument:
            switches |= {"/" + part.lower()[:1] for part in argument.split("/") if part}
        else:
            head, slash, tail = argument.partition("/")
            names.append(head)
            switches |= {"/" + part.lower()[:1] for part in tail.split("/") if slash and part}
    return switches, names


def matches(process: Process, pattern: str) -> list[str]:
    """Full paths of what a name or a pattern with * and ? in its last part stands for."""
    files = process.files
    folder, _slash, name = pattern.replace("/", "\\").rpartition("\\")
    try:
        if not files.lists(folder or ".", process.directory):
            return []
    except FileError:
        return []
    if "*" not in name and "?" not in name:
        return [files.absolute(pattern, process.directory)] if files.exists(pattern, process.directory) else []
    try:
        folder = files.absolute(folder or ".", process.directory)
        listed = files.entries(folder)
    except FileError:
        return []
    want = "*" if name == "*.*" else name.lower()
    names = [one[0] for one in listed if fnmatch.fnmatch(one[0].lower(), want)]
    return [f"{folder.rstrip(chr(92))}\\{name}" for name in names]


def _echo(cmd: CommandProcessor, process: Process, rest: str) -> int:
    if not rest.strip(" \t"):
        process.say("cmd.echo_is_on")
    elif rest.strip().lower() in ("on", "off"):
        return 0
    else:
        process.print(rest[1:])
    return 0


def _type(cmd: CommandProcessor, process: Process, rest: str) -> int:
    _unused, names = _switches(rest)
    if not names:
        process.complain_of("cmd.syntax")
        return 1
    code = 0
    for name in names:
        if process.files.is_device(name):
            continue
        found = [path for path in matches(process, name) if not process.files.is_directory(path)]
        if not found:
            folder = name.replace("/", "\\").rpartition("\\")[0]
            missing = folder and not process.files.is_directory(folder, process.directory)
            process.complain_error(FileError(PATH_NOT_FOUND if missing else NOT_FOUND, name))
            code = 1
        for path in found:
            process.stdout.write(_typed(process, process.files.read(path)))
    return code


def _typed(process: Process, content: bytes) -> bytes:
    """`type` turns a file that begins with the UTF-16 mark into the console's code page; other bytes pass."""
    if content.startswith(b"\xff\xfe"):
        return process.encode(content[2:].decode("utf-16-le", errors="replace"))
    return content


def _del(cmd: CommandProcessor, process: Process, rest: str) -> int:
    switches, names = _switches(rest)
    if not names:
        process.complain_of("cmd.syntax")
        return 1
    for name in names:
        found = [path for path in matches(process, name) if not process.files.is_directory(path)]
        if not found:
            process.complain_of("cmd.could_not_find", path=_shown(process, name))
        if (
            name.endswith("*")
            and "/q" not in switches
            and not _confirmed(process, process.texts.text("cmd.delete_all", name=name))
        ):
            continue
        for path in found:
            try:
                process.files.delete(path)
            except FileError as error:
                process.complain(path)
                process.complain_error(error)
    return 0


def _shown(process: Process, name: str) -> str:
    try:
        return str(process.files.absolute(name, process.directory))
    except FileError:
        return name


def _confirmed(process: Process, question: str) -> bool:
    """Ask on the console; with nobody at the other end this waits for ever."""
    process.write(question)
    process.note(f"asks: {question.strip()}")
    return process.stdin.read_line()[:1].lower() in (b"y", b"a")


def _transfer(process: Process, rest: str, remove: bool) -> int:
    switches, names = _switches(rest)
    if not names:
        process.complain_of("cmd.syntax")
        return 1
    target = names[1] if len(names) > 1 else "."
    found = [path for path in matches(process, names[0]) if not process.files.is_directory(path)]
    if not found:
        process.complain_error(FileError(NOT_FOUND, names[0]))
        return 1
    done = sum(_one(process, path, target, "/y" in switches, remove) for path in found)
    process.say("cmd.moved" if remove else "cmd.copied", count=done)
    return 0 if done == len(found) else 1


def _one(process: Process, path: str, target: str, quiet: bool, remove: bool) -> int:
    files = process.files
    name = path.rpartition("\\")[2]
    full = f"{target}\\{name}" if files.is_directory(target, process.directory) else target
    try:
        if files.exists(full, process.directory) and not quiet:
            question = process.texts.text("cmd.overwrite", path=full)
            if not _confirmed(process, question):
                return 0
        files.write(full, files.read(path), process.directory)
        if remove:
            files.delete(path)
    except FileError as error:
        process.complain_error(error)
        return 0
    return 1


def _copy(cmd: CommandProcessor, process: Process, rest: str) -> int:
    return _transfer(process, rest, remove=False)


def _move(cmd: CommandProcessor, process: Process, rest: str) -> int:
    return _transfer(process, rest, remove=True)


def _mkdir(cmd: CommandProcessor, process: Process, rest: str) -> int:
    _unused, names = _switches(rest)
    code = 0
    for name in names:
        try:
            process.files.make_directory(name, process.directory, must_be_new=True)
        except FileError as error:
            if error.code == ALREADY_EXISTS:
                process.complain_of("cmd.directory_exists", name=name)
            else:
                process.complain_error(error)
            code = 1
    return code


def _rmdir(cmd: CommandProcessor, process: Process, rest: str) -> int:
    switches, names = _switches(rest)
    for name in names:
        try:
            if "/s" in switches:
                _empty(process, process.files.absolute(name, process.directory))
            process.files.remove_directory(name, process.directory)
        except FileError as error:
            process.complain_error(error)
            return error.code
    return 0


def _empty(process: Process, folder: str) -> None:
    for entry, directory, _unused in process.files.entries(folder):
        path = f"{folder}\\{entry}"
        if directory:
            _empty(process, path)
            process.files.remove_directory(path)
        else:
            process.files.delete(path)


def _dir(cmd: CommandProcessor, process: Process, rest: str) -> int:
    switches, names = _switches(rest)
    files = process.files
    target = names[0] if names else "."
    pattern = f"{target}\\*" if files.is_directory(target, process.directory) else target
    found = matches(process, pattern)
    if not found:
        process.complain_of("cmd.file_not_found")
        return 1
    for path in found:
        name = path.rpartition("\\")[2]
        if "/b" in switches:
            process.print(name)
        else:
            size = "<DIR>         " if files.is_directory(path) else f"{len(files.read(path)):>14,}"
            process.say("cmd.listed", size=size, name=name)
    return 0


def _ver(cmd: CommandProcessor, process: Process, rest: str) -> int:
    process.print()
    process.say("cmd.version", version=process.machine.generation.version)
    return 0


def _set(cmd: CommandProcessor, process: Process, rest: str) -> int:
    text = rest.strip()
    if text.startswith('"') and text.rfind('"') > 0:
        text = text[1 : text.rfind('"')]
    name, equals, value = text.partition("=")
    environment = cmd.process.environment
    if equals:
        # Blanks before the ampersand belong to the value; the text keeps them.
        value = value if rest.strip().startswith('"') else rest.partition("=")[2]
        environment.set(name, value) if value else environment.unset(name)
        return 0
    listed = [(key, value) for key, value in environment if key.upper().startswith(name.upper())]
    for key, value in listed:
        process.print(f"{key}={value}")
    if not listed:
        process.complain_of("cmd.variable_not_defined", name=name)
    return 0 if listed else 1


def _cd(cmd: CommandProcessor, process: Process, rest: str) -> int:
    target = re.sub(r"(?i)^\s*/d\s*", "", rest).strip().replace('"', "")
    if not target:
        process.print(cmd.process.directory)
        return 0
    if not process.files.is_directory(target, cmd.process.directory):
        process.complain_error(FileError(PATH_NOT_FOUND, target))
        return 1
    path = process.files.absolute(target, cmd.process.directory)
    cmd.process.directory = process.directory = path
    return 0


def _exit(cmd: CommandProcessor, process: Process, rest: str) -> int:
    numbers = [one for one in split_arguments(rest) if re.fullmatch(r"-?\d+", one)]
    raise Exit(int(numbers[0]) if numbers else cmd.errorlevel)


def _call(cmd: CommandProcessor, process: Process, rest: str) -> int:
    """`call program arguments`: the line is expanded a second time; carets that quotes protect are doubled first."""
    if rest.lstrip().startswith(":"):
        return _unmodelled(cmd, process, rest)
    return cmd.again(rest.replace("^", "^^"), process)


def _nothing(cmd: CommandProcessor, process: Process, rest: str) -> int:
    return 0


def _cls(cmd: CommandProcessor, process: Process, rest: str) -> int:
    process.write("\x0c")
    return 0


def _unmodelled(cmd: CommandProcessor, process: Process, rest: str) -> int:
    process.complain("lab: this command of cmd.exe is not modelled")
    return 1


BUILTINS: dict[str, Builtin] = {
    "echo": _echo, "type": _type, "del": _del, "erase": _del, "copy": _copy, "move": _move, "mkdir": _mkdir,
    "md": _mkdir, "rmdir": _rmdir, "rd": _rmdir, "dir": _dir, "ver": _ver, "set": _set, "cd": _cd, "chdir": _cd,
    "exit": _exit, "rem": _nothing, "setlocal": _nothing, "endlocal": _nothing, "cls": _cls, "for": _unmodelled,
    "call": _call, "goto": _unmodelled, "ren": _unmodelled, "rename": _unmodelled, "start": _unmodelled,
    "pushd": _unmodelled, "popd": _unmodelled, "date": _unmodelled, "time": _unmodelled, "assoc": _unmodelled,
}  # fmt: skip


def split_builtin(text: str) -> tuple[str, str]:
    """(name, rest) when the text starts with a built-in command, else ("", text)."""
    match = re.match(r"[A-Za-z]+", text)
    if not match or match[0].lower() not in BUILTINS:
        return "", text
    rest = text[match.end() :]
    if rest and rest[0] not in " \t,;=" + _STUCK:
        return "", text
    return match[0].lower(), rest
