# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""certutil -view: rows of the CA's database, as blocks or as comma-separated values."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography import x509

from lab.pki import codes
from lab.pki.authority import DISPOSITION_NAMES, CertificateAuthority, Row
from lab.pki.encoding import to_pem
from lab.pki.stores import public_der, thumbprint
from lab.programs.process import Process


@dataclass(frozen=True)
class Column:
    """A column: its display name, the raw value (None: empty), and how a block shows it."""

    title: str
    value: Callable[[Row], Any]
    kind: str = "text"


def _certificate(row: Row) -> x509.Certificate | None:
    return x509.load_der_x509_certificate(row.certificate) if row.certificate else None


def _request_key(row: Row) -> bytes | None:
    try:
        return public_der(x509.load_der_x509_csr(row.request).public_key())
    except ValueError:
        return None


def _moment(name: str) -> Callable[[Row], Any]:
    def value(row: Row) -> Any:
        certificate = _certificate(row)
        return getattr(certificate, name) if certificate is not None else None

    return value


def _attributes(row: Row) -> str:
    return "\r\n".join(f"{name}:{value}" for name, value in row.attributes.items())


def _spaced(row: Row) -> str | None:
    if not row.certificate:
        return None
    digest = thumbprint(row.certificate).lower()
    return " ".join(digest[at : at + 2] for at in range(0, len(digest), 2))


def _issued_key(row: Row) -> bytes | None:
    certificate = _certificate(row)
    return public_der(certificate.public_key()) if certificate is not None else None


COLUMNS = {
    "requestid": Column("Issued Request ID", lambda row: row.request_id, "number"),
    "request.requestid": Column("Request ID", lambda row: row.request_id, "number"),
    "request.rawrequest": Column("Binary Request", lambda row: row.request, "request"),
    "request.requestattributes": Column("Request Attributes", _attributes),
    "request.submittedwhen": Column("Request Submission Date", lambda row: row.submitted, "date"),
    "request.disposition": Column("Request Disposition", lambda row: row.disposition, "disposition"),
    "request.dispositionmessage": Column("Request Disposition Message", lambda row: row.message),
    "request.statuscode": Column("Request Status Code", lambda row: row.status, "status"),
    "request.requestername": Column("Requester Name", lambda row: row.requester),
    "request.commonname": Column("Request Common Name", lambda row: row.common_name),
    "request.rawpublickey": Column("Request Binary Public Key", _request_key, "bytes"),
    "commonname": Column("Issued Common Name", lambda row: row.common_name if row.certificate else None),
    "certificatetemplate": Column("Certificate Template", lambda row: row.template or None),
    "serialnumber": Column("Serial Number", lambda row: row.serial or None),
    "notbefore": Column("Certificate Effective Date", _moment("not_valid_before_utc"), "date"),
    "notafter": Column("Certificate Expiration Date", _moment("not_valid_after_utc"), "date"),
    "certificatehash": Column("Certificate Hash", _spaced),
    "rawpublickey": Column("Binary Public Key", _issued_key, "bytes"),
    "rawcertificate": Column("Binary Certificate", lambda row: row.certificate or None, "certificate"),
}
SHORT = ("rawrequest", "requestattributes", "submittedwhen", "disposition", "dispositionmessage", "statuscode",
         "requestername")  # fmt: skip


def column(name: str) -> Column:
    """The column of that name; names of the request table may go without `Request.`."""
    key = name.strip().lower().replace(" ", "")
    key = f"request.{key}" if key in SHORT else key
    if key not in COLUMNS:
        raise codes.EnrolmentError(codes.E_INVALID_ARGUMENT)
    return COLUMNS[key]


_TERM = re.compile(r"\s*([A-Za-z.]+)\s*(==|>=|<=|=|>|<)\s*(.*)\s*", re.DOTALL)


def _term(text: str) -> tuple[Column, str, str]:
    """(column, operator, value) of one restriction."""
    match = _TERM.fullmatch(text)
    if not match:
        raise codes.EnrolmentError(codes.E_INVALID_ARGUMENT)
    return column(match[1]), match[2], match[3].strip().strip('"')


def _fits(row: Row, term: tuple[Column, str, str]) -> bool:
    one, operator, wanted = term
    value = one.value(row)
    if isinstance(value, int):
        try:
            return _compare(operator, value, int(wanted, 0))
        except ValueError:
            raise codes.EnrolmentError(codes.E_INVALID_ARGUMENT) from None
    if value is not None and not isinstance(value, str):
        raise codes.EnrolmentError(codes.E_INVALID_ARGUMENT)
    return _compare(operator, (value or "").lower(), wanted.lower())


