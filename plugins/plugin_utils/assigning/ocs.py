# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The certificates that OCS 2007 and 2007 R2 have assigned, in their WMI classes: read, compared, and written on order.

A class names a certificate by the encoded name of its issuer and by its serial number, as bytes (Microsoft, OCS 2007 R2
SDK: no methods, instances are put). No source says in which order the bytes of the serial number stand, so either is
read, and what is written follows a value that is there and names a certificate of the server's store. Writing is
untested on real Windows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate
from ansible_collections.ucops.rollout.plugins.module_utils.change_set import (
    CHANGE,
    CREATE,
    AssignedPlace,
    Change,
    ChangeSet,
    assigned_place,
)
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.by_hand import MANUAL, PLANNED
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.command import (
    ASSIGNED,
    PROVED,
    UNKNOWN,
    WOULD_ASSIGN,
    AssignmentOutcome,
    CommandAssignment,
    Served,
    Shake,
    listens,
    look,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.former import BY_WMI, Former
from ansible_collections.ucops.rollout.plugins.plugin_utils.assigning.keeping_port import FormerKeeper, KeepsNothing
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import MY, CertificateStores
from ansible_collections.ucops.rollout.plugins.plugin_utils.cs.ocs_pool import NAMESPACE, instances
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.soap import GarbledAnswer
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi import (
    as_number,
    as_text,
    as_tuple,
    resource_uri,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.wmi_port import (
    Wmi,
    WmiObject,
    WmiReference,
    WmiValue,
)

UNTESTED = "Written into the WMI classes of OCS, which is untested on real Windows"
# As CryptoAPI keeps a serial number (CERT_INFO: the least significant byte comes first), and as it is printed.
LITTLE, PRINTED = "little", "big"


@dataclass(frozen=True, slots=True)
class OcsClass:
    """A class that names a certificate. ``components``: the plan's, to which it belongs."""

    name: str
    components: tuple[str, ...]
    issuer: str = "TLSCertIssuer"
    serial: str = "TLSCertSN"

    @property
    def read(self) -> tuple[str, ...]:
        """The properties that matter here."""
        return ("InstanceID", *(("Port",) if self.name == _LISTENERS else ()), self.issuer, self.serial)


_LISTENERS = "MSFT_SIPListeningAddressData"
_FRONT = ("front_end", "director")
CLASSES = (
    OcsClass(_LISTENERS, _FRONT),
    OcsClass("MSFT_SIPRoutingSetting", _FRONT),
    OcsClass("MSFT_SIPFederationExternalEdgeListeningAddressSetting", ("access_edge",)),
    OcsClass("MSFT_SIPFederationInternalEdgeListeningAddressSetting", ("edge_internal",)),
    OcsClass("MSFT_SIPDataProxySetting", ("web_conferencing_edge",)),
    OcsClass("MSFT_SIPMediaRelaySetting", ("av_authentication",), "BankCertIssuer", "BankCertSN"),
)
COMPONENTS = frozenset(component for one in CLASSES for component in one.components)


@dataclass(frozen=True, slots=True)
class HeldAssignment:
    """What one instance names. ``issuer``, ``serial``: None for NULL. ``port``: None where the class has none."""

    kind: OcsClass
    instance: str
    issuer: bytes | None
    serial: bytes | None
    port: int | None = None

    @property
    def empty(self) -> bool:
        return self.issuer is None or self.serial is None

    @property
    def place(self) -> str:
        return f"{self.kind.name} {self.instance}".strip()

    @property
    def told(self) -> str:
        """The value for a person; the serial number as it stands there."""
        return "no certificate" if self.serial is None else f"a certificate whose serial number is {self.serial.hex()}"

    @property
    def number(self) -> str:
        """How a certificate is called of which only this is known; empty for none."""
        return "" if self.serial is None else f"serial number {self.serial.hex()}"

    @property
    def former(self) -> Former:
        return Former(BY_WMI, self.place, issuer=(self.issuer or b"").hex(), serial=(self.serial or b"").hex())

    def names(self, certificate: X509Certificate) -> bool:
        return self.issuer == certificate.issuer_der and bool(self.orders(certificate))

    def orders(self, certificate: X509Certificate) -> tuple[str, ...]:
        """In which orders the bytes are the certificate's serial number: none, one, or both for the like of 4a4a."""
        return _orders(self.serial or b"", certificate)


@dataclass(frozen=True, slots=True)
class SerialForm:
    """How serial numbers are written. ``sign``: whether a zero stands before one whose first bit is set, as in DER."""

    order: str
    sign: bool

    def encode(self, number: int) -> bytes:
        length = (number.bit_length() + (8 if self.sign else 7)) // 8
        return number.to_bytes(length, "little" if self.order == LITTLE else "big")


def _number(value: bytes, order: str) -> int:
    return int.from_bytes(value, "little" if order == LITTLE else "big")


def _orders(value: bytes, certificate: X509Certificate) -> tuple[str, ...]:
    return tuple(order for order in (LITTLE, PRINTED) if _number(value, order) == certificate.serial_number)


def is_named_by(former: Former, certificate: X509Certificate) -> bool:
    """Whether a place named this certificate."""
    serial = bytes.fromhex(former.serial)
    return former.issuer == certificate.issuer_der.hex() and bool(_orders(serial, certificate))


# --- read -----------------------------------------------------------------------------------------------------------


def read_assignments(
    wmi: Wmi, *, where: str, component: str = "", besides: str = ""
) -> tuple[HeldAssignment, ...] | None:
    """Every certificate that OCS's classes name, and every place without; None on a server that has none of them.

    :param component: those of one component alone, whose server has its classes; ``besides``: of all but one.
    """
    found: list[HeldAssignment] = []
    known = False
    for kind in CLASSES:
        if besides in kind.components or (component and component not in kind.components):
            continue
        there = instances(wmi, kind.name, kind.read if component else ())
        known = known or there is not None
        found += [_held(kind, one, where) for one in there or ()]
    return tuple(found) if known else None


def _held(kind: OcsClass, found: WmiObject, where: str) -> HeldAssignment:
    return HeldAssignment(
        kind,
        as_text(found.get("InstanceID")),
        _bytes(found.get(kind.issuer), f"{kind.name}.{kind.issuer}", where),
        _bytes(found.get(kind.serial), f"{kind.name}.{kind.serial}", where),
        as_number(found.get("Port"), what=f"{kind.name}.Port") if kind.name == _LISTENERS else None,
    )


def _bytes(value: WmiValue, what: str, where: str) -> bytes | None:
    """An array of uint8: its members as decimal numbers."""
    try:
        return bytes(map(int, as_tuple(value))) or None
    except ValueError:
        raise GarbledAnswer(f"{what} holds what is no byte", where=where) from None


# --- plan -----------------------------------------------------------------------------------------------------------


def concerned(held: Iterable[HeldAssignment], component: str, port: int) -> tuple[HeldAssignment, ...]:
    """The places that belong to a component. A listener is one of its port; other places without a certificate are
    left without, as whoever set the server up left them."""
    mine = [one for one in held if component in one.kind.components]
    listeners = tuple(one for one in mine if one.kind.name == _LISTENERS and one.port == port)
    return (*listeners, *(one for one in mine if one.kind.name != _LISTENERS and not one.empty))


def differences(
    held: Iterable[HeldAssignment], wanted: CommandAssignment, certificate: X509Certificate | None
) -> tuple[HeldAssignment, ...]:
    """Those that name another certificate than the planned one, which is None while it is only planned."""
    places = concerned(held, wanted.component, wanted.own_port)
    return tuple(one for one in places if certificate is None or not one.names(certificate))


def learn(held: Sequence[HeldAssignment], certificates: Iterable[X509Certificate], *, where: str) -> SerialForm:
    """How this server writes serial numbers: from a value that names one of its certificates, else an error."""
    seen = [
        SerialForm(read[0], len(one.serial or b"") > (certificate.serial_number.bit_length() + 7) // 8)
        for certificate in certificates
        for one in held
        if one.names(certificate) and len(read := one.orders(certificate)) == 1
    ]
    orders = {form.order for form in seen}
    if len(orders) == 1:
        return SerialForm(orders.pop(), any(form.sign for form in seen))
    problem = "are in one order here and in the other there" if orders else "could be in either order"
    raise RolloutError(
        f"the bytes of serial numbers in the WMI classes of OCS {problem}"
        + ("" if orders else ": no value there names a certificate of the server's store, so nothing was written"),
        where=where,
        mend="Assign a certificate by the wizard once on this server, run again; or set pool_certificates_ocs: read",
    )


def tells(held: Iterable[HeldAssignment], certificates: Iterable[X509Certificate], new: X509Certificate | None) -> bool:
    """Whether these values say how a new serial number is written: in which order, and where its first bit is set also
    what stands before such a one. ``certificates``: the server's; ``new``: None while it is only planned."""
    signed = new is not None and _begins_with_a_bit(new)
    values = [one for one in held if not one.empty]
    named = (one for one in certificates if any(each.names(one) and len(each.orders(one)) == 1 for each in values))
    return any(not signed or _begins_with_a_bit(one) for one in named)


def _begins_with_a_bit(certificate: X509Certificate) -> bool:
    return certificate.serial_number.bit_length() % 8 == 0


# --- apply ----------------------------------------------------------------------------------------------------------


def assign(
    host: WindowsHost,
    wanted: CommandAssignment,
    *,
    shake: Shake,
    check_mode: bool = False,
    keeper: FormerKeeper | None = None,
) -> AssignmentOutcome:
    """Write the certificate into OCS's classes where they name another; raises where that cannot be done safely."""
    if wanted.thumbprint is None and not check_mode:
        raise RolloutError("no thumbprint was given", where=f"{host.name}: {wanted.endpoint or wanted.component}")
    held = read_assignments(host.wmi, where=host.name, component=wanted.component)
    _require_places(held, wanted, host.name)
    served = look(wanted, shake)
    certificate = _stored(host, wanted)
    differing = differences(held or (), wanted, certificate)
    places = concerned(held or (), wanted.component, wanted.own_port)
    if not differing:
        return replace(_in_place(host, wanted, served), assigned=_assigned(places, (), wanted, check_mode=check_mode))
    form = _form(host, held or (), wanted, certificate)
    changes = _changes(differing, wanted)
    assigned = _assigned(places, differing, wanted, check_mode=check_mode)
    if check_mode or certificate is None:
        return replace(_outcome(WOULD_ASSIGN, wanted, served, changes), assigned=assigned)
    former = tuple(one.former for one in differing)
    (keeper or KeepsNothing(host)).keep({certificate.thumbprint: former})
    for one in differing:
        host.wmi.put(_reference(one), _values(one, certificate, form))
    _read_back(host, wanted, certificate)
    return replace(_outcome(ASSIGNED, wanted, served, changes), assigned=assigned, former=former)


def _form(
    host: WindowsHost, held: Sequence[HeldAssignment], wanted: CommandAssignment, new: X509Certificate | None
) -> SerialForm:
    """By the values of the component where they say it; the other classes cost a request each."""
    store = tuple(_certificates(host))
    if not tells(held, store, new):
        held = (*held, *(read_assignments(host.wmi, where=host.name, besides=wanted.component) or ()))
    return learn(held, store, where=host.name)


def restore(host: WindowsHost, former: Sequence[Former]) -> tuple[()]:
    """Write into places what they named before, byte for byte, and see that it is there. One without a value keeps the
    new one: nobody knows that an instance may be put without."""
    wanted = {one.place: one for one in former if one.serial}
    for held in read_assignments(host.wmi, where=host.name) or ():
        one = wanted.get(held.place)
        if one is not None and one != held.former:
            host.wmi.put(_reference(held), {held.kind.issuer: _told(one.issuer), held.kind.serial: _told(one.serial)})
    now = {held.place: held.former for held in read_assignments(host.wmi, where=host.name) or ()}
    left = [place for place, one in wanted.items() if now.get(place) != one]
    if left:
        raise RolloutError(f"written, and read back as something else: {', '.join(left)}", where=host.name)
    return ()


def present(host: WindowsHost, former: Sequence[Former]) -> dict[str, str]:
    """What each of these places names now, as ``HeldAssignment.number``."""
    places = {one.place for one in former}
    held = read_assignments(host.wmi, where=host.name) or ()
    return {one.place: one.number for one in held if one.place in places}


def _told(octets: str) -> tuple[str, ...]:
    """An array of uint8."""
    return tuple(map(str, bytes.fromhex(octets)))


def _require_places(held: Sequence[HeldAssignment] | None, wanted: CommandAssignment, where: str) -> None:
    if held is None:
        raise RolloutError(
            "OCS is not on this server: it has none of the WMI classes that hold OCS's certificates",
            where=where,
            mend="Install and activate the server first, or set pool_certificates_ocs: read",
        )
    if not concerned(held, wanted.component, wanted.own_port):
        raise RolloutError(
            f"OCS has no place there for the certificate of {wanted.component} (port {wanted.own_port})",
            where=where,
            mend="See the listening addresses in the server's properties, or set pool_certificates_ocs: read",
        )


def _stored(host: WindowsHost, wanted: CommandAssignment) -> X509Certificate | None:
    if wanted.thumbprint is None:
        return None
    entry = CertificateStores(host.registry, host.name).entry(MY, wanted.thumbprint)
    if entry is None or entry.certificate is None:
        raise RolloutError(f"certificate {wanted.thumbprint} is not in the store MY of the machine", where=host.name)
    return entry.certificate


def _certificates(host: WindowsHost) -> Iterator[X509Certificate]:
    for entry in CertificateStores(host.registry, host.name).entries(MY):
        if entry.certificate is not None:
            yield entry.certificate


def _reference(held: HeldAssignment) -> WmiReference:
    return WmiReference(resource_uri(NAMESPACE, held.kind.name), (("InstanceID", held.instance),))


def _values(held: HeldAssignment, certificate: X509Certificate, form: SerialForm) -> dict[str, WmiValue]:
    return {
        held.kind.issuer: tuple(map(str, certificate.issuer_der)),
        held.kind.serial: tuple(map(str, form.encode(certificate.serial_number))),
    }


def _read_back(host: WindowsHost, wanted: CommandAssignment, certificate: X509Certificate) -> None:
    now = read_assignments(host.wmi, where=host.name, component=wanted.component) or ()
    left = differences(now, wanted, certificate)
    if left:
        raise RolloutError(
            f"written, and read back as something else: {', '.join(f'{one.place} names {one.told}' for one in left)}",
            where=host.name,
            mend="Assign the certificate by the wizard, and set pool_certificates_ocs: read",
        )


# --- report ---------------------------------------------------------------------------------------------------------


def compared(host: WindowsHost, wanted: CommandAssignment, outcome: AssignmentOutcome) -> AssignmentOutcome:
    """An outcome that is left to a person, with what OCS's classes name instead of the planned certificate."""
    try:
        held = read_assignments(host.wmi, where=host.name, component=wanted.component)
        certificate = _stored(host, wanted)
    except RolloutError as error:
        return replace(outcome, notes=(f"What OCS has assigned could not be read: {error}",))
    if held is None:
        return replace(outcome, notes=(f"{host.name} has none of the WMI classes of OCS: it is not on this server",))
    differing = differences(held, wanted, certificate)
    # What a handshake proved is not taken back for a place without a value; another certificate there is told.
    if outcome.state == PROVED:
        differing = tuple(one for one in differing if not one.empty)
    told = tuple(_difference(one, wanted) for one in differing)
    state = MANUAL if told and outcome.state == PROVED else outcome.state
    places = concerned(held, wanted.component, wanted.own_port)
    seen = tuple(_seen(one, wanted, certificate) for one in places)
    return replace(outcome, state=state, steps=(*told, *outcome.steps), notes=told, assigned=(*seen, *outcome.assigned))


def _seen(held: HeldAssignment, wanted: CommandAssignment, certificate: X509Certificate | None) -> AssignedPlace:
    """A place as it is, which is left to a person."""
    names_it = certificate is not None and held.names(certificate)
    now = str(wanted.thumbprint) if names_it else held.number
    return assigned_place(held.place, now, now, wanted.thumbprint, check_mode=False)


def _assigned(
    places: Iterable[HeldAssignment],
    differing: Sequence[HeldAssignment],
    wanted: CommandAssignment,
    *,
    check_mode: bool,
) -> tuple[AssignedPlace, ...]:
    """Before and after, of places that name the certificate then, or would."""
    after = str(wanted.thumbprint or PLANNED)
    return tuple(
        assigned_place(
            one.place, one.number if one in differing else after, after, wanted.thumbprint, check_mode=check_mode
        )
        for one in places
    )


def _difference(held: HeldAssignment, wanted: CommandAssignment) -> str:
    return (
        f"On {wanted.server}, {held.place} names {held.told}; planned is"
        f" {wanted.by_hand.certificate}. Assign it by the wizard, or set pool_certificates_ocs: wmi"
    )


def _in_place(host: WindowsHost, wanted: CommandAssignment, served: Served) -> AssignmentOutcome:
    """Assigned already. What another run left undone is the restart; a port behind a firewall is no reason for it."""
    if served.thumbprint == wanted.thumbprint:
        return _outcome(PROVED, wanted, served)
    if served.thumbprint is None and not wanted.installed and listens(host, wanted):
        step = (
            f"OCS has the certificate {wanted.by_hand.certificate} assigned on {wanted.server}. Something listens on"
            f" port {wanted.own_port}, and the controller gets no certificate at {wanted.endpoint}. See whether the"
            " address is right and a firewall lies between; restart the services where they were not since"
        )
        return _outcome(UNKNOWN, wanted, served, steps=(step,))
    return _outcome(ASSIGNED, wanted, served)


def _changes(differing: Iterable[HeldAssignment], wanted: CommandAssignment) -> tuple[Change, ...]:
    subject = {"server": wanted.server, "component": wanted.component, "endpoint": wanted.endpoint}
    return tuple(
        Change(
            CREATE if one.empty else CHANGE,
            f"certificate assigned in {one.place}",
            subject,
            None if one.serial is None else one.serial.hex(),
            wanted.thumbprint,
            note=f"{UNTESTED}.",
            done=f"assigned in {one.place}",
        )
        for one in differing
    )


def _outcome(
    state: str,
    wanted: CommandAssignment,
    served: Served,
    changes: tuple[Change, ...] = (),
    steps: tuple[str, ...] = (),
) -> AssignmentOutcome:
    after = wanted.thumbprint or PLANNED
    before = [f"{change.what}: {change.before or 'none'}\n" for change in changes]
    now = [f"{change.what}: {after}\n" for change in changes]
    return AssignmentOutcome(
        state,
        wanted.thumbprint,
        replace(served, detail=f"{UNTESTED}. {served.detail}") if changes else served,
        ChangeSet("".join(before), "".join(now), changes),
        steps=steps,
        restart=state == ASSIGNED,
    )
