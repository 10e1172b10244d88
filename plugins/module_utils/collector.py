# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Python's search for cyclic garbage, paused where many values are made that all stay.

A plan of a large site is hundreds of thousands of small values without cycles. Python looks through all of them again
and again for cycles to free, which costs a third of the planning time and frees nothing. Counting references, which
frees what is no longer used, goes on all the time.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def collector_paused() -> Iterator[None]:
    """Inside, no cycles are searched for; afterwards as before, also after an error.

    Only who finds it running turns it on again: whatever the order in which several of these end, it is on at the end.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
