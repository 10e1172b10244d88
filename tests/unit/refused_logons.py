"""Which causes of a failed logon cost one: what a domain counts before it locks an account."""

from __future__ import annotations

# Windows, or the domain, has judged a password, an account or a certificate.
REFUSED = {
    "account-expired",
    "account-locked-or-disabled",
    "account-restricted",
    "account-unknown",
    "basic-rejected",
    "certificate-rejected",
    "credentials-rejected",
    "credentials-rejected-over-tls",
    "password-expired",
    "password-refused",
}
