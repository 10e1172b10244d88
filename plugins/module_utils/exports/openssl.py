# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Configuration files for ``openssl req``, for keys that are made away from Windows, as for a reverse proxy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.exports.selection import (
    Selection,
    certificate_facts,
    certificate_file_name,
    certificates_of,
    one_line,
)
from ansible_collections.ucops.rollout.plugins.module_utils.model import Plan, PlannedCertificate

_KEY_USAGE = {
    "digital_signature": "digitalSignature",
    "content_commitment": "nonRepudiation",
    "key_encipherment": "keyEncipherment",
    "data_encipherment": "dataEncipherment",
    "key_agreement": "keyAgreement",
}
# Quotation marks and variables; a comment; the continuation of a line.
_SPECIAL = re.compile(r"[\\$#;'\"`]")


def value(text: str) -> str:
    """A value of a configuration file: what openssl would act on gets a backslash.

    Refused are control characters and white space at the ends, which openssl drops.
    """
    if not text or text != text.strip() or not text.isprintable():
        raise RolloutError(f"{text!r} cannot be written into a configuration file of openssl")
    return _SPECIAL.sub(r"\\\g<0>", text)


def comment(text: str) -> str:
    """A comment to the end of its line; openssl would join the next line to a backslash."""
    return f"# {one_line(text)}".rstrip(" \\")


def configurations(plan: Plan, selection: Selection) -> dict[str, str]:
    """A file per certificate. Zones and views do not matter to certificates."""
    return {
        certificate_file_name(one, ".cnf"): configuration(one, certificate_file_name(one, ""))
        for one in certificates_of(plan)
    }


def configuration(planned: PlannedCertificate, stem: str) -> str:
    """The text of one file. ``stem``: how the files of its command are called."""
    return "\n".join([*_configuration(planned, stem), ""])


def command(planned: PlannedCertificate, stem: str) -> str:
    """The command that makes key and request with the configuration ``<stem>.cnf``."""
    key = f"-newkey rsa:{planned.key.length} -nodes -keyout {stem}.key"
    return f"openssl req -new {key} -out {stem}.csr -config {stem}.cnf"


def _configuration(planned: PlannedCertificate, stem: str) -> Iterator[str]:
    for fact in certificate_facts(planned):
        yield comment(fact)
    yield comment(command(planned, stem))
    yield from ("", "[req]", "prompt = no", "utf8 = yes", "string_mask = utf8only", "default_md = sha256")
    yield f"default_bits = {planned.key.length}"
    yield from ("distinguished_name = subject", "req_extensions = extensions", "", "[subject]")
    yield f"CN = {value(planned.common_name)}"
    yield from ("", "[extensions]")
    yield from _usages(planned.key.key_usage, planned.extended_key_usage)
    alternatives = planned.subject_alternative_names
    if alternatives:
        yield from ("subjectAltName = @names", "", "[names]")
    for number, name in enumerate(alternatives, 1):
        yield f"DNS.{number} = {value(name)}"


def _usages(key_usage: Sequence[str], extended: Sequence[str]) -> Iterator[str]:
    if key_usage:
        yield f"keyUsage = critical, {', '.join(_known_usage(usage) for usage in key_usage)}"
    yield f"extendedKeyUsage = {', '.join(value(usage) for usage in extended)}"


def _known_usage(usage: str) -> str:
    if usage not in _KEY_USAGE:
        raise RolloutError(f"{usage!r} is no usage of a key", mend=f"Choose from {', '.join(_KEY_USAGE)}")
    return _KEY_USAGE[usage]
