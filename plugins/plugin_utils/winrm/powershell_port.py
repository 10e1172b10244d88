# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The port to Windows PowerShell on one host: constant scripts, which take values and give back one value."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Script:
    """A constant script in the language of PowerShell 2.0; ``purpose`` is what it does, for messages.

    ``look``: what a person does to see more; ``otherwise``: what to do where no script may run; both end a sentence.

    It reads its values from environment variables, ``$env:UCR_NAME``, and fills the hash table ``$r``, which comes
    back. ``Err`` is there: it makes text and identifiers of an error record.
    """

    purpose: str
    text: str
    look: str = field(kw_only=True)
    otherwise: str = field(kw_only=True)


class PowerShell(ABC):
    """Windows PowerShell of one host."""

    @abstractmethod
    def run(self, script: Script, values: Mapping[str, str], *, timeout: float) -> Mapping[str, Any]:
        """Run a script to its end and return what it filled in: strings, lists, mappings and None.

        :param values: name in capitals to a text of printable ASCII.
        :raises RolloutError: where no whole answer came, with what was said and what to do; ``ProgramTimeout``
            (programs.py) after ``timeout`` seconds.
        """
