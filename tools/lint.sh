#!/usr/bin/env bash
# Every static check, or those that are named (tools/lint.sh ruff mypy). All of them run, and the exit code is 1 when
# one failed.
set -euo pipefail
. "$(dirname "$0")/common.sh"

packages=(-p ansible_collections.ucops.rollout.plugins -p lab)

# name: command. The pinned ansible-lint is the one that is meant: no question about newer ones, no downloads.
declare -A commands=(
  [ruff]="ruff check --no-fix ."
  [format]="ruff format --check ."
  [mypy]="mypy ${packages[*]}"
  [mypy-tools]="mypy tools/*.py tools/site/site_links.py noxfile.py"
  [yamllint]="yamllint --strict ."
  [pages]="python tools/pages.py --check"
  [bash]="bash -n tools/*.sh .ci/run"
  [changelog]="antsibull-changelog lint"
  [release]="python tools/release.py --check"
  [workflows]="check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/ci.yml .github/workflows/release.yml"
  [nox]="antsibull-nox lint-config"
  [ansible-lint]="ansible-lint --offline --strict"
)
every=(ruff format mypy mypy-tools yamllint pages bash changelog release workflows nox ansible-lint)

failed=()
for name in "${@:-${every[@]}}"; do
  [ -n "${commands[$name]:-}" ] || { echo "lint: no check '$name'; there are: ${every[*]}" >&2; exit 2; }
  echo "--- $name: ${commands[$name]}"
  # shellcheck disable=SC2086 # words and patterns of the table are meant to be split
  ${commands[$name]} || failed+=("$name")
done

[ ${#failed[@]} -eq 0 ] || { echo "lint: failed: ${failed[*]}" >&2; exit 1; }
echo "lint: clean"
