"""Which language of Windows the hosts of a test speak. Every estate of the integration tests is started here.

Each test of a certificate's life meets each language that the lab speaks, in one run of all tests:

- What is quick, most of all the steps in one process, runs once in each of them (``in_every_language``).
- Whole runs of a certificate's life run four times, with each host in each language (``each_host_in_every_language``).
- Of the rest, such as other whole runs of playbooks, each runs once, and its hosts take the languages in turn. Which
  host begins follows from the test's place in its module and from its case (``turn_of``), so that the CA speaks another
  language in the next test. With ``UCOPS_FIRST_LANGUAGE`` (0 to 3) each host gets each.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from lab.client import RunningEstate, start_estate
from lab.estate import estate_file, load, merged

LANGUAGES = ("en-US", "de-DE", "fr-FR", "ja-JP")

in_every_language = pytest.mark.parametrize("language", LANGUAGES)
# Whole runs: each host of the estate in each language.
each_host_in_every_language = pytest.mark.parametrize("turn", range(len(LANGUAGES)), ids=LANGUAGES)


def speaking(language: str, *names: str) -> list[dict[str, Any]]:
    """Hosts of an estate that speak this one."""
    return [{"name": name, "language": language} for name in names]


def turn_of(item: pytest.Function) -> int:
    """With which language the first host begins: by the test's place in its module and the place of its case."""
    tests = [name for name in vars(item.module) if name.startswith("test_")]
    cases = item.callspec.indices.values() if hasattr(item, "callspec") else ()
    return tests.index(item.originalname) + sum(cases) + int(os.environ.get("UCOPS_FIRST_LANGUAGE", "0"))


def begin(
    estate: str | Path, directory: Path, speaks: str | int, overrides: dict[str, Any] | None = None
) -> RunningEstate:
    """A running estate.

    :param speaks: the language of all its hosts, or whose turn the first of the languages is. A host that is described
        with a language of its own has that.
    """
    spoken = _spoken(load(estate_file(estate), overrides)["hosts"], speaks)
    return start_estate(estate, directory, overrides=merged(overrides or {}, {"hosts": spoken} if spoken else {}))


def _spoken(hosts: list[dict[str, Any]], speaks: str | int) -> list[dict[str, Any]]:
    """The CAs first, then the servers, then those that have records alone, which say the least of certificates."""
    ordered = sorted(hosts, key=lambda host: ("ca" not in host, "dns" in host))
    first = LANGUAGES.index(speaks) if isinstance(speaks, str) else speaks
    step = 0 if isinstance(speaks, str) else 1
    spoken = ((host, LANGUAGES[(first + step * at) % len(LANGUAGES)]) for at, host in enumerate(ordered))
    return [{"name": host["name"], "language": language} for host, language in spoken if "language" not in host]
