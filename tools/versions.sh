#!/usr/bin/env bash
# What touches Ansible, on each older ansible-core that we claim (the newest patch of each, pinned); .venv itself holds
# the newest. Unit tests that import actions, filters, lookups or their common face, and the playbook tests marked `versions`.
# The environments stay in .venv for the next run.
set -euo pipefail
. "$(dirname "$0")/common.sh"
older=(2.17.14 2.18.19)

mapfile -t faces < <(grep -lE 'plugins\.(action|filter|lookup)|plugin_utils\.face' --include="test_*.py" -r tests/unit)

# The same pins as .venv, but for ansible-core and for the tools that are made for its version.
pins() {
  echo "ansible-core==$1"
  cat requirements.txt
  grep -v -E '^(-r|ansible-core|ansible-lint|molecule|antsibull-changelog|coverage|mypy|nox|pre_commit|pytest-cov|ruff|yamllint|types-)' requirements-dev.txt
}

make_environment() {
  local place=$1 version=$2 site
  pins "$version" | cmp --silent - "$place/pins.txt" && return
  rm -rf "$place"
  python -m venv "$place"
  pins "$version" >"$place/wanted.txt"
  "$place/bin/python" -m pip install --quiet --disable-pip-version-check -r "$place/wanted.txt"
  site=$("$place/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  printf '%s\n' "$ROOT/.venv/collections" >"$site/ucops_rollout.pth"
  mv "$place/wanted.txt" "$place/pins.txt"
}

run() {
  local place=$1
  shift
  PATH="$place/bin:$PATH" UCOPS_BIN="$place/bin" "$place/bin/python" -m pytest -q -p no:cacheprovider "$@"
}

failed=()
for version in "${older[@]}"; do
  echo "--- ansible-core $version"
  place=$ROOT/.venv/core-$version
  make_environment "$place" "$version"
  run "$place" "${faces[@]}" || failed+=("$version: unit tests")
  run "$place" -m versions tests/integration || failed+=("$version: playbooks")
done
[ ${#failed[@]} -eq 0 ] || { printf 'versions: failed: %s\n' "${failed[@]}" >&2; exit 1; }
