# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""German, as far as there is evidence: the label of a request's number, the form of dates, "access denied"."""

from __future__ import annotations

from lab.languages import Language

LANGUAGE = Language(
    tag="de-DE",
    number=1031,
    locale="0407",
    moment="{0:%d.%m.%Y %H:%M}",
    texts={
        "certreq.request_id": "Anforderungs-ID: {number}",
        "certreq.quoted_request_id": 'Anforderungs-ID: "{number}"',
    },
    errors={5: "Zugriff verweigert"},
)
