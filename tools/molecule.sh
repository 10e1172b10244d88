#!/usr/bin/env bash
# The molecule scenario on the lab: create starts the origin's estate, destroy stops it.
set -euo pipefail
. "$(dirname "$0")/common.sh"
export PYTHONPATH=$ROOT/tests MOLECULE_EPHEMERAL_DIRECTORY=$ROOT/build/molecule
cd extensions
exec molecule test --scenario-name default "$@"
