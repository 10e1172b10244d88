#!/usr/bin/env bash
# ansible-test sanity, whole.
set -euo pipefail

# Without it, ansible-test leaves its shell check out with a warning. CI leaves nothing out.
if [ -n "${CI:-}" ] && ! command -v shellcheck >/dev/null; then
  echo "sanity: shellcheck is missing; install the packages of bindep.txt" >&2
  exit 2
fi
exec "$(dirname "$0")/ansible_test.sh" sanity "$@"
