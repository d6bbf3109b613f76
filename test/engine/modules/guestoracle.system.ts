import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Result } from '../../../engine/modules/module.ts'
import { suite } from '../../suite.ts'
import { type Site, site } from '../commands/play.ts'
import { collectionEnvironment } from './collections.ts'
import { outcome } from './comparison.ts'
import { ofGuest } from './comparisons.ts'
import steps from './guestoracle.json' with { type: 'json' }
import { type GuestStep, interpreter, playbookOf, runsOf } from './guestplay.ts'
import { type GuestRoot, openGuestRoot } from './guestroot.ts'

// What needs a kernel of its own is done in a guest by one playbook: by ansible-playbook, and by `play` after the restart with
// which it ends.

type Outcome = { readonly results: readonly Result[]; readonly states: readonly string[] }

/** Keys of results that are chance, or a program's own words. */
const own = ['msg', 'elapsed', 'warnings', 'invocation']

const all: readonly GuestStep[] = steps
const test = suite("modules of a kernel's own compared with Debian's Ansible")
let guest: GuestRoot
let ours: Outcome[] = []
let theirs: Outcome[] = []

test.before(async () => {
  guest = await openGuestRoot([64, 64, 64], {
    packages: ['policycoreutils', 'policycoreutils-python-utils', 'python3-selinux', 'python3-semanage'],
    args: 'security=selinux selinux=1',
  })
})
test.after(() => guest?.close())

const played = async (run: Site['run'], directory: string, program: string): Promise<Outcome[]> => {
  const dest = join(directory, `results of ${program.replace(/.*\//, '')}`)
  const { code, stdout, stderr } = await run(program, '-i', 'hosts', '-e', JSON.stringify({ dest }), 'play.yml')
  assert.is(code, 0, `${stdout}${stderr}`)
  return JSON.parse(readFileSync(dest, 'utf8'))
}

test(
  'the playbook is played by both',
  async () => {
    // a connection that the restart has cut off would be waited for without an end
    const alive = '-o ServerAliveInterval=10 -o ServerAliveCountMax=6'
    const variables = `${guest.variables} ansible_ssh_common_args='${alive}' ansible_python_interpreter='${interpreter}'`
    const files = { hosts: `node ${variables}\n`, 'play.yml': JSON.stringify(playbookOf(all)) }
    await site(files, async ({ directory, with: under }) => {
      const { run } = under({
        ...(await collectionEnvironment()),
        ANSIBLE_HOST_KEY_CHECKING: 'false',
        ANSIBLE_PIPELINING: 'true',
        ANSIBLE_SSH_USETTY: 'false',
        LC_ALL: 'C.UTF-8',
      })
      theirs = await played(run, directory, 'ansible-playbook')
      ours = await played(run, directory, join(import.meta.dirname, '../../../bin/play'))
    })
    assert.equal([theirs.length, ours.length], [all.length, all.length])
  },
  14 * 60_000,
)

for (const [index, step] of all.entries()) {
  test(`${step.module}: ${step.name}`, () => {
    const [mine, other] = [ours[index], theirs[index]]
    assert.ok(mine && other, 'it was played')
    const said = [...other.results, ...mine.results].map(({ msg }) => String(msg)).join(' | ')
    assert.equal(mine.results.map(outcome), other.results.map(outcome), `${runsOf(step).join(', ')}: ${said}`)
    assert.is(other.results[0]?.failed ?? false, step.fails ?? false, said)
    if (runsOf(step).includes('again'))
      assert.is(outcome(mine.results.at(-1) ?? {}), 'ok', 'a second run changes nothing')
    assert.equal(mine.states, other.states, 'the state after check mode and at the end')
    for (const [run, result] of other.results.entries()) {
      if (result.failed) continue
      const compared = Object.entries(result).filter(([key]) => !own.includes(key))
      assert.equal(
        Object.fromEntries(compared.map(([key]) => [key, mine.results[run]?.[key]])),
        Object.fromEntries(compared),
        `result of ${runsOf(step)[run]}`,
      )
    }
  })
}

test('each module that is compared here has steps', () => {
  const expected = Object.entries(ofGuest).flatMap(([collection, names]) =>
    names.map((name) => `${collection}.${name}`),
  )
  assert.equal([...new Set(all.map(({ module }) => module))].toSorted(), expected.toSorted())
})

test.run()
