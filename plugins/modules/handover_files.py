# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Action plugin: plugins/action/handover_files.py

from __future__ import annotations

DOCUMENTATION = r"""
module: handover_files
short_description: Write files of a hand-over on the controller
version_added: 1.0.0
author:
  - The ucops.rollout developers (@ucops)
description:
  - Writes text files into a folder of the controller, whatever the connection of the task is.
  - Each file is written whole or not at all. A file that holds the text already is left alone.
  - A folder that is missing is made with the rights 0750, a file with 0640. A folder that is there keeps its rights.
  - In check mode nothing is written, but it is seen that it could be.
extends_documentation_fragment:
  - ucops.rollout.attributes
  - ucops.rollout.attributes.controller
options:
  directory:
    description: The folder.
    type: path
    required: true
  files:
    description: Names of files, without a folder, to their text.
    type: dict
    required: true
  keep_changed:
    description:
      - Whether to write nothing, and say so, where a file with another text was changed since it was made.
      - That it was not changed is known by its last line, which P(ucops.rollout.topology_import#lookup) puts there.
    type: bool
    default: false
  variable:
    description:
      - The variable that O(directory) comes from, to be named in the message where that folder cannot be used.
      - Where O(files) is empty, the message says as well that nothing was touched yet.
    type: str
    default: ""
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: ansible.builtin.copy
"""

EXAMPLES = r"""
- name: Write two files
  ucops.rollout.handover_files:
    directory: /srv/handover
    files:
      company.com.zone: "{{ zone }}"
      plan.csv: "{{ plan }}"
"""

RETURN = r"""
paths:
  description:
    - The files with their folder, in the order given.
    - After one that could not be written, those that hold their text.
  returned: success, or when a file could not be written
  type: list
  elements: str
  sample: [/srv/handover/company.com.zone, /srv/handover/plan.csv]
written:
  description: Whether the files hold their text now; V(false) in check mode.
  returned: success
  type: bool
  sample: true
"""
