#!/usr/bin/env bash
# Without arguments: all tests. Unit tests run beside each other on two workers; the tests that start an estate
# choose free addresses of their own and run on the same two workers.
set -euo pipefail
. "$(dirname "$0")/common.sh"
workers=${PYTEST_WORKERS:-2}
if [ $# -eq 0 ]; then
  exec python -m pytest -n "$workers" --dist loadscope
fi
exec python -m pytest "$@"
