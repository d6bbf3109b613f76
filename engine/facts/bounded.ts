import { verbatim } from '../command.ts'

/**
 * A shell function that runs a program for so many seconds at most, and without a limit where there is no `timeout`:
 * `bounded SECONDS PROGRAM ARGUMENT...`. A program that waits for a dead disk cannot be ended, and `timeout` would wait with it;
 * so a shell is what is ended, and the program is left behind, with nobody to hear what it may say one day. The status is 124
 * when the time is over, in busybox 143.
 */
export const bounded = verbatim(`bounded() {
  if ! command -v timeout >/dev/null; then shift; "$@"; return; fi
  limit=$1; shift
  timeout "$limit" /bin/sh -c 'said=$("$@"); code=$?; [ ! "$said" ] || printf "%s\\n" "$said"; exit $code' sh "$@"
}`)

/** The statuses of a program whose time was over. */
export const lateStatuses: ReadonlySet<number> = new Set([124, 143])
