# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The causes for which a logon over WinRM does not succeed: what tells each, what it means, what to do.

The texts are those of pywinrm, pypsrp, requests, kinit and their libraries, which are in English everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.client_certificate import UNUSABLE
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.exchange import (
    NOT_BELIEVED,
    NOT_OFFERED,
    SEE_WHAT_LISTENS,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import (
    ADVICE,
    CODE_OPERATION_QUOTA,
    CODE_SHELL_QUOTA,
)
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.rights import REACH, RIGHTS

# What the certificate of a host's listener needs.
TRUST = "give the PEM of the CA, or of a certificate that the host issued to itself, in ansible_winrm_ca_trust_path."


@dataclass(frozen=True, slots=True)
class LogonCause:
    """Why a logon failed. ``says`` completes a sentence, ``mend`` is what to do.

    Both may hold {user}, {address}, {port}, {transport}, {service}, {proxy}, {status} and {said}, and with a client
    certificate {certificate} and {principal}; {trusted} is the file of CAs. ``refused``: the account was turned down,
    as it would be elsewhere. ``everywhere``: it lies with the controller or the domain, so no other host would do
    better with it.
    """

    code: str
    texts: tuple[str, ...]
    says: str
    mend: str
    refused: bool = False
    everywhere: bool = False


_ONE_LOGON = " Exactly one logon was tried: domains lock an account after a few that are refused"
_NAMES = (
    "ansible_user (DOMAIN\\user for ntlm and credssp, or HOST\\user for an account of the host itself; user@DOMAIN in"
    " capitals for kerberos) and ansible_password"
)
# What pywinrm and we ourselves say of a fault that denies access.
DENIED = (r"w:AccessDenied", r"'wsmanfault_code': 5,")
# A user's name that Kerberos cannot take; we ourselves say so.
NO_PRINCIPAL = "the user is no principal"
_AD_ACCOUNT = "Look at the account in Active Directory Users and Computers."

CAUSES = (
    # --- on the controller, before anything is sent
    LogonCause(
        "no-user",
        (r"requires a username",),
        "no user is given",
        "Set ansible_user in the inventory",
    ),
    LogonCause(
        "no-password",
        (r"requires a password",),
        "no password is given",
        "Set ansible_password, in a vault (docs/prerequisites.md), or pass --ask-pass. Nothing was sent",
    ),
    LogonCause(
        "user-no-principal",
        (NO_PRINCIPAL, r"does not specify default realm", r"[Mm]alformed representation of principal"),
        "Kerberos takes a user as user@DOMAIN",
        "Set ansible_user to the account's name, @, and the domain's DNS name in capitals (rollout@COMPANY.LOCAL)."
        " Nothing was sent",
        everywhere=True,
    ),
    LogonCause(
        "client-certificate-unusable",
        (UNUSABLE,),
        "{said}",
        "Set ansible_winrm_cert_pem and ansible_winrm_cert_key_pem to files on the controller: the certificate, and its"
        " key without a pass phrase, both PEM, readable for the user of the run alone. Nothing was sent",
    ),
    LogonCause(
        "basic-characters",
        (r"codec can't encode character",),
        "Basic cannot carry a character that is in the user's name or the password",
        "Set ansible_winrm_transport: ntlm, or give the account a password of ASCII characters. Nothing was sent",
    ),
    LogonCause(
        "kerberos-library-missing",
        (
            r"pykerberos is not installed",
            r"python kerberos library is not installed",
            r"requires the Python gssapi library",
        ),
        "the library for Kerberos is not installed on the controller",
        "pip install 'pywinrm[kerberos]' into the Python that runs Ansible (it needs gcc and libkrb5-dev), or set"
        " ansible_winrm_transport: ntlm",
        everywhere=True,
    ),
    LogonCause(
        "kinit-missing",
        (r"calling kinit cmd",),
        "the program kinit cannot be started on the controller ({said})",
        "Install it (krb5-user on Debian and Ubuntu, krb5-workstation on Red Hat), or name it in"
        " ansible_winrm_kinit_cmd",
        everywhere=True,
    ),
    LogonCause(
        "credssp-library-missing",
        (r"requests-credssp is not installed",),
        "the library for CredSSP is not installed on the controller",
        "pip install 'pywinrm[credssp]' into the Python that runs Ansible, or set ansible_winrm_transport: ntlm or"
        " kerberos: nothing here needs CredSSP but OAuth's certificate (pool_certificates_oauth) and, where NTLM"
        " cannot, the import of a key, and Kerberos with delegation does as well",
        everywhere=True,
    ),
    LogonCause(
        "ntlm-library-missing",
        (r"requests_ntlm is not installed",),
        "the library for NTLM is not installed on the controller",
        "pip install requests_ntlm into the Python that runs Ansible",
        everywhere=True,
    ),
    LogonCause(
        "library-missing",
        (r"winrm or requests is not installed", r"xmltodict is not installed", r"No module named"),
        "a Python package is not installed on the controller ({said})",
        "Install the packages of the collection's requirements.txt into the Python that runs Ansible",
        everywhere=True,
    ),
    LogonCause(
        "transport-unknown",
        (r"does not support transport", r"unsupported auth method"),
        "pywinrm knows no such transport",
        "Set ansible_winrm_transport to ntlm or kerberos",
    ),
    LogonCause(
        "encryption-impossible",
        (r"message encryption is set to 'always' but", r"Cannot use message encryption with auth"),
        "ansible_winrm_message_encryption is 'always', which this transport cannot do",
        "Set ansible_winrm_transport to ntlm or kerberos, or use HTTPS (ansible_winrm_scheme: https, ansible_port:"
        " 5986)",
    ),
    LogonCause(
        "ca-file-missing",
        (r"Could not find a suitable TLS CA certificate bundle",),
        "the file with the CA's certificate is not there ({said})",
        "Correct ansible_winrm_ca_trust_path",
    ),
    LogonCause(
        "ca-file-unusable",
        (r"NO_CERTIFICATE_OR_CRL_FOUND", r"\bPEM lib\b"),
        "the file with the CA's certificate, {trusted}, holds none in PEM",
        "Where it is in DER, convert it: openssl x509 -inform der -in {trusted} -out ca.pem, and name the new one in"
        " ansible_winrm_ca_trust_path. Nothing was sent",
    ),
    LogonCause(
        "timeouts-contradictory",
        (r"read_timeout_sec must exceed operation_timeout_sec",),
        "ansible_winrm_read_timeout_sec has to be greater than ansible_winrm_operation_timeout_sec",
        "They are 30 and 20 seconds where neither is set. Nothing was sent",
    ),
    # --- Kerberos: kinit's and GSSAPI's texts
    LogonCause(
        "kdc-not-found",
        (
            r"Cannot (?:find|contact any) KDC for",
            r"Cannot resolve network address for KDC",
            r"unable to reach any KDC",
            r"Cannot find KDC",
        ),
        "no domain controller is found that issues Kerberos tickets ({said})",
        "Write the user as name@AD.DOMAIN, the domain in capitals; name its domain controllers under [realms] in"
        " /etc/krb5.conf of the controller, or let it resolve names by the domain's DNS; open port 88, TCP and UDP",
        everywhere=True,
    ),
    LogonCause(
        "clock-skew",
        (r"Clock skew too great",),
        "the controller's clock differs from the domain controller's by more than Kerberos allows (5 minutes)",
        "Set the controller's clock by the domain's time (NTP, such as chrony against a domain controller)",
        everywhere=True,
    ),
    LogonCause(
        "account-locked-or-disabled",
        (r"credentials have been revoked", r"0xc0000234\b", r"0xc0000072\b"),
        "the account is locked, disabled or expired, or may not log on at this hour",
        f"{_AD_ACCOUNT} A locked one waits, or is unlocked there. The password may be right",
        refused=True,
    ),
    LogonCause(
        "password-expired",
        (
            r"[Pp]assword (?:has )?expired",
            r"Cannot read password while getting initial credentials",
            r"0xc0000071\b",
            r"0xc0000224\b",
        ),
        "the account's password has expired or must be changed at the next logon",
        f"{_AD_ACCOUNT} Change the password, then set the new one in ansible_password",
        refused=True,
    ),
    LogonCause(
        "account-expired",
        (r"Client's entry in database has expired", r"0xc0000193\b"),
        "the account has expired",
        f"{_AD_ACCOUNT} See when it expires",
        refused=True,
    ),
    LogonCause(
        "account-unknown",
        (r"Client (?:'[^']*' |\([^)]*\) )?(?:not found in Kerberos database|unknown)", r"0xc0000064\b"),
        "the domain does not know this account ({said})",
        "Check ansible_user: user@DOMAIN, the domain in capitals and the one that holds the account",
        refused=True,
    ),
    LogonCause(
        "account-restricted",
        (r"KDC policy rejects request", r"0xc000006[ef]\b", r"0xc0000070\b"),
        "the account may not log on at this hour or from here",
        f"{_AD_ACCOUNT} See its logon hours and workstations",
        refused=True,
    ),
    LogonCause(
        "password-refused",
        (
            r"Password incorrect",
            r"[Pp]reauthentication failed",
            r"0xc000006[ad]\b",
            r"with a CredSSP token after step (?!Credential exchange)",
        ),
        "user name or password are wrong: the credentials were rejected",
        f"Check {_NAMES} before the next run.{_ONE_LOGON}",
        refused=True,
    ),
    LogonCause(
        "host-unknown-to-kerberos",
        (r"Server (?:\S+ )?not found in Kerberos database",),
        "the domain knows no service {service}",
        "Let ansible_host, or the host's name in the inventory, be its full name in Active Directory (never an"
        " address or an alias), or give that name in ansible_winrm_kerberos_hostname_override",
    ),
    LogonCause(
        "ticket-ended",
        (r"[Tt]icket (?:has )?expired", r"referenced credential has expired"),
        "the Kerberos ticket of the account has ended",
        "Call kinit again (klist shows how long a ticket lasts: 10 hours as a domain comes), or set ansible_password so"
        " that each run asks for its own",
        everywhere=True,
    ),
    LogonCause(
        "no-ticket",
        (r"No (?:Kerberos )?credentials", r"No credentials cache"),
        "there is no Kerberos ticket for the account",
        "Set ansible_password so that a ticket is asked for, or call kinit before the run: it shows by klist, and where"
        " it lies elsewhere, KRB5CCNAME names it",
        everywhere=True,
    ),
    LogonCause(
        "encryption-type",
        (
            r"KDC has no support for encryption type",
            r"[Ee]ncryption type \S*\s*not (?:permitted|supported)",
            r"no support for etype",
        ),
        "the controller and the domain have no Kerberos encryption in common ({said})",
        "Windows Server 2003 knows RC4 only: allow_weak_crypto = true in /etc/krb5.conf, or ansible_winrm_transport:"
        " ntlm",
    ),
    # --- the host answered
    LogonCause(
        "answer-not-believed",
        (NOT_BELIEVED,),
        "{said}",
        SEE_WHAT_LISTENS,
    ),
    LogonCause(
        "no-rights",
        DENIED,
        "the password is right, but the account may not use WinRM here",
        f"It has to be an administrator of the host, or to {REACH}, and to have Enable Account and Remote Enable on"
        f" root\\cimv2 (4). The numbers are those of {RIGHTS}",
    ),
    LogonCause(
        "shell-quota",
        (r"w:QuotaLimit", str(CODE_SHELL_QUOTA)),
        "the host opens no further shell for the account",
        ADVICE[CODE_SHELL_QUOTA],
    ),
    LogonCause(
        "operation-quota",
        (str(CODE_OPERATION_QUOTA),),
        "the host begins no further operation for the account",
        ADVICE[CODE_OPERATION_QUOTA],
    ),
    LogonCause(
        "transport-not-offered",
        (
            NOT_OFFERED,
            r"did not respond with NTLM challenge",
            r"did not response CredSSP being an available",
            r"did not response with one of",
        ),
        "the host does not offer this transport ({said}); no password was judged",
        "See `winrm get winrm/config/service/auth` on the host and its policies on NTLM; ansible_winrm_transport:"
        " kerberos or ntlm choose another. As Windows comes, Basic, Certificate and CredSSP are switched off"
        " (docs/prerequisites.md has the commands)",
    ),
)
DENIED_BY_ANYBODY = LogonCause(
    "denied-by-anybody",
    (),
    "access is denied, by whoever answers there: nothing proves that it is the host",
    "Let it be proved: ansible_winrm_message_encryption: always with ntlm or kerberos, or HTTPS whose certificate is"
    " looked at. If it is the host, the account lacks the rights 4, and 2 or 3, of docs/prerequisites.md",
)
NO_NAME_FOR_A_TICKET = LogonCause(
    "name-not-resolved-for-a-ticket",
    (),
    "its name does not resolve on the controller",
    "Correct the host's name in the inventory, or let the controller ask the domain's DNS. Where ansible_host is to be"
    " an address, a ticket takes the full name besides, in ansible_winrm_kerberos_hostname_override",
)
NO_RIGHTS_LOCAL = LogonCause(
    "local-account-filtered",
    (),
    "the password is right, but the account may not use WinRM here; an account of the host itself has no rights of an"
    " administrator over the network, by UAC",
    "Take an account of the domain that is an administrator of the host, or the built-in Administrator. On a host"
    " without a domain, and only there, its administrator can set the DWORD LocalAccountTokenFilterPolicy to 1 under"
    r" HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System: it gives local administrators their rights over"
    " the network",
)

REJECTED = LogonCause(
    "credentials-rejected",
    (),
    "the credentials were rejected by the host",
    f"Check {_NAMES}, and whether the account is locked, before the next run.{_ONE_LOGON}",
    refused=True,
)
REJECTED_BASIC = LogonCause(
    "basic-rejected",
    (),
    "the credentials were rejected by the host, or it does not take Basic authentication",
    "Set ansible_winrm_transport: ntlm (or kerberos): as Windows comes, Basic is switched off, and it never works for"
    f" accounts of a domain. Then check ansible_user and ansible_password.{_ONE_LOGON}",
    refused=True,
)
REJECTED_TICKET = LogonCause(
    "ticket-rejected",
    (),
    "the domain accepted the password, but the credentials were rejected by the host",
    "Its service name {service} may belong to another account (setspn -Q {service}), or its clock or its"
    " membership of the domain is broken; ansible_winrm_transport: ntlm goes without the service name",
)
REJECTED_CERTIFICATE = LogonCause(
    "certificate-rejected",
    (),
    "the host takes the certificate for nobody that it knows ({certificate})",
    "On the host: `winrm get winrm/config/service/auth` has Certificate = true; `winrm enumerate"
    " winrm/config/service/certmapping` has a mapping with Subject = {principal} and the thumbprint of the authority"
    " above the certificate (its own, where it issued itself) as Issuer, made with the account's password of today; the"
    " certificate is among the trusted ones there, has that user principal name, and is for Client Authentication",
    refused=True,
)
REJECTED_OVER_TLS = LogonCause(
    "credentials-rejected-over-tls",
    (),
    f"{REJECTED.says}, or came over another TLS connection than the host's own",
    f"{REJECTED.mend}. The host refuses a right password, too, where something between ends TLS (a proxy, a load"
    " balancer): the logon is bound to the channel (CbtHardeningLevel)",
    refused=True,
)
UNENCRYPTED = LogonCause(
    "unencrypted-refused",
    (),
    "the host refuses messages that anybody can read (HTTP 500, AllowUnencrypted is false)",
    "Set ansible_winrm_transport to ntlm or kerberos, which encrypt by themselves, and leave"
    " ansible_winrm_message_encryption at auto; or use HTTPS (port 5986). Leave AllowUnencrypted as it is",
)
PROXY = LogonCause(
    "proxy-in-the-way",
    (),
    "the proxy {proxy} stands between and did not lead there ({said})",
    "The environment's variables http_proxy and https_proxy, or ansible_winrm_proxy, put it there. Take the hosts"
    " out of it: export no_proxy='{address}' (names, domains such as .company.local, networks such as"
    " 10.0.0.0/8) before the run, or unset the variables",
)
HTTP_STATUS = LogonCause(
    "not-winrm",
    (),
    "what answers there is not WinRM (HTTP {status})",
    "Check ansible_port (5985 for HTTP, 5986 for HTTPS), ansible_winrm_path, and with `winrm enumerate"
    " winrm/config/listener` on the host where it listens",
)
_TLS = "Check the host's HTTPS listener (winrm enumerate winrm/config/listener). "
ON_THE_WAY = (
    LogonCause(
        "certificate-not-trusted",
        (r"self-signed certificate", r"unable to get (?:local )?issuer", r"self signed certificate"),
        "the controller does not trust the certificate of the host's HTTPS listener ({said})",
        f"{TRUST[0].upper()}{TRUST[1:]} Or use ntlm or kerberos over HTTP, which encrypt by themselves",
    ),
    LogonCause(
        "certificate-of-another-name",
        (r"certificate is not valid for", r"doesn't match", r"[Hh]ostname mismatch", r"IP address mismatch"),
        "the certificate of the host's HTTPS listener is for another name ({said})",
        "Let ansible_host, or the host's name in the inventory, be a name that the certificate has",
    ),
    LogonCause(
        "certificate-refused",
        (r"CERTIFICATE_VERIFY_FAILED", r"certificate has expired"),
        "the certificate of the host's HTTPS listener does not hold ({said})",
        f"{_TLS}Renew its certificate",
    ),
    LogonCause(
        "client-certificate-refused",
        (
            r"(?i)alert[ _]unknown[ _]ca",
            r"(?i)alert[ _](?:bad[ _]|unsupported[ _])?certificate",
            r"(?i)alert[ _]no[ _]certificate",
        ),
        "the host's listener refused the certificate of the client in the TLS handshake ({said})",
        "The host has to trust the certificate: import the CA's, or a certificate that issued itself, into its Trusted"
        " Root Certification Authorities; it has to be for Client Authentication and not ended. Where the logon is by"
        " no certificate, something in between asks for one",
    ),
    LogonCause(
        "tls-too-old",
        (r"(?i)unsupported[ _]protocol", r"(?i)alert[ _]protocol[ _]version", r"(?i)no[ _]protocols[ _]available"),
        "the host's HTTPS listener and the controller have no version of TLS in common ({said})",
        "Windows Server 2003 to 2008 R2 offer TLS 1.0 as they come, which current TLS libraries refuse. Switch TLS 1.2"
        r" on (2008 R2: SCHANNEL\Protocols\TLS 1.2\Server, Enabled = 1 and DisabledByDefault = 0, then restart), or"
        " take HTTP with ntlm or kerberos, which encrypt by themselves",
    ),
    LogonCause(
        "no-tls-there",
        (r"WRONG_VERSION_NUMBER", r"wrong version number", r"record layer failure", r"HTTP_REQUEST"),
        "what answers there does not speak TLS",
        "Port 5986 is HTTPS, 5985 HTTP: correct ansible_port or ansible_winrm_scheme",
    ),
    LogonCause(
        "tls-refused",
        (r"SSLError", r"\[SSL", r"SSLV3_ALERT", r"TLSV1_ALERT", r"EOF occurred in violation of protocol"),
        "the TLS handshake with the host's HTTPS listener failed ({said})",
        f"{_TLS}Its key and its certificate's signature have to be of today (RSA 2048, SHA-256); Windows Server 2003"
        f" and 2008 offer ciphers that current TLS libraries refuse: take HTTP with ntlm or kerberos there",
    ),
    LogonCause(
        "name-not-resolved",
        (
            r"Failed to resolve",
            r"Name or service not known",
            r"[Nn]ame resolution",
            r"nodename nor servname",
            r"getaddrinfo failed",
            r"'idna' codec",
        ),
        "its name does not resolve on the controller",
        "Correct the host's name in the inventory, set ansible_host to its address, or let the controller ask the"
        " domain's DNS",
    ),
    LogonCause(
        "connection-refused",
        (r"[Cc]onnection refused", r"actively refused"),
        "nothing listens there (connection refused)",
        "Check that the address is this host's (ansible_host) and ansible_port (5985 for HTTP, 5986 for HTTPS), and see"
        " on the host what `winrm enumerate winrm/config/listener` shows (`winrm quickconfig` sets a listener up)",
    ),
    LogonCause(
        "no-route",
        (r"No route to host", r"[Nn]etwork is unreachable", r"Host is down"),
        "no way leads there ({said})",
        "Check the address, that the host is up, and the network between (VPN, routes)",
    ),
    LogonCause(
        "timed-out",
        (r"timed out", r"[Tt]imeout"),
        "no answer in time (timed out)",
        "Check the address, that the host is up, and the firewall between and on the host (port {port})",
    ),
    LogonCause(
        "connection-broken",
        (r"Connection aborted", r"reset by peer", r"closed connection", r"Broken pipe", r"BadStatusLine"),
        "the connection was broken off without an answer of WinRM",
        "Check address, port and scheme (5985 for HTTP, 5986 for HTTPS), and what stands between (firewall, load"
        " balancer)",
    ),
)
UNKNOWN = LogonCause(
    "unknown",
    (),
    "{said}",
    "Check the address and port (5985 for HTTP, 5986 for HTTPS), that `winrm enumerate winrm/config/listener` on the"
    " host shows a listener, and the firewall between",
)
