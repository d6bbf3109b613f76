import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'

// The scripts that guests run, and what becomes of their checks.

const part = (name: string): Promise<string> => readFile(join(import.meta.dirname, name), 'utf8')

/** The functions that a guest's script looks at things with. */
export const checks = (): Promise<string> => part('checks.guest.sh')

/** The init of an initramfs that `makeInitrd` makes: busybox's programs, the early file systems, `checks`, then the script. */
export const busyboxInit = async (script: string): Promise<string> =>
  `${await part('busybox.guest.sh')}${await checks()}${script}`

/** Fails with what a guest's checks said, when it has not come to its end, or when not `expected` of them were made. */
export const assertChecks = (output: string, expected?: number): void => {
  const failed = output.indexOf('not ok ')
  const names = output.match(/^not ok .*/gm)?.join('\n')
  assert.ok(failed < 0, `${names}\n${output.slice(Math.max(0, failed), failed + 4000)}`)
  assert.ok(output.includes('end of the guest'), output.slice(-6000))
  if (expected !== undefined) assert.is(output.match(/^ok /gm)?.length, expected)
}

/** How many checks a script makes that makes each of them once. */
export const countChecks = (script: string): number => script.match(/^check ["']/gm)?.length ?? 0
