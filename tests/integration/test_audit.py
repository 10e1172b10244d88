"""What is against what is planned: an audit of whole estates, as rolled out and then spoiled, which changes nothing."""

from __future__ import annotations

import base64
import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lab_tests.foreign import Psrp
from languagekit import each_host_in_every_language
from sitekit import STATISTICS, Run, Site

pytestmark = pytest.mark.slow

# What a run asks of hosts: shells are made and deleted, the registry is invoked. Nothing is put.
READING = {"authentication", "create", "delete", "command", "receive", "signal", "enumerate", "pull", "invoke"}


def audited(site: Site, *options: str, **more: Any) -> Run:
    """One audit; nothing on any host is another afterwards, and no host was asked to change anything."""
    before = site.state()
    site.estate.reset_counters()
    run = site.play("audit_pool", *options, **more)
    assert site.state() == before, run.output
    kinds = {kind for counted in site.estate.counters().values() for kind in counted["kinds"]}
    assert kinds <= READING
    assert run.total("changed") == 0 and "Traceback" not in run.output, run.output
    return run


def found(site: Site) -> dict[tuple[str, str], str]:
    """(host, place) -> verdict of what the servers have and is not as planned, and (zone, record) -> verdict likewise.

    What is told and is no difference is left out.
    """
    report = site.report()
    assert report["kind"] == "audit"
    places = {(one["server"].partition(".")[0], one["place"]): one["verdict"] for one in report["certificates"]}
    records = {
        (one["zone"] + ("" if one["view"] == "internal" else " outside"), f"{one['name']} {one['type']}".strip()): one[
            "verdict"
        ]
        for one in report["records"]
    }
    calm = ("as_planned", "other", "unassigned", "archived")
    return {key: verdict for key, verdict in {**places, **records}.items() if verdict not in calm}


def row(site: Site, host: str, place: str) -> dict[str, Any]:
    rows = site.report()["certificates"]
    return next(one for one in rows if one["server"].startswith(host) and one["place"] == place)


def as_rolled_out(site: Site) -> int:
    """How much there is that is as planned, after a rollout: all of it."""
    run = audited(site, settings=STATISTICS)
    assert run.code == 0 and found(site) == {}, run.output
    counts = run.published["counts"]
    assert run.published["status"] == "done" and counts["wrong"] == counts["unproved"] == 0
    return int(counts["proved"])


def by_hand(site: Site) -> Psrp:
    """Somebody at the DNS server."""
    variables = site.group_vars()
    return Psrp(site.estate.address("dc01"), variables["ansible_user"], variables["ansible_password"])


def delete_records(site: Site, kind: str, owner: str, data: str = "") -> None:
    """All of a name, or the one that ends with that data."""
    found = by_hand(site).references(f"SELECT * FROM MicrosoftDNS_{kind}Type WHERE OwnerName = '{owner}'")
    for keys in (one for one in found if one["RecordData"].endswith(data)):
        words = f"{keys['ContainerName']} {owner}. {kind} {keys['RecordData']}"
        site.command("dc01", f"dnscmd /RecordDelete {words} /f")


def create_record(site: Site, kind: str, zone: str, owner: str, **values: Any) -> None:
    place = {"DnsServerName": "dc01.company.local", "ContainerName": zone, "OwnerName": f"{owner}.{zone}"}
    by_hand(site).invoke(f"MicrosoftDNS_{kind}Type", "CreateInstanceFromPropertyData", {**place, **values})


def of_host(site: Site, host: str, text: str) -> Path:
    """Variables of one host alone."""
    path = Path(site.estate.inventory).parent / "host_vars" / f"{host}.company.local.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def failed_logons(site: Site) -> dict[str, int]:
    counted = {name.partition(".")[0]: one["logons"]["failed"] for name, one in site.estate.counters().items()}
    return {name: count for name, count in counted.items() if count}


def expired(names: list[str]) -> x509.Certificate:
    """What somebody once imported, without its key."""
    key, now = rsa.generate_private_key(65537, 2048), datetime.datetime.now(datetime.UTC)
    named = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    builder = x509.CertificateBuilder().subject_name(named).issuer_name(named).public_key(key.public_key())
    builder = builder.serial_number(4711).not_valid_before(now - datetime.timedelta(days=400))
    builder = builder.not_valid_after(now - datetime.timedelta(days=3, hours=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), False)
    return builder.sign(key, hashes.SHA256())


