"""The file: it reads back as the topology, tells what is to be checked, and holds nothing that Ansible evaluates."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from unit.deployments import CONTOSO, builder, exported

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.module_utils.sealing import is_untouched
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.documents import Document, read_documents
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.imported import Assumption, Imported
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.translate import translate
from ansible_collections.ucops.rollout.plugins.module_utils.topology.importing.yaml_text import topology_file

NOTE = Assumption(
    "pools[0].servers", "the addresses are\n  not known", "they are \u2028 - not there", "write 'them': # all"
)


def read_back(text: str) -> Any:
    return yaml.safe_load(text)["ucops_topology"]


def test_a_small_file_to_the_letter() -> None:
    topology = {
        "schema": 1,
        "pools": [
            {"fqdn": "a.b", "web": {}, "servers": [{"fqdn": "c.d", "addresses": {"internal": ["10.0.0.1"]}}]},
            {"fqdn": "e.f", "serves": [], "remote": True, "site": "yes", "key": None},
        ],
        "certificates": {"issuers": {"A b": {"ca": "ca.b\\Ä\U0001f512"}}},
    }
    text = topology_file(Imported(topology, (NOTE, Assumption("xmpp.domains", "x", "y", "z"))), ["a\nb.xml"])
    lines = text.splitlines()
    assert lines[1] == "# The topology of an existing deployment, made from a\\u000ab.xml."
    assert lines[lines.index("#") : -1] == [
        "#",
        "# TO CHECK: x.",
        "#   Why: y.",
        "#   To do: z.",
        "ucops_topology:",
        "  schema: 1",
        "  pools:",
        "    - fqdn: a.b",
        "      web: {}",
        "      # TO CHECK: the addresses are\\u000a  not known.",
        "      #   Why: they are \\u2028 - not there.",
        "      #   To do: write 'them': # all.",
        "      servers:",
        "        - fqdn: c.d",
        "          addresses:",
        "            internal:",
        "              - 10.0.0.1",
        "    - fqdn: e.f",
        "      serves: []",
        "      remote: true",
        '      site: "yes"',
        "      key: null",
        "  certificates:",
        "    issuers:",
        '      "A b":',
        '        ca: "ca.b\\\\Ä\U0001f512"',
    ]
    assert read_back(text) == topology


@pytest.mark.parametrize("form", [builder, exported])
def test_the_file_reads_back_as_the_topology_and_is_the_same_each_time(form: Any) -> None:
    made = translate(read_documents([Document("a", form(CONTOSO))]))
    text = topology_file(made, ["contoso.tbxml"])
    assert read_back(text) == made.topology
    again = translate(read_documents([Document("a", form(CONTOSO))]))
    assert topology_file(again, ["contoso.tbxml"]) == text
    assert text.count("# TO CHECK: ") == len(made.notes)
    assert is_untouched(text.encode())
    assert max(len(line) for line in text.splitlines()) <= 160


@pytest.mark.parametrize("text", ["{{ lookup('pipe', 'id') }}", "a{%b", "{#"])
def test_what_ansible_would_evaluate_is_refused(text: str) -> None:
    with pytest.raises(
        RolloutError, match=r"^sites\[0\].name: holds marks of a template, which Ansible would evaluate"
    ):
        topology_file(Imported({"sites": [{"name": text}]}, ()), ["a"])
    with pytest.raises(RolloutError, match="holds marks of a template"):
        topology_file(Imported({"sites": {text: 1}}, ()), ["a"])


def test_what_yaml_has_no_word_for_is_refused() -> None:
    with pytest.raises(RolloutError, match=r"^a: a number cannot be written into a topology"):
        topology_file(Imported({"a": 1.5}, ()), ["a"])


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.sampled_from(["on", "1.5", "1e3", "0x1", "~", "- a", "2020-01-01", "a: b", "=", "<<"])
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=12
)


@given(st.dictionaries(st.text(), VALUES, min_size=1, max_size=4), st.text(), st.text())
def test_any_plain_value_reads_back_or_is_refused(topology: dict[str, Any], path: str, what: str) -> None:
    try:
        text = topology_file(Imported(topology, (Assumption(path, what, what, what),)), [what])
    except RolloutError as error:
        assert error.what
        return
    assert read_back(text) == topology
    assert "\r" not in text
