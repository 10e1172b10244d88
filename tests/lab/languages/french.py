# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""French: a no-break blank stands before each colon, in the head of a row too.

Captured or stated are the texts of `certreq.request_id` and `certutil.hash`; the others are worded as that Windows
would say it (marks in docs/evidence.md). Nothing may rest on their words.
"""

from __future__ import annotations

from lab.languages import Language

_TOOLS = {
    "cmd.could_not_find": "Impossible de trouver {path}",
    "cmd.copied": "        {count} fichier(s) copié(s).",
    "group.administrators": "Administrateurs",
    "group.remote_management_users": "Utilisateurs de gestion à distance",
    "cmd.file_not_found": "Fichier introuvable",
    "cmd.unknown_command": (
        "'{name}' n'est pas reconnu en tant que commande interne\r\nou externe, un programme exécutable ou un fichier "
        "de commandes."
    ),
    "reg.error": "ERREUR : {text}",
    "reg.disabled": "ERREUR : la modification du Registre a été désactivée par votre administrateur.",
    "reg.not_found": "ERREUR : le système n'a pas trouvé la clé ou la valeur de Registre spécifiée.",
    "reg.default": "(par défaut)",
    "reg.found": "Fin de la recherche : {count} correspondance(s) trouvée(s).",
    "netstat.title": "Connexions actives",
    "netstat.columns": "  Proto  Adresse locale         Adresse distante       État",
    "netsh.failed_add": "L'ajout du certificat SSL a échoué. Erreur\u00a0: {code}",
    "netsh.failed_deletion": "La suppression du certificat SSL a échoué. Erreur\u00a0: {code}",
    "netsh.added": "Le certificat SSL a été ajouté correctement",
    "netsh.deleted": "Le certificat SSL a été supprimé correctement",
    "net.system_error": "L'erreur système {code} s'est produite.",
    "net.started": "Le service {service} a démarré.",
    "net.stopped": "Le service {service} a été arrêté.",
}
_CERTREQ = {
    "certreq.failed": "Processeur de demande de certificat\u00a0: {text} {code}",
    "certreq.policy": "Stratégie d'inscription Active Directory",
    "certreq.created": "CertReq: demande créée",
    "certreq.installed": "Certificat installé\u00a0:",
    "certreq.serial": "  Numéro de série\u00a0: {serial}",
    "certreq.subject": "  Objet\u00a0: {subject}",
    "certreq.thumbprint": "  Empreinte numérique\u00a0: {thumbprint}",
    "certreq.request_id": "IDDemande\u00a0: {number}",
    "certreq.quoted_request_id": "IDDemande\u00a0: « {number} »",
    "certreq.pending": "La demande de certificat est en attente\u00a0: {message} (0)",
    "certreq.denied": "Certificat non émis (Refusé) {message}",
    "certreq.error": "Certificat non émis (Erreur) {message}",
    "certreq.issued": "Certificat récupéré(Émis) {message}",
}
_CERTUTIL = {
    "certutil.completed": "CertUtil: -{verb} La commande s'est terminée correctement.",
    "certutil.failed": "CertUtil: -{verb} ÉCHEC de la commande\u00a0: {code}",
    "certutil.input_length": "Longueur d'entrée = {size}",
    "certutil.output_length": "Longueur de sortie = {size}",
    "certutil.hash": "Hach. cert. (sha1)\u00a0: {digest}",
    "certutil.in_store": "Le certificat «\u00a0{subject}\u00a0» est déjà dans le magasin.",
    "certutil.added": "Le certificat «\u00a0{subject}\u00a0» a été ajouté au magasin.",
    "certutil.deleting": "Suppression du certificat {index}",
    "certutil.offered": "{name}\u00a0: {title} -- Auto-Enroll\u00a0: Accès refusé.",
    "view.schema": "Schéma\u00a0:",
    "view.row": "Ligne {number}\u00a0:",
    "view.maximum": "Index de ligne maximal\u00a0: {rows}",
    "view.rows": "{rows} Lignes",
    "view.properties": "{count:4} Propriétés de ligne, Taille totale = {size}, Taille max = 4, Taille moy = 4",
    "view.attributes": "   0 Attributs de demande, Taille totale = 0, Taille max = 0, Taille moy = 0",
    "view.extensions": "   0 Extensions de certificat, Taille totale = 0, Taille max = 0, Taille moy = 0",
    "view.fields": "{count:4} Champs au total, Taille totale = {size}, Taille max = 4, Taille moy = 4",
    "view.empty": "VIDE",
    # The blank before a colon belongs to the label.
    "column.request.requestid": "ID de la demande\u00a0",
    "column.request.rawrequest": "Demande binaire\u00a0",
    "column.request.disposition": "Disposition de la demande\u00a0",
    "column.request.statuscode": "Code d'état de la demande\u00a0",
}
_CA = {
    "template.policy": "  Name : Stratégie d'inscription Active Directory",
    "template.id": "  Id : {{B3A1C2D4-5E6F-4A7B-8C9D-0E1F2A3B4C5D}}",
    "template.count": "{count} modèles :",
    "template.object_ids": "{count} ID objet :",
    "template.usage": "Authentification du serveur",
    "template.allow": "    Autoriser l'inscription\t{holder}",
    "whoami.group": "Groupe",
    "whoami.known": "Groupe bien connu",
    "whoami.attributes": "Groupe obligatoire, Activé par défaut, Groupe activé",
    "ca.disposition_9": "En cours d'examen",
    "ca.disposition_20": "Émis",
    "ca.disposition_21": "Révoqué",
    "ca.disposition_30": "Erreur",
    "ca.disposition_31": "Refusé",
    "ca.issued": "Émis",
    "ca.resubmitted": "Émis  Soumis à nouveau par {manager}",
    "ca.submitted": "En cours d'examen",
    "ca.denied_by_policy": "Refusé par le module de stratégie",
    "ca.denied_by": "Refusé par {manager}",
}
_ERRORS = {
    0: "L'opération a réussi.",
    2: "Le fichier spécifié est introuvable.",
    5: "Accès refusé.",
    87: "Paramètre incorrect.",
    0x80092004: "Impossible de trouver l'objet ou la propriété.",
    0x80094014: "La demande a été refusée par un gestionnaire de certificats ou un administrateur d'autorité.",
}

LANGUAGE = Language(
    tag="fr-FR",
    number=1036,
    locale="040c",
    moment="{0:%d/%m/%Y %H:%M}",
    code_page=850,
    texts={**_TOOLS, **_CERTREQ, **_CERTUTIL, **_CA},
    errors=_ERRORS,
)