def imported(site: Site, host: str, certificate: x509.Certificate) -> str:
    """Into the machine's store MY; returns its thumbprint."""
    lines = certificate.public_bytes(serialization.Encoding.PEM).decode().splitlines()
    for number, line in enumerate(lines):
        site.command(host, f"{'>>' if number else '>'}C:\\Windows\\Temp\\old.cer echo {line}")
    site.command(host, "certutil -addstore my C:\\Windows\\Temp\\old.cer")
    return certificate.fingerprint(hashes.SHA1()).hex().upper()


@each_host_in_every_language
@pytest.mark.estate(name="sfb2019")
@pytest.mark.first_rollout
def test_an_enterprise_pool_as_rolled_out_and_as_spoiled(site: Site) -> None:
    whole = as_rolled_out(site)
    held = site.state()["hosts"]["fe01"]["cs_server"]
    planned, oauth = held["assigned"]["Default"]["thumbprint"], held["organisation"]["OAuthTokenIssuer"]["thumbprint"]

    # Another certificate for one type, one that expired and has no key, and a type that the plan does not have.
    site.command(
        "fe01",
        'powershell -Command "Import-Module SkypeForBusiness; Set-CsCertificate -Type WebServicesExternal'
        f' -Thumbprint {oauth} -Confirm:$false"',
    )
    old = imported(site, "fe02", expired(["pool.company.local", "fe02.company.local"]))
    site.estate.order("cs_server", "fe02", "assign", types=["WebServicesInternal"], thumbprint=old)
    of_two = site.state()["hosts"]["fe02"]["cs_server"]["assigned"]["Default"]["thumbprint"]
    site.estate.order("cs_server", "fe02", "assign", types=["AccessEdgeExternal"], thumbprint=of_two)
    # A record changed by hand, one deleted, one of three values deleted, and one beside a planned one.
    delete_records(site, "SRV", "_sipinternaltls._tcp.company.com")
    delete_records(site, "A", "meet.company.com")
    create_record(site, "A", "company.com", "meet", IPAddress="10.9.9.9", TTL=300)
    delete_records(site, "A", "pool.company.local", ".23")
    create_record(site, "AAAA", "company.local", "webint", IPv6Address="fd00::20", TTL=3600)
    site.estate.stop_host("fe03")

    run = audited(site, settings=STATISTICS)
    assert run.code == 2, run.output
    assert found(site) == {
        ("fe01", "WebServicesExternal, port 4443"): "differs",
        ("fe02", "WebServicesInternal, port 443"): "expired",
        ("fe02", "AccessEdgeExternal"): "unplanned",
        ("fe03", ""): "not_read",
        ("company.com", "_sipinternaltls._tcp SRV"): "missing",
        ("company.com", "meet A"): "differs",
        ("company.local", "pool A"): "differs",
        ("company.local", "webint AAAA"): "unplanned",
    }
    # A type on each of two servers, three on the dead one, and three records.
    counts = {"failed": 0, "wrong": 7, "not_done": 0, "waiting": 0, "by_hand": 0, "unproved": 1, "proved": whole - 8}
    assert site.report()["counts"] == run.published["counts"] == counts
    assert run.published["status"] == "failed"
    assert "FAILED: 7 differences from the plan, 1 part not read" in run.output
    other = row(site, "fe01", "WebServicesExternal, port 4443")
    assert (other["thumbprint"], other["subject"]) == (oauth, "company.com")
    assert other["problems"][0] == "its common name is 'company.com', not 'pool.company.local'"
    assert "pool.company.local" in other["missing_names"] and other["further_names"] == []
    assert row(site, "fe01", "Default, port 5061")["thumbprint"] == planned
    ended = row(site, "fe02", "WebServicesInternal, port 443")
    assert (ended["thumbprint"], ended["days_left"]) == (old, -4)
    assert "its private key is not on this machine" in ended["problems"]
    assert "cannot log on" in row(site, "fe03", "")["problems"][0]

    # One whose password is wrong is tried once; the others are read.
    of_host(site, "fe01", "ansible_password: not-this-one\n")
    site.estate.start_host("fe03")
    run = audited(site)
    assert run.code == 2 and failed_logons(site) == {"fe01": 1}, run.output
    refused = row(site, "fe01", "")
    assert refused["verdict"] == "not_read" and "credentials were rejected" in refused["problems"][0]
    assert not any(host == "fe03" for host, _place in found(site))


# The certificate that the wizard once assigned has ended.
ENDED = [{"name": "ocssrv01", "front_end": {"wizard": {"days": -5}}}]
STORE = "SOFTWARE\\Microsoft\\SystemCertificates\\MY\\Certificates\\"


