# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what was found to a topology of ours, with a note on everything that the document does not say.

The result is checked as every topology is. It depends on nothing but the deployment: not on the form of the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.products.registry import PRODUCTS
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.addresses import (
    EdgeNames,
    StandIns,
    edge_names,
    inside_of,
    outside_of,
    stand_ins_in,
)
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.found import (
    FoundCluster,
    FoundDeployment,
    FoundMachine,
    FoundPort,
    FoundService,
    FoundSite,
    NotImported,
)
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.imported import (
    Assumption,
    Imported,
    Known,
)
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.roles import (
    INFERRED,
    SE,
    SE_TOO,
    main_version,
    product_of,
    role_of,
    unknown_roles,
    version_of,
)
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.urls import simple_urls
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.zones import ad_domain_of, dns_of
from ansible_collections.ucops.rollout.plugins.module_utils.topology.parse import TopologyError, parse
from ansible_collections.ucops.rollout.plugins.module_utils.topology.schema import ROLES, SCHEMA_VERSION

_WITH_WEB = ("front_end", "director")
_SIP_PORT, _HTTPS_PORT = 5061, 443
_TEMPLATE_MARKS = ("{{", "{%", "{#")
CA_TO_BE_NAMED = "CA to be named"


def translate(found: FoundDeployment, known: Known | None = None) -> Imported:
    """The topology, which ``parse`` accepts, and the notes. Raises NotImported where no topology can be made."""
    known = known or Known()
    known.refuse_strangers(found)
    made = _Translation(found, known)
    topology = made.topology()
    try:
        parse(topology)
    except TopologyError as error:
        told = "; ".join(str(problem) for problem in error.problems)
        raise NotImported(f"it makes no topology that could be planned: {told}") from error
    return Imported(topology, tuple(sorted(made.notes, key=lambda note: _place(note.path, topology))))


def _place(path: str, topology: Mapping[str, Any]) -> tuple[int, list[int], str]:
    """Notes are told in the order of the topology's keys and lists; those on the whole come first."""
    key = path.partition("[")[0].partition(".")[0]
    return ([*topology].index(key) if key in topology else -1, [int(at) for at in re.findall(r"\d+", path)], path)


