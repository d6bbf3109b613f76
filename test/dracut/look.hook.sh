#!/bin/sh
# pre-pivot hook of the test: keeps what is gone after the switch.
mkdir -p /run/test
cat /dracut-state.sh > /run/test/dracut-state
cat /proc/self/mounts > /run/test/mounts
find / -xdev -type f -cnewer /run/prelude/began > /run/test/written
systemctl list-units --failed --no-legend --plain > /run/test/failed 2>&1
