# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Notions that are more than text or a number, one class each, checked where they are made.

The topology, the plan and the adapters take the same classes, so that what one side accepts the others accept.
Names of hosts, zones and what a wildcard covers are in ``names``.
"""

from __future__ import annotations

import re

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.codec import told
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError


class BadValue(RolloutError):
    """A text or number that is none of the kind asked for."""


class Ttl(int):
    """Seconds that a record may be cached. 0 is refused: Windows may take it for "the zone's default"."""

    SHORTEST = 1
    LONGEST = 2**31 - 1  # RFC 2181 section 8
    DEFAULT = 3600

    def __new__(cls, seconds: int) -> Ttl:
        if isinstance(seconds, bool) or not isinstance(seconds, int) or not cls.SHORTEST <= seconds <= cls.LONGEST:
            raise BadValue(f"{told(seconds)} is no TTL", mend=f"Give {cls.SHORTEST} to {cls.LONGEST} seconds")
        return super().__new__(cls, seconds)


class CaConfig(str):
    """How Windows names a CA: ``host\\name``, as ``certutil`` on the CA shows it in "Config".

    The name is the sanitised one, in which AD CS writes letters outside ASCII as ``!`` and their UTF-16 code in four
    hexadecimal digits; who writes ``Müller CA`` gets ``M!00fcller CA``. It goes to command lines: other characters that
    these or the registry could take for their own are refused.
    """

    _NAME = re.compile(r"[A-Za-z0-9 !()'_.,&+#@=-]{1,64}\Z")
    _EXAMPLE = r"Give it as `certutil` on the CA shows it in 'Config', such as ca01.company.local\Company CA"
    _CODED = re.compile("!([0-9a-f]{4})")

    def __new__(cls, text: str) -> CaConfig:
        host, backslash, name = str.__str__(text).partition("\\")
        name = _sanitised(name)
        if not backslash or not cls._NAME.match(name) or name != name.strip():
            mend = f"{cls._EXAMPLE}{_odd_one(name, cls._NAME)}"
            raise BadValue(f"{str.__str__(text)!r} does not name a CA", mend=mend)
        return super().__new__(cls, f"{names.host(host)}\\{name}")

    @property
    def host(self) -> str:
        """The CA's own host, in lower case; a single label where it was given as one."""
        return self.partition("\\")[0]

    @property
    def name(self) -> str:
        """The CA's sanitised name, as its registry and its command lines know it."""
        return self.partition("\\")[2]

    @property
    def common_name(self) -> str:
        """The CA's name as its certificate shows it."""
        units = self._CODED.sub(lambda found: chr(int(found[1], 16)), self.name)
        return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _odd_one(text: str, form: re.Pattern[str]) -> str:
    """The first character that no text of the form can have, as a part of a sentence; empty where there is none."""
    found = next((character for character in text if not form.match(character)), "")
    return f"; this one holds {found if found.isprintable() else repr(found)}" if found else ""


def _sanitised(name: str) -> str:
    """Letters outside ASCII as AD CS writes them: ``!`` and the UTF-16 code (MS-WCCE, sanitized common name)."""
    return "".join(c if c.isascii() or not c.isprintable() else _coded(c) for c in name)


def _coded(character: str) -> str:
    units = character.encode("utf-16-be")
    return "".join(f"!{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


class TemplateName(str):
    """The name (not the display name) of a certificate template; it goes to a command line and to attributes."""

    _FORM = re.compile(r"[A-Za-z0-9 _.()+-]{1,64}\Z")

    def __new__(cls, text: str) -> TemplateName:
        name = str.__str__(text)
        if not cls._FORM.match(name) or name != name.strip():
            raise BadValue(
                f"{name!r} is no name of a certificate template",
                mend="Give the template's name, not its display name, such as WebServer" + _odd_one(name, cls._FORM),
            )
        return super().__new__(cls, name)


class Thumbprint(str):
    """The SHA-1 of a certificate as 40 upper-case hexadecimal digits: the name by which Windows knows it.

    Blanks, colons and the invisible character that the certificate window of Windows puts first may be copied along.
    """

    _DECORATION = re.compile("[\\s:\u200e\u200f\ufeff-]")
    _FORM = re.compile(r"[0-9A-F]{40}\Z")

    def __new__(cls, text: str) -> Thumbprint:
        digits = cls._DECORATION.sub("", str.__str__(text)).upper()
        if not cls._FORM.match(digits):
            raise BadValue(
                f"'{str.__str__(text)}' is no thumbprint", mend="Give the SHA-1 thumbprint: 40 hexadecimal digits"
            )
        return super().__new__(cls, digits)
