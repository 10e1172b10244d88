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
from lab.pki.database import Row
from lab.pki.encoding import to_pem
from lab.pki.stores import public_der, thumbprint
from lab.programs.process import Process
from lab.roles.ca import CertificateAuthority


@dataclass(frozen=True)
class Column:
    """A column: the raw value (None: empty), and how a block shows it. Its display name is the language's."""

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
    "requestid": Column(lambda row: row.request_id, "number"),
    "request.requestid": Column(lambda row: row.request_id, "number"),
    "request.rawrequest": Column(lambda row: row.request, "request"),
    "request.requestattributes": Column(_attributes),
    "request.submittedwhen": Column(lambda row: row.submitted, "date"),
    "request.disposition": Column(lambda row: row.disposition, "disposition"),
    "request.dispositionmessage": Column(lambda row: row.message),
    "request.statuscode": Column(lambda row: row.status, "status"),
    "request.requestername": Column(lambda row: row.requester),
    "request.commonname": Column(lambda row: row.common_name),
    "request.rawpublickey": Column(_request_key, "bytes"),
    "commonname": Column(lambda row: row.common_name if row.certificate else None),
    "certificatetemplate": Column(lambda row: row.template or None),
    "serialnumber": Column(lambda row: row.serial or None),
    "notbefore": Column(_moment("not_valid_before_utc"), "date"),
    "notafter": Column(_moment("not_valid_after_utc"), "date"),
    "certificatehash": Column(_spaced),
    "rawpublickey": Column(_issued_key, "bytes"),
    "rawcertificate": Column(lambda row: row.certificate or None, "certificate"),
}
SHORT = ("rawrequest", "requestattributes", "submittedwhen", "disposition", "dispositionmessage", "statuscode",
         "requestername")  # fmt: skip


def column_name(name: str) -> str:
    """A column's full name; names of the request table may go without `Request.`."""
    key = name.strip().lower().replace(" ", "")
    key = f"request.{key}" if key in SHORT else key
    if key not in COLUMNS:
        raise codes.EnrolmentError(codes.E_INVALID_ARGUMENT)
    return key


_TERM = re.compile(r"\s*([A-Za-z.]+)\s*(==|>=|<=|=|>|<)\s*(.*)\s*", re.DOTALL)


def _term(text: str) -> tuple[Column, str, str]:
    """(column, operator, value) of one restriction."""
    match = _TERM.fullmatch(text)
    if not match:
        raise codes.EnrolmentError(codes.E_INVALID_ARGUMENT)
    return COLUMNS[column_name(match[1])], match[2], match[3].strip().strip('"')


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


def show_rows(process: Process, ca: CertificateAuthority, restrict: str, out: str, *, csv: bool) -> None:
    """Print the rows that fit `restrict` (terms joined by commas), with the columns of `out` in its order."""
    names = [column_name(name) for name in out.split(",")] if out else list(COLUMNS)
    terms = [_term(term) for term in restrict.split(",") if term.strip()]
    rows = [row for _unused, row in sorted(ca.rows.items()) if all(_fits(row, term) for term in terms)]
    if csv:
        _table(process, names, rows)
    else:
        _blocks(process, out, names, rows)


def _title(process: Process, name: str) -> str:
    return process.texts.text(f"column.{name}")


def _table(process: Process, names: list[str], rows: list[Row]) -> None:
    process.print(",".join(f'"{_title(process, name)}"' for name in names))
    for row in rows:
        process.print(",".join(f'"{_flat(process, COLUMNS[name], row)}"' for name in names))


def _blocks(process: Process, out: str, names: list[str], rows: list[Row]) -> None:
    _schema(process, out, names)
    for index, row in enumerate(rows, 1):
        process.say("view.row", number=index)
        for name in names:
            _show(process, name, row)
        process.print()
    _totals(process, len(rows), len(names))


def _schema(process: Process, out: str, names: list[str]) -> None:
    given = [name.strip() for name in out.split(",")] if out else names
    for line in ("schema", "schema_head", "schema_line"):
        process.say(f"view.{line}")
    for shown, name in zip(given, names, strict=True):
        process.print(f"  {shown:<28}  {_title(process, name):<28}  4")
    process.print()


def _totals(process: Process, rows: int, columns: int) -> None:
    count, size = rows * columns, rows * columns * 4
    process.say("view.maximum", rows=rows)
    process.print()
    process.say("view.rows", rows=rows)
    for line in ("properties", "attributes", "extensions", "fields"):
        process.say(f"view.{line}", count=count, size=size)


def _number(value: int) -> str:
    """Hexadecimal, and decimal where that looks different."""
    return f"0x{value:x}" if value < 10 else f"0x{value:x} ({value})"


def _disposition(process: Process, value: int) -> str:
    return process.texts.text(f"ca.disposition_{value}")


def _shown(process: Process, one: Column, value: Any) -> str:
    if value is None:
        return process.texts.text("view.empty")
    if one.kind == "number":
        return _number(value)
    if one.kind == "disposition":
        return f"{_number(value)} -- {_disposition(process, value)}"
    if one.kind == "status":
        text = process.texts.error(value)
        return f"{codes.show(value)} -- {text}" if value else process.texts.text("view.success", text=text)
    return process.texts.date(value) if one.kind == "date" else f'"{value}"'


def _show(process: Process, name: str, row: Row) -> None:
    one, title = COLUMNS[name], _title(process, name)
    value = one.value(row)
    if value is None or one.kind not in ("request", "certificate", "bytes"):
        return process.print(f"  {title}: {_shown(process, one, value)}")
    process.print(f"{title}:")
    if one.kind == "bytes":
        return _hex_dump(process, value)
    label = "CERTIFICATE" if one.kind == "certificate" else "NEW CERTIFICATE REQUEST"
    return process.write(to_pem(label, value).decode("ascii"))


def _hex_dump(process: Process, data: bytes) -> None:
    for at in range(0, len(data), 16):
        pairs = " ".join(f"{byte:02x}" for byte in data[at : at + 16])
        process.print(f"{at:04x}  {pairs}")


def _flat(process: Process, one: Column, row: Row) -> str:
    value = one.value(row)
    if isinstance(value, bytes):
        return process.texts.text("view.bytes", size=len(value))
    if value is None:
        return process.texts.text("view.empty")
    if one.kind == "number":
        return str(value)
    if one.kind == "disposition":
        return f"{value} -- {_disposition(process, value)}"
    return _shown(process, one, value).strip('"').replace('"', '""')
