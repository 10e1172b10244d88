# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: topology_import
short_description: The topology of an existing deployment from its own documents
version_added: 1.0.0
author:
  - The ucops.rollout developers (@ucops)
description:
  - Makes what C(ucops_topology) holds from a published topology (C(Get-CsTopology -AsXml)), a file of Topology Builder
    (C(.tbxml)) or the zip file of C(Export-CsConfiguration), with the simple URLs where they are in it.
  - Nothing is asked and nothing is written.
  - XML is read without document types, entities, other files and networks, and up to 20 MiB of it.
  - What the documents do not say is assumed so that the topology can be planned, and told in C(notes).
options:
  _terms:
    description: The files of one deployment on the controller, most often one.
    type: list
    elements: path
    required: true
  known:
    description:
      - What the documents do not say. Each key is optional.
      - V(product) stands for the product that most pools have, V(ad_domain) is the Active Directory domain.
      - V(dns), V(certificates) and V(simple_urls) are taken as they are, in the form that they have in a topology.
      - V(addresses) has the addresses of servers by their full names, as a list of those inside, or in the form of a
        topology.
      - V(load_balancers) has those of pools, V(homes) the pool that signs in the users of each SIP domain.
    type: dict
    default: {}
seealso:
  - module: ucops.rollout.topology_import
  - module: ucops.rollout.pool_plan
"""

EXAMPLES = r"""
- name: Plan the deployment that there is
  ucops.rollout.pool_plan:
    topology: "{{ lookup('ucops.rollout.topology_import', 'topology.xml', known=site).topology }}"
  vars:
    site:
      product: sfbse
      certificates:
        issuers:
          enterprise:
            ca: 'ca01.company.local\Company CA'
      addresses:
        fe01.company.local: [10.0.0.11]
"""

RETURN = r"""
_list:
  description:
    - One dictionary. C(topology) is what M(ucops.rollout.pool_plan) takes.
    - C(notes) are what the documents do not say, each with C(path) in the topology, C(what) was assumed, C(why), and
      what to C(fill_in).
    - C(source) names the documents.
    - C(file) is the text of a YAML file with the notes as comments, as the playbook C(import_topology) writes it.
  type: list
  elements: dict
"""

import os
from collections.abc import Iterator
from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.documents import Document
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.reading import import_topology
from ansible_collections.ucops.rollout.plugins.plugin_utils.controller.documents import read_document


class LookupModule(LookupBase):  # type: ignore[misc]
    """Reads the files and hands them on; what lies beyond the bounds is not read."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[dict[str, Any]]:
        self.set_options(var_options=variables, direct=kwargs)
        try:
            documents = [self._document(name, variables or {}) for name in _flat(terms)]
            if not documents:
                raise RolloutError("no file is named", mend="Give the path of a topology document")
            return [import_topology(documents, self.get_option("known"))]
        except RolloutError as error:
            raise AnsibleLookupError(f"ucops.rollout.topology_import: {error}") from error

    def _document(self, name: str, variables: dict[str, Any]) -> Document:
        path = self.find_file_in_search_path(variables, "files", os.path.expanduser(name), ignore_missing=True)
        return read_document(path, named=name)


def _flat(terms: list[Any]) -> Iterator[str]:
    for term in terms:
        if isinstance(term, str):
            yield str.__str__(term)
        else:
            yield from _flat(term)
