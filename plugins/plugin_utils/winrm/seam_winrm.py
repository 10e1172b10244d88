# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one place that imports pywinrm, and with it requests and xmltodict, which it brings along."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError

MISSING: ImportError | None = None
# Without the libraries what is derived from these can still be defined.
HTTPAdapter: Any = object
Protocol: Any = object
Request: Any = object
Transport: Any = object
#: The settings that Ansible hands on from variables of their own, by their names; empty without the library.
SETTINGS: frozenset[str] = frozenset()
# Those that Ansible has by itself, under names of its own, and that it hands on nothing for.
_ANSIBLES = ("self", "endpoint", "transport", "username", "password", "scheme", "path")
try:
    import requests
    import xmltodict
    from winrm import exceptions, protocol, transport

    HTTPAdapter, Protocol, Transport = requests.adapters.HTTPAdapter, protocol.Protocol, transport.Transport
    Request = requests.Request
    SETTINGS = frozenset(inspect.signature(Protocol.__init__).parameters) - frozenset(_ANSIBLES)
except ImportError as error:
    MISSING = error


def require() -> None:
    """Raise a RolloutError that names the missing package."""
    if MISSING is not None:
        raise RolloutError(
            f"the Python package '{MISSING.name}' is missing on the controller",
            mend="Install pywinrm into the Python that runs Ansible (pip install pywinrm)",
        )


def unparse(document: Mapping[str, Any]) -> str:
    """The XML text of a document in xmltodict's form; its serialiser escapes text and attributes."""
    require()
    return str(xmltodict.unparse(document))


def proxy_of(url: str) -> str:
    """The proxy that the environment's variables put before a URL; empty where there is none, no library, or no URL."""
    if MISSING is not None:
        return ""
    try:
        proxies = requests.utils.get_environ_proxies(url)
        return str(requests.utils.select_proxy(url, proxies) or "")
    except ValueError:
        return ""


def is_logon_refused(error: Exception) -> bool:
    """HTTP 401 at the end of pywinrm's authentication."""
    return isinstance(error, exceptions.AuthenticationError)


def is_http_error(error: Exception) -> bool:
    """An HTTP status other than 200 and 401, as ``code``, with the body of its answer as ``response_text``: pywinrm's
    WinRMTransportError, and pypsrp's."""
    return isinstance(getattr(error, "response_text", None), str) and isinstance(getattr(error, "code", None), int)


def is_connection_error(error: Exception) -> bool:
    """What requests raises when a connection cannot be made, breaks, or times out."""
    return isinstance(error, (requests.exceptions.RequestException, OSError))
