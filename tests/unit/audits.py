"""Servers and their certificates for tests of the audit: as planned, and otherwise."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cryptography import x509
from unit.fakes_windows import DER, NOW, authority, certificate, planned_certificate, rsa_key

from ansible_collections.ucops.rollout.plugins.module_utils.auditing.certificates import CertificateRow
from ansible_collections.ucops.rollout.plugins.module_utils.auditing.present import (
    CMDLETS,
    HTTP_SYS,
    OCS,
    PresentAssignment,
)
from ansible_collections.ucops.rollout.plugins.module_utils.auditing.records import RecordRow
from ansible_collections.ucops.rollout.plugins.module_utils.auditing.report import AuditReport, AuditRun
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.fit import PrivateKey
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.machine_stores import StoredCertificate
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate, parse_certificate
from ansible_collections.ucops.rollout.plugins.module_utils.model import LeftOut
from ansible_collections.ucops.rollout.plugins.module_utils.plan.server_work import (
    AssignmentWork,
    CertificateWork,
    ServerWork,
)
from ansible_collections.ucops.rollout.plugins.module_utils.report.status import Counts

SERVER, ID = "ocssrv01.company.local", "ocssrv01.company.local/default"
CA = authority()
KEY = PrivateKey("container", "Microsoft RSA SChannel Cryptographic Provider", 12, 0x20, 1)


def read(parsed: x509.Certificate) -> X509Certificate:
    return parse_certificate(parsed.public_bytes(DER), where="test")


GOOD = read(certificate(CA))
SHORT = read(certificate(CA, names=["ocspool.company.local", "www.company.com"], key=rsa_key(2)))
LATE = read(certificate(CA, days=12.5, begin=NOW - timedelta(days=700)))
ENDED = read(certificate(CA, days=-3, begin=NOW - timedelta(days=400)))
STRANGE = read(certificate(CA, "crm.company.com", ["crm.company.com"], key=rsa_key(3), days=90))


def stored(of: X509Certificate, **more: Any) -> StoredCertificate:
    return StoredCertificate(of.thumbprint, of, **{"key": KEY, **more})


def place(component: str, port: int, way: str = "by_hand") -> AssignmentWork:
    return AssignmentWork(component, "default", port, "10.0.0.11", port, way)


FRONT_END, WEB = place("front_end", 5061, "front_end"), place("web_components", 443, "web_components")


def work(*places: AssignmentWork, **changes: Any) -> ServerWork:
    """A server's work with one certificate, or with none where no place is given."""
    job = CertificateWork(planned_certificate(**changes), places, "ca01", offline=False)
    return ServerWork(SERVER, (job,) if places else (), ())


def in_ocs(of: X509Certificate | None, name: str = "Listener {0A}", port: int = 5061) -> PresentAssignment:
    told = (
        "" if of is not None else "it names a certificate whose serial number is 4a, which is not in the server's store"
    )
    return PresentAssignment(OCS, name, ("front_end", "director"), port, of.thumbprint if of is not None else "", told)


def bound(of: X509Certificate, text: str = "0.0.0.0:443", *serves: str) -> PresentAssignment:
    return PresentAssignment(HTTP_SYS, text, serves, int(text.rpartition(":")[2]), of.thumbprint)


def by_cmdlet(of: X509Certificate, type: str) -> PresentAssignment:
    return PresentAssignment(CMDLETS, type, (type,), 0, of.thumbprint)


# A report of each kind of row, with values as strangers may have put them there.
RIGHT = CertificateRow(
    SERVER, "front end, port 5061", "as_planned", ID, GOOD.thumbprint, "ocspool.company.local", "Company CA",
    GOOD.not_after, 700,
)  # fmt: skip
WRONG = CertificateRow(
    SERVER, "web components, port 443", "differs", ID, SHORT.thumbprint, "ocspool.company.local", "Company CA",
    SHORT.not_after, 700, ("sip.company.com",), ("www.company.com",),
    ("its subject alternative names lack sip.company.com",),
)  # fmt: skip
UNREAD = CertificateRow("ocssrv02.company.local", "", "not_read", problems=("cannot log on: nothing listens there",))
SPARE = CertificateRow(
    SERVER, "store MY", "unassigned", thumbprint=LATE.thumbprint, subject="ocspool.company.local",
    remarks=(f"it serves as {ID}, and is assigned nowhere",),
)  # fmt: skip
STORED = CertificateRow(SERVER, "store MY", "other", subject="=crm|x.company.com")
GONE = RecordRow("internal", "company.com", "sip", "A", "missing", "10.0.0.10", ttl=3600)
SAME = RecordRow("internal", "company.com", "ocspool", "A", "as_planned", "10.0.0.10", "10.0.0.10", 3600, 3600)
TEAMS = RecordRow(
    "internal", "company.com", "www", "A", "other", "10.0.0.80", remarks=("another team's, and not read here",)
)


def report(*rows: CertificateRow | RecordRow, **changes: Any) -> AuditReport:
    given = rows or (RIGHT, WRONG, UNREAD, SPARE, STORED, GONE, SAME, TEAMS)
    made = {
        "schema": 1,
        "kind": "audit",
        "status": "failed",
        "counts": Counts(wrong=2, unproved=1, proved=2),
        "run": AuditRun(
            "consultant", "jump01", {"ucops.rollout": "0.1.0"}, "2026-11-22T08:00:00Z", "2026-11-22T08:01:00Z"
        ),
        "pools": ("ocspool.company.local",),
        "windows": {"ocssrv01": "Windows Server 2008 R2 (6.1.7601)"},
        "certificates": tuple(one for one in given if isinstance(one, CertificateRow)),
        "records": tuple(one for one in given if isinstance(one, RecordRow)),
        "left_out": (LeftOut("record", "A www.company.com"),),
    }
    return AuditReport(**{**made, **changes})
