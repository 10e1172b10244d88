"""The built pages as a reader without a browser sees them: links and places that links lead to."""

from __future__ import annotations

import dataclasses
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

# Attributes that name another file, by element.
_LEADING = {"a": "href", "link": "href", "script": "src", "img": "src", "iframe": "src"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.places: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.places |= {value for name in ("id", "name") if (value := held.get(name))}
        if (target := held.get(_LEADING.get(tag, ""))) is not None:
            self.links.append((tag, target))


@dataclasses.dataclass
class Pages:
    """All HTML files of a folder."""

    folder: Path

    @cached_property
    def read(self) -> dict[Path, _Reader]:
        found = {}
        for path in sorted(self.folder.rglob("*.html")):
            found[path] = _Reader()
            found[path].feed(path.read_text(encoding="utf-8"))
        return found

    @cached_property
    def links(self) -> list[tuple[Path, str, str]]:
        """Page, element, target."""
        return [(path, tag, target) for path, page in self.read.items() for tag, target in page.links]

    def dead(self) -> list[str]:
        """The links to files that are not there, or to places that are not in them."""
        return [
            f"{path.relative_to(self.folder)}: {target}"
            for path, _tag, target in self.links
            if not urlsplit(target).scheme and not self._leads(path, target)
        ]

    def _leads(self, path: Path, target: str) -> bool:
        file, place = urldefrag(target)
        aim = (path.parent / unquote(urlsplit(file).path)).resolve() if file else path
        if not aim.is_file() or not aim.is_relative_to(self.folder):
            return False
        return not place or aim not in self.read or unquote(place) in self.read[aim].places
