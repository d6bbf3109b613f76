#!/bin/sh
# pre-mount hook: the agent makes the new root and mounts it. In pre-mount, as systemd looks for the root right after it.
# Sourced by dracut: nothing here may end the shell that sources it, nor stop the machine for ever.

case "$(getarg root=)" in
    prelude | prelude:*) /usr/lib/prelude/boot-node "${NEWROOT:-/sysroot}" ;;
esac