@each_host_in_every_language
@pytest.mark.estate(way="wmi", hosts=ENDED)
def test_the_origin_as_rolled_out_and_as_spoiled(site: Site) -> None:
    held = site.state()["hosts"]["ocssrv01"]["registry"]
    (former,) = {key[len(STORE) :] for key in held if key.startswith(STORE)}
    site.play("deploy_pool")
    as_rolled_out(site)
    # What is left of the wizard's is told, and is no difference.
    left = [one for one in site.report()["certificates"] if one["place"] == "store MY"]
    assert [(one["thumbprint"], one["verdict"]) for one in left if one["server"].startswith("ocssrv01")] == [
        (former, "other")
    ]

    # The binding names what has ended, a service is stopped, a record is gone, one has another TTL.
    site.command("ocssrv01", "netsh http delete sslcert ipport=0.0.0.0:443")
    application = "{4dc3e181-e14b-4a21-b022-59fc669b0914}"
    site.command("ocssrv01", f"netsh http add sslcert ipport=0.0.0.0:443 certhash={former} appid={application}")
    site.command("ocssrv02", "net stop RTCSRV")
    delete_records(site, "A", "ocspool.company.com")
    vip = site.group_vars()["ucops_topology"]["pools"][0]["load_balancer"]["vips"]["sip"][0]
    delete_records(site, "A", "ocspool.company.local")
    create_record(site, "A", "company.local", "ocspool", IPAddress=vip, TTL=60)
    run = audited(site)
    assert run.code == 2
    assert found(site) == {
        ("ocssrv01", "web components, port 443"): "expired",
        ("ocssrv02", "front end, port 5061"): "differs",
        ("company.com", "ocspool A"): "missing",
        ("company.local", "ocspool A"): "differs",
    }
    assert row(site, "ocssrv02", "front end, port 5061")["problems"] == ["nothing listens on its port"]
    changed = next(
        one for one in site.report()["records"] if (one["zone"], one["name"]) == ("company.local", "ocspool")
    )
    assert changed["problems"] == ["its TTL is 60, not 3600"]

    # The site plans a name more than its certificates have, one server is down, and that may be so.
    topology = site.group_vars()["ucops_topology"]
    more = {"ucops_topology": {**topology, "sip_domains": [*topology["sip_domains"], "company.net"]}}
    more["ucops_topology"]["dns"]["internal"]["zones"].append({"name": "company.net", "if_missing": "create"})
    site.estate.stop_host("ocssrv01")
    run = audited(site, "--tags", "certificates,report", variables={**more, "pool_audit_unproved": "warn"})
    assert run.code == 2 and found(site) == {
        ("ocssrv01", ""): "not_read",
        ("ocssrv02", "front end, port 5061"): "differs",
        ("ocssrv02", "web components, port 443"): "differs",
    }
    lacking = ["sip.company.net", "ocspool.company.net"]
    assert row(site, "ocssrv02", "web components, port 443")["missing_names"] == lacking

    # What could not be read ends it badly, unless it may be so.
    site.command("ocssrv02", "net start RTCSRV")
    run = audited(site, "--tags", "certificates", forked=False)
    assert run.code == 2 and "UNPROVED: 1 part not read" in run.output
    run = audited(site, "--tags", "certificates", variables={"pool_audit_unproved": "warn"}, settings=STATISTICS)
    assert run.code == 0 and "WARNING UNPROVED: 1 part not read" in run.output
    assert run.published["status"] == "unproved" and run.published["reports"] == []


def test_a_wrong_password_costs_one_failed_logon_and_nothing_is_fine(site: Site) -> None:
    run = audited(site, variables={"ansible_password": "not-this-one"})
    assert run.code == 2 and sum(failed_logons(site).values()) == 1, run.output
    assert set(found(site).values()) == {"not_read"}
    report = site.report()
    assert report["counts"]["proved"] == 0 and report["status"] == "unproved"
    told = {one["server"].partition(".")[0]: one["problems"][0] for one in report["certificates"]}
    assert all(text.startswith("not logged on to: dc01.company.local refused the account") for text in told.values()), (
        told
    )
    (refused,) = {problem for one in report["records"] for problem in one["problems"]}
    assert "credentials were rejected" in refused


