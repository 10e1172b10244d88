# Certificates. Run each command on its server, in the product's Management Shell.
# The cmdlet adds names of the published topology: compare what was issued with the plan.
# Then assign with Set-CsCertificate -Type, the same types, -Thumbprint.

# Certificate ocssrv01.company.local/default, for ocssrv01.company.local
# CA: ca01.company.local\Company CA; template: WebServer
# front_end, web_components: Office Communications Server has no such cmdlet. Use the file for certreq or openssl.

# Certificate ocssrv02.company.local/default, for ocssrv02.company.local
# CA: ca01.company.local\Company CA; template: WebServer
# front_end, web_components: Office Communications Server has no such cmdlet. Use the file for certreq or openssl.
