"""The origin's rollout, whole: first run, second run, what the estate then holds, and what it cost."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Run, Site

POOL = "ocspool.company.local"
RECORDS = {
    ("company.local", "ocspool.company.local", "A", "{vip}", 3600),
    ("company.local", "_sipinternaltls._tcp.company.local", "SRV", "0 0 5061 ocspool.company.local", 3600),
    ("company.com", "ocspool.company.com", "A", "{vip}", 3600),
    ("company.com", "_sipinternaltls._tcp.company.com", "SRV", "0 0 5061 ocspool.company.com", 3600),
}