def test_check_mode_and_other_tags(site: Site) -> None:
    """Check mode reads as well, and writes no report; without a part to compare nothing is as planned."""
    run = audited(site, "--check", "--tags", "dns")
    assert run.code == 2 and "Records: 2 of 6 record sets as planned" in run.output and not site.reports.exists()
    run = audited(site, "--tags", "report")
    assert run.code == 2 and "UNPROVED: nothing was compared in this run. Name what to compare" in run.output
    assert "table above" not in run.output
    run = audited(site, variables={"pool_audit_unproved": "warm"})
    assert run.code == 2 and set(run.recap) == {"localhost"}, run.output
    assert "value of pool_audit_unproved must be one of: fail, warn, got: warm" in run.output
    of_host(site, "ocssrv02", "ansible_connection: winmr\n")
    run = audited(site)
    assert run.code == 2 and set(run.recap) == {"localhost"}, run.output
    assert (
        "ansible_connection of ocssrv02.company.local is 'winmr'. Set ansible_connection to winrm or psrp" in run.output
    )
    run = site.play("audit_pool", "--limit", "ocssrv01.company.local")
    assert run.code != 0 and "leaves out localhost" in " ".join(run.output.split())


@each_host_in_every_language
def test_a_server_that_goes_away_meanwhile_is_not_read_and_the_others_are(site: Site) -> None:
    site.estate.fault("ocssrv02", "drop", match={"text": "SystemCertificates"}, times=500)
    run = audited(site, "--tags", "certificates,report")
    assert run.code == 2, run.output
    read = {one["server"].partition(".")[0] for one in site.report()["certificates"] if one["verdict"] != "not_read"}
    assert read == {"ocssrv01"}
    assert all(one["problems"] for one in site.report()["certificates"] if one["verdict"] == "not_read")


@each_host_in_every_language
@pytest.mark.estate(name="edge")
def test_an_edge_pool_that_shares_its_keys(site: Site) -> None:
    """Each service is asked at its own address, and a key that is to be exportable is."""
    site.play("deploy_pool", "--tags", "certificates,assign")
    run = audited(site, "--tags", "certificates,report")
    problems = {problem for one in site.report()["certificates"] for problem in one["problems"]}
    assert problems <= {"nothing listens on its port"}, run.output
    shared = [one for one in site.report()["certificates"] if one["certificate"].endswith("/edge_external")]
    assert {one["server"].partition(".")[0] for one in shared} == {"edge01", "edge02"}
    # Whether it is exportable is known, and so it is.
    assert len({one["thumbprint"] for one in shared}) == 1 and {tuple(one["remarks"]) for one in shared} == {()}


HELD = [{"owner": f"ocssrv0{n}", "type": "A", "ttl": 1200, "data": f"10.0.0.1{n}"} for n in (1, 2)]
BESIDE = {"name": "dc02", "address": "10.0.0.7", "generation": "2008r2"}


@pytest.mark.estate(hosts=[{**BESIDE, "dns": {"zones": [{"name": "company.local", "records": HELD}]}}])
def test_every_dns_server_of_a_view(site: Site) -> None:
    """One holds what was pushed, and replication has not brought it to the other; then that one is dead."""
    assert site.play("deploy_pool", "--tags", "dns").code == 0
    run = audited(site, "--tags", "dns,report")
    assert run.code == 2
    held: dict[str, dict[str, str]] = {}
    for one in site.report()["records"]:
        held.setdefault(one["server"], {})[f"{one['name']}.{one['zone']} {one['type']}"] = one["verdict"]
    pushed = ("ocspool.company.local A", "_sipinternaltls._tcp.company.com SRV")
    assert sorted(held) == ["", "dc01.company.local", "dc02.company.local"]
    assert held[""] == dict.fromkeys((f"ocssrv0{n}.company.local A" for n in (1, 2)), "as_planned")
    for name in pushed:
        assert (held["dc01.company.local"][name], held["dc02.company.local"][name]) == ("as_planned", "missing")
    assert "internal view, ocspool.company.local A on dc02.company.local: MISSING" in run.output

    site.estate.stop_host("dc02")
    run = audited(site, "--tags", "dns,report")
    assert run.code == 2 and "UNPROVED: 1 part not read" in run.output, run.output
    assert found(site) == {("", ""): "not_read"}
    (dead,) = (one for one in site.report()["records"] if one["verdict"] == "not_read")
    assert dead["server"] == "dc02.company.local" and "nothing listens there" in dead["problems"][0]


# --- stores and CAs -------------------------------------------------------------------------------------------------

KSP = "Microsoft Software Key Storage Provider"
SCHANNEL = "Microsoft RSA SChannel Cryptographic Provider"


