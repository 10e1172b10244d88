# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Points in time as Windows gives them over WS-Management."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from ansible_collections.ucops.rollout.plugins.module_utils.wording import number

# DSP0230: a CIM datetime travels as xs:dateTime, such as 2013-03-11T21:28:04Z or 2013-03-11T22:28:04.5+01:00.
_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:(Z)|([+-])(\d\d):(\d\d))", re.ASCII)


def moment(text: str) -> datetime | None:
    """A point in time, in UTC to the second; None for what is none or says no offset."""
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        return None
    utc, sign, hours, minutes = found.groups()[6:]
    offset = timedelta() if utc else timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
    try:
        return datetime(*map(int, found.groups()[:6]), tzinfo=timezone.utc) - offset  # type: ignore[misc, arg-type]
    except (ValueError, OverflowError):
        return None


def apart(seconds: float) -> str:
    """How far a clock is from another, for people: ``7 minutes ahead``, ``2 hours behind``."""
    size = abs(seconds)
    count, unit = (round(size / 60), "minute") if size < 2 * 3600 else (round(size / 3600), "hour")
    if size >= 48 * 3600:
        count, unit = round(size / 86400), "day"
    return f"{number(count, unit)} {'ahead' if seconds > 0 else 'behind'}"
