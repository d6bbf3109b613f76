#!/bin/sh
# Everything: sets up, checks, then runs all tests, boots included. The last line counts them.
set -eu
exec "$(dirname "$(readlink -f "$0")")/check.sh" all
