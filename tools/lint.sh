#!/usr/bin/env bash
# Every static check; all of them run, and the exit code is 1 when one failed.
set -euo pipefail
. "$(dirname "$0")/common.sh"

failed=()
check() {
  local name=$1
  shift
  echo "--- $name: $*"
  "$@" || failed+=("$name")
}

packages=(-p ansible_collections.ucops.rollout.plugins.module_utils
          -p ansible_collections.ucops.rollout.plugins.plugin_utils)

check ruff ruff check --no-fix .
check mypy mypy "${packages[@]}"
check yamllint yamllint --strict .
check pages python tools/pages.py --check
check bash bash -n tools/*.sh .ci/run
check changelog antsibull-changelog lint
# The pinned version is the one that is meant: no question about newer ones, no downloads.
check ansible-lint ansible-lint --offline --strict

[ ${#failed[@]} -eq 0 ] || { echo "lint: failed: ${failed[*]}" >&2; exit 1; }
echo "lint: clean"
