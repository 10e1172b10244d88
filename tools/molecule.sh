#!/usr/bin/env bash
# The molecule scenario on the lab: create starts the origin's estate, destroy stops it.
. "$(dirname "$0")/common.sh"
export PYTHONPATH=$root/tests
cd extensions
exec molecule test --scenario-name default "$@"
