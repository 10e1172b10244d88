# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a CA of Windows is, read on its own host: names, kind, the templates that it issues by, its certificates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.authority_port import (
    CA_KINDS,
    AuthorityDescription,
    TemplateFacts,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.chain import find_chain, is_root
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.template import (
    CertificateTemplate,
    may_enrol,
    parse_sids,
    parse_template,
)
from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import X509Certificate
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.values import BadValue, CaConfig, Thumbprint
from ansible_collections.ucops.rollout.plugins.module_utils.windows.codes import RPC_UNAVAILABLE, failure_code
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.adcs import (
    CONFIGURATION,
    policy_branch,
    read_policy,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.certreq import TIMEOUT, end_of_answer, failed
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.stores import (
    CA,
    HELD,
    MY,
    ROOT,
    CertificateStores,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host_port import WindowsHost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.programs_port import ProgramResult
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.registry_port import (
    NUMBER,
    STRING,
    STRINGS,
    Branch,
    Registry,
)

_DESCRIBED = (("CAServerName", STRING), ("CAType", NUMBER), ("CACertHash", STRINGS))
_SIGNING = (
    ("ProviderType", NUMBER), ("HashAlgorithm", NUMBER), ("CNGHashAlgorithm", STRING),
    ("AlternateSignatureAlgorithm", NUMBER),
)  # fmt: skip
# CALG_MD2, CALG_MD4 and CALG_MD5 (wincrypt.h), and how CNG calls them.
_OLD_HASHES = {0x8001: "MD2", 0x8002: "MD4", 0x8003: "MD5"}
# A line for each template, "WebServer: Web Server -- …": its name, and then its display name in some language.
_TEMPLATE = re.compile(r"^([A-Za-z0-9 _.()+-]{1,64}?)[ \t\xa0\u202f]*(?::.*)?\r?$", re.MULTILINE)


def describe_authority(
    host: WindowsHost, *, now: datetime, planned_templates: Sequence[str] = ()
) -> AuthorityDescription:
    """The CA that is active on this host; raises RolloutError where there is none, or where its service is down.

    :param planned_templates: names of templates of which is to be read what they demand.
    """
    name = host.registry.string(CONFIGURATION, "Active")
    if not name:
        raise RolloutError(
            "no certification authority is set up on this host",
            where=host.name,
            mend="Put the CA's own host into the inventory's group of CAs, and name it in `ca` of the issuer",
        )
    key = f"{CONFIGURATION}\\{name}"
    own = Branch(key, _DESCRIBED, above=(CONFIGURATION,))
    signing = Branch(f"{key}\\CSP", _SIGNING, above=(CONFIGURATION,))
    host = host.as_it_is(own, policy_branch(name), signing, HELD)
    server = (host.registry.string(key, "CAServerName") or "").lower()
    kind = CA_KINDS.get(host.registry.dword(key, "CAType") or 0, "")
    enterprise = not kind.startswith("standalone")
    if not enterprise:
        _refuse_dead(host, server, name)
    templates, unread, facts = _templates(host, server, name, planned_templates) if enterprise else (None, "", ())
    certificates, broken = _certificates(host, host.registry.strings(key, "CACertHash") or (), now)
    return AuthorityDescription(
        host=server,
        name=name,
        kind=kind,
        templates=templates,
        templates_problem=unread,
        certificates=certificates,
        chain_problem=broken,
        policy=read_policy(host.registry, name),
        template_facts=facts,
        refused_signature=_refused_signature(host.registry, signing.key),
    )


def _refused_signature(registry: Registry, key: str) -> str:
    """How a CA is set to sign (``certutil -getreg ca\\csp``), where that is refused; "" where not, or where unknown.

    A key storage provider (type 0) takes the hash by its name, others by its number.
    """
    if registry.dword(key, "AlternateSignatureAlgorithm"):
        return "RSASSA-PSS (AlternateSignatureAlgorithm = 1)"
    if registry.dword(key, "ProviderType"):
        found = _OLD_HASHES.get(registry.dword(key, "HashAlgorithm") or 0, "")
    else:
        found = (registry.string(key, "CNGHashAlgorithm") or "").upper()
    return found if found in _OLD_HASHES.values() else ""


def _refuse_dead(host: WindowsHost, server: str, name: str) -> None:
    """Raises where the service of a stand-alone CA is down, which has no templates to be asked for. Whoever may not ask
    it learns so from an answer."""
    try:
        config = CaConfig(f"{server}\\{name}")
    except RolloutError:
        return
    result = host.programs.run(["certutil", "-config", str(config), "-ping"], timeout=TIMEOUT)
    if result.exit_code != 0 and failure_code(result.exit_code, result.text) == RPC_UNAVAILABLE:
        raise failed("the CA cannot be asked", result, where=host.name)


def _templates(
    host: WindowsHost, server: str, name: str, planned: Sequence[str]
) -> tuple[tuple[str, ...] | None, str, tuple[TemplateFacts, ...]]:
    """What certutil lists, and the reason where it lists nothing that can be read; and what planned ones demand.

    All in one command. The account is the one that will ask for certificates.
    """
    try:
        config = CaConfig(f"{server}\\{name}")
    except RolloutError as error:
        return None, error.what, ()
    asked = [["certutil", "-v", "-template", template] for template in planned]
    who = [["whoami", "/user", "/groups", "/fo", "csv", "/nh"]] if planned else []
    commands = [["certutil", "-config", str(config), "-CATemplates"], *who, *asked]
    listed, *more = host.programs.run_all(commands, timeout=TIMEOUT)
    facts = _facts(host, planned, more[0], more[1:]) if more else ()
    if listed.exit_code != 0:
        unread = failed("the CA's templates cannot be read", listed, where=host.name)
        if failure_code(listed.exit_code, listed.text) == RPC_UNAVAILABLE:
            raise unread
        return None, unread.what, facts
    return (*parse_templates(listed.stdout.decode("utf-8", errors="replace")), facts)


def _facts(
    host: WindowsHost, planned: Sequence[str], who: ProgramResult, shown: Sequence[ProgramResult]
) -> tuple[TemplateFacts, ...]:
    sids = parse_sids(who.text) if who.exit_code == 0 else frozenset()
    return tuple(_facts_of(host, name, result, sids) for name, result in zip(planned, shown, strict=True))


def _facts_of(host: WindowsHost, name: str, result: ProgramResult, sids: frozenset[str]) -> TemplateFacts:
    text = result.stdout.decode("utf-8", errors="replace")
    if result.exit_code != 0:
        unread = failed("certutil does not show it", result, where=host.name).what
        return TemplateFacts(CertificateTemplate(name), problem=unread)
    end = end_of_answer("-template", text)
    template = None if end is None else parse_template(text[:end], name)
    if template is None:
        return TemplateFacts(CertificateTemplate(name), problem="certutil's answer is in a form that is not known")
    return TemplateFacts(template, may_enrol(template.security, sids))


def parse_templates(text: str) -> tuple[tuple[str, ...] | None, str]:
    """The names in what ``certutil -CATemplates`` says; None and the reason where that is not to be understood."""
    end = end_of_answer("-CATemplates", text)
    if end is None:
        return None, "certutil's answer about the CA's templates is cut off"
    listed = text[:end]
    names = tuple(dict.fromkeys(found[1] for found in _TEMPLATE.finditer(listed)))
    if listed.strip() and not names:
        return None, "certutil's answer about the CA's templates is in a form that is not known"
    return names, ""


def _certificates(host: WindowsHost, hashes: tuple[str, ...], now: datetime) -> tuple[tuple[X509Certificate, ...], str]:
    """Its own valid ones and those above, and why these lead to no root. Of a renewed CA several count."""
    stores = CertificateStores(host.registry, host.name)
    own = [one for one in _own(stores, hashes) if one.not_before <= now <= one.not_after]
    if not own:
        return (), "the CA has no valid certificate in the machine's stores"
    own.sort(key=lambda one: one.not_after, reverse=True)
    above: list[X509Certificate] = []
    problem = ""
    for one in own:
        try:
            above += () if is_root(one) else find_chain(one, above, stores.authorities(), now=now, where=host.name)
        except RolloutError as error:
            problem = error.what
    return tuple({one.der: one for one in (*own, *above)}.values()), problem


def _own(stores: CertificateStores, hashes: tuple[str, ...]) -> Iterator[X509Certificate]:
    for text in hashes:
        try:
            name = Thumbprint(text)
        except BadValue:
            continue  # a certificate that is gone leaves a dash
        entries = (stores.entry(store, name) for store in (MY, CA, ROOT))
        entry = next((one for one in entries if one is not None), None)
        if entry is not None and entry.certificate is not None:
            yield entry.certificate
