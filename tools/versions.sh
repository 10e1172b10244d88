#!/usr/bin/env bash
# What touches Ansible, on each older ansible-core that we claim (the newest patch of each, pinned); .venv itself holds
# the newest. Unit tests that import actions, filters, lookups, inventory plugins or their common face, and the playbook tests marked `versions`.
# The environments stay in .venv for the next run.
set -euo pipefail
. "$(dirname "$0")/common.sh"
older=(2.17.14 2.18.19)

mapfile -t faces < <(grep -lE 'plugins\.(action|filter|lookup|inventory)|plugin_utils\.face' --include="test_*.py" -r tests/unit)

# What such an environment rests on: another state of it, and it is made anew.
pins() {
  echo "ansible-core==$1"
  cat requirements.txt requirements-dev.txt
}

# The packages of .venv are those of each, behind its own: that ansible-core, and what it wants in another version.
make_environment() {
  local place=$1 version=$2 site
  pins "$version" | cmp --silent - "$place/pins.txt" && return
  rm -rf "$place"
  python -m venv --without-pip "$place"
  site=$("$place/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' >"$site/ucops_rollout.pth"
  printf '%s\n' "$ROOT/.venv/collections" >>"$site/ucops_rollout.pth"
  "$place/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile --no-warn-conflicts "ansible-core==$version"
  pins "$version" >"$place/pins.txt"
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
