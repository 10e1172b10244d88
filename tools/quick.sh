#!/usr/bin/env bash
# The loop of a contributor: the static checks of the files that differ from the branch `main` (or from what QUICK_BASE
# names), types from mypy's cache, and the unit tests in parallel, side by side. Under a minute on two cores.
set -euo pipefail
. "$(dirname "$0")/common.sh"
base=${QUICK_BASE:-main}
git rev-parse --verify --quiet "$base^{commit}" >/dev/null || base=HEAD

# Files that are there and differ from where this branch left the base, new ones too.
changed() {
  local start
  start=$(git merge-base "$base" HEAD 2>/dev/null || echo HEAD)
  { git diff --name-only --diff-filter=d "$start"; git ls-files --others --exclude-standard; } | sort -u | grep -E "$1" || true
}

lint() {
  local python yaml failed=0
  mapfile -t python < <(changed '\.py$')
  mapfile -t yaml < <(changed '\.ya?ml$')
  echo "--- ${#python[@]} Python and ${#yaml[@]} YAML files differ from $base"
  if [ ${#python[@]} -gt 0 ]; then
    ruff check --no-fix "${python[@]}" || failed=1
    ruff format --check "${python[@]}" || failed=1
    tools/lint.sh mypy mypy-tools || failed=1
  fi
  [ ${#yaml[@]} -eq 0 ] || yamllint --strict "${yaml[@]}" || failed=1
  return "$failed"
}

mkdir -p build/logs
python -m pytest -q -n "${PYTEST_WORKERS:-2}" --dist worksteal -m "not slow" tests/unit >build/logs/quick.log 2>&1 &
tests=$!
failed=()
lint || failed+=(lint)
wait "$tests" || { failed+=("unit tests"); tail -n 60 build/logs/quick.log; }
tail -n 1 build/logs/quick.log
[ ${#failed[@]} -eq 0 ] || { printf 'quick: failed: %s\n' "${failed[@]}" >&2; exit 1; }
echo "quick: lint and unit tests passed"
