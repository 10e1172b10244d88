# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a server trusts: what lies among its roots and keeps servers from trusting each other."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.chain import is_of_another
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.machine_stores import (
    TrustedCertificate,
    TrustedRoots,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate
from ansible_collections.ucops.rollout.plugins.module_utils.findings.kind import RUN, FindingKind
from ansible_collections.ucops.rollout.plugins.module_utils.model import ERROR, WARNING, Finding

MOST_ROOTS = 100
LONGEST_LIST = 0x4000
_STORE = "uclobby 2015-06-19 'Checks to do in the Lync/Skype4B certificate store'"

INTERMEDIATE_AMONG_ROOTS = FindingKind(
    code="intermediate-among-roots",
    severity=ERROR,
    about=RUN,
    title="A certificate that is no root is among a server's roots",
    message="'{subject}' ({thumbprint}) is issued by {issuer}, so it is no root, and it is in HKLM\\{place}",
    breaks=(
        "Windows Server 2012 and later refuse the certificates that clients show, those of other servers among them:"
        " services of Lync and Skype for Business do not start (events 32042, 61029 and 30998), and web services answer"
        " 403.16"
    ),
    mend="{mend}",
    source=f"Microsoft KB2795828 and KB2802568; {_STORE}; terenceluk.com 2019-03",
    decision="Microsoft names it as the reason why services do not start",
    elsewhere="a certificate of an issuing CA that was imported among the roots of a server of 2012 or later",
)
INTERMEDIATE_AMONG_ROOTS_BEFORE_2012 = FindingKind(
    code="intermediate-among-roots-before-2012",
    severity=WARNING,
    about=RUN,
    title="A certificate that is no root is among an old server's roots",
    message="'{subject}' ({thumbprint}) is issued by {issuer}, so it is no root, and it is in HKLM\\{place}",
    breaks=(
        "Whatever it issued counts as trusted here and nowhere else; on Windows Server 2012 and later services of Lync"
        " and Skype for Business would not start"
    ),
    mend="{mend}",
    source=f"Microsoft KB2802568 (from Windows Server 2012 on); {_STORE}",
    decision="no source says that servers before 2012 fail by it",
    elsewhere="the same on a server of 2003 to 2008 R2, or one whose version could not be read",
)
ROOT_TWICE = FindingKind(
    code="root-twice",
    severity=WARNING,
    about=RUN,
    title="A root is in a server's stores more than once",
    message="the root '{subject}' ({thumbprint}) is in {places}",
    breaks="Who takes it out of one place trusts it still; services of Lync were seen to fail by duplicates",
    mend="Take it out of all places but that which Active Directory or Group Policy fills: {mend}",
    source=_STORE,
    decision="servers trust each other all the same",
    elsewhere="a root that was imported by hand, and that Group Policy brings as well",
)
MANY_ROOTS = FindingKind(
    code="many-roots",
    severity=WARNING,
    about=RUN,
    title="A server trusts so many roots that others cannot find theirs",
    message="it trusts {count} roots, whose names take {size} bytes; Schannel {sends}",
    breaks=(
        "Schannel's list of trusted issuers ends after 16 kB (12 kB on Windows Server 2003), with event 36885: a server"
        " whose issuer is cut off shows no certificate, and MTLS fails. More than 100 roots were seen to keep services"
        " of Lync from starting"
    ),
    mend=(
        "Take out the roots that nobody needs (certutil -delstore root THUMBPRINT), or have Schannel send no list: the"
        " DWORD SendTrustedIssuerList = 0 in HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL"
    ),
    source=f"Microsoft KB2801679 (16 kB), KB933430 (Windows Server 2003); {_STORE} (more than 100)",
    decision="whose issuer is cut off depends on the order in which the store has them",
    elsewhere="a server to which all the roots of Microsoft's programme were given",
)


def root_store_findings(server: str, roots: TrustedRoots) -> Iterator[Finding]:
    """What is wrong with what the server trusts; of what could not be read nothing is said."""
    read = [(one, one.certificate) for one in roots.certificates if one.certificate is not None]
    kind = INTERMEDIATE_AMONG_ROOTS if roots.refuses_strangers else INTERMEDIATE_AMONG_ROOTS_BEFORE_2012
    for held, certificate in read:
        if is_of_another(certificate):
            yield _intermediate(kind, server, held, certificate)
    yield from _twice(server, roots)
    by_thumbprint = {held.thumbprint: certificate for held, certificate in read}
    count = len({one.thumbprint for one in roots.certificates})
    size = sum(len(one.subject_der) + 2 for one in by_thumbprint.values())
    if count > MOST_ROOTS or (size > LONGEST_LIST and roots.sends_list):
        sends = "sends their list" if roots.sends_list else "is not set to send their list"
        yield MANY_ROOTS.at(server, count=count, size=size, sends=sends)


def _intermediate(kind: FindingKind, server: str, held: TrustedCertificate, found: X509Certificate) -> Finding:
    issuer = "another key of this name" if found.self_issued else f"'{found.issuer}'"
    named = {"subject": found.subject, "issuer": issuer, "thumbprint": held.thumbprint, "place": held.place}
    mend = f"{_removal(held)}. Its place is 'Intermediate Certification Authorities' (certutil -addstore ca FILE)"
    return kind.at(server, mend=mend, **named)


def _twice(server: str, roots: TrustedRoots) -> Iterator[Finding]:
    places: dict[str, list[TrustedCertificate]] = {}
    for one in roots.certificates:
        places.setdefault(one.thumbprint, []).append(one)
    for thumbprint, several in places.items():
        if len(several) > 1:
            subject = next((one.certificate.subject for one in several if one.certificate is not None), "")
            listed = " and ".join(f"HKLM\\{one.place}" for one in several)
            mend = "; ".join(_removal(one) for one in several)
            yield ROOT_TWICE.at(server, subject=subject, thumbprint=thumbprint, places=listed, mend=mend)


def _removal(held: TrustedCertificate) -> str:
    """How to take it out of the place where it lies (certutil knows each of them by an option of its own)."""
    if "\\Policies\\" in held.place:
        return "take it out of the Group Policy that brings it"
    if "\\EnterpriseCertificates\\" in held.place:
        return (
            f"certutil -enterprise -delstore root {held.thumbprint}, and out of the directory (certutil -viewdelstore)"
        )
    store = held.place.rpartition("\\")[2].lower()
    return f"certutil -delstore {store} {held.thumbprint}"
