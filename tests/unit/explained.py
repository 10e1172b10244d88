"""What is said of a server of the origin."""

from __future__ import annotations

SERVER = """\
ocssrv02.company.local
======================
In the plan as
  1. internal A record in the zone company.local (registered by the domain member itself): 10.0.0.12
  2. subject alternative name 5 of 5 of the certificate: ocssrv02.company.local/default
  3. internal sip_tls endpoint at 10.0.0.12 port 5061, direct: other servers (MTLS)
  4. internal https endpoint at 10.0.0.12 port 443, direct: proof of each server behind the web farm's name
Because of
  ocs2007.server-address (1)
    purpose:    the server's own name; a domain member registers it itself
    without it: connections of other servers to this one
    source:     inferred from the MTLS connections between servers by their own names
    mark:       I, inferred, no source says it in so many words
  ocs2007.server-name (2)
    purpose:    other servers reach this one by its own name (MTLS)
    without it: MTLS connections to this server, such as those of external web conferencing
    source:     'OCS 2007 Enterprise Edition - Certificate & DNS Requirements' (MCS Ireland, 2008-06-18)
    mark:       C, the sources contradict each other, decided so
    conflict:   C9: SearchUnifiedCommunications 2010-05 quotes the deployment guide: alternative names only
                for several SIP domains, the server's with external web conferencing; 'OCS 2007 Enterprise
                Edition - Certificate & DNS Requirements' (MCS Ireland, 2008-06-18) always has it, and so has
                the plan"""
