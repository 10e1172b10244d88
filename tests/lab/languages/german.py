# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""German: captured are the label of a request's number and "access denied".

The other texts are worded as that Windows would say it (marks in docs/evidence.md). Nothing may rest on their words.
"""

from __future__ import annotations

from lab.languages import Language

_TOOLS = {
    "cmd.could_not_find": "{path} konnte nicht gefunden werden",
    "cmd.copied": "        {count} Datei(en) kopiert.",
    "group.administrators": "Administratoren",
    "group.remote_management_users": "Remoteverwaltungsbenutzer",
    "cmd.file_not_found": "Datei nicht gefunden",
    "cmd.unknown_command": (
        'Der Befehl "{name}" ist entweder falsch geschrieben oder\r\nkonnte nicht gefunden werden.'
    ),
    "reg.error": "FEHLER: {text}",
    "reg.disabled": "FEHLER: Das Bearbeiten der Registrierung wurde durch den Administrator deaktiviert.",
    "reg.not_found": "FEHLER: Der angegebene Registrierungsschlüssel bzw. Wert wurde nicht gefunden.",
    "reg.default": "(Standard)",
    "reg.found": "Suche beendet: {count} Übereinstimmung(en) gefunden.",
    "netstat.title": "Aktive Verbindungen",
    "netstat.columns": "  Proto  Lokale Adresse         Remoteadresse          Status",
    "netstat.listening": "ABHÖREN",
    "netstat.established": "HERGESTELLT",
    "netsh.failed_add": "SSL-Zertifikat konnte nicht hinzugefügt werden. Fehler: {code}",
    "netsh.failed_deletion": "SSL-Zertifikat konnte nicht gelöscht werden. Fehler: {code}",
    "netsh.added": "Das SSL-Zertifikat wurde erfolgreich hinzugefügt.",
    "netsh.deleted": "Das SSL-Zertifikat wurde erfolgreich gelöscht.",
    "net.system_error": "Systemfehler {code} aufgetreten.",
    "net.started": "{service} wurde erfolgreich gestartet.",
    "net.stopped": "{service} wurde erfolgreich beendet.",
}
_CERTREQ = {
    "certreq.failed": "Zertifikatanforderungsverarbeitung: {text} {code}",
    "certreq.policy": "Active Directory-Registrierungsrichtlinie",
    "certreq.created": "CertReq: Anforderung erstellt",
    "certreq.installed": "Installiertes Zertifikat:",
    "certreq.serial": "  Seriennummer: {serial}",
    "certreq.subject": "  Antragsteller: {subject}",
    "certreq.thumbprint": "  Fingerabdruck: {thumbprint}",
    "certreq.request_id": "Anforderungs-ID: {number}",
    "certreq.quoted_request_id": 'Anforderungs-ID: "{number}"',
    "certreq.pending": "Die Zertifikatanforderung steht aus: {message} (0)",
    "certreq.denied": "Zertifikat nicht ausgestellt (Verweigert) {message}",
    "certreq.error": "Zertifikat nicht ausgestellt (Fehler) {message}",
    "certreq.issued": "Zertifikat abgerufen (Ausgestellt) {message}",
}
_CERTUTIL = {
    "certutil.completed": "CertUtil: -{verb}-Befehl wurde erfolgreich ausgeführt.",
    "certutil.failed": "CertUtil: -{verb}-Befehl ist fehlgeschlagen: {code}",
    "certutil.input_length": "Eingabelänge = {size}",
    "certutil.output_length": "Ausgabelänge = {size}",
    "certutil.hash": "Zertifikathash(sha1): {digest}",
    "certutil.in_store": 'Das Zertifikat "{subject}" ist bereits im Speicher vorhanden.',
    "certutil.added": 'Das Zertifikat "{subject}" wurde dem Speicher hinzugefügt.',
    "certutil.deleting": "Zertifikat {index} wird gelöscht",
    "certutil.offered": "{name}: {title} -- Automatisch registrieren: Zugriff verweigert",
    "view.row": "Zeile {number}:",
    "view.maximum": "Maximaler Zeilenindex: {rows}",
    "view.rows": "{rows} Zeilen",
    "view.properties": "{count:4} Zeileneigenschaften, Gesamtgröße = {size}, Max. Größe = 4, Durchschn. Größe = 4",
    "view.attributes": "   0 Anforderungsattribute, Gesamtgröße = 0, Max. Größe = 0, Durchschn. Größe = 0",
    "view.extensions": "   0 Zertifikaterweiterungen, Gesamtgröße = 0, Max. Größe = 0, Durchschn. Größe = 0",
    "view.fields": "{count:4} Felder insgesamt, Gesamtgröße = {size}, Max. Größe = 4, Durchschn. Größe = 4",
    "view.empty": "LEER",
    "column.request.requestid": "Anforderungs-ID",
    "column.request.rawrequest": "Binäre Anforderung",
    "column.request.disposition": "Anforderungsdisposition",
    "column.request.statuscode": "Anforderungsstatuscode",
}
_CA = {
    "template.policy": "  Name: Active Directory-Registrierungsrichtlinie",
    "template.id": "  Id: {{B3A1C2D4-5E6F-4A7B-8C9D-0E1F2A3B4C5D}}",
    "template.count": "{count} Vorlagen:",
    "template.object_ids": "{count} Objekt-IDs:",
    "template.usage": "Serverauthentifizierung",
    "template.allow": "    Registrieren zulassen\t{holder}",
    "whoami.group": "Gruppe",
    "whoami.known": "Bekannte Gruppe",
    "whoami.attributes": "Verbindliche Gruppe, Standardmäßig aktiviert, Aktivierte Gruppe",
    "ca.disposition_9": "In der Warteschlange",
    "ca.disposition_20": "Ausgestellt",
    "ca.disposition_21": "Gesperrt",
    "ca.disposition_30": "Fehler",
    "ca.disposition_31": "Verweigert",
    "ca.issued": "Ausgestellt",
    "ca.resubmitted": "Ausgestellt  Erneut übermittelt von {manager}",
    "ca.submitted": "In der Warteschlange",
    "ca.denied_by_policy": "Vom Richtlinienmodul verweigert",
    "ca.denied_by": "Verweigert von {manager}",
}
_ERRORS = {
    0: "Der Vorgang wurde erfolgreich beendet.",
    2: "Das System kann die angegebene Datei nicht finden.",
    5: "Zugriff verweigert",
    87: "Falscher Parameter.",
    0x80092004: "Das Objekt oder die Eigenschaft wurde nicht gefunden.",
    0x80094014: "Die Anforderung wurde von einem Zertifikatverwalter oder CA-Administrator verweigert.",
}

LANGUAGE = Language(
    tag="de-DE",
    number=1031,
    locale="0407",
    moment="{0:%d.%m.%Y %H:%M}",
    code_page=850,
    texts={**_TOOLS, **_CERTREQ, **_CERTUTIL, **_CA},
    errors=_ERRORS,
)
