# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The mark of an assignment that is not proved yet: what its places named before, as a text in the registry. Pure.

A mark is a key whose name is the thumbprint of the certificate that was to be assigned, with one value. Whoever may
write there may write anything: what is read is followed only where each part of it has its form.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain, to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.products.cs_types import OAUTH
from ansible_collections.ucops.rollout.plugins.module_utils.values import Thumbprint
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.endpoints import (
    ADDRESS,
    NAME,
    BindingPlace,
    parsed_endpoint,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.former import (
    BY_BINDING,
    BY_CMDLETS,
    BY_COMMAND,
    BY_WMI,
    Former,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.ocs import CLASSES
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import STRING, Branch

KEY, VALUE = "SOFTWARE\\ucops.rollout", "former"
MARKED = Branch(KEY, below=((VALUE, STRING),), above=("SOFTWARE",))
# Characters of a value; with the rest of its line well below what cmd takes.
LONGEST = 7000
_MOST = 64

_TYPE = re.compile("[A-Za-z]{1,64}")
_STORE = re.compile("[A-Za-z]{1,32}")
_PORT_OF = re.compile(r"(?:[A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\]):[1-9][0-9]{0,4}")
_INSTANCE = re.compile(rf"(?:{'|'.join(one.name for one in CLASSES)})(?: [!-~]{{1,200}})?")
# The encoded name of an issuer, and a serial number (RFC 5280 section 4.1.2.2) that may have a zero before it.
_ISSUER, _SERIAL = re.compile("(?:[0-9a-f]{2}){1,1024}"), re.compile("(?:[0-9a-f]{2}){1,21}")


class BadMark(RolloutError):
    """What is in the registry is no mark that a run of ours wrote."""


@dataclass(frozen=True, slots=True)
class Mark:
    """``thumbprint``: of the certificate that was to be assigned; ``former``: what its places named before."""

    thumbprint: Thumbprint
    former: tuple[Former, ...]


def encoded(former: Sequence[Former]) -> str:
    """The value of a mark: base64 of JSON, without what is empty."""
    listed = [{name: value for name, value in to_plain(one).items() if value} for one in former]
    return base64.b64encode(json.dumps(listed, separators=(",", ":")).encode("ascii")).decode("ascii")


def decoded(name: str, text: object) -> Mark:
    """A mark from the name of its key and its value; raises BadMark for whatever ``encoded`` does not write."""
    try:
        if not isinstance(text, str) or len(text) > LONGEST:
            raise BadMark("it has no value, or one that is too long")
        if not re.fullmatch("[0-9A-F]{40}", name):
            raise BadMark("the name of its key is no thumbprint")
        listed = json.loads(base64.b64decode(text, validate=True))
        former = from_plain(tuple[Former, ...], listed, where="former")
        if encoded(former) != text:
            raise BadMark("its value is not in the form in which it is written")
    except (binascii.Error, ValueError, RecursionError) as error:
        raise BadMark("its value is no base64 of JSON") from error
    except BadMark:
        raise
    except RolloutError as error:
        raise BadMark(error.what) from error
    places = {(one.way, one.place) for one in former}
    if not any(one.replaced for one in former) or len(places) != len(former) or len(former) > _MOST:
        raise BadMark("it names no certificate that was replaced, or a place twice, or too many")
    for one in former:
        if not _has_form(one):
            raise BadMark("it names a place or a certificate in a form that none has")
    return Mark(Thumbprint(name), former)


def _has_form(one: Former) -> bool:
    """Whether it is what the way of assigning tells of a place."""
    by_thumbprint = not one.thumbprint or re.fullmatch("[0-9A-F]{40}", one.thumbprint) is not None
    unnumbered = not (one.issuer or one.serial)
    unbound = not (one.kind or one.store)
    if one.way == BY_BINDING:
        stored = bool(_STORE.fullmatch(one.store)) if one.thumbprint else not one.store
        return by_thumbprint and unnumbered and stored and _is_binding(one)
    if one.way == BY_COMMAND:
        return by_thumbprint and one.replaced and unnumbered and unbound and bool(_PORT_OF.fullmatch(one.place))
    if one.way == BY_CMDLETS:
        typed = bool(_TYPE.fullmatch(one.place)) and one.place != OAUTH
        return by_thumbprint and unnumbered and unbound and typed
    if one.way == BY_WMI:
        numbered = bool(_ISSUER.fullmatch(one.issuer) and _SERIAL.fullmatch(one.serial))
        empty = not one.serial and (not one.issuer or bool(_ISSUER.fullmatch(one.issuer)))
        return not one.thumbprint and unbound and (numbered or empty) and bool(_INSTANCE.fullmatch(one.place))
    return False


def _is_binding(one: Former) -> bool:
    try:
        return one.kind in (ADDRESS, NAME) and parsed_endpoint(one.place) == BindingPlace(one.kind, one.place)
    except RolloutError:
        return False
