"""Why a logon did not succeed, from what the libraries really said when they were tried (pywinrm 0.5, requests 2.34,
urllib3 1.26 and 2, requests-credssp 2, MIT Kerberos 1.20 against a KDC of its own)."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from unit.refused_logons import REFUSED

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.client_certificate import UNUSABLE, ClientCertificate
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.exchange import UnsafeAnswer
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import (
    HostUnreachable,
    LogonImpossible,
    LogonRefused,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.logon import LogonAttempt, cause_of, plainly
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.logon_causes import (
    CAUSES,
    DENIED_BY_ANYBODY,
    HTTP_STATUS,
    NO_NAME_FOR_A_TICKET,
    NO_PRINCIPAL,
    NO_RIGHTS_LOCAL,
    ON_THE_WAY,
    PROXY,
    REJECTED,
    REJECTED_BASIC,
    REJECTED_CERTIFICATE,
    REJECTED_OVER_TLS,
    REJECTED_TICKET,
    UNENCRYPTED,
    UNKNOWN,
    LogonCause,
)

ALL_CAUSES = (
    *CAUSES,
    *ON_THE_WAY,
    DENIED_BY_ANYBODY,
    NO_NAME_FOR_A_TICKET,
    NO_RIGHTS_LOCAL,
    REJECTED,
    REJECTED_BASIC,
    REJECTED_CERTIFICATE,
    REJECTED_OVER_TLS,
    REJECTED_TICKET,
    UNENCRYPTED,
    PROXY,
    HTTP_STATUS,
    UNKNOWN,
)
ATTEMPT = LogonAttempt("dc01", "dc01.company.local", 5985, "COMPANY\\u", "ntlm")
KINIT = "Kerberos auth failure for principal u@COMPANY.LOCAL: kinit: {} while getting initial credentials"
FILES = ClientCertificate("/client/certificate.pem", "/client/key.pem")
POOL = "{}: HTTPConnectionPool(host='dc01', port=5985): Max retries exceeded with url: /wsman (Caused by {})"
TLS = "ssl: HTTPSConnectionPool(host='dc01', port=5986): Max retries exceeded with url: /wsman (Caused by {})"
FAULT = (
    "ntlm: Zugriff verweigert (extended fault data: {{'transport_message': 'Bad HTTP response returned from server."
    " Code"
    " 500', 'http_status_code': 500, {}}})"
)

SAID = [
    # what listens there is no WinRM that knows the password
    ("answer-not-believed", f"ntlm: {UnsafeAnswer('it is compressed, which nobody asked for')}"),
    # the controller
    ("no-user", "ntlm: auth method ntlm requires a username"),
    ("no-password", "ntlm: auth method ntlm requires a password"),
    ("kerberos-library-missing", "kerberos: requested auth method is kerberos, but pykerberos is not installed"),
    (
        "kerberos-library-missing",
        "WinRM Kerberos authentication requested but the python kerberos library is not installed. Please install the"
        " pykerberos library, set a different authentication method with ansible_winrm_transport, or use a local user",
    ),
    (
        "kinit-missing",
        "Kerberos auth failure when calling kinit cmd 'kinit': [Errno 2] No such file or directory: 'kinit'",
    ),
    ("credssp-library-missing", "credssp: requests auth method is credssp, but requests-credssp is not installed"),
    ("ntlm-library-missing", "ntlm: requested auth method is ntlm, but requests_ntlm is not installed"),
    ("library-missing", "winrm or requests is not installed: No module named 'winrm'"),
    ("transport-unknown", "The installed version of WinRM does not support transport(s) ['ntml']"),
    (
        "encryption-impossible",
        "plaintext: message encryption is set to 'always' but the selected auth method plaintext does not support it",
    ),
    ("ca-file-missing", "ssl: Could not find a suitable TLS CA certificate bundle, invalid path: /nonexistent"),
    (
        "ca-file-unusable",
        TLS.format(
            "SSLError(SSLError(136, '[X509: NO_CERTIFICATE_OR_CRL_FOUND] no certificate or crl found (_ssl.c:4154)'))"
        ),
    ),
    ("ca-file-unusable", TLS.format("SSLError(SSLError(524297, '[X509] PEM lib (_ssl.c:4154)'))")),
    ("timeouts-contradictory", "ntlm: read_timeout_sec must exceed operation_timeout_sec, and both must be non-zero"),
    ("user-no-principal", NO_PRINCIPAL),
    (
        "user-no-principal",
        KINIT.format("Configuration file does not specify default realm when parsing name COMPANY\\rollout"),
    ),
    ("client-certificate-unusable", f"{UNUSABLE}: no file is named for it"),
    (
        "basic-characters",
        "ssl: 'latin-1' codec can't encode character '\\u20ac' in position 3: ordinal not in range(256)",
    ),
    # Kerberos
    ("kdc-not-found", KINIT.format('Cannot find KDC for realm "COMPANY.LOCAL"')),
    ("kdc-not-found", KINIT.format("Cannot contact any KDC for realm 'COMPANY.LOCAL'")),
    ("clock-skew", KINIT.format("Clock skew too great")),
    ("password-refused", KINIT.format("Password incorrect")),
    ("password-refused", KINIT.format("Preauthentication failed")),
    ("account-unknown", KINIT.format("Client 'u@COMPANY.LOCAL' not found in Kerberos database")),
    ("account-locked-or-disabled", KINIT.format("Client's credentials have been revoked")),
    ("account-expired", KINIT.format("Client's entry in database has expired")),
    ("password-expired", KINIT.format("Password has expired")),
    ("password-expired", KINIT.format("Cannot read password")),
    ("account-restricted", KINIT.format("KDC policy rejects request")),
    ("encryption-type", KINIT.format("KDC has no support for encryption type")),
    (
        "host-unknown-to-kerberos",
        "kerberos: authGSSClientStep() failed: (('Unspecified GSS failure.  Minor code may provide more information',"
        " 851968), ('Server not found in Kerberos database', -1765328377))",
    ),
    (
        "no-ticket",
        "kerberos: authGSSClientStep() failed: (('No credentials were supplied, or the credentials were unavailable or"
        " inaccessible', 458752), ('No Kerberos credentials available (default cache: FILE:/tmp/krb5cc_0)',"
        " 2529639053))",
    ),
    (
        "no-ticket",
        "kerberos: authGSSClientInit() failed: (('No credentials were supplied, or the credentials were unavailable or"
        " inaccessible', 458752), ('No Kerberos credentials available (default cache: FILE:/tmp/none)', 2529639053))",
    ),
    (
        "ticket-ended",
        "kerberos: authGSSClientStep() failed: (('Unspecified GSS failure.  Minor code may provide more information',"
        " 851968), ('Ticket expired', -1765328352))",
    ),
    # pypsrp
    (
        "ticket-ended",
        "SpnegoError (11): Major (720896): The referenced credential has expired, Minor (100001): Success, Context:"
        " Getting GSSAPI credential",
    ),
    # CredSSP
    (
        "password-refused",
        "credssp: Received error status from the server: (3221225581) STATUS_LOGON_FAILURE 0xc000006d",
    ),
    (
        "password-refused",
        "credssp: Server did not response with a CredSSP token after step Step 3. Delegate - actual 'Negotiate'",
    ),
    (
        "account-locked-or-disabled",
        "credssp: Received error status from the server: (3221226036) UNKOWN_STATUS 0xc0000234",
    ),
    (
        "account-locked-or-disabled",
        "credssp: Received error status from the server: (3221225586) STATUS_ACCOUNT_DISABLED 0xc0000072",
    ),
    (
        "password-expired",
        "credssp: Received error status from the server: (3221225585) STATUS_PASSWORD_EXPIRED 0xc0000071",
    ),
    (
        "transport-not-offered",
        "credssp: The server did not response CredSSP being an available authentication method - actual: 'Negotiate'",
    ),
    ("transport-not-offered", "ntlm: Access denied: Server did not respond with NTLM challenge token"),
    # the host
    ("credentials-rejected", "ntlm: the specified credentials were rejected by the server"),
    ("no-rights", FAULT.format("'wsmanfault_code': 5, 'fault_subcode': 'w:AccessDenied'")),
    ("shell-quota", FAULT.format("'wsmanfault_code': 2150859173, 'fault_subcode': 'w:QuotaLimit'")),
    ("operation-quota", FAULT.format("'wsmanfault_code': 2150859174, 'fault_subcode': 'w:InternalError'")),
    ("not-winrm", "ntlm: Bad HTTP response returned from server. Code 404"),
    # the way there
    (
        "certificate-not-trusted",
        TLS.format(
            "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed:"
            " self-signed certificate (_ssl.c:1006)'))"
        ),
    ),
    (
        "certificate-of-another-name",
        TLS.format(
            'SSLError(SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: IP'
            " address mismatch, certificate is not valid for '10.0.0.5'. (_ssl.c:1006)\"))"
        ),
    ),
    (
        "certificate-refused",
        TLS.format(
            "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed:"
            " certificate has expired (_ssl.c:1006)'))"
        ),
    ),
    (
        "no-tls-there",
        TLS.format("SSLError(SSLError(1, '[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)'))"),
    ),
    (
        "tls-too-old",
        TLS.format(
            "SSLError(SSLError(1, '[SSL: TLSV1_ALERT_PROTOCOL_VERSION] tlsv1 alert protocol version (_ssl.c:1006)'))"
        ),
    ),
    (
        "tls-too-old",
        TLS.format("SSLError(SSLError(1, '[SSL: UNSUPPORTED_PROTOCOL] unsupported protocol (_ssl.c:1))'))"),
    ),
    (
        "client-certificate-refused",
        TLS.format("SSLError(SSLError(1, '[SSL: TLSV1_ALERT_UNKNOWN_CA] tlsv1 alert unknown ca (_ssl.c:2580)'))"),
    ),
    (
        "client-certificate-refused",
        TLS.format(
            "SSLError(SSLError(1, '[SSL: SSLV3_ALERT_UNSUPPORTED_CERTIFICATE] sslv3 alert unsupported certificate"
            " (_ssl.c:2580)'))"
        ),
    ),
    (
        "client-certificate-refused",
        TLS.format(
            "SSLError(SSLError(1, '[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required"
            " (_ssl.c:2580)'))"
        ),
    ),
    (
        "tls-refused",
        TLS.format(
            "SSLError(SSLError(1, '[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE] sslv3 alert handshake failure (_ssl.c:1006)'))"
        ),
    ),
    (
        "name-not-resolved",
        POOL.format(
            "ntlm",
            "NameResolutionError(\"HTTPConnection(host='dc01', port=5985): Failed to resolve 'dc01' ([Errno -2] Name or"
            ' service not known)")',
        ),
    ),
    (
        "name-not-resolved",
        POOL.format(
            "ntlm",
            "NewConnectionError('<urllib3.connection.HTTPConnection object at 0x7f2a>: Failed to establish a new"
            " connection: [Errno -3] Temporary failure in name resolution')",
        ),
    ),
    (
        "connection-refused",
        POOL.format(
            "ntlm",
            "NewConnectionError('<urllib3.connection.HTTPConnection object at 0x7f2a>: Failed to establish a new"
            " connection: [Errno 111] Connection refused')",
        ),
    ),
    (
        "no-route",
        POOL.format(
            "ntlm",
            "NewConnectionError(\"HTTPConnection(host='dc01', port=5985): Failed to establish a new connection: [Errno"
            ' 113] No route to host")',
        ),
    ),
    (
        "timed-out",
        POOL.format(
            "ntlm",
            "ConnectTimeoutError(<urllib3.connection.HTTPConnection object at 0x7f2a>, 'Connection to dc01 timed out."
            " (connect timeout=30)')",
        ),
    ),
    ("timed-out", "ntlm: HTTPConnectionPool(host='dc01', port=5985): Read timed out. (read timeout=30)"),
    ("timed-out", "the connection attempt timed out"),
    (
        "connection-broken",
        "ntlm: ('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))",
    ),
    ("connection-broken", "ntlm: ('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))"),
    ("connection-broken", "ntlm: ('Connection aborted.', BadStatusLine('SSH-2.0-x\\r\\n'))"),
    ("unknown", "ntlm: something that nobody has seen"),
]
NOISE = re.compile(r"ConnectionPool|object at|0x7f|Max retries|Caused by|Errno|_ssl|\{|\}|extended fault")


@pytest.mark.parametrize(("code", "said"), SAID, ids=[f"{code}-{place}" for place, (code, _said) in enumerate(SAID)])
def test_each_cause_has_its_own_advice_and_no_noise(code: str, said: str) -> None:
    assert cause_of(said, ATTEMPT).code == code
    error = ATTEMPT.failure(said)
    assert isinstance(error, LogonRefused) is (code in REFUSED)
    assert str(error).startswith(
        "dc01 (dc01.company.local:5985): cannot log on over WinRM as 'COMPANY\\u' with transport ntlm: "
    )
    assert error.mend and not NOISE.search(str(error)), str(error)


@pytest.mark.parametrize(
    ("code", "everywhere"),
    [
        ("kerberos-library-missing", True), ("kinit-missing", True), ("kdc-not-found", True), ("clock-skew", True),
        ("no-ticket", True), ("ticket-ended", True),
        ("host-unknown-to-kerberos", False), ("password-refused", False), ("timed-out", False),
        ("encryption-type", False), ("user-no-principal", True), ("ca-file-unusable", False),
    ],
)  # fmt: skip
def test_what_keeps_the_account_from_every_host_is_told_apart(code: str, everywhere: bool) -> None:
    said = next(said for one, said in SAID if one == code)
    assert isinstance(ATTEMPT.failure(said), LogonImpossible) is everywhere


def test_the_service_is_named_that_a_ticket_was_asked_for() -> None:
    unknown = "kerberos: authGSSClientStep() failed: ('Server not found in Kerberos database', -1765328377)"
    rejected = "kerberos: the specified credentials were rejected by the server"
    attempt = replace(ATTEMPT, transport="kerberos", service="HTTP/dc01.other.local")
    assert "the domain knows no service HTTP/dc01.other.local. " in str(attempt.failure(unknown))
    assert "(setspn -Q HTTP/dc01.other.local)" in str(attempt.failure(rejected))
    assert "no service HTTP/dc01.company.local. " in str(replace(ATTEMPT, transport="kerberos").failure(unknown))


def test_every_cause_is_seen_and_no_two_give_the_same_advice() -> None:
    every = (*CAUSES, *ON_THE_WAY)
    assert {one.code for one in every} <= {code for code, _said in SAID}
    assert len({one.mend for one in every}) == len({one.code for one in every}) == len(every)


@pytest.mark.parametrize(
    ("changes", "said", "code"),
    [
        ({"transport": "basic"}, "basic: the specified credentials were rejected by the server", "basic-rejected"),
        ({"transport": "plaintext"}, "plaintext: the specified credentials were rejected", "basic-rejected"),
        ({"transport": "ssl"}, "ssl: the specified credentials were rejected by the server", "basic-rejected"),
        ({"transport": "kerberos"}, "kerberos: the specified credentials were rejected by the", "ticket-rejected"),
        ({"transport": "credssp"}, "credssp: the specified credentials were rejected", "credentials-rejected"),
        (
            {"transport": "certificate", "certificate": FILES},
            "certificate: the specified credentials were rejected",
            "certificate-rejected",
        ),
        ({"tls": True}, "ntlm: the specified credentials were rejected by the server", "credentials-rejected-over-tls"),
        ({"tls": True, "transport": "credssp"}, "credssp: the credentials were rejected", "credentials-rejected"),
        (
            {"transport": "credssp"},
            "credssp: Server did not response with a CredSSP token after step Credential exchange - actual ''",
            "unknown",
        ),
        ({"sealed": False}, "plaintext: Bad HTTP response returned from server. Code 500", "unencrypted-refused"),
        ({}, "ntlm: Bad HTTP response returned from server. Code 500", "not-winrm"),
        ({"user": "u"}, FAULT.format("'wsmanfault_code': 5, 'x': 1"), "local-account-filtered"),
        ({"user": "DC01\\u"}, FAULT.format("'wsmanfault_code': 5, 'x': 1"), "local-account-filtered"),
        ({"user": ".\\u"}, FAULT.format("'wsmanfault_code': 5, 'x': 1"), "local-account-filtered"),
        ({"user": "u@COMPANY.LOCAL"}, FAULT.format("'wsmanfault_code': 5, 'x': 1"), "no-rights"),
        ({}, FAULT.format("'wsmanfault_code': 5, 'x': 1"), "no-rights"),
        # Nobody has proved to be the host.
        ({"sealed": False}, FAULT.format("'wsmanfault_code': 5, 'x': 1"), "denied-by-anybody"),
        (
            {"sealed": False, "user": ".\\u"},
            FAULT.format("'wsmanfault_code': 5, 'x': 1"),
            "denied-by-anybody",
        ),
        ({"tls": True, "validated": False}, FAULT.format("'wsmanfault_code': 5, 'x': 1"), "denied-by-anybody"),
        (
            {"tls": True, "validated": False, "transport": "basic", "encryption": "always"},
            FAULT.format("'wsmanfault_code': 5, 'x': 1"),
            "denied-by-anybody",
        ),
        (
            {"tls": True, "validated": False, "encryption": "always"},
            FAULT.format("'wsmanfault_code': 5, 'x': 1"),
            "no-rights",
        ),
        ({"tls": True, "transport": "basic"}, FAULT.format("'wsmanfault_code': 5, 'x': 1"), "no-rights"),
        ({"transport": "kerberos"}, "[Errno -2] Name or service not known", "name-not-resolved-for-a-ticket"),
        ({"proxy": "http://p:3128"}, FAULT.format("'wsmanfault_code': 5, 'x': 1"), "no-rights"),
        ({"proxy": "http://p:3128"}, "ntlm: Bad HTTP response returned from server. Code 403", "proxy-in-the-way"),
        ({"proxy": "http://p:3128"}, "ntlm: the answer is not believed: it sends the", "proxy-in-the-way"),
        ({"proxy": "http://p:3128"}, POOL.format("ntlm", "ProxyError('Unable to', x)"), "proxy-in-the-way"),
        ({"proxy": "http://p:3128"}, "ntlm: the specified credentials were rejected", "credentials-rejected"),
        ({"proxy": "http://p:3128"}, "ntlm: auth method ntlm requires a password", "no-password"),
    ],
)
def test_one_text_has_several_causes(changes: dict[str, object], said: str, code: str) -> None:
    attempt = replace(ATTEMPT, **changes)  # type: ignore[arg-type]
    assert cause_of(said, attempt).code == code
    assert isinstance(attempt.failure(said), LogonRefused) is (code in REFUSED)
    assert not NOISE.search(str(attempt.failure(said)))


def test_messages_in_full() -> None:
    down = KINIT.format("Cannot contact any KDC for realm 'COMPANY.LOCAL'")
    assert str(replace(ATTEMPT, transport="kerberos", user="u@COMPANY.LOCAL").failure(down)) == (
        "dc01 (dc01.company.local:5985): cannot log on over WinRM as 'u@COMPANY.LOCAL' with transport kerberos: no"
        " domain"
        " controller is found that issues Kerberos tickets (Cannot contact any KDC for realm 'COMPANY.LOCAL'). Write"
        " the"
        " user as name@AD.DOMAIN, the domain in capitals; name its domain controllers under [realms] in"
        " /etc/krb5.conf of"
        " the controller, or let it resolve names by the domain's DNS; open port 88, TCP and UDP"
    )
    assert str(replace(ATTEMPT, proxy="http://proxy:3128").failure("ntlm: Bad HTTP response. Code 403")).endswith(
        "the proxy http://proxy:3128 stands between and did not lead there (Bad HTTP response. Code 403). The"
        " environment's variables http_proxy and https_proxy, or ansible_winrm_proxy, put it there. Take the hosts"
        " out of"
        " it: export no_proxy='dc01.company.local' (names, domains such as .company.local, networks such as 10.0.0.0/8)"
        " before the run, or unset the variables"
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"user": ""}, "no user is given"),
        ({"password": False}, "no password is given"),
        ({"password": False, "transport": "kerberos"}, "no password is given"),
        ({"password": False, "transport": "kerberos", "ticket": True}, ""),
        ({"password": False, "user": "", "transport": "certificate"}, ""),
        (
            {"transport": "kerberos"},
            "Kerberos takes a user as user@DOMAIN. Set ansible_user to the account's name, @, and",
        ),
        ({"transport": "kerberos", "user": "-k"}, "with transport kerberos: Kerberos takes a user as user@DOMAIN"),
        ({"transport": "kerberos", "user": "-k@COMPANY.LOCAL"}, "Kerberos takes a user as user@DOMAIN"),
        ({"transport": "kerberos", "user": "u@COMPANY.LOCAL"}, ""),
        ({"transport": "kerberos", "user": "u"}, ""),
        ({}, ""),
    ],
)
def test_without_credentials_nothing_is_sent(changes: dict[str, object], words: str) -> None:
    attempt = replace(ATTEMPT, **changes)  # type: ignore[arg-type]
    told = ""
    try:
        attempt.refuse_without_credentials()
    except RolloutError as error:
        told = str(error)
        assert isinstance(error, HostUnreachable) and not isinstance(error, LogonRefused)
    assert words in told and bool(told) == bool(words)


def test_characters_of_a_password_are_not_told() -> None:
    said = "basic: 'latin-1' codec can't encode character '\\u20ac' in position 3: ordinal not in range(256)"
    told = str(replace(ATTEMPT, transport="basic").failure(said))
    assert "u20ac" not in told and "position" not in told


def test_client_certificate_that_cannot_be_used_sends_nothing() -> None:
    attempt = replace(ATTEMPT, transport="certificate", certificate=FILES)
    with pytest.raises(HostUnreachable) as caught:
        attempt.refuse_without_credentials()
    assert str(caught.value).startswith(
        "dc01 (dc01.company.local:5985): cannot log on over WinRM by the certificate '/client/certificate.pem' with"
        " transport certificate: the client certificate cannot be used: /client/certificate.pem: No such file or"
        " directory"
    )
    assert attempt.account == "/client/certificate.pem" and ATTEMPT.account == "COMPANY\\u"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"transport": "basic", "tls": True, "validated": False}, "whoever answers in the host's place"),
        ({"transport": "ssl", "tls": True, "validated": False}, "whoever answers in the host's place"),
        ({"transport": "plaintext", "tls": True, "validated": False}, "whoever answers in the host's place"),
        ({"transport": "basic", "tls": True}, ""),
        ({"transport": "ntlm", "tls": True, "validated": False}, ""),
        ({"transport": "certificate", "tls": True, "validated": False}, ""),
        ({"transport": "basic", "sealed": False}, "the password too; nothing was sent"),
        ({"transport": "certificate", "sealed": False}, "anybody on the way could read"),
        ({"transport": "credssp", "sealed": False}, "anybody on the way could read"),
    ],
)
def test_passwords_go_to_nobody_who_is_not_known(changes: dict[str, object], words: str) -> None:
    attempt = replace(ATTEMPT, **changes)  # type: ignore[arg-type]
    told = ""
    try:
        attempt.refuse_in_the_clear()
    except HostUnreachable as error:
        told = str(error)
    assert words in told and bool(told) == bool(words)


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        (SAID[-1][1], "something that nobody has seen"),
        ("ntlm: Zugriff  verweigert\n (extended fault data: {'http_status_code': 500})", "Zugriff verweigert"),
        (
            "HTTPConnectionPool(host='dc01', port=5985): Read timed out. (read timeout=3)",
            "Read timed out. (read timeout=3)",
        ),
        ("('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))", "Connection reset by peer"),
        (KINIT.format("Password incorrect"), "Password incorrect"),
        ("Client 'u@C' not found in Kerberos database -1765328378", "Client 'u@C' not found in Kerberos database"),
        # ansible-core before 2.19
        (KINIT.format("Password incorrect").replace("LOCAL:", "LOCAL with subprocess:"), "Password incorrect"),
        ("", "no reason given"),
        ("'\"", "no reason given"),
        (
            "BoundedHTTPSConnection(host='127.0.0.1', port=9): Failed to establish a new: Connection refused",
            "Failed to establish a new: Connection refused",
        ),
    ],
)
def test_what_is_left_of_an_error_of_requests(said: str, plain: str) -> None:
    assert plainly(said) == plain


@pytest.mark.parametrize("cause", ALL_CAUSES, ids=lambda cause: cause.code)
def test_advice_for_psrp_names_the_variables_of_psrp(cause: LogonCause) -> None:
    """Only kinit is called by winrm alone: pypsrp asks for tickets itself. Only there time-outs contradict."""
    psrp = replace(ATTEMPT, connection="psrp")
    text = f"{cause.says}: {cause.mend}"
    named = re.findall(r"ansible_winrm_\w+", psrp._named(text))
    assert all("kinit_cmd" in one or one.endswith("timeout_sec") for one in named) and "pywinrm[" not in psrp._named(
        text
    )
    assert ATTEMPT._named(text) == text


@pytest.mark.parametrize(
    ("proxy", "shown"),
    [
        ("http://proxy:3128", "http://proxy:3128"),
        ("http://us%40er:se:c@ret/1@proxy:3128", "http://proxy:3128"),
        ("us:se:c@ret/1@proxy:3128", "proxy:3128"),
        ("http://se:c@ret/1@", "http://"),
    ],
)
def test_a_proxys_own_password_is_not_shown(proxy: str, shown: str) -> None:
    said = f"ntlm: Failed to parse: {proxy}"
    told = str(replace(ATTEMPT, proxy=proxy).failure(said))
    assert f"the proxy {shown} stands between and did not lead there (Failed to parse: {shown})" in told
    assert "c@ret" not in told


def test_a_file_of_cas_that_is_no_pem_is_named_and_not_the_host() -> None:
    said = TLS.format("SSLError(SSLError(136, '[X509: NO_CERTIFICATE_OR_CRL_FOUND] no certificate or crl found'))")
    attempt = replace(ATTEMPT, port=5986, tls=True, trusted="/etc/ca.cer")
    assert str(attempt.failure(said)) == (
        "dc01 (dc01.company.local:5986): cannot log on over WinRM as 'COMPANY\\u' with transport ntlm: the file with"
        " the CA's certificate, /etc/ca.cer, holds none in PEM. Where it is in DER, convert it: openssl x509 -inform"
        " der -in /etc/ca.cer -out ca.pem, and name the new one in ansible_winrm_ca_trust_path. Nothing was sent"
    )
    assert "in ansible_psrp_ca_cert." in str(replace(attempt, connection="psrp").failure(said))


def test_a_users_name_is_not_told_whole() -> None:
    told = str(replace(ATTEMPT, user="u" * 5000).failure("requires a password"))
    assert f"as '{'u' * 97}...' with" in told and len(told) < 500


def test_hosts_whose_names_do_not_resolve_have_one_message() -> None:
    first = ATTEMPT.failure("[Errno -2] Name or service not known")
    other = replace(ATTEMPT, host="ca01", address="ca01.company.local").failure("[Errno -2] Name or service not known")
    assert (first.what, first.mend) == (other.what, other.mend)
    assert first.where == "dc01 (dc01.company.local:5985)" and "not resolve on the controller" in first.what
