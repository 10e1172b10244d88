# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that are made anew at every run, unless somebody has changed them: their last line seals the others."""

from __future__ import annotations

import hashlib
import re

_SEAL = re.compile(rb"# Unchanged since it was made, while this is the SHA-256 of the lines above: ([0-9a-f]{64})\n\Z")


def sealed(text: str) -> str:
    """The text of whole lines, with a last line more."""
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    return f"{text}# Unchanged since it was made, while this is the SHA-256 of the lines above: {digest}\n"


def is_untouched(content: bytes) -> bool:
    """Whether a file's content is to the byte what was sealed."""
    found = _SEAL.search(content)
    return found is not None and hashlib.sha256(content[: found.start()]).hexdigest() == found[1].decode("ascii")
