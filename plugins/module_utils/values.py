# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Notions that are more than text or a number, one class each, checked where they are made.

The topology, the plan and the adapters take the same classes, so that what one side accepts the others accept.
Names of hosts, zones and what a wildcard covers are in ``names``.
"""

from __future__ import annotations

import ipaddress
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

    The name is the sanitised one, which the CA's registry and command lines use: AD CS writes each character but
    letters and digits of ASCII, the blank and ``$ - . @ _ ~`` as ``!`` and its UTF-16 code in four hexadecimal digits
    (MS-WCCE section 3.1.1.4.1.1.2). It may be given so, or as the common name: ``Müller CA`` gives ``M!00fcller CA``.
    """

    _LONGEST_KEY = 255  # characters of a registry key's name
    _EXAMPLE = r"Give it as `certutil` on the CA shows it in 'Config', such as ca01.company.local\Company CA"

    def __new__(cls, text: str) -> CaConfig:
        host, _backslash, name = str.__str__(text).partition("\\")
        if lack := cls._lack(name):
            raise BadValue(f"{str.__str__(text)!r} does not name a CA: {lack}", mend=cls._EXAMPLE)
        return super().__new__(cls, f"{names.host(host)}\\{_sanitised(name)}")

    @classmethod
    def _lack(cls, name: str) -> str:
        """Why it is no CA's name; empty for one that is."""
        if not name or name != name.strip():
            return "its name is padded with blanks" if name else "it has no backslash with a name behind it"
        if "\\" in name:
            return "it has a second backslash, which a CA's name has as !005c"
        if not name.isprintable():
            return f"it holds {next(one for one in name if not one.isprintable())!r}"
        short = len(_common(_sanitised(name))) <= names.LONGEST_COMMON_NAME
        fits = short and len(_sanitised(name)) <= cls._LONGEST_KEY
        return "" if fits else f"its name is longer than {names.LONGEST_COMMON_NAME} characters"

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
        return _common(self.name)

    def is_called(self, name: str) -> bool:
        """Whether a CA's own name for itself, common or sanitised, is this one; case does not matter to AD CS."""
        return _sanitised(name).casefold() == self.name.casefold()


def _sanitised(name: str) -> str:
    """What is written so already stays, so that either form of a name gives the same."""
    return _AS_IT_IS.sub(lambda found: found[0].lower() if found[1] else _coded(found[0]), name)


_CODED = re.compile("!([0-9a-fA-F]{4})")
# A character that is coded already, or one that is to be.
_AS_IT_IS = re.compile(rf"{_CODED.pattern}|[^A-Za-z0-9 $.@_~-]")


def _coded(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"!{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def _common(sanitised: str) -> str:
    units = _CODED.sub(lambda found: chr(int(found[1], 16)), sanitised)
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _odd_one(text: str, form: re.Pattern[str]) -> str:
    """The first character that no text of the form can have, as a part of a sentence; empty where there is none."""
    found = next((character for character in text if not form.match(character)), "")
    return f"; this one holds {found if found.isprintable() else repr(found)}" if found else ""


class TemplateName(str):
    """The name (not the display name) of a certificate template; it goes to a command line and to attributes.

    A CA looks a request's template up by this name, the ``cn`` in Active Directory, and by no OID (MS-WCCE section
    2.2.2.7.10, CertificateTemplate).
    """

    _FORM = re.compile(r"[A-Za-z0-9 _.()+-]{1,64}\Z")
    _OID = re.compile(r"[0-2](\.[0-9]+)+\Z")

    def __new__(cls, text: str) -> TemplateName:
        name = str.__str__(text)
        if cls._OID.match(name):
            raise BadValue(
                f"{name!r} is the OID of a certificate template, and a CA takes its name",
                mend="Give the name that `certutil -CATemplates` on the CA shows, such as WebServer",
            )
        if not cls._FORM.match(name) or name != name.strip():
            raise BadValue(
                f"{name!r} is no name of a certificate template",
                mend="Give the template's name, not its display name, such as WebServer" + _odd_one(name, cls._FORM),
            )
        return super().__new__(cls, name)


class Partition(str):
    """A directory partition that keeps zones: ``domain``, ``forest``, ``legacy``, or an application partition's name.

    ``legacy`` is the domain's own partition, the only one that domain controllers of Windows 2000 have. The partitions
    of domain and forest may be given by their DNS names, too.
    """

    DOMAIN, FOREST, LEGACY = "domain", "forest", "legacy"
    _LABELS = {"domaindnszones": DOMAIN, "forestdnszones": FOREST}

    def __new__(cls, text: str) -> Partition:
        given = str.__str__(text)
        if given in (cls.DOMAIN, cls.FOREST, cls.LEGACY):
            return super().__new__(cls, given)
        if "." not in given:
            raise BadValue(
                f"{told(given)} is no directory partition",
                mend="Give domain, forest, legacy, or the DNS name of an application partition",
            )
        name = names.fqdn(given)
        return super().__new__(cls, cls._LABELS.get(names.first_label(name), name))


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


# Networks for measuring (RFC 2544): no host has such an address, and none is routed. One stands in for an address that
# is not known, and is never pushed.
STAND_INS = ipaddress.IPv4Network("198.18.0.0/15")


def is_stand_in(value: object) -> bool:
    """Whether a value of a topology or of a record is an address that stands in for another."""
    try:
        return isinstance(value, str) and ipaddress.ip_address(value) in STAND_INS
    except ValueError:
        return False
