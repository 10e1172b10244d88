# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""net start/stop and sc query/start/stop, on the machine's services."""

from __future__ import annotations

from lab.programs.process import Process
from lab.services import ALREADY_RUNNING, NO_SUCH_SERVICE, NOT_STARTED, RUNNING, Service, ServiceError

DENIED = 5


def run_net(process: Process) -> int:
    """`net start [name]`, `net stop name`. Exit code 0, or 2 with text on standard error."""
    words = process.arguments
    verb = words[0].lower() if words else ""
    if verb == "start" and len(words) == 1:
        process.print("These Windows services are started:")
        process.print()
        for service in process.machine.services.list():
            if service.state == RUNNING:
                process.print(f"   {service.display_name}")
        return 0
    if verb not in ("start", "stop") or len(words) < 2:
        process.complain("The syntax of this command is:")
        return 1
    return _net_change(process, verb, words[1])


def _net_change(process: Process, verb: str, name: str) -> int:
    services = process.machine.services
    if not process.session.account.administrator:
        return _net_error(process, DENIED, "System error 5 has occurred.", "Access is denied.")
    try:
        (services.start if verb == "start" else services.stop)(name)
    except ServiceError as error:
        return _net_refusal(process, error, services.find(name))
    shown = services.find(name).display_name
    process.print(f"The {shown} service is {'starting' if verb == 'start' else 'stopping'}.")
    done = "started" if verb == "start" else "stopped"
    process.print(f"The {shown} service was {done} successfully.")
    return 0


def _net_refusal(process: Process, error: ServiceError, service: Service | None) -> int:
    shown = service.display_name if service else ""
    if error.code == NO_SUCH_SERVICE:
        return _net_error(process, 2185, "The service name is invalid.")
    if error.code == ALREADY_RUNNING:
        return _net_error(process, 2182, "The requested service has already been started.")
    if error.code == NOT_STARTED:
        return _net_error(process, 3521, f"The {shown} service is not started.")
    return _net_error(process, 3523, f"The {shown} service could not be started.")


def _net_error(process: Process, number: int, *lines: str) -> int:
    for line in lines:
        process.complain(line)
    process.complain()
    process.complain(f"More help is available by typing NET HELPMSG {number}.")
    return 2


def run_sc(process: Process) -> int:
    r"""`sc [\\server] query|start|stop name`. The exit code is the Win32 error."""
    words = [word for word in process.arguments if not word.startswith("\\\\")]
    verb = words[0].lower() if words else ""
    if verb not in ("query", "start", "stop"):
        process.print("ERROR:  Unrecognized command")
        return 1639
    services = process.machine.services
    if verb == "query" and len(words) == 1:
        for service in services.list():
            if service.state == RUNNING:
                _sc_show(process, service)
        return 0
    return _sc_one(process, verb, words[1] if len(words) > 1 else "")


def _sc_one(process: Process, verb: str, name: str) -> int:
    services = process.machine.services
    service = services.find(name)
    if service is None or service.name.lower() != name.lower():
        return _sc_error(process, verb, NO_SUCH_SERVICE, ServiceError(NO_SUCH_SERVICE, name).text)
    if verb != "query" and not process.session.account.administrator:
        return _sc_error(process, verb, DENIED, "Access is denied.")
    try:
        if verb != "query":
            (services.start if verb == "start" else services.stop)(name)
    except ServiceError as error:
        return _sc_error(process, verb, error.code, error.text)
    _sc_show(process, service)
    return 0


def _sc_error(process: Process, verb: str, code: int, text: str) -> int:
    call = {"query": "EnumQueryServicesStatus:OpenService", "start": "StartService", "stop": "ControlService"}[verb]
    process.print(f"[SC] {call} FAILED {code}:")
    process.print()
    process.print(text)
    process.print()
    return code


def _sc_show(process: Process, service: Service) -> None:
    state = "4  RUNNING " if service.state == RUNNING else "1  STOPPED "
    process.print()
    process.print(f"SERVICE_NAME: {service.name}")
    process.print("        TYPE               : 10  WIN32_OWN_PROCESS  ")
    process.print(f"        STATE              : {state}")
    process.print("        WIN32_EXIT_CODE    : 0  (0x0)")
    process.print("        SERVICE_EXIT_CODE  : 0  (0x0)")
    process.print("        CHECKPOINT         : 0x0")
    process.print("        WAIT_HINT          : 0x0")
