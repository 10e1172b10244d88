#!/usr/bin/env bash
# A pool rolled out in the lab, and a second run that changes nothing.
set -eux
lab=$OUTPUT_DIR/lab
PYTHONPATH=$ANSIBLE_COLLECTIONS_PATH/ansible_collections/ucops/rollout/tests \
  python -m lab up origin --directory "$lab" --mode ports --overrides "$PWD/overrides.yml" --with-parent >"$OUTPUT_DIR/lab.log" 2>&1 &
estate=$!
trap 'kill "$estate"; wait "$estate" || true' EXIT
for _ in $(seq 300); do
  [ ! -e "$lab/control.json" ] || break
  kill -0 "$estate" || { cat "$OUTPUT_DIR/lab.log"; exit 1; }
  sleep 0.2
done

deploy() {
  ansible-playbook ucops.rollout.deploy_pool -i "$lab/inventory/hosts.yml" \
    -e pool_verify_wait=0 -e pool_verify_replication_wait=0 -e "pool_report_directory=$OUTPUT_DIR/report"
}
deploy | tee "$OUTPUT_DIR/first.log"
grep -E '^dc01.company.local .*changed=1 ' "$OUTPUT_DIR/first.log"
deploy | tee "$OUTPUT_DIR/second.log"
if grep -E 'changed=[1-9]' "$OUTPUT_DIR/second.log"; then exit 1; fi
ls "$OUTPUT_DIR"/report/*.md
