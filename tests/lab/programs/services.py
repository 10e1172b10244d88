# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""net start/stop and sc query/start/stop, on the machine's services."""

from __future__ import annotations

from lab.access.groups import NoSuchGroup
from lab.programs.process import Process
from lab.services import ALREADY_RUNNING, NO_SUCH_SERVICE, NOT_STARTED, RUNNING, Service, ServiceError

DENIED = 5
# Win32 code of the service controller: the number that net shows, and what it says.
_NET_REFUSALS = {
    NO_SUCH_SERVICE: (2185, "net.invalid_name"),
    ALREADY_RUNNING: (2182, "net.already_started"),
    NOT_STARTED: (3521, "net.not_started"),
}


def run_net(process: Process) -> int:
    """`net start [name]`, `net stop name`. Exit code 0, or 2 with text on standard error."""
    arguments = process.arguments
    verb = arguments[0].lower() if arguments else ""
    if verb == "start" and len(arguments) == 1:
        process.say("net.started_services")
        process.print()
        for service in process.machine.services.list():
            if service.state == RUNNING:
                process.print(f"   {service.display_name}")
        return 0
    if verb == "localgroup" and len(arguments) >= 3:
        return _net_localgroup(process, arguments[1:])
    if verb not in ("start", "stop") or len(arguments) < 2:
        process.complain_of("net.syntax")
        return 1
    return _net_change(process, verb, arguments[1])


def _net_change(process: Process, verb: str, name: str) -> int:
    services = process.machine.services
    if not process.session.account.administrator:
        process.complain_of("net.system_error", code=DENIED)
        return _net_error(process, DENIED, process.texts.error(DENIED))
    try:
        (services.start if verb == "start" else services.stop)(name)
    except ServiceError as error:
        return _net_refusal(process, error, services.find(name))
    changed = services.find(name)
    shown = changed.display_name if changed is not None else name
    process.say("net.starting" if verb == "start" else "net.stopping", service=shown)
    process.say("net.started" if verb == "start" else "net.stopped", service=shown)
    return 0


def _net_localgroup(process: Process, arguments: list[str]) -> int:
    """`net localgroup GROUP ACCOUNT /add`: the group by its name in the machine's language."""
    group, *members = (one for one in arguments if one.lower() != "/add")
    if len(members) == len(arguments) - 1:
        process.complain("lab: net localgroup is modelled with /add alone")
        return 1
    if not process.session.account.administrator:
        process.complain_of("net.system_error", code=DENIED)
        return _net_error(process, DENIED, process.texts.error(DENIED))
    held = process.machine.access.groups
    try:
        english = held.called(group)
    except NoSuchGroup:
        return _net_error(process, 1376, process.texts.text("net.no_group"))
    for member in members:
        if not held.add(english, member):
            return _net_error(process, 1378, process.texts.text("net.member_already"))
    process.say("net.done")
    return 0


def _net_refusal(process: Process, error: ServiceError, service: Service | None) -> int:
    shown = service.display_name if service else ""
    number, name = _NET_REFUSALS.get(error.code, (3523, "net.could_not_start"))
    return _net_error(process, number, process.texts.text(name, service=shown))


def _net_error(process: Process, number: int, text: str) -> int:
    process.complain(text)
    process.complain()
    process.complain_of("net.help", number=number)
    return 2


def run_sc(process: Process) -> int:
    r"""`sc [\\server] query|start|stop name`. The exit code is the Win32 error."""
    arguments = [one for one in process.arguments if not one.startswith("\\\\")]
    verb = arguments[0].lower() if arguments else ""
    if verb not in ("query", "start", "stop"):
        process.say("sc.unknown_command")
        return 1639
    services = process.machine.services
    if verb == "query" and len(arguments) == 1:
        for service in services.list():
            if service.state == RUNNING:
                _sc_show(process, service)
        return 0
    return _sc_one(process, verb, arguments[1] if len(arguments) > 1 else "")


def _sc_one(process: Process, verb: str, name: str) -> int:
    services = process.machine.services
    service = services.find(name)
    if service is None or service.name.lower() != name.lower():
        return _sc_error(process, verb, NO_SUCH_SERVICE)
    if verb != "query" and not process.session.account.administrator:
        return _sc_error(process, verb, DENIED)
    try:
        if verb != "query":
            (services.start if verb == "start" else services.stop)(name)
    except ServiceError as error:
        return _sc_error(process, verb, error.code)
    _sc_show(process, service)
    return 0


def _sc_error(process: Process, verb: str, code: int) -> int:
    call = {"query": "EnumQueryServicesStatus:OpenService", "start": "StartService", "stop": "ControlService"}[verb]
    process.say("sc.failed", call=call, code=code)
    process.print()
    process.print(process.texts.error(code))
    process.print()
    return code


def _sc_show(process: Process, service: Service) -> None:
    state = "4  RUNNING " if service.state == RUNNING else "1  STOPPED "
    process.print()
    process.say("sc.service", name=service.name, state=state)
