# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""French, as far as there is evidence: a no-break blank stands before each colon, in the head of a row too."""

from __future__ import annotations

from lab.languages import Language

LANGUAGE = Language(
    tag="fr-FR",
    number=1036,
    locale="040c",
    moment="{0:%d/%m/%Y %H:%M}",
    texts={
        "certreq.request_id": "IDDemande\u00a0: {number}",
        "certreq.quoted_request_id": "IDDemande\u00a0: « {number} »",
        "certutil.hash": "Hach. cert. (sha1)\u00a0: {digest}",
        "certutil.offered": "{name}\u00a0: {title} -- Auto-Enroll\u00a0: Access is denied.",
        "view.row": "Ligne {number}\u00a0:",
    },
    errors={},
)
