@echo off
rem DNS records of the view internal. Run on the DNS server, or put its name for the dots below.
rem Read what it prints: 'Command completed successfully.' is the only success.
rem 9609 says that a zone, 9711 that a record is there already.
setlocal DisableDelayedExpansion
set "FAILED="

rem Zone company.local
rem the pool's name, at the address that the Front Ends are reached at
dnscmd . /recordadd company.local ocspool.company.local. 3600 A 10.0.0.10 || set "FAILED=1"
rem automatic sign-in over TLS of the SIP domain's users
dnscmd . /recordadd company.local _sipinternaltls._tcp.company.local. 3600 SRV 0 0 5061 ocspool.company.local. || set "FAILED=1"
rem the server's own name; a domain member registers it itself
rem not ours (registered_elsewhere): dnscmd . /recordadd company.local ocssrv01.company.local. 3600 A 10.0.0.11
rem not ours (registered_elsewhere): dnscmd . /recordadd company.local ocssrv02.company.local. 3600 A 10.0.0.12

rem Zone company.com
dnscmd . /zoneadd company.com /dsprimary
rem the pool's host name again inside the SIP domain, so that the SRV record's target lies there
dnscmd . /recordadd company.com ocspool.company.com. 3600 A 10.0.0.10 || set "FAILED=1"
rem automatic sign-in over TLS of the SIP domain's users
dnscmd . /recordadd company.com _sipinternaltls._tcp.company.com. 3600 SRV 0 0 5061 ocspool.company.com. || set "FAILED=1"

if defined FAILED echo Some records were not added, see above.
if defined FAILED exit /b 1
exit /b 0
