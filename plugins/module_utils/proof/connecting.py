# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A TCP connection to an address or a name, with one deadline for all addresses of the name."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable


def connect(address: str, port: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> socket.socket:
    """To the first address that takes it; each has an even share of the time that is left.

    :raises OSError: why the last one that was tried did not, or that the name has no address; UnicodeError for no name.
    """
    ends = clock() + seconds
    places = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)
    failure: OSError = TimeoutError("timed out")
    for number, (family, kind, protocol, _name, place) in enumerate(places):
        left = ends - clock()
        if left <= 0:
            break
        try:
            one = socket.socket(family, kind, protocol)
        except OSError as error:  # a family that this system does not have
            failure = error
            continue
        try:
            one.settimeout(left / (len(places) - number))
            one.connect(place)
            return one
        except OSError as error:
            one.close()
            failure = error
    raise failure
