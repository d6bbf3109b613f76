import type { RunningGuest } from './guest.ts'

// A boot that fails ends at a login prompt, where the site wants it.

const password = 'three in the morning'

/** `openssl passwd -6` of it. */
export const passwordHash =
  '$6$prelude$/MFkCReAvZ3Obsi5uMTQoA8FEdRyzwKz3I1kpc60YBwEtfKcBaEt0Mj73JoEPLLH1JR1AN.z07sDOWmN3vVKa1'

/** Tries the shell without its password, then with it, and leaves it; returns the console of the whole boot. */
export const tryShell = async (guest: RunningGuest): Promise<string> => {
  await guest.shows(/next: a shell on the console/, 8 * 60_000)
  // what is typed before a prompt is there is thrown away
  await guest.shows(/Give root password.*\n.*: $/, 120_000)
  guest.type('wrong\n')
  await guest.shows(/Login incorrect[\s\S]*Give root password.*\n.*: $/, 120_000)
  guest.type(`${password}\n`)
  await guest.shows(/# $/, 120_000)
  guest.type('echo "a shell, number $((6 * 7))"\n')
  await guest.shows(/a shell, number 42/, 120_000)
  guest.type('exit\n') // only now: a restart cuts off what the console still has to show
  return guest.ended
}
