"""Links of the documents, as they are in the repository, for the pages that are made of them."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

# A link's target, without those to other hosts and those to a heading of the same page.
_TARGET = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)(#[^)\s]*)?\)")
_KINDS = {"modules": "module", "filter": "filter", "lookup": "lookup", "inventory": "inventory"}
_PLUGIN = re.compile(r"plugins/(\w+)/(\w+)\.(?:py|yml)")
_FENCE = re.compile(r"(^```.*?^```[^\n]*$)", re.M | re.S)

# The theme has a table of contents beside each page.
CONTENTS = re.compile(r"^\.\. contents::\n(?:   :.*\n)*", re.M)
# The title of its index, as antsibull-docs writes it, and what is on that page.
INDEX = ("\nUcops.Rollout\n=============\n", "\nPlugins and roles\n=================\n")
# The title of a plugin's or role's page: without the collection's name it fits into the contents at the side.
TITLE = re.compile(r"^ucops\.rollout\.(?=\w+ (?:module|filter|lookup|inventory|role) -- .*\n\++$)", re.M)
_ANSIBLE = "https://docs.ansible.com/ansible/latest/"
_OF_ANSIBLE = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}
_BUILTIN = re.compile(r"ansible_collections\.ansible\.builtin\.(\w+_(?:module|filter|lookup|inventory))")


def in_ansible(label: str) -> str:
    """Where Ansible's own documentation has what this label names; empty where it is none of those that are known."""
    if builtin := _BUILTIN.fullmatch(label):
        return f"{_ANSIBLE}collections/ansible/builtin/{builtin[1]}.html"
    return _ANSIBLE + _OF_ANSIBLE[label] if label in _OF_ANSIBLE else ""


class Links:
    """What of the repository is a page of the site, and where the rest is.

    :param source: the folder of the pages' sources, laid out as the repository is.
    :param repository: the repository's address.
    """

    def __init__(self, source: Path, repository: str) -> None:
        self._source, self._repository = source, repository

    def rewritten(self, document: str, text: str) -> str:
        """The text of a document, its path without suffix, with links that lead somewhere on the site."""

        def replaced(found: re.Match[str]) -> str:
            return f"]({self.target(document, found[1], found[2] or '')})"

        pieces = _FENCE.split(text)
        return "".join(piece if piece.startswith("```") else _TARGET.sub(replaced, piece) for piece in pieces)

    def target(self, document: str, path: str, heading: str = "") -> str:
        """Where a link of a document leads on the site."""
        whole = posixpath.normpath(posixpath.join(posixpath.dirname(document), path))
        plugin = _PLUGIN.fullmatch(whole)
        if plugin and plugin[1] in _KINDS:
            return f"/reference/{plugin[2]}_{_KINDS[plugin[1]]}.rst"
        if (self._source / whole).is_file():
            return path + heading
        kind = "blob" if posixpath.splitext(whole)[1] or posixpath.basename(whole).isupper() else "tree"
        return f"{self._repository}/{kind}/main/{whole}{heading}"
