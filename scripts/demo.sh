#!/bin/sh
# Takes this machine to a running cluster of two diskless nodes, and says where to look next.
set -eu
cd "$(dirname "$(readlink -f "$0")")/.."
scripts/setup.sh
bin/play site.yml -i inventory/demo "$@"

echo 'Both nodes are up and verified. The stages of their boots:'
echo
bin/provision node status --stages -i inventory/demo
cat <<'END'

Where to look next:
  bin/provision node show n01 -i inventory/demo        a node's record, and where each field comes from
  bin/provision lab console n01 -i inventory/demo      its serial console; Ctrl-] leaves
  bin/provision events -i inventory/demo               everything that the nodes reported
  bin/provision lab down -i inventory/demo             ends the lab and leaves nothing behind
END
