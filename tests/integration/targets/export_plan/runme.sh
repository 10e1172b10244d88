#!/usr/bin/env bash
# The playbook that writes the plan for other teams: its files, made once.
set -eux
export_plan() {
  ansible-playbook ucops.rollout.export_plan -e @../setup_topology/defaults/main.yml -e "export_directory=$OUTPUT_DIR/handover"
}
export_plan | tee "$OUTPUT_DIR/first.log"
grep -E '^localhost .*changed=1 .*failed=0' "$OUTPUT_DIR/first.log"
grep -F '_sipinternaltls._tcp' "$OUTPUT_DIR/handover/internal_company.com.zone"
export_plan | tee "$OUTPUT_DIR/second.log"
grep -E '^localhost .*changed=0 .*failed=0' "$OUTPUT_DIR/second.log"