class Authority:
    """Somebody's CA, self-signed or below another one."""

    def __init__(self, name: str, above: Authority | None = None, *, pss: bool = False) -> None:
        self.key, self.name = rsa.generate_private_key(65537, 2048), common_name(name)
        signer, issuer = (above.key, above.name) if above else (self.key, self.name)
        builder = signed_for(self.key, self.name, issuer, days=3000)
        builder = builder.add_extension(x509.BasicConstraints(True, None), True)
        self.certificate = builder.sign(signer, hashes.SHA256(), rsa_padding=PSS if pss else None)


PSS = padding.PSS(padding.MGF1(hashes.SHA256()), 32)


def common_name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def signed_for(key: Any, subject: x509.Name, issuer: x509.Name, *, days: int, age: int = 400) -> Any:
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=age))
    return builder.not_valid_after(now + datetime.timedelta(days=days, hours=1))


def put(site: Site, host: str, store: str, *certificates: x509.Certificate, key: Any = None, **more: Any) -> list[str]:
    """Into a store of the host; returns the thumbprints."""
    forms = (serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    if key is not None:
        more = {"provider": SCHANNEL, "key": base64.b64encode(key.private_bytes(*forms)).decode(), **more}
    encoded = [base64.b64encode(one.public_bytes(serialization.Encoding.DER)).decode() for one in certificates]
    site.estate.order("domain_member", host, "put", store=store, certificates=encoded, **more)
    return [one.fingerprint(hashes.SHA1()).hex().upper() for one in certificates]


ENTERPRISE_ROOT = "SOFTWARE\\Microsoft\\EnterpriseCertificates\\Root\\Certificates\\"
CERTIFICATE = bytes.fromhex("2000000001000000")


def in_store(blob: str) -> x509.Certificate:
    """The certificate of a store's blob, which is its last property."""
    data = bytes.fromhex(blob)
    return x509.load_der_x509_certificate(data[data.index(CERTIFICATE) + 12 :])


def like_the_assigned(site: Site, host: str, issuer: Authority, *, key: Any, days: int = 500, pss: bool = False) -> Any:
    """A certificate with all that the planned one of this host has, for another key and of another authority."""
    assigned = site.state()["hosts"][host]["cs_server"]["assigned"]["Default"]["thumbprint"]
    model = in_store(site.state()["hosts"][host]["registry"][STORE + assigned]["Blob"][1])
    builder = signed_for(key, model.subject, issuer.name, days=days, age=300)
    for one in model.extensions:
        if not isinstance(one.value, x509.AuthorityKeyIdentifier | x509.SubjectKeyIdentifier):
            builder = builder.add_extension(one.value, one.critical)
    return builder.sign(issuer.key, hashes.SHA256(), rsa_padding=PSS if pss else None)


def told_of(site: Site) -> dict[str, list[str]]:
    """Server or CA -> the codes of what is said of it."""
    codes: dict[str, list[str]] = {}
    for one in site.report()["findings"]:
        codes.setdefault(one["where"].partition(".")[0], []).append(one["code"])
    return codes


@pytest.mark.estate(name="sfb2019")
@pytest.mark.first_rollout
def test_each_fault_of_the_stores_in_every_language(site: Site) -> None:
    as_rolled_out(site)
    assert site.report()["findings"] == []

    site.command("ca01", "certutil -setreg policy\\EditFlags +EDITF_ATTRIBUTESUBJECTALTNAME2")
    old_root = Authority("Old Root")
    issuing, company = Authority("Issuing CA", old_root, pss=True), Authority("Company CA")
    short, spare, other, third = (rsa.generate_private_key(65537, length) for length in (1024, 2048, 2048, 2048))
    for host in ("fe01", "fe02", "fe03"):
        put(site, host, "CA", issuing.certificate)
        put(site, host, "Root", old_root.certificate)
        put(site, host, "Root", old_root.certificate, issuing.certificate, place="policy")
        put(site, host, "MY", like_the_assigned(site, host, company, key=other), key=other)
        put(site, host, "MY", like_the_assigned(site, host, company, key=third))
        waiting = signed_for(third, common_name("crm.company.com"), common_name("crm.company.com"), days=300)
        put(site, host, "REQUEST", waiting.sign(third, hashes.SHA256()), key=third)
        # In use: a short key of a KSP, signed by what the product refuses, at its end in ten days, and below an
        # authority whose own signature is refused; and a key that can be exported.
        bad = like_the_assigned(site, host, issuing, key=short, days=10, pss=True)
        portable = like_the_assigned(site, host, company, key=spare)
        (bad_one,) = put(site, host, "MY", bad, key=short, provider=KSP)
        (portable_one,) = put(site, host, "MY", portable, key=spare, exportable=True)
        site.estate.order("cs_server", host, "assign", types=["WebServicesExternal"], thumbprint=bad_one)
        site.estate.order("cs_server", host, "assign", types=["WebServicesInternal"], thumbprint=portable_one)
    roots = [common_name(f"Root {number}") for number in range(98)]
    many = (signed_for(third, one, one, days=900).sign(third, hashes.SHA256()) for one in roots)
    put(site, "fe03", "Root", *many, place="enterprise")

    run = audited(site, "--tags", "certificates,report")
    everywhere = [
        "certificate-expires",
        "certificate-left-over",
        "intermediate-among-roots",
        "issuer-signature-refused",
        "key-exportable",
        "key-missing",
        "key-storage-provider",
        "root-twice",
        "signature-refused",
        "waiting-key-left",
        "weak-key",
    ]
    told = {where: sorted(codes) for where, codes in told_of(site).items()}
    assert told == {
        "ca01": ["ca-names-from-attributes"],
        "fe01": everywhere,
        "fe02": everywhere,
        "fe03": sorted([*everywhere, "many-roots"]),
    }, run.output
    # An error is a difference, like the places of what is in use; the rest is told.
    assert run.code == 2 and site.report()["counts"]["wrong"] == 12
    assert "FAILED: 6 differences from the plan, 6 errors in stores or on CAs" in run.output
    written = max(site.reports.glob("*-findings.csv")).read_text(encoding="utf-8")
    assert "fe02.company.local,error,intermediate-among-roots," in written

    # A CA that is out of reach is told, and the servers are read.
    site.estate.stop_host("ca01")
    run = audited(site, "--tags", "certificates,report")
    assert found(site)["ca01", "CA"] == "not_read" and "fe01" in told_of(site), run.output
    assert "ca01" not in told_of(site)

    # One server refuses the root that all certificates lead to: the others cannot speak MTLS with it.
    site.estate.start_host("ca01")
    hosts = site.state()["hosts"]
    root = hosts["ca01"]["ca"]["chain"][-1]
    put(site, "fe02", "Disallowed", in_store(hosts["fe02"]["registry"][ENTERPRISE_ROOT + root]["Blob"][1]))
    site.play("verify_pool")
    trust = {one["subject"].partition(".")[0]: one for one in site.report()["proof"]["trust"]["results"]}
    assert {trust[name]["state"] for name in ("fe01", "fe02", "fe03")} == {"failed"}
    said = f"fe02.company.local has {root} of its chain in the store of disallowed certificates"
    assert said in trust["fe01"]["message"]


@each_host_in_every_language
@pytest.mark.estate(hosts=[{"name": "ca01", "ca": {"request_disposition": 0x101}}])
@pytest.mark.first_rollout
def test_a_request_that_waits_keeps_its_key_and_what_was_put_aside_serves_nowhere(site: Site) -> None:
    for row in site.state()["hosts"]["ca01"]["ca"]["requests"]:
        site.estate.approve(row["request_id"])
    site.play("deploy_pool")
    as_rolled_out(site)
    # A new key waits for an officer, beside the certificate that serves; the former one is archived and revoked later.
    held = {one["server"]: one["thumbprint"] for one in site.report()["certificates"] if "5061" in one["place"]}
    renewing = {"pool_certificates_renew": list(held.values()), "pool_certificates_retire": "archive"}
    renewing |= {"pool_certificates_revoke": "superseded"}
    site.play("renew_certificates", variables=renewing)
    run = audited(site)
    waits = [one for one in site.report()["findings"] if one["code"].startswith("waiting-key")]
    assert {one["code"] for one in waits} == {"waiting-key-pending"}, run.output
    assert waits[0]["message"].startswith("request ") and "-delstore" not in run.output
    assert run.code == 0, run.output

    numbers = {int(one["message"].split()[1]) for one in waits}
    for number in numbers:
        site.estate.approve(number)
    site.play("renew_certificates", variables=renewing)
    audited(site)
    aside = [one for one in site.report()["certificates"] if one["verdict"] == "archived"]
    assert aside and {one["thumbprint"] for one in aside} <= set(held.values())
    assert all("the CA has revoked it" in " ".join(one["remarks"]) for one in aside)
    assert not [one for one in site.report()["certificates"] if one["verdict"] == "unassigned"]
