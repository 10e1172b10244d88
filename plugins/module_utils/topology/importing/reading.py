# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An import as a whole: the documents in; the topology, its notes and its file out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.ucops.rollout.plugins.module_utils.codec import from_plain, to_plain
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.documents import Document, read_documents
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.imported import Known
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.translate import translate
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.yaml_text import topology_file


def import_topology(documents: Sequence[Document], known: Any = None) -> dict[str, Any]:
    """``topology``, ``notes``, ``source`` and ``file``, the text of a YAML file, in plain types. Raises RolloutError.

    :param documents: files of the controller, or texts that a server gave.
    :param known: what the site says beside them, as plain data of ``Known``.
    """
    imported = translate(read_documents(documents), known_from_plain(known))
    return {
        "source": ", ".join(document.name for document in documents),
        "topology": to_plain(imported.topology),
        "notes": [to_plain(note) for note in imported.notes],
        "file": topology_file(imported, [document.name for document in documents]),
    }


def known_from_plain(known: Any) -> Known:
    """What the site says beside the documents; raises RolloutError for another form."""
    return from_plain(Known, known or {}, where="known", mend="docs/import.md has its keys")
