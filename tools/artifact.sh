#!/usr/bin/env bash
# Builds the artifact, looks at what it holds, installs it into an empty place and uses it from there:
# documentation of every plugin and role, what ansible-builder reads of it, and the customer's example planned without reaching any host.
set -euo pipefail
. "$(dirname "$0")/common.sh"
artifact=$ROOT/$(tools/build.sh)
python tools/artifact.py contents "$artifact"

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
# An empty home and no setting of the repository: what a user has who only installed the collection.
export HOME=$place/home ANSIBLE_COLLECTIONS_PATH=$place/collections ANSIBLE_COLLECTIONS_SCAN_SYS_PATH=false
mkdir -p "$HOME"
ansible-galaxy collection install --offline --no-deps -p "$place/collections" "$artifact"
python "$ROOT/tools/artifact.py" documentation "$place/collections"
python "$ROOT/tools/artifact.py" needs "$place/collections"

customer=$place/collections/ansible_collections/ucops/rollout/examples/customer
ansible-playbook ucops.rollout.plan_pool -i "$customer/inventory"
