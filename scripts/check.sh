#!/bin/sh
# The gate of a change: format, lint, types, generated files, then the fast tests (under a minute), or all with `all`.
set -eu
cd "$(dirname "$(readlink -f "$0")")/.."
scripts/setup.sh
step() {
  echo "check: $1"
  shift
  "$@"
}
step 'format and lint' node_modules/.bin/biome check --error-on-warnings .
step 'types' node_modules/.bin/tsc -p .
step 'generated files' sh -c 'scripts/node scripts/generate.ts && git diff --exit-code -- schema/types.ts docs/reference'
step 'tests' scripts/node scripts/test.ts "${1:-fast}"
