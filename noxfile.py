"""Sessions under the names that collections of the community have; each calls what `make` calls, in the same .venv.

`nox -l` lists them, `nox` alone runs what a change needs most. Nothing is installed: `make setup` has done that.
"""

from __future__ import annotations

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "units"]

# Where somebody has it, its sessions are there too: those of antsibull-nox.toml.
try:
    import antsibull_nox

    antsibull_nox.load_antsibull_nox_toml()
except ImportError:
    pass


def _lint(session: nox.Session, *checks: str) -> None:
    session.run("tools/lint.sh", *checks, *session.posargs, external=True)


@nox.session
def lint(session: nox.Session) -> None:
    """Every static check."""
    _lint(session)


@nox.session
def formatters(session: nox.Session) -> None:
    """Format the whole tree: `nox -s formatters -- --check` only looks."""
    session.run(".venv/bin/ruff", "format", *session.posargs, ".", external=True)


@nox.session
def codeqa(session: nox.Session) -> None:
    """Ruff's rules, the form, shell scripts, workflows, antsibull-nox.toml."""
    _lint(session, "ruff", "format", "bash", "workflows", "nox")


@nox.session
def typing(session: nox.Session) -> None:
    """Mypy over plugins, lab and tools."""
    _lint(session, "mypy", "mypy-tools")


@nox.session
def yamllint(session: nox.Session) -> None:
    _lint(session, "yamllint")


@nox.session(name="ansible-lint")
def ansible_lint(session: nox.Session) -> None:
    """Ansible's own rules, production profile."""
    _lint(session, "ansible-lint")


@nox.session(name="docs-check")
def docs_check(session: nox.Session) -> None:
    """The pages that the code fills, the change fragments, and the version."""
    _lint(session, "pages", "changelog", "release")


@nox.session
def site(session: nox.Session) -> None:
    """The documentation's pages, their links, and a browser in front of them."""
    session.run("tools/site.sh", *session.posargs, external=True)


@nox.session
def sanity(session: nox.Session) -> None:
    """ansible-test sanity."""
    session.run("tools/sanity.sh", *session.posargs, external=True)


@nox.session
def units(session: nox.Session) -> None:
    """The unit tests: `nox -s units -- -k planner` for some of them."""
    session.run("tools/pytest.sh", "-q", "-n", "2", "tests/unit", *session.posargs, external=True)


@nox.session
def integration(session: nox.Session) -> None:
    """Playbooks against the lab, and the lab's own tests."""
    session.run("tools/pytest.sh", "-n", "2", "tests/lab_tests", "tests/integration", *session.posargs, external=True)


@nox.session
def targets(session: nox.Session) -> None:
    """ansible-test integration: `nox -s targets -- pool_plan` for one of them."""
    session.run("tools/ansible_test.sh", "integration", *session.posargs, external=True)


@nox.session
def molecule(session: nox.Session) -> None:
    """Converge, idempotence, verify on the lab."""
    session.run("tools/molecule.sh", *session.posargs, external=True)


@nox.session
def versions(session: nox.Session) -> None:
    """The older versions of ansible-core that are claimed."""
    session.run("tools/versions.sh", external=True)


@nox.session(name="build-import-check")
def build_import_check(session: nox.Session) -> None:
    """The artifact: built, looked at, installed into an empty place and used from there."""
    session.run("tools/artifact.sh", external=True)
