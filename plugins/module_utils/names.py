# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names as DNS and the products know them: made uniform or refused, cut at zones, never guessed."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from ansible_collections.ucops.rollout.plugins.module_utils.codec import told
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError

LONGEST_NAME = 253  # characters of the text form without the trailing dot, RFC 1035 section 2.3.4
LONGEST_LABEL = 63
LONGEST_COMMON_NAME = 64  # ub-common-name, RFC 5280 appendix A
APEX = "@"

# Most names are right: one look at the whole finds that out, the reasons of the others are found piece by piece.
_RIGHT = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*\Z")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\Z")
_SERVICE_LABEL = re.compile(r"_[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\Z")
_PRODUCTS_RULE = "OCS, Lync and Skype for Business take only the letters a to z, digits and hyphens"


class BadName(RolloutError):
    """A text that is no name of the kind asked for."""


def fqdn(text: str) -> str:
    """A host's full name: lower case, no trailing dot, at least two labels of letters, digits, hyphens."""
    name = _uniform(text)
    _refuse_addresses(name)
    _check_labels(name, name.split("."))
    if "." not in name:
        raise BadName(f"'{name}' is a single label", mend=f"Write the full name with its domain: {name}.company.local")
    return name


def domain(text: str) -> str:
    """A SIP or Active Directory domain: the same rules as for a host's full name."""
    return fqdn(text)


def host(text: str) -> str:
    """A host's name that may be a single label, as in a CA's configuration string."""
    name = _uniform(text)
    _check_labels(name, name.split("."))
    return name


def zone(text: str) -> str:
    """A zone's name; a pin-point zone may start with service labels, as ``_sipinternaltls._tcp.company.com``."""
    return _name_with_services(text)


def relative(text: str) -> str:
    """An owner name inside some zone: ``www``, ``_sip._tls``, ``a.b`` or ``@`` for the zone itself."""
    return APEX if text == APEX else _name_with_services(text)


def parent(name: str) -> str:
    """The name without its first label; empty for a single label."""
    return name.partition(".")[2]


def first_label(name: str) -> str:
    return name.partition(".")[0]


def service_domain(owner: str) -> str:
    """What follows the service labels of a SRV record's owner: ``_sip._tls.company.com`` gives ``company.com``."""
    labels = owner.split(".")
    while labels and labels[0].startswith("_"):
        labels.pop(0)
    return ".".join(labels)


def is_within(name: str, zone_name: str) -> bool:
    return name == zone_name or name.endswith(f".{zone_name}")


def comparable(name: str) -> str:
    """A name as a certificate or a listener writes it, for comparison: lower case, no trailing dot; none is refused."""
    return name.rstrip(".").lower()


def covers(pattern: str, name: str, *, wildcards: bool = True) -> bool:
    """Whether a certificate's name stands for a host's name: the same, or a wildcard for its first label.

    A wildcard is ``*`` as the whole first label and stands for exactly one label (RFC 9525 section 6.3). Both names
    are comparable ones. ``wildcards``: whether the client takes any; those of SIP do not.
    """
    if pattern == name:
        return True
    return wildcards and pattern.startswith("*.") and bool(parent(name)) and pattern[2:] == parent(name)


_NETWORK = re.compile(r"[0-9A-Fa-f.:]+/(?:0|[1-9][0-9]{0,2})")
# What a label of a reverse zone stands for, in bits, by the version of IP: an octet, a hexadecimal digit.
_BITS_OF_LABEL = {4: 8, 6: 4}


def network(text: str) -> str:
    """A network that has a reverse zone of its own, in CIDR form: it ends at a whole octet, or digit of IPv6."""
    try:
        found = ipaddress.ip_network(text if _NETWORK.fullmatch(text) else "", strict=False)
    except ValueError:
        raise BadName(f"{told(text)} is no network", mend="Write it as in 10.0.0.0/24") from None
    if str(found.network_address) != str(ipaddress.ip_address(text.partition("/")[0])):
        raise BadName(f"'{text}' is an address in the network {found}", mend=f"Write {found}")
    bits = _BITS_OF_LABEL[found.version]
    whole = found.prefixlen // bits * bits
    if found.prefixlen != whole or not whole:
        what = {4: "octet", 6: "hexadecimal digit"}[found.version]
        raise BadName(
            f"{found} does not end at a whole {what}, where a reverse zone does",
            mend=_whole_networks(found, whole, whole + bits),
        )
    return str(found)


def _whole_networks(found: ipaddress.IPv4Network | ipaddress.IPv6Network, around: int, within: int) -> str:
    """What to write in place of a network between two lengths."""
    larger = f"{found.supernet(new_prefix=around)}" if around else ""
    if within == found.max_prefixlen:
        return f"Write {larger}, or leave it out where only a part of that zone is yours (RFC 2317)"
    return f"Write {f'{larger}, or ' if larger else ''}the networks of /{within} that it is made of"


