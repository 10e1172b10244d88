"""How Sphinx makes the documentation's pages. They are read from files: no page asks for anything of another host."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes

sys.path.insert(0, str(Path(__file__).parent))

import site_links  # noqa: E402 (it lies beside this file)

SOURCE = Path(__file__).parent
GALAXY: dict[str, Any] = yaml.safe_load((SOURCE / "galaxy.yml").read_text(encoding="utf-8"))

project = f"{GALAXY['namespace']}.{GALAXY['name']}"
author = GALAXY["authors"][0]
copyright = f"2026, {author}"
version = release = GALAXY["version"]

extensions = ["myst_parser", "sphinx_antsibull_ext"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_build"]
# What a heading is called in links is what the forge calls it.
myst_heading_anchors = 6
highlight_language = "none"
pygments_style = "ansible"

html_theme = "furo"
html_title = f"{project} {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = html_show_sourcelink = False
html_show_sphinx = False
html_use_index = False
# Summaries of what was found are fetched, which a browser forbids to pages of files.
html_show_search_summary = False
html_theme_options = {"source_repository": "", "footer_icons": []}


def setup(app: Any) -> dict[str, Any]:
    """Links from documents to files that are no pages lead to the page of the plugin, or to the repository."""
    links = site_links.Links(SOURCE, GALAXY["repository"])

    def rewrite(_app: Any, name: str, content: list[str]) -> None:
        if (SOURCE / f"{name}.md").is_file():
            content[0] = links.rewritten(name, content[0])
        else:
            text = site_links.CONTENTS.sub("", content[0]).replace(*site_links.INDEX)
            content[0] = site_links.TITLE.sub("", text)

    def elsewhere(_app: Any, _env: Any, node: Any, content: Any) -> Any:
        address = site_links.in_ansible(str(node["reftarget"]))
        return nodes.reference("", "", content, refuri=address, internal=False) if address else None

    app.connect("source-read", rewrite)
    app.connect("missing-reference", elsewhere)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
