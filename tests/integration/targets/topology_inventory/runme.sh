#!/usr/bin/env bash
# The inventory plugin: hosts and groups of a topology.
set -eux
cat >"$OUTPUT_DIR/site.ucops.yml" <<END
plugin: ucops.rollout.topology
topology_file: $PWD/../setup_topology/defaults/main.yml
dns_servers: [dc01.company.local]
END
ansible-inventory -i "$OUTPUT_DIR/site.ucops.yml" --list >"$OUTPUT_DIR/inventory.json"
python - "$OUTPUT_DIR/inventory.json" <<'END'
import json, sys

told = json.load(open(sys.argv[1]))
found = {group: told[group]["hosts"] for group in ("ucops_dns", "ucops_ca", "ucops_servers")}
assert found == {
    "ucops_dns": ["dc01.company.local"],
    "ucops_ca": ["ca01.company.local"],
    "ucops_servers": ["ocssrv01.company.local", "ocssrv02.company.local"],
}, found
END
