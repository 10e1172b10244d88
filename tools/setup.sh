#!/usr/bin/env bash
# Makes .venv: the pinned tools, and the collection linked to where Ansible and Python find it
# (ansible_collections/ucops/rollout), so that nothing has to be configured.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$(pwd -P)
python=${PYTHON:-python3.11}
command -v "$python" >/dev/null || { echo "make setup: $python is missing; install Python 3.11 with venv, or name another one: make PYTHON=python3 ..." >&2; exit 2; }
"$python" -m venv .venv || { echo "make setup: $python cannot make a virtual environment; on Debian and Ubuntu install the package python3.11-venv" >&2; exit 2; }
.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
mkdir -p build
.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-kerberos.txt >build/kerberos.log 2>&1 ||
  echo "make setup: pykerberos was not built (build/kerberos.log), so that the tests of Kerberos are left out; on Debian and Ubuntu install gcc, libkrb5-dev, python3.11-dev and krb5-user" >&2
mkdir -p .venv/collections/ansible_collections/ucops
ln -sfn "$root" .venv/collections/ansible_collections/ucops/rollout
site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
printf '%s\n' "$root/.venv/collections" >"$site/ucops_rollout.pth"
touch .venv/.ready
