# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files inside of what Export-CsConfiguration writes: a zip, read in memory and within bounds."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.found import NotImported

MOST_FILES = 50
LARGEST_FILE = 20 * 1024 * 1024  # bytes
LARGEST_WHOLE = 50 * 1024 * 1024
_DENSEST = 200  # times; XML of this kind is packed to a tenth or a twentieth
_SMALL = 1024 * 1024  # below it, how dense a file is packed says nothing
_MEND = "Export again with Export-CsConfiguration -FileName"
_ENCRYPTED = 0x1


def is_zip(content: bytes) -> bool:
    return content.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def xml_files(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and content of each XML file; nothing is written anywhere. Raises NotImported."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _refuse_odd(entries)
            for entry in entries:
                if entry.filename.lower().endswith(".xml"):
                    yield entry.filename, _content(archive, entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, RuntimeError) as error:
        raise NotImported(f"is no zip file that can be read ({error})", mend=_MEND) from error


def _refuse_odd(entries: list[zipfile.ZipInfo]) -> None:
    """Raise NotImported for an archive that no export is; what it says of its sizes is not relied on afterwards."""
    if len(entries) > MOST_FILES:
        raise NotImported(f"holds {len(entries)} files, more than the {MOST_FILES} that are read", mend=_MEND)
    seen = set()
    for entry in entries:
        name = entry.filename
        if "/" in name or "\\" in name or ":" in name or name in ("", ".", ".."):
            raise NotImported(f"holds {name!r}, a file in a folder, which no such export has", mend=_MEND)
        if name.lower() in seen:
            raise NotImported(f"holds the file {name!r} twice", mend=_MEND)
        seen.add(name.lower())
        if entry.flag_bits & _ENCRYPTED:
            raise NotImported(f"holds the file {name!r} encrypted", mend=_MEND)
        if entry.file_size > _SMALL and entry.file_size > _DENSEST * entry.compress_size:
            raise NotImported(f"holds the file {name!r}, packed denser than any XML of this kind", mend=_MEND)
        if entry.file_size > LARGEST_FILE:
            raise NotImported(
                f"holds the file {name!r} of {entry.file_size} bytes, more than the {LARGEST_FILE} that are read"
            )
    if sum(entry.file_size for entry in entries) > LARGEST_WHOLE:
        raise NotImported(f"holds more than the {LARGEST_WHOLE} bytes that are read", mend=_MEND)


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as file:
        found = file.read(entry.file_size + 1)
    if len(found) != entry.file_size:
        raise NotImported(f"holds the file {entry.filename!r} with another size than it says", mend=_MEND)
    return found
