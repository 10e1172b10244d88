#!/usr/bin/env bash
# ansible-test: `tools/ansible_test.sh sanity`, `integration`, `units`, with more arguments of its own. It wants the
# collection at a real path .../ansible_collections/ucops/rollout, in a git tree: so the tracked files are copied to
# .venv/sanity. Its virtual environments stay in .venv for the next run.
set -euo pipefail
. "$(dirname "$0")/common.sh"
command=${1:?the command of ansible-test is missing: sanity, integration or units}
shift

place=$ROOT/.venv/sanity
home=$place/home
tree=$place/ansible_collections/ucops/rollout
mkdir -p "$tree" "$home/.ansible/test/cache"

# The files that git tracks, or would: nothing that is ignored. tests/output stays, it holds the environments.
git ls-files -z --cached --others --exclude-standard | python tools/mirror.py "$ROOT" "$tree"
git -C "$tree" init --quiet
git -C "$tree" add --all

# ansible-test hands HOME on to pip and nothing of PIP_*: the caller's settings go there as a file.
python tools/sanity_home.py "$home"

cd "$tree"
export HOME=$home ANSIBLE_COLLECTIONS_PATH=$place LC_ALL=C.UTF-8
ansible-test "$command" --venv --python "$PYTHON_VERSION" --color no "$@" 2>&1 | tee "$place/last.log" || {
  echo "--- what it found, once more:"
  grep -E '^(ERROR|FATAL): ' "$place/last.log" || true
  exit 1
}