def _compare(operator: str, left: Any, right: Any) -> bool:
    results = {"=": left == right, "==": left == right, ">=": left >= right, "<=": left <= right, ">": left > right}
    return bool(results.get(operator, left < right))


def show_rows(process: Process, ca: CertificateAuthority, restrict: str, out: str, csv: bool) -> None:
    """Print the rows that fit `restrict` (terms joined by commas), with the columns of `out` in its order."""
    columns = [column(name) for name in out.split(",")] if out else list(COLUMNS.values())
    terms = [_term(term) for term in restrict.split(",") if term.strip()]
    rows = [row for _unused, row in sorted(ca.rows.items()) if all(_fits(row, term) for term in terms)]
    if csv:
        process.print(",".join(f'"{one.title}"' for one in columns))
        for row in rows:
            process.print(",".join(f'"{_flat(one, row)}"' for one in columns))
        return
    _schema(process, out, columns)
    for index, row in enumerate(rows, 1):
        process.print(f"Row {index}:")
        for one in columns:
            _show(process, one, row)
        process.print()
    _totals(process, len(rows), len(columns))


def _schema(process: Process, out: str, columns: list[Column]) -> None:
    names = [name.strip() for name in out.split(",")] if out else list(COLUMNS)
    process.print("Schema:")
    process.print("  Column Name                   Localized Name                MaxLength")
    process.print("  ----------------------------  ----------------------------  ---------")
    for name, one in zip(names, columns, strict=True):
        process.print(f"  {name:<28}  {one.title:<28}  4")
    process.print()


def _totals(process: Process, rows: int, columns: int) -> None:
    process.print(f"Maximum Row Index: {rows}")
    process.print()
    process.print(f"{rows} Rows")
    process.print(f"{rows * columns:4} Row Properties, Total Size = {rows * columns * 4}, Max Size = 4, Ave Size = 4")
    process.print("   0 Request Attributes, Total Size = 0, Max Size = 0, Ave Size = 0")
    process.print("   0 Certificate Extensions, Total Size = 0, Max Size = 0, Ave Size = 0")
    process.print(f"{rows * columns:4} Total Fields, Total Size = {rows * columns * 4}, Max Size = 4, Ave Size = 4")


def _number(value: int) -> str:
    """Hexadecimal, and decimal where that looks different."""
    return f"0x{value:x}" if value < 10 else f"0x{value:x} ({value})"


def _shown(one: Column, value: Any) -> str:
    if value is None:
        return "EMPTY"
    if one.kind == "number":
        return _number(value)
    if one.kind == "disposition":
        return f"{_number(value)} -- {DISPOSITION_NAMES.get(value, '')}"
    if one.kind == "status":
        ok = "0x0 (WIN32: 0) -- The operation completed successfully."
        return f"{codes.show(value)} -- {codes.text(value)}" if value else ok
    if one.kind == "date":
        return f"{value.month}/{value.day}/{value.year} {value.hour % 12 or 12}:{value:%M %p}"
    return f'"{value}"'


def _show(process: Process, one: Column, row: Row) -> None:
    value = one.value(row)
    if value is None or one.kind not in ("request", "certificate", "bytes"):
        return process.print(f"  {one.title}: {_shown(one, value)}")
    process.print(f"{one.title}:")
    if one.kind == "bytes":
        return _hex_dump(process, value)
    label = "CERTIFICATE" if one.kind == "certificate" else "NEW CERTIFICATE REQUEST"
    return process.write(to_pem(label, value).decode("ascii"))


def _hex_dump(process: Process, data: bytes) -> None:
    for at in range(0, len(data), 16):
        pairs = " ".join(f"{byte:02x}" for byte in data[at : at + 16])
        process.print(f"{at:04x}  {pairs}")


def _flat(one: Column, row: Row) -> str:
    value = one.value(row)
    if isinstance(value, bytes):
        return f"{len(value)} Bytes"
    if value is None:
        return "EMPTY"
    if one.kind == "number":
        return str(value)
    if one.kind == "disposition":
        return f"{value} -- {DISPOSITION_NAMES.get(value, '')}"
    return _shown(one, value).strip('"').replace('"', '""')
