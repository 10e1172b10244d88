#!/usr/bin/env bash
# The collection's artifact from the files that git tracks, into build/; prints its path.
set -euo pipefail
. "$(dirname "$0")/common.sh"
export PYTHONDONTWRITEBYTECODE=1
rm -rf build/source
mkdir -p build/source build/artifact
git ls-files -z --cached --others --exclude-standard | python tools/mirror.py "$ROOT" "$ROOT/build/source"
ansible-galaxy collection build build/source --output-path build/artifact --force >&2
printf '%s\n' build/artifact/*.tar.gz | tail -n 1
