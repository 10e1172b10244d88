# Read by the scripts beside it: the repository's root as working directory, .venv first on PATH.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$(pwd -P)
[ -e .venv/.ready ] || { echo "$0: .venv is not ready; run: make setup" >&2; exit 2; }
export PATH="$root/.venv/bin:$PATH"
# Ansible and Python find the collection under this path (tools/setup.sh links it).
export ANSIBLE_COLLECTIONS_PATH="$root/.venv/collections"
unset ANSIBLE_CONFIG
[ -t 1 ] || export NO_COLOR=1
python_version=$(python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
