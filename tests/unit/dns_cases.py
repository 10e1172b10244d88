"""The one table of what bringing record sets to a DNS server does, for every kind of server.

State before, what is asked for, what is told, and the state after. Records are lines as ``dnskit`` has them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ZONE = "company.local"
OTHER = "company.com"
MISSING = "missing.test"
EVERY = ("memory", "windows 2003", "windows 2012r2", "bind", "samba")
UPDATES = ("bind", "samba")

NO_STAMPS = "DNS does not show the time stamps of records"
NO_ZONES = "dynamic update makes no zones"
ONE_ZONE = "of the test's domain controller one zone is ours"


def remembered(*entries: str, rollout: str = "pool") -> str:
    return f'_ucops-rollout 3600 TXT "ucops.rollout/1/{",".join((rollout, *entries))}"'


def a(name: str, *addresses: str, zone: str = ZONE, **more: Any) -> dict[str, Any]:
    return {"zone": zone, "name": name, "type": "A", "values": list(addresses), **more}


def record(name: str, kind: str, *values: Any, **more: Any) -> dict[str, Any]:
    return {"zone": ZONE, "name": name, "type": kind, "values": list(values), **more}


def srv(target: str, *, priority: int = 0, weight: int = 0, port: int = 5061) -> dict[str, Any]:
    return {"priority": priority, "weight": weight, "port": port, "target": target}


@dataclass(frozen=True)
class Case:
    """``before`` and ``after``: lines of ``ZONE``; ``others``: of further zones, before and after.

    :param changes: verb and record set of each change that is told; none where nothing is changed.
    :param refused: what the refusal says, where nothing may be changed.
    :param created: zones that are created.
    :param without: kinds of server that cannot show it, each with the reason.
    """

    before: Sequence[str] = ()
    records: Sequence[Mapping[str, Any]] = ()
    after: Sequence[str] | None = None
    changes: Sequence[str] = ()
    site: Mapping[str, Any] = field(default_factory=dict)
    others: Mapping[str, tuple[Sequence[str] | None, Sequence[str] | None]] = field(default_factory=dict)
    refused: str = ""
    zones: Sequence[Mapping[str, str]] = ({"name": ZONE},)
    without: Mapping[str, str] = field(default_factory=dict)


# A push that is disturbed at each of its requests: a value to be replaced, an address that becomes an alias, a TTL, a
# new set, and one to be gone.
DISTURBED_BEFORE = [
    "foreign 3600 A 192.0.2.99",
    "sip 3600 A 192.0.2.10",
    "web 3600 A 192.0.2.40",
    "ttl 60 A 192.0.2.50",
    "old 3600 A 192.0.2.30",
    remembered("A/old/192.0.2.30", "A/sip/192.0.2.10", "A/web/192.0.2.40"),
]
DISTURBED_RECORDS = [
    a("sip", "192.0.2.20"),
    a("ttl", "192.0.2.50"),
    record("web", "CNAME", "sip.company.local"),
    record("_sip._tls", "SRV", srv("sip.company.local", port=443)),
]
DISTURBED_SITE = {"rollout": "pool", "purge": "stale", "limits": {"deletions_percent": 100, "changes_percent": 100}}


def _not(kinds: Sequence[str], why: str) -> dict[str, str]:
    return dict.fromkeys(kinds, why)


SIP = "sip 3600 A 192.0.2.10"
MAIL = "sip 3600 MX 10 mail.example.test."
OURS = remembered("A/sip/192.0.2.10")
MANY = [f"192.0.{2 + number // 200}.{number % 200 + 1}" for number in range(300)]
SITE_SAYS = {"replace": ["sip.company.local"]}
HOSTILE = """quote " backslash \\ semicolon ; $(x) %PATH% \'; DROP "" é"""

