# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes files of a hand-over on the controller. Its documentation is plugins/modules/handover_files.py."""

from __future__ import annotations

import os
from typing import Any, ClassVar

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.sealing import is_untouched
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.files import (
    content_of,
    make_folder,
    see_writable,
    write_whole,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.face import PureAction

FOLDER_MODE, FILE_MODE = 0o750, 0o640
# What lies there may be of any size; so many bytes more than the new content are read, to show the difference.
_MORE_TO_SHOW = 1024 * 1024


class ActionModule(PureAction):
    """``files`` into ``directory``, on the controller whatever the connection of the task is."""

    argument_spec: ClassVar[dict[str, Any]] = {
        "directory": {"type": "path", "required": True},
        "files": {"type": "dict", "required": True},
        "keep_changed": {"type": "bool", "default": False},
        "variable": {"type": "str", "default": ""},
    }

    def work(self, arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
        directory = os.path.abspath(arguments["directory"])
        contents = {_path(directory, name): str(text) for name, text in arguments["files"].items()}
        _see_writable(directory, arguments["variable"], ahead=not contents)
        before = {path: content_of(path, len(text.encode("utf-8")) + _MORE_TO_SHOW) for path, text in contents.items()}
        differing = [path for path, text in contents.items() if before[path] != text.encode("utf-8")]
        if arguments["keep_changed"]:
            _refuse_changed({path: before[path] for path in differing})
        if not check_mode:
            make_folder(directory, FOLDER_MODE)
            _write({path: contents[path] for path in differing}, [path for path in contents if path not in differing])
        result: dict[str, Any] = {"changed": bool(differing), "paths": list(contents), "written": not check_mode}
        if self._task.diff:
            result["diff"] = [_difference(path, before[path], contents[path]) for path in differing]
        return result


def _see_writable(directory: str, variable: str, *, ahead: bool) -> None:
    """In the words of who gave the folder. ``ahead``: nothing is to be written yet, so this is how the run begins."""
    try:
        see_writable(directory)
    except RolloutError as error:
        if not variable:
            raise
        mend = f"Give another folder in {variable}" + ("; nothing was touched yet" if ahead else "")
        raise RolloutError(error.what, where=f"{variable}: {error.where}", mend=mend) from error


class NotWritten(RolloutError):
    """A file could not be written. ``result`` has those that are there as they should be."""

    def __init__(self, error: RolloutError, paths: list[str], changed: bool) -> None:
        super().__init__(error.what, where=error.where, mend=error.mend)
        self.result = {"changed": changed, "paths": paths}


def _write(contents: dict[str, str], there: list[str]) -> None:
    for path, text in contents.items():
        try:
            write_whole(path, text.encode("utf-8"), FILE_MODE)
        except RolloutError as error:
            raise NotWritten(error, there, changed=not contents.keys().isdisjoint(there)) from error
        there.append(path)


def _refuse_changed(before: dict[str, bytes | None]) -> None:
    for path, content in before.items():
        if content is not None and not is_untouched(content):
            raise RolloutError(
                "was changed by somebody, or never made by such a run, and is not overwritten",
                where=path,
                mend="Name another file, and compare the two; or take this one away",
            )


def _path(directory: str, name: Any) -> str:
    """The place of a file; a name that leads elsewhere is refused."""
    if not isinstance(name, str) or name in ("", ".", "..") or os.path.basename(name) != name or "\0" in name:
        raise RolloutError(f"{name!r} is not the name of a file", where="files")
    return os.path.join(directory, name)


def _difference(path: str, before: bytes | None, after: str) -> dict[str, str]:
    old = (before or b"").decode("utf-8", "replace")
    return {"before_header": path, "after_header": path, "before": old, "after": after}
