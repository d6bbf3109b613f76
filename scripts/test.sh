#!/bin/sh
# Everything: sets up, then runs all tests, boots included. The last line counts them.
set -eu
cd "$(dirname "$(readlink -f "$0")")/.."
scripts/setup.sh
exec scripts/node scripts/test.ts all
