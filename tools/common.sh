# Read by the scripts beside it: the repository's root as working directory, .venv first on PATH.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
ROOT=$(pwd -P)
[ -e .venv/.ready ] || { echo "$0: .venv is not ready; run: make setup" >&2; exit 2; }
export PATH="$ROOT/.venv/bin:$PATH"
# Ansible and Python find the collection under this path (tools/setup.sh links it).
export ANSIBLE_COLLECTIONS_PATH="$ROOT/.venv/collections"
unset ANSIBLE_CONFIG
# The checks start hundreds of Pythons: what one has compiled is kept for the others.
unset PYTHONDONTWRITEBYTECODE
[ -t 1 ] || export NO_COLOR=1
# Has Ansible find a copy of the collection, removed at the end: it lists roles at a path with one folder
# ansible_collections alone, and a working copy may lie in another one. Its path is $TREE.
collection_elsewhere() {
  collections=$(mktemp -d)
  trap 'rm -rf "$collections"' EXIT
  TREE=$collections/ansible_collections/ucops/rollout
  mkdir -p "$TREE"
  git ls-files -z --cached --others --exclude-standard | python tools/mirror.py "$ROOT" "$TREE"
  export TREE ANSIBLE_COLLECTIONS_PATH=$collections ANSIBLE_COLLECTIONS_SCAN_SYS_PATH=false
}
PYTHON_VERSION=$(python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
export ROOT PYTHON_VERSION
