#!/bin/sh
# Takes this machine to a running cluster of two diskless nodes, and says where to look next.
set -eu
cd "$(dirname "$(readlink -f "$0")")/.."
scripts/setup.sh
exec bin/play site.yml -i inventory/demo "$@"
