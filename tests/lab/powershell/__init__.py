# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows PowerShell as scripts of administrators use it: grammar, values, operators, cmdlets.

`grammar` reads scripts with an independent grammar (tree-sitter), `interpreter` runs what it gives, `cmdlets/` holds
the commands, each registered by its class. What a script means is written from PowerShell's own documentation; which
version a machine has stands in `generations.py`.
"""