CASES: dict[str, Case] = {
    # what is missing, and what is there
    "create": Case(
        ["foreign 60 A 192.0.2.99"], [a("sip", "192.0.2.10")], ["foreign 60 A 192.0.2.99", OURS, SIP], ["create A sip"]
    ),
    "unchanged": Case([SIP, OURS], [a("sip", "192.0.2.10")], [SIP, OURS]),
    "what is there already is not taken for our own": Case([SIP], [a("sip", "192.0.2.10")], [SIP]),
    "not remembered": Case([], [a("sip", "192.0.2.10")], [SIP], ["create A sip"], {"remember": False}),
    # Its SOA record counts up with each change, which is no change of the plan.
    "the name of the zone itself": Case(
        [],
        [a("@", "192.0.2.10")],
        ["@ 3600 A 192.0.2.10", remembered("A/@/192.0.2.10")],
        ["create A @"],
        without=_not(UPDATES, "the test leaves the name of a real server's zone alone"),
    ),
    "of all types": Case(
        [],
        [
            a("sip", "192.0.2.10", "192.0.2.11"),
            record("six", "AAAA", "2001:DB8:0::1"),
            record("web", "CNAME", "sip.company.local", ttl=300),
            record("_sip._tls", "SRV", srv("sip.company.local", port=443)),
            record("text", "TXT", "v=1"),
            record("10", "PTR", "sip.company.local"),
        ],
        [
            '_ucops-rollout 3600 TXT "ucops.rollout/1/pool,A/sip/192.0.2.10,A/sip/192.0.2.11,AAAA/six/2001:db8::1,'
            "CNAME/web/sip.company.local,PTR/10/sip.company.local,SRV/_sip._tls/0/0/443/sip.company.local,"
            'TXT/text/~e774198fc299ae67b6aef5118e412785"',
            "sip 3600 A 192.0.2.10",
            "sip 3600 A 192.0.2.11",
            "six 3600 AAAA 2001:db8::1",
            "web 300 CNAME sip.company.local.",
            "_sip._tls 3600 SRV 0 0 443 sip.company.local.",
            'text 3600 TXT "v=1"',
            "10 3600 PTR sip.company.local.",
        ],
        [
            "create A sip",
            "create AAAA six",
            "create CNAME web",
            "create SRV _sip._tls",
            "create TXT text",
            "create PTR 10",
        ],
    ),
    "300 values": Case(
        [],
        [a("sip", *MANY)],
        [f"sip 3600 A {one}" for one in MANY],
        ["create A sip"],
        {"remember": False},
        without={"bind": "it takes 100 records of a type at a name (max-records-per-type)"},
    ),
    # values that change
    "a value that is remembered": Case(
        [SIP, OURS],
        [a("sip", "192.0.2.20")],
        ["sip 3600 A 192.0.2.20", remembered("A/sip/192.0.2.20")],
        ["change A sip"],
    ),
    "a value that another rollout remembers": Case(
        [SIP, remembered("A/sip/192.0.2.10", rollout="other")],
        [a("sip", "192.0.2.20")],
        refused="sip.company.local A: there is already 192.0.2.10, which is not planned",
    ),
    "a value of somebody else": Case(
        [SIP], [a("sip", "192.0.2.20")], refused="there is already 192.0.2.10, which is not planned"
    ),
    "a remembered value that somebody changed by hand": Case(
        ["sip 3600 A 192.0.2.99", OURS],
        [a("sip", "192.0.2.20")],
        refused="there is already 192.0.2.99, which is not planned",
    ),
    "a value joins": Case(
        [SIP, OURS],
        [a("sip", "192.0.2.10", "192.0.2.11")],
        [SIP, "sip 3600 A 192.0.2.11", OURS, remembered("A/sip/192.0.2.11")],
        ["change A sip"],
    ),
    "a value leaves, and its fellows stay": Case(
        [SIP, "sip 3600 A 192.0.2.11", remembered("A/sip/192.0.2.10", "A/sip/192.0.2.11")],
        [a("sip", "192.0.2.11")],
        ["sip 3600 A 192.0.2.11", remembered("A/sip/192.0.2.11")],
        ["change A sip"],
    ),
    "replaced at the site's word": Case(
        [SIP],
        [a("sip", "192.0.2.20")],
        ["sip 3600 A 192.0.2.20", remembered("A/sip/192.0.2.20")],
        ["change A sip"],
        SITE_SAYS,
    ),
    "an alias is replaced at the site's word": Case(
        ["sip 3600 CNAME foreign.company.local."],
        [a("sip", "192.0.2.10")],
        [SIP, OURS],
        ["create A sip"],
        SITE_SAYS,
    ),
    "the site's word for another name": Case(
        [SIP], [a("sip", "192.0.2.20")], site={"replace": ["web.company.local"]}, refused="there is already 192.0.2.10"
    ),
    "members are purged": Case(
        ["sip 3600 A 192.0.2.99", "web 3600 A 192.0.2.98", SIP],
        [a("sip", "192.0.2.10")],
        ["web 3600 A 192.0.2.98", SIP],
        ["change A sip"],
        {"purge": "members"},
    ),
    "a purge takes no alias": Case(
        ["sip 3600 CNAME foreign.company.local."],
        [a("sip", "192.0.2.10")],
        site={"purge": "members"},
        refused="the name is an alias (CNAME to foreign.company.local)",
    ),
    # lifetimes
    "a TTL alone": Case(["sip 60 A 192.0.2.10", OURS], [a("sip", "192.0.2.10")], [SIP, OURS], ["change A sip"]),
    "the TTL of what somebody else created": Case(
        ["sip 60 A 192.0.2.10"], [a("sip", "192.0.2.10")], [SIP], ["change A sip"]
    ),
    "a TTL and a value": Case(
        [SIP, "sip 3600 A 192.0.2.11", remembered("A/sip/192.0.2.10", "A/sip/192.0.2.11")],
        [a("sip", "192.0.2.11", "192.0.2.12", ttl=60)],
        [
            "sip 60 A 192.0.2.11",
            "sip 60 A 192.0.2.12",
            remembered("A/sip/192.0.2.11"),
            remembered("A/sip/192.0.2.12"),
        ],
        ["change A sip"],
    ),
    # hostile data
    "a text of quotes, backslashes and other scripts": Case(
        [],
        [record("text", "TXT", HOSTILE)],
        [r'text 3600 TXT "quote \" backslash \\ semicolon ; $(x) %PATH% ' + r"""'; DROP \"\" \195\169" """.rstrip()],
        ["create TXT text"],
        {"remember": False},
    ),
    "a hostile text is removed": Case(
        [r'text 3600 TXT "a \" b \\ c"', 'text 3600 TXT "a"'],
        [record("text", "TXT", 'a " b \\ c')],
        ['text 3600 TXT "a"'],
        ["change TXT text"],
        {"state": "absent", "replace": ["text.company.local"]},
        without={"windows 2003": "no command line carries a quotation mark: see the next one"},
    ),
    "a hostile text that only a program could remove": Case(
        [r'text 3600 TXT "a \" b"', SIP, OURS],
        [record("text", "TXT", "b"), a("sip", "192.0.2.20")],
        site={"replace": ["text.company.local"]},
        refused="""text.company.local: TXT "a \\" b" cannot be removed from here""",
        without=_not(("memory", "windows 2012r2", *UPDATES), "it needs no program to remove records"),
    ),
    "a text in strings that end elsewhere": Case(
        ['text 3600 TXT "a" "b"'],
        [record("text", "TXT", "c")],
        ['text 3600 TXT "c"', remembered("TXT/text/~473dcd1eead6e585efff0a3db6d9c0de")],
        ["change TXT text"],
        {"replace": ["text.company.local"]},
        without={**_not(["memory"], "it holds a text as one"), **_not(["windows 2003"], "dnscmd is told one string")},
    ),
    "a text of several strings": Case(
        ['text 3600 TXT "' + "x" * 255 + '" "' + "x" * 45 + '"'],
        [record("text", "TXT", "x" * 300)],
        ['text 3600 TXT "' + "x" * 255 + '" "' + "x" * 45 + '"'],
    ),
    "the case of names": Case(
        ["SIP 3600 A 192.0.2.10", "web 3600 CNAME pool.company.local."],
        [a("Sip", "192.0.2.10", zone="Company.LOCAL"), record("WEB", "CNAME", "POOL.company.local.")],
        without={"memory": "what stands behind the port has names in lower case"},
    ),
    "the case of texts": Case(
        ['text 3600 TXT "Word"'],
        [record("text", "TXT", "word")],
        refused='there is already "Word", which is not planned',
    ),
    # what allows nothing beside it
    "an address at an alias": Case(
        ["sip 3600 CNAME foreign.company.local."],
        [a("sip", "192.0.2.10")],
        refused="the name is an alias (CNAME to foreign.company.local), which allows no other record beside it",
    ),
    "an alias at an address": Case(
        [SIP],
        [record("sip", "CNAME", "pool.company.local")],
        refused="there is already A 192.0.2.10, and an alias allows no other record beside it",
    ),
    "an alias gives way to sets of two types": Case(
        ["sip 3600 CNAME foreign.company.local."],
        [a("sip", "192.0.2.10"), record("sip", "AAAA", "2001:db8::10")],
        [SIP, "sip 3600 AAAA 2001:db8::10", remembered("A/sip/192.0.2.10", "AAAA/sip/2001:db8::10")],
        ["create A sip", "create AAAA sip"],
        SITE_SAYS,
    ),
    "an address where others have records of a type that no plan has": Case(
        [MAIL], [a("sip", "192.0.2.10")], [MAIL, SIP, OURS], ["create A sip"]
    ),
    "our address cannot become an alias beside them": Case(
        [SIP, MAIL, OURS], [record("sip", "CNAME", "pool.company.local")], refused="there is already MX 10 mail.example"
    ),
    "nor are they taken away at the site's word": Case(
        [MAIL],
        [record("sip", "CNAME", "pool.company.local")],
        site=SITE_SAYS,
        refused="sip.company.local: MX 10 mail.example.test",
    ),
    "our address becomes an alias": Case(
        [SIP, OURS],
        [record("sip", "CNAME", "pool.company.local")],
        ["sip 3600 CNAME pool.company.local.", remembered("CNAME/sip/pool.company.local")],
        ["create CNAME sip"],
    ),
    "our alias leads elsewhere": Case(
        ["sip 3600 CNAME old.company.local.", remembered("CNAME/sip/old.company.local")],
        [record("sip", "CNAME", "pool.company.local")],
        ["sip 3600 CNAME pool.company.local.", remembered("CNAME/sip/pool.company.local")],
        ["change CNAME sip"],
    ),
    # where a zone ends
    "a delegation above": Case(
        ["branch 3600 NS ns.example.test."],
        [a("sip.branch", "192.0.2.10")],
        refused="the zone company.local ends at branch.company.local, which is delegated to ns.example.test",
    ),
    "a delegation at the name": Case(
        ["branch 3600 NS ns.example.test."],
        [a("branch", "192.0.2.10")],
        refused="which is delegated to ns.example.test",
    ),
    "a wildcard that answers for the name": Case(
        ["* 3600 A 192.0.2.99"], [a("sip", "192.0.2.10")], ["* 3600 A 192.0.2.99", SIP, OURS], ["create A sip"]
    ),
    # services
    "a service moves": Case(
        [
            "_sip._tls 3600 SRV 0 0 5061 old.company.local.",
            "_sip._tls 3600 SRV 10 5 5061 spare.company.local.",
            remembered("SRV/_sip._tls/0/0/5061/old.company.local", "SRV/_sip._tls/10/5/5061/spare.company.local"),
        ],
        [record("_sip._tls", "SRV", srv("sip.company.local"), srv("spare.company.local", priority=10, weight=5))],
        [
            "_sip._tls 3600 SRV 0 0 5061 sip.company.local.",
            "_sip._tls 3600 SRV 10 5 5061 spare.company.local.",
            remembered("SRV/_sip._tls/0/0/5061/sip.company.local"),
            remembered("SRV/_sip._tls/10/5/5061/spare.company.local"),
        ],
        ["change SRV _sip._tls"],
    ),
    "a service by another weight is another one": Case(
        ["_sip._tls 3600 SRV 0 5 5061 sip.company.local."],
        [record("_sip._tls", "SRV", srv("sip.company.local"))],
        refused="there is already 0 5 5061 sip.company.local, which is not planned",
    ),
    # what goes
    "absent": Case(
        [SIP, "web 3600 A 192.0.2.20", OURS],
        [a("sip", "192.0.2.10"), a("web", "192.0.2.20"), a("none", "192.0.2.30")],
        ["web 3600 A 192.0.2.20"],
        ["delete A sip", "report A web"],
        {"state": "absent"},
    ),
    "absent leaves the values of others at the name": Case(
        [SIP, "sip 3600 A 192.0.2.99", OURS],
        [a("sip", "192.0.2.10")],
        ["sip 3600 A 192.0.2.99"],
        ["change A sip"],
        {"state": "absent"},
    ),
    "what is stale is told": Case(
        [SIP, "old 3600 A 192.0.2.30", remembered("A/old/192.0.2.30", "A/sip/192.0.2.10")],
        [a("sip", "192.0.2.10")],
        [SIP, "old 3600 A 192.0.2.30", remembered("A/old/192.0.2.30", "A/sip/192.0.2.10")],
        ["report A old"],
    ),
    "what is stale goes": Case(
        [
            SIP,
            "old 3600 A 192.0.2.30",
            "web 3600 A 192.0.2.40",
            remembered("A/old/192.0.2.30", "A/sip/192.0.2.10"),
            remembered("A/web/192.0.2.40", rollout="other"),
        ],
        [a("sip", "192.0.2.10")],
        [SIP, "web 3600 A 192.0.2.40", OURS, remembered("A/web/192.0.2.40", rollout="other")],
        ["delete A old"],
        {"purge": "stale"},
    ),
    "an alias where the collection remembers": Case(
        ["_ucops-rollout 3600 CNAME foreign.company.local."],
        [a("sip", "192.0.2.10")],
        refused="_ucops-rollout.company.local holds CNAME records, so what is created cannot be remembered there",
    ),
    "what is stale goes, and what others added to it stays": Case(
        [SIP, "old 3600 A 192.0.2.30", "old 3600 A 192.0.2.99", remembered("A/old/192.0.2.30", "A/sip/192.0.2.10")],
        [a("sip", "192.0.2.10")],
        [SIP, "old 3600 A 192.0.2.99", OURS],
        ["change A old"],
        {"purge": "stale"},
    ),
    "a TTL that the server keeps is remembered as long as anything is": Case(
        [remembered("A/old/192.0.2.30", "TTL/7200")],
        [a("sip", "192.0.2.10")],
        [SIP, OURS, remembered("TTL/7200")],
        ["create A sip", "change TXT _ucops-rollout"],
    ),
    "what is stale goes where nothing is planned any more": Case(
        [SIP, "web 3600 A 192.0.2.40", OURS],
        [a("sip", "192.0.2.10", zone=OTHER)],
        ["web 3600 A 192.0.2.40"],
        ["create A sip", "delete A sip"],
        {"purge": "stale"},
        others={OTHER: ([], [OURS, SIP])},
        zones=({"name": ZONE}, {"name": OTHER}),
        without=_not(["samba"], ONE_ZONE),
    ),
    "what is remembered and was removed by hand is forgotten": Case(
        [SIP, remembered("A/old/192.0.2.30", "A/sip/192.0.2.10")],
        [a("sip", "192.0.2.10")],
        [SIP, OURS],
        ["change TXT _ucops-rollout"],
    ),
    "all that is remembered was removed by hand": Case(
        ["web 3600 A 192.0.2.40", OURS],
        [a("sip", "192.0.2.10")],
        ["web 3600 A 192.0.2.40"],
        ["delete TXT _ucops-rollout"],
        {"state": "absent"},
    ),
    "what is remembered before it is created": Case([OURS], [a("sip", "192.0.2.10")], [SIP, OURS], ["create A sip"]),
    # limits
    "too many deletions": Case(
        [*(f"old{n} 3600 A 192.0.2.30" for n in range(5)), remembered(*(f"A/old{n}/192.0.2.30" for n in range(5)))],
        [a("sip", "192.0.2.10")],
        site={"purge": "stale"},
        refused="deletions",
    ),
    "too many deletions, allowed": Case(
        [*(f"old{n} 3600 A 192.0.2.30" for n in range(5)), remembered(*(f"A/old{n}/192.0.2.30" for n in range(5)))],
        [a("sip", "192.0.2.10")],
        [SIP, OURS],
        ["create A sip", *(f"delete A old{n}" for n in range(5))],
        {"purge": "stale", "limits": {"deletions_percent": 100}},
    ),
    # zones
    "several zones in one call": Case(
        [SIP, OURS],
        [a("sip", "192.0.2.20"), a("sip", "192.0.2.20", zone=OTHER)],
        ["sip 3600 A 192.0.2.20", remembered("A/sip/192.0.2.20")],
        ["change A sip", "create A sip"],
        others={
            OTHER: (
                ["www 60 A 192.0.2.99"],
                ["www 60 A 192.0.2.99", "sip 3600 A 192.0.2.20", remembered("A/sip/192.0.2.20")],
            )
        },
        zones=[{"name": ZONE}, {"name": OTHER}],
        without={"samba": ONE_ZONE},
    ),
    "a missing zone stops the others, too": Case(
        [SIP, OURS],
        [a("sip", "192.0.2.20"), a("sip", "192.0.2.20", zone=MISSING)],
        zones=[{"name": ZONE}, {"name": MISSING}],
        others={MISSING: (None, None)},
        refused="the zone missing.test does not exist on this server; create it",
    ),
    "a missing zone is created": Case(
        [],
        [a("sip", "192.0.2.10"), a("sip", "192.0.2.10", zone=MISSING)],
        [SIP, OURS],
        ["create ZONE @", "create A sip", "create A sip"],
        zones=[{"name": ZONE}, {"name": MISSING, "if_missing": "create"}],
        others={MISSING: (None, [SIP, OURS])},
        without=_not(UPDATES, NO_ZONES),
    ),
    # records that registered themselves
    "a dynamic record is left": Case(
        ["sip 60 A 192.0.2.10 [aging]"],
        [a("sip", "192.0.2.10")],
        ["sip 60 A 192.0.2.10 [aging]"],
        ["report A sip"],
        without=_not(UPDATES, NO_STAMPS),
    ),
    "a dynamic record becomes a static one at the site's word": Case(
        ["sip 60 A 192.0.2.10 [aging]"],
        [a("sip", "192.0.2.10")],
        [SIP],
        ["change A sip"],
        SITE_SAYS,
        without=_not(UPDATES, NO_STAMPS),
    ),
    "a dynamic record is not purged": Case(
        ["sip 3600 A 192.0.2.99 [aging]"],
        [a("sip", "192.0.2.10")],
        site={"purge": "members"},
        refused="there is already 192.0.2.99, which is not planned",
        without=_not(UPDATES, NO_STAMPS),
    ),
    "a text that came by dynamic update is not believed": Case(
        [SIP, f"{OURS} [aging]"],
        [a("sip", "192.0.2.20")],
        refused="there is already 192.0.2.10, which is not planned",
        without=_not(UPDATES, NO_STAMPS),
    ),
}


def names(case: Case) -> set[str]:
    """All owners within their zones that it uses."""
    lines = [
        *case.before,
        *(case.after or ()),
        *(line for both in case.others.values() for one in both for line in one or ()),
    ]
    return {
        "_ucops-rollout",
        *(line.split(" ", 1)[0].lower() for line in lines),
        *(str(one["name"]).lower() for one in case.records),
    }