class _Translation:
    """One import under way; ``notes`` grow with it."""

    def __init__(self, found: FoundDeployment, known: Known) -> None:
        self.found, self.known = found, known
        self.notes: list[Assumption] = []
        self._spare = StandIns(found)
        self._names: dict[str, EdgeNames] = {}
        self._site_names: dict[FoundSite, str] = {}

    def topology(self) -> dict[str, Any]:
        clusters = self._clusters()
        main = main_version(self.found, [cluster for cluster, role in clusters if role != "office_web_apps"])
        product = self._product(main)
        pools = []
        for at, (cluster, role) in enumerate(clusters):
            pools.append(self._pool(cluster, role, f"pools[{at}]", main))
        ad_domain = self._ad_domain(pools)
        urls = self._urls()
        topology = {
            "schema": SCHEMA_VERSION,
            "product": product,
            "ad_domain": ad_domain,
            "sip_domains": self._sip_domains(clusters),
            "dns": self._dns(ad_domain, pools, urls),
            "sites": [{"name": name} for name in dict.fromkeys(pool["site"] for pool in pools)],
            "pools": pools,
            "simple_urls": urls,
            "federation": self._federation(clusters),
            "certificates": self._certificates(ad_domain),
        }
        self._on_the_whole(clusters)
        return {key: value for key, value in topology.items() if value is not None}

    def note(self, path: str, what: str, why: str, fill_in: str) -> None:
        self.notes.append(Assumption(path, what, why, fill_in))

    # --- which pools ------------------------------------------------------------------------------------------------

    def _clusters(self) -> list[tuple[FoundCluster, str]]:
        """The pools of ours with their roles, in the order of the roles and of their names."""
        taken = []
        for cluster in self.found.clusters:
            services = self.found.on(cluster.fqdn)
            role = role_of(services)
            if role is not None and self._complete(cluster, role, services):
                taken.append((cluster, role))
            elif role is None:
                self._left_out(cluster, services)
        if not taken:
            raise NotImported(
                "none of its pools has a role that is known", mend="Give the whole topology of a deployment"
            )
        return sorted(taken, key=lambda one: (ROLES.index(one[1]), one[0].fqdn))

    def _complete(self, cluster: FoundCluster, role: str, services: Sequence[FoundService]) -> bool:
        if not cluster.machines:
            self.note("pools", f"the pool '{cluster.fqdn}' is left out", "it has no server", "add it with its servers")
            return False
        if role == "edge":
            names = edge_names(services)
            if names is None:
                why = "the document has no name outside for its Access Edge"
                self.note("pools", f"the Edge pool '{cluster.fqdn}' is left out", why, "add it with its names outside")
                return False
            self._names[cluster.fqdn] = names
        return True

    def _left_out(self, cluster: FoundCluster, services: Sequence[FoundService]) -> None:
        unknown = unknown_roles(services)
        if unknown:
            why = f"nothing is known of its services {', '.join(one[:60] for one in unknown[:8])}"
            self.note("pools", f"'{cluster.fqdn}' is left out", why, "add it by hand where it needs certificates")
        elif any(one.role == "ExternalServer" for one in services):
            why = "a pool of trusted applications has names of the application's own"
            self.note("pools", f"'{cluster.fqdn}' is left out", why, "add it where it is Exchange (role exchange_um)")

    # --- a pool -----------------------------------------------------------------------------------------------------

    def _pool(self, cluster: FoundCluster, role: str, path: str, main: int) -> dict[str, Any]:
        services = self.found.on(cluster.fqdn)
        # Office Web Apps are a product of their own, whatever the version that the document has for them.
        version = main if role == "office_web_apps" else version_of(services)
        product = product_of(version, main, self.known.product)
        pool: dict[str, Any] = {"fqdn": cluster.fqdn, "role": role}
        if product != product_of(main, main, self.known.product):
            pool["product"] = product
        if role == "front_end":
            alone = [machine.fqdn for machine in cluster.machines] == [cluster.fqdn]
            pool["edition"] = "standard" if alone else "enterprise"
        pool["site"] = self._site(cluster.site)
        web = self._web(services, path) if role in _WITH_WEB else {}
        if web:
            pool["web"] = web
        names = self._names.get(cluster.fqdn)
        if names is not None:
            pool["edge"] = self._edge(names, services, cluster, path)
        balancer = self._load_balancer(cluster, role, web, path)
        if balancer is not None:
            pool["load_balancer"] = balancer
        pool["servers"] = [
            {"fqdn": machine.fqdn, "addresses": self._addresses(machine, names)} for machine in cluster.machines
        ]
        self._note_addresses(cluster, pool["servers"], path)
        return pool

    def _site(self, site: FoundSite) -> str:
        """The site's name; one that a variable cannot hold, or that another site has, is told by its number."""
        if site in self._site_names:
            return self._site_names[site]
        name = site.name
        if not name or not name.isprintable() or any(mark in name for mark in _TEMPLATE_MARKS):
            name = f"site {site.number}"
            self.note("sites", f"'{name}' stands for a site", "its own name cannot be written here", "choose a name")
        while name in self._site_names.values():
            name = f"{name} ({site.number})"
        self._site_names[site] = name
        return name

    def _web(self, services: Sequence[FoundService], path: str) -> dict[str, str]:
        service = next((one for one in services if one.role == "WebServices"), None)
        if service is None:
            return {}
        if _elsewhere(service.listeners("OCSWebSite", "WebSite", "External")):
            what = "the web services are published under the usual port 443"
            why = "the document has another port, which DNS and certificates do not know"
            self.note(f"{path}.web", what, why, "nothing, where the reverse proxy shows 443")
        found = {"internal_fqdn": service.web_inside, "external_fqdn": service.web_outside}
        return {key: name for key, name in found.items() if name}

    def _edge(
        self, names: EdgeNames, services: Sequence[FoundService], cluster: FoundCluster, path: str
    ) -> dict[str, Any]:
        edge = next(one for one in services if one.role == "EdgeServer")
        plain: dict[str, Any] = names.plain()
        if names.ports["access"].usage != "SipClient":
            plain["remote_users"] = False
        if any(one.owner == "XmppFederationProxy" and one.side == "External" for one in edge.ports):
            self.note(
                path,
                f"there is no XMPP in the topology, although '{cluster.fqdn}' has a proxy for it",
                "the document does not say which SIP domains XMPP partners reach",
                f"xmpp: {{domains: [{self.found.sip_domains[0]}]}}",
            )
        hops = sorted({pool for role, pool in edge.needs if role == "Registrar"})
        if hops:
            what = f"the next hop of '{cluster.fqdn}' is {', '.join(hops)}"
            self.note(path, what, "a topology has no key for it", "nothing")
        return plain

    def _load_balancer(self, cluster: FoundCluster, role: str, web: Mapping[str, str], path: str) -> Any:
        if cluster.fqdn in self.known.load_balancers:
            return self.known.load_balancers[cluster.fqdn]
        if len(cluster.machines) == 1 or role in ("archiving", "monitoring", "survivable_branch_appliance"):
            return None
        where, mend = (
            f"{path}.load_balancer",
            f"write type and vips as they are, or give load_balancers['{cluster.fqdn}']",
        )
        why = "the document says nothing of load balancers and their addresses"
        own_web = web.get("internal_fqdn", cluster.fqdn) != cluster.fqdn
        if role == "office_web_apps" or (role in _WITH_WEB and not own_web):
            service = "web" if role == "office_web_apps" else "sip"
            if role in _WITH_WEB:
                why += "; DNS load balancing would need a name of its own for the web services inside"
            what = f"a hardware load balancer is assumed for '{cluster.fqdn}', with a stand-in for its address"
            self.note(where, what, why, mend)
            return {"type": "hardware", "vips": {service: [self._spare.inside()]}}
        vips = {"vips": {"web": [self._spare.inside()]}} if role in _WITH_WEB else {}
        stand_in = ", with a stand-in for the address of its web services" if vips else ""
        self.note(where, f"DNS load balancing is assumed for '{cluster.fqdn}'{stand_in}", why, mend)
        return {"type": "dns", **vips}

    def _addresses(self, machine: FoundMachine, names: EdgeNames | None) -> Any:
        given = self.known.addresses.get(machine.fqdn)
        if isinstance(given, Mapping):
            return given
        inside = inside_of(machine, self._spare) if given is None else given
        return {"internal": inside, **(outside_of(machine, names, self._spare) if names else {})}

    def _note_addresses(self, cluster: FoundCluster, servers: Sequence[Mapping[str, Any]], path: str) -> None:
        inside: list[str] = []
        outside: list[str] = []
        for server in servers:
            if not isinstance(server["addresses"], Mapping) or server["fqdn"] in self.known.addresses:
                continue
            for interface, some in server["addresses"].items():
                (inside if interface == "internal" else outside).extend(stand_ins_in(some))
        where, mend = f"{path}.servers", "write the real ones, or give them as addresses"
        if inside:
            what = f"{_these(inside)} in place of addresses of '{cluster.fqdn}' inside"
            self.note(where, what, "the document has 'all addresses' (0.0.0.0) or none", mend)
        if outside:
            what = f"{_these(outside)} in place of addresses of '{cluster.fqdn}' outside"
            self.note(where, what, "the document has private ones, and no public ones for them, or none at all", mend)

    # --- the whole --------------------------------------------------------------------------------------------------

    def _product(self, main: int) -> str:
        product = product_of(main, main, self.known.product)
        if product not in PRODUCTS:
            raise NotImported(f"there is no product '{product}'", mend=f"Known are {', '.join(PRODUCTS)}")
        if self.known.product is None and main == SE_TOO:
            why = "the document is the same for Skype for Business Server 2019 and for SE, as far as is known"
            self.note("product", f"the product is {product}", why, f"product: {SE}, where it is SE")
        if self.known.product is None and main in INFERRED:
            why = f"that services of the version {main} are those of this product is inferred"
            self.note("product", f"the product is {product}", why, "compare it with what is installed")
        return product

    def _ad_domain(self, pools: Sequence[Mapping[str, Any]]) -> str:
        if self.known.ad_domain:
            return self.known.ad_domain
        usual = [server["fqdn"] for pool in pools if pool["role"] != "edge" for server in pool["servers"]]
        domain = ad_domain_of(usual or [server["fqdn"] for pool in pools for server in pool["servers"]])
        why = "the document does not name the Active Directory domain; most servers have this suffix"
        self.note("ad_domain", f"the domain is {domain}", why, "write it, or give ad_domain")
        return domain

    def _sip_domains(self, clusters: Sequence[tuple[FoundCluster, str]]) -> list[dict[str, Any]]:
        homes = [cluster.fqdn for cluster, role in clusters if role == "front_end"]
        assumed = self._assumed_home(homes) if len(homes) > 1 else ""
        domains = []
        for at, name in enumerate(self.found.sip_domains):
            home = self.known.homes.get(name) or assumed
            domain: dict[str, Any] = {"name": name, **({"home": home} if home else {})}
            port = self._sign_in_port(home or next(iter(homes), ""))
            if port != _SIP_PORT:
                domain["srv"] = {"internal": {"port": port}}
            domains.append(domain)
            if assumed and name not in self.known.homes:
                what, why = f"{assumed} signs in the users of {name}", "the document does not say which pool does"
                self.note(f"sip_domains[{at}]", what, why, f"home: one of {', '.join(homes)}")
        directors = [cluster.fqdn for cluster, role in clusters if role == "director"]
        if len(directors) > 1:
            what, why = "no Director is asked first", "there are several, and the document does not say which one is"
            self.note("sip_domains", what, why, f"director: one of {', '.join(directors)}")
        return domains

    def _assumed_home(self, homes: Sequence[str]) -> str:
        """The pool that Edge servers lead to, else the one that keeps the central management, else the first."""
        led_to = [pool for one in self.found.services if one.role == "EdgeServer" for _role, pool in one.needs]
        central = [one.cluster for one in self.found.services if one.role == "CentralMgmt" and one.is_active]
        return next(one for one in (*sorted(led_to), *sorted(central), *homes) if one in homes)

    def _sign_in_port(self, pool: str) -> int:
        for service in self.found.on(pool):
            if service.role == "Registrar":
                for listener in service.listeners("Registrar", "SipServer", "Primary"):
                    return listener.port
        return _SIP_PORT

    def _dns(self, ad_domain: str, pools: Sequence[Mapping[str, Any]], urls: Any) -> Any:
        if self.known.dns is not None:
            return self.known.dns
        why = "the document does not know DNS: the zones follow from the names"
        self.note(
            "dns",
            "the zones are assumed to exist, those outside with another team",
            why,
            "write the zones that there are, if_missing: create where one is to be made, or give dns",
        )
        return dns_of(ad_domain, self.found.sip_domains, pools, urls)

    def _urls(self) -> Any:
        if self.known.simple_urls is not None:
            return self.known.simple_urls
        urls, notes = simple_urls(self.found.urls, self.found.sip_domains)
        self.notes += notes
        return urls

    def _federation(self, clusters: Sequence[tuple[FoundCluster, str]]) -> dict[str, Any] | None:
        edges = [self.found.on(cluster.fqdn) for cluster, role in clusters if role == "edge"]
        if not edges:
            return None
        listening = [
            port
            for services in edges
            for one in services
            for port in one.listeners("AccessEdge", "SipServer", "External")
        ]
        what = f"partners {'find' if listening else 'do not find'} the site by DNS"
        why = "the document says at most that the Edge listens for them, nothing of push notifications or voice mail"
        self.note("federation", what, why, "partner_discovery, push_notifications, hosted_exchange_um, aol as they are")
        return {"partner_discovery": bool(listening)}

    def _certificates(self, ad_domain: str) -> Any:
        if self.known.certificates is not None:
            return self.known.certificates
        what = "the CA is to be named, and signs what faces outside too"
        why = "the document does not know who signs"
        mend = (
            "write ca and template, and a further issuer public: {public: true} for the outside; or give certificates"
        )
        self.note("certificates", what, why, mend)
        return {"issuers": {"enterprise": {"ca": f"ca.{ad_domain}\\{CA_TO_BE_NAMED}", "template": "WebServer"}}}

    def _on_the_whole(self, clusters: Sequence[tuple[FoundCluster, str]]) -> None:
        for remark in self.found.remarks:
            self.note("", remark, "the document itself says so", "compare with what runs")
        if any(role == "edge" for _cluster, role in clusters):
            what, why = "there is no reverse proxy in the topology", "no document of this kind knows of one"
            self.note("pools", what, why, "add a pool of the role reverse_proxy, as in docs/examples/sfb2019.yml")
        what = "there is no tenant of Microsoft 365 in the topology"
        self.note(
            "", what, "no document of this kind knows of one", "hybrid: {tenant_domains: []}, where users are there"
        )


def _elsewhere(listeners: Iterable[FoundPort]) -> bool:
    """Whether HTTPS is shown at another port than the usual one."""
    return any(one.protocol == "Https" and (one.outside or one.port) != _HTTPS_PORT for one in listeners)


def _these(addresses: Sequence[str]) -> str:
    few = ", ".join(addresses[:4])
    return f"{few} and {len(addresses) - 4} more" if len(addresses) > 4 else few
