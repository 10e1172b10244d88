# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From when on a certificate is to be renewed: by the days that shall be left, and by how long it lives. Pure.

Days alone suit certificates of years. One of 47 days would be renewed after 17 of them, one of 25 days would never
serve. So no more than a third of the lifetime is taken, which is when Certbot, lego, cert-manager and Caddy renew, and
half of it where a third would be too few days to mend what fails.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate, timestamp
from ansible_collections.ucops.rollout.plugins.module_utils.wording import number

_SHORT = timedelta(days=10)


def window(certificate: X509Certificate, minimum_days: int) -> timedelta:
    """How long before its end it is to be renewed: ``minimum_days``, but no more than a third of its lifetime, or half
    of one of ten days and less."""
    lifetime = certificate.not_after - certificate.not_before
    return min(timedelta(days=minimum_days), lifetime / (2 if lifetime <= _SHORT else 3))


def renewal_due(certificate: X509Certificate, now: datetime, minimum_days: int) -> str:
    """Why it is to be renewed by its dates, empty while it is not; one that is not valid now is no matter of this."""
    before_end = window(certificate, minimum_days)
    if certificate.not_after - now >= before_end:
        return ""
    said = f"it expires on {timestamp(certificate.not_after)}"
    if before_end == timedelta(days=minimum_days):
        return f"{said}, in less than {number(minimum_days, 'day')}"
    lifetime = certificate.not_after - certificate.not_before
    share = "half" if lifetime <= _SHORT else "a third"
    return f"{said}: less than {share} is left of its {_told(lifetime)}"


def _told(lifetime: timedelta) -> str:
    """``47 days``; ``36 hours`` where days would say too little."""
    if lifetime < timedelta(days=3):
        return number(round(lifetime.total_seconds() / 3600), "hour")
    return number(round(lifetime / timedelta(days=1)), "day")
