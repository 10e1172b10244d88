#!/usr/bin/env bash
# Without arguments: all tests, on two workers, and the coverage of plugins/, which must not be below its floor
# (pyproject.toml). Each estate of the lab takes free addresses of its own, so that several run side by side.
set -euo pipefail
. "$(dirname "$0")/common.sh"
workers=${PYTEST_WORKERS:-2}
if [ $# -eq 0 ]; then
  rm -rf build/coverage
  mkdir -p build/coverage
  exec python -m pytest -n "$workers" --dist worksteal --cov
fi
exec python -m pytest "$@"
