#!/usr/bin/env bash
# Builds the artifact, looks at what it holds, installs it into an empty place and uses it from there:
# documentation of every plugin, and a playbook that plans the origin's rollout and reaches no host.
. "$(dirname "$0")/common.sh"
artifact=$root/$(tools/build.sh)
python tools/artifact.py contents "$artifact"

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
# An empty home, and no setting of the repository: what a user has who only installed the collection.
export HOME=$place/home ANSIBLE_COLLECTIONS_PATH=$place/collections ANSIBLE_LOCALHOST_WARNING=False
mkdir -p "$HOME"
ansible-galaxy collection install --offline --no-deps -p "$place/collections" "$artifact"
python -I "$root/tools/artifact.py" documentation "$place/collections"
cp -r "$root/tools/smoke" "$place/smoke"
ansible-playbook -i "$place/smoke/inventory.yml" "$place/smoke/plan.yml"
