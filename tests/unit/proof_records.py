"""What proofs of DNS are tried with: the zones of a real server, and records as they are to be found."""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.module_utils.model import SrvData
from ansible_collections.ucops.rollout.plugins.module_utils.proof.dns_records import ExpectedRecord
from ansible_collections.ucops.rollout.plugins.module_utils.values import Ttl

COMPANY_LOCAL = """
dc01 A 10.0.0.5
ocspool A 10.0.0.10
ocssrv01 A 10.0.0.11
ocssrv02 1200 A 10.0.0.12
ocssrv02 1200 A 192.168.0.12
_sipinternaltls._tcp SRV 0 0 5061 ocspool
other._tcp SRV 5 0 5061 OCSPOOL
other._tcp SRV 0 0 5060 gone
dead._tcp SRV 0 0 5061 gone
toalias._tcp SRV 0 0 5061 alias
tocom._tcp SRV 0 0 5061 ocspool.company.com.
six AAAA fd00::10
text TXT "nothing else here"
alias CNAME ocspool
dangling CNAME gone
pointer PTR OCSpool
sub NS ns.sub
ns.sub A 10.0.0.99
""" + "".join(f"many A 10.1.0.{number}\n" for number in range(60))
ZONES = {
    "company.local": COMPANY_LOCAL,
    "company.com": "ocspool A 10.0.0.10\n",
    "wild.example": "* A 10.0.0.80\nocspool A 10.0.0.10\n",
    "wildtext.example": '* TXT "no address"\n',
    "broken.example": None,
}


def service(target: str, port: int = 5061, priority: int = 0) -> SrvData:
    return SrvData(priority, 0, port, target)


def expected_record(
    name: str, type: str, *values: str | SrvData, zone: str = "company.local", ttl: int = 3600
) -> ExpectedRecord:
    return ExpectedRecord(zone, f"{name}.{zone}", type, values, Ttl(ttl))
