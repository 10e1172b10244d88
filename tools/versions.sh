#!/usr/bin/env bash
# The tests marked `versions` on each older ansible-core that we claim; .venv itself holds the newest.
# Its newest patch versions, pinned. The environments stay in .venv for the next run.
set -euo pipefail
. "$(dirname "$0")/common.sh"
older=(2.17.14 2.18.19)

for version in "${older[@]}"; do
  place=$ROOT/.venv/core-$version
  if [ ! -e "$place/.ready" ]; then
    rm -rf "$place"
    python -m venv "$place"
    # The same pins as .venv, but for ansible-core and for the tools that go with its version.
    grep -v -E '^(ansible-core|ansible-lint|molecule|antsibull-changelog|mypy|ruff|yamllint|types-)' requirements-dev.txt \
      | sed "s|^-r requirements.txt|-r $ROOT/requirements.txt|" >"$place/requirements.txt"
    "$place/bin/python" -m pip install --quiet --disable-pip-version-check "ansible-core==$version" -r "$place/requirements.txt"
    site=$("$place/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    printf '%s\n' "$ROOT/.venv/collections" >"$site/ucops_rollout.pth"
    touch "$place/.ready"
  fi
  echo "--- ansible-core $version"
  PATH="$place/bin:$PATH" UCOPS_BIN="$place/bin" "$place/bin/python" -m pytest -m versions -p no:cacheprovider --override-ini addopts="-ra --strict-markers --import-mode=importlib" tests/unit tests/integration
done