def reverse_zone(network_text: str) -> str:
    """The zone of a network's PTR records: ``10.0.0.0/24`` gives ``0.0.10.in-addr.arpa`` (RFC 1035, RFC 3596)."""
    found = ipaddress.ip_network(network_text)
    left = (found.max_prefixlen - found.prefixlen) // _BITS_OF_LABEL[found.version]
    return ".".join(reverse_name(str(found.network_address)).split(".")[left:])


def reverse_name(address: str) -> str:
    """The owner of an address's PTR record: ``10.0.0.11`` gives ``11.0.0.10.in-addr.arpa``."""
    return ipaddress.ip_address(address).reverse_pointer


def owner_in(name: str, zone_name: str) -> str:
    """The owner name relative to the zone; ``@`` for the zone's own name."""
    if name == zone_name:
        return APEX
    if not is_within(name, zone_name):
        raise BadName(f"'{name}' does not lie in the zone '{zone_name}'")
    return name[: -len(zone_name) - 1]


def in_zone(owner: str, zone_name: str) -> str:
    """The full name of an owner that is relative to the zone."""
    return zone_name if owner == APEX else f"{owner}.{zone_name}"


def down_to(name: str, zone_name: str) -> tuple[str, ...]:
    """The names from just below the zone down to the name itself, the shortest first; none for the zone's own name."""
    labels = [] if name == zone_name else owner_in(name, zone_name).split(".")
    return tuple(".".join((*labels[at:], zone_name)) for at in reversed(range(len(labels))))


def with_those_above(owners: Iterable[str], zone_name: str) -> frozenset[str]:
    """The names below a zone's own, and those between: with records at the former, the latter exist as well."""
    return frozenset(one for owner in owners for one in down_to(owner, zone_name))


def above(name: str) -> tuple[str, ...]:
    """The names above a name, the nearest first, without the root."""
    labels = name.split(".")
    return tuple(".".join(labels[at:]) for at in range(1, len(labels)))


def wildcards_for(name: str, zone_name: str) -> tuple[str, ...]:
    """The wildcards that could answer for a name, the zone's own first; none for the zone's own name."""
    return () if name == zone_name else tuple(f"*.{one}" for one in (zone_name, *down_to(name, zone_name)[:-1]))


class ZoneIndex:
    """Finds the zone of a name: the longest declared suffix, in as many steps as the name has labels."""

    def __init__(self, zones: Iterable[str]) -> None:
        self._zones = frozenset(zones)

    def find(self, name: str) -> str | None:
        """The zone that the name belongs to, or None where no declared zone fits."""
        suffix = name
        while suffix and suffix not in self._zones:
            suffix = parent(suffix)
        return suffix or None


def _uniform(text: str) -> str:
    """Lower case without the trailing dot; refuses what no later rule should meet."""
    if not isinstance(text, str):
        raise BadName(f"{told(text)} is not text", mend="Write a full name such as ocspool.company.local")
    if not text:
        raise BadName("the name is empty", mend="Write a full name such as ocspool.company.local")
    if not text.isascii():
        foreign = next(character for character in text if not character.isascii())
        raise BadName(
            f"{text!r} holds {foreign!r}, and {_PRODUCTS_RULE}; internationalised names are not supported",
            mend="Use a name in plain ASCII",
        )
    if " " in text or not text.isprintable():
        raise BadName(f"{text!r} holds a space or a control character", mend="Write the name without it")
    name = text.lower()
    name = name[:-1] if name.endswith(".") else name
    if len(name) > LONGEST_NAME:
        raise BadName(f"the name has {len(name)} characters", mend=f"DNS allows {LONGEST_NAME} at most")
    return name


def _name_with_services(text: str) -> str:
    name = _uniform(text)
    labels = name.split(".")
    while len(labels) > 1 and _SERVICE_LABEL.match(labels[0]):
        labels.pop(0)
    if len(labels) == 1 and _SERVICE_LABEL.match(labels[0]):
        return name
    _check_labels(name, labels)
    return name


def _refuse_addresses(name: str) -> None:
    if not name[-1:].isdigit():
        return
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return
    raise BadName(f"'{name}' is an address, not a name", mend="Write the full name, such as ocssrv01.company.local")


def _check_labels(name: str, labels: list[str]) -> None:
    if _RIGHT.match(name):
        return
    for label in labels:
        _check_label(name, label)


def _check_label(name: str, label: str) -> None:
    if not label:
        raise BadName(f"'{name}' has an empty label", mend="Write exactly one dot between two labels")
    if len(label) > LONGEST_LABEL:
        raise BadName(f"a label of '{name}' has {len(label)} characters", mend=f"DNS allows {LONGEST_LABEL} at most")
    if "*" in label:
        raise BadName(f"'{name}' is a wildcard, which OCS does not support", mend="Write every name in full")
    if "_" in label:
        raise BadName(f"'{name}' holds an underscore, and {_PRODUCTS_RULE}", mend="Use a hyphen")
    if not _LABEL.match(label):
        raise BadName(
            f"'{label}' in '{name}' is no label of a host name: {_PRODUCTS_RULE}, no hyphen first or last",
            mend="Write a name such as ocspool.company.local",
        )
