#!/usr/bin/env bash
# ansible-doc's text for every plugin and role, into build/docs.
set -euo pipefail
. "$(dirname "$0")/common.sh"
# First the tables in docs/ that repeat what the code says.
python tools/pages.py
mkdir -p build/docs
collection_elsewhere
for file in plugins/modules/*.py; do
  name=$(basename "$file" .py)
  ansible-doc --type module "ucops.rollout.$name" >"build/docs/module-$name.txt"
done
for file in plugins/filter/*.yml; do
  [ -e "$file" ] || continue
  name=$(basename "$file" .yml)
  ansible-doc --type filter "ucops.rollout.$name" >"build/docs/filter-$name.txt"
done
for file in plugins/lookup/*.py; do
  name=$(basename "$file" .py)
  ansible-doc --type lookup "ucops.rollout.$name" >"build/docs/lookup-$name.txt"
done
for file in plugins/inventory/*.py; do
  name=$(basename "$file" .py)
  ansible-doc --type inventory "ucops.rollout.$name" >"build/docs/inventory-$name.txt"
done
for directory in roles/*/; do
  name=$(basename "$directory")
  ansible-doc --type role "ucops.rollout.$name" >"build/docs/role-$name.txt"
done
ls build/docs
