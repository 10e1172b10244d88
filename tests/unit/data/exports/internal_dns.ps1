# DNS records of the view internal. Run on the DNS server, with rights on its zones.
# A record that is there already gives an error and is left alone; the others are added.
Import-Module DnsServer -ErrorAction Stop
$Error.Clear()

# Zone company.local
# the pool's name, at the address that the Front Ends are reached at
Add-DnsServerResourceRecordA -ZoneName 'company.local' -Name 'ocspool' -IPv4Address '10.0.0.10' -TimeToLive '01:00:00'
# automatic sign-in over TLS of the SIP domain's users
Add-DnsServerResourceRecord -Srv -ZoneName 'company.local' -Name '_sipinternaltls._tcp' -Priority '0' -Weight '0' -Port '5061' -DomainName 'ocspool.company.local.' -TimeToLive '01:00:00'
# the server's own name; a domain member registers it itself
# not ours (registered_elsewhere): Add-DnsServerResourceRecordA -ZoneName 'company.local' -Name 'ocssrv01' -IPv4Address '10.0.0.11' -TimeToLive '01:00:00'
# not ours (registered_elsewhere): Add-DnsServerResourceRecordA -ZoneName 'company.local' -Name 'ocssrv02' -IPv4Address '10.0.0.12' -TimeToLive '01:00:00'

# Zone company.com
if (-not (Get-DnsServerZone -Name 'company.com' -ErrorAction Ignore)) {
    Add-DnsServerPrimaryZone -Name 'company.com' -ReplicationScope 'Domain'
}
# the pool's host name again inside the SIP domain, so that the SRV record's target lies there
Add-DnsServerResourceRecordA -ZoneName 'company.com' -Name 'ocspool' -IPv4Address '10.0.0.10' -TimeToLive '01:00:00'
# automatic sign-in over TLS of the SIP domain's users
Add-DnsServerResourceRecord -Srv -ZoneName 'company.com' -Name '_sipinternaltls._tcp' -Priority '0' -Weight '0' -Port '5061' -DomainName 'ocspool.company.com.' -TimeToLive '01:00:00'

if ($Error.Count) { throw 'Some commands failed, see above.' }
