# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Error codes of enrolment: number, symbolic name, text; and how the tools print them."""

from __future__ import annotations

E_ACCESS_DENIED = 0x80070005
E_FILE_NOT_FOUND = 0x80070002
E_PATH_NOT_FOUND = 0x80070003
E_INVALID_DATA = 0x8007000D
E_FILE_EXISTS = 0x80070050
E_INVALID_ARGUMENT = 0x80070057
RPC_UNAVAILABLE = 0x800706BA
BAD_REQUEST_SUBJECT = 0x80094001
BAD_REQUEST_STATUS = 0x80094003
NO_REQUEST = 0x80094004
TEMPLATE_DENIED = 0x80094012
ADMIN_DENIED = 0x80094014
UNSUPPORTED_TEMPLATE = 0x80094800
NO_TEMPLATE = 0x80094801
TEMPLATE_CONFLICT = 0x80094802
DNS_REQUIRED = 0x8009480F
KEY_LENGTH = 0x80094811
EMAIL_REQUIRED = 0x80094812
COLUMN_TOO_BIG = 0xC80005E2
NOT_FOUND = 0x80092004
BAD_TAG = 0x8009310B
BAD_SIGNATURE = 0x80090006
NO_KEYSET = 0x80090019
KEY_EXISTS = 0x8009000F
KEYSET_PERMISSION = 0x80090010
TYPE_MISMATCH = 0x8009001B
UNTRUSTED_ROOT = 0x800B0109
CHAINING = 0x800B010A
INVALID_NAME = 0x80092023
INVALID_FLAG = 0x8007007B

_KNOWN = {
    E_ACCESS_DENIED: ("WIN32: 5 ERROR_ACCESS_DENIED", "Access is denied."),
    E_FILE_NOT_FOUND: ("WIN32: 2 ERROR_FILE_NOT_FOUND", "The system cannot find the file specified."),
    E_PATH_NOT_FOUND: ("WIN32: 3 ERROR_PATH_NOT_FOUND", "The system cannot find the path specified."),
    E_INVALID_DATA: ("WIN32: 13 ERROR_INVALID_DATA", "The data is invalid."),
    E_FILE_EXISTS: ("WIN32: 80 ERROR_FILE_EXISTS", "The file exists."),
    E_INVALID_ARGUMENT: ("WIN32: 87 ERROR_INVALID_PARAMETER", "The parameter is incorrect."),
    INVALID_FLAG: (
        "WIN32: 123 ERROR_INVALID_NAME",
        "The filename, directory name, or volume label syntax is incorrect.",
    ),
    RPC_UNAVAILABLE: ("WIN32: 1722 RPC_S_SERVER_UNAVAILABLE", "The RPC server is unavailable."),
    BAD_REQUEST_SUBJECT: ("CERTSRV_E_BAD_REQUESTSUBJECT", "The request subject name is invalid or too long."),
    BAD_REQUEST_STATUS: ("CERTSRV_E_BAD_REQUESTSTATUS", "The request's current status does not allow this operation."),
    NO_REQUEST: ("CERTSRV_E_NO_REQUEST", "The requested property value is empty."),
    TEMPLATE_DENIED: (
        "CERTSRV_E_TEMPLATE_DENIED",
        "The permissions on the certificate template do not allow the current user to enroll for this "
        "type of certificate.",
    ),
    ADMIN_DENIED: (
        "CERTSRV_E_ADMIN_DENIED_REQUEST",
        "The request was denied by a certificate manager or CA administrator.",
    ),
    UNSUPPORTED_TEMPLATE: (
        "CERTSRV_E_UNSUPPORTED_CERT_TYPE",
        "The requested certificate template is not supported by this CA.",
    ),
    NO_TEMPLATE: ("CERTSRV_E_NO_CERT_TYPE", "The request contains no certificate template information."),
    TEMPLATE_CONFLICT: ("CERTSRV_E_TEMPLATE_CONFLICT", "The request contains conflicting template information."),
    DNS_REQUIRED: (
        "CERTSRV_E_SUBJECT_DNS_REQUIRED",
        "The DNS name is unavailable and cannot be added to the Subject Alternate name.",
    ),
    KEY_LENGTH: (
        "CERTSRV_E_KEY_LENGTH",
        "The public key does not meet the minimum size required by the specified certificate template.",
    ),
    EMAIL_REQUIRED: (
        "CERTSRV_E_SUBJECT_EMAIL_REQUIRED",
        "The EMail name is unavailable and cannot be added to the Subject or Subject Alternate name.",
    ),
    COLUMN_TOO_BIG: ("ESE: -1506 JET_errColumnTooBig", "The column is too big."),
    NOT_FOUND: ("CRYPT_E_NOT_FOUND", "Cannot find object or property."),
    BAD_TAG: ("CRYPT_E_ASN1_BADTAG", "ASN1 bad tag value met."),
    BAD_SIGNATURE: ("NTE_BAD_SIGNATURE", "Invalid Signature."),
    NO_KEYSET: ("NTE_KEYSET_NOT_DEF", "The keyset is not defined."),
    KEYSET_PERMISSION: ("NTE_PERM", "Access denied."),
    KEY_EXISTS: ("NTE_EXISTS", "Object already exists."),
    TYPE_MISMATCH: ("NTE_PROV_TYPE_NO_MATCH", "Provider type does not match registered value."),
    UNTRUSTED_ROOT: (
        "CERT_E_UNTRUSTEDROOT",
        "A certificate chain processed, but terminated in a root certificate "
        "which is not trusted by the trust provider.",
    ),
    CHAINING: ("CERT_E_CHAINING", "A certificate chain could not be built to a trusted root authority."),
    INVALID_NAME: (
        "CRYPT_E_INVALID_X500_STRING",
        "The string contains an invalid X500 name attribute key, oid, value or delimiter.",
    ),
    0x800F0101: ("SPAPI_E_SECTION_NOT_FOUND", "The required section was not found in the INF."),
    0x800F0102: ("SPAPI_E_LINE_NOT_FOUND", "The required line was not found in the INF."),
}


class EnrolmentError(Exception):
    """An operation of enrolment failed. `code` is the HRESULT."""

    def __init__(self, code: int, detail: str = "") -> None:
        super().__init__(f"{text(code)} {show(code)}")
        self.code = code
        self.detail = detail


def text(code: int) -> str:
    """The system's words for a code."""
    return _KNOWN.get(code, ("", f"Error 0x{code:x}"))[1]


def show(code: int, named: bool = True) -> str:
    """`0x80094800 (-2146875392 CERTSRV_E_UNSUPPORTED_CERT_TYPE)`; older Windows leaves the name out."""
    word = _KNOWN.get(code, ("", ""))[0]
    if word.startswith(("WIN32", "ESE")):
        return f"0x{code:x} ({word if named else ' '.join(word.split()[:2])})"
    return f"0x{code:x} ({code - 0x100000000}{' ' + word if named and word else ''})"


def named_codes(machine: object) -> bool:
    """Whether this Windows prints the symbolic names (2008 R2 did not yet, 2012 does)."""
    build = getattr(getattr(machine, "generation", None), "build", 0)
    return int(build) >= 9200
