import { setTimeout as sleep } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { sh, verbatim } from '../../../engine/command.ts'
import { readParameters } from '../../../engine/modules/parameters.ts'
import { findModule } from '../../../engine/modules/registry.ts'
import { runModule } from '../../../engine/modules/runmodule.ts'
import { fromPlain } from '../../../engine/vars/value.ts'
import { suite } from '../../suite.ts'
import { checkPart } from './cases.ts'
import { type GuestRoot, openGuestRoot } from './guestroot.ts'
import { moduleHost } from './modulehost.ts'
import type { RootCase } from './rootcases.ts'
import steps from './storage.json' with { type: 'json' }

// Modules that need devices and a kernel of their own: one guest, in which each step goes on where the one before it has ended.

type Step = RootCase & { readonly module: string }

const at = { file: 'step', line: 1, column: 1 }
const test = suite('modules of storage')
let guest: GuestRoot

test.before(async () => {
  guest = await openGuestRoot([64, 64, 64])
})
test.after(() => guest?.close())

/** What check mode must not change: what is mounted, used and configured, and what was written to each device. */
const state = async (): Promise<string> => {
  // A mounted file system writes to its device now and then by itself; then the volumes are looked at.
  const text = await guest.run(
    `sync; echo /mnt/* /tmp/*; cat /etc/fstab /tmp/mdadm.conf /proc/mounts /proc/swaps /proc/mdstat || true
     if grep -q ' /mnt/.* ext4 ' /proc/mounts; then lvs --noheadings --units s -o lv_full_name,lv_size,lv_attr
     else cat /proc/diskstats; fi`,
  )
  // Of a device's numbers: its name and the sectors that were written.
  return text.replace(/^ +\d+ +\d+ (\S+) (?:\d+ ){6}(\d+) .*$/gm, '$1 $2')
}

const start = (step: Step, check: boolean, connection = guest.connection) => {
  const facts = { is_chroot: false, ...step.facts }
  const host = {
    ...moduleHost({ connection, check, role: '/', facts }),
    diff: step.diff !== undefined,
  }
  const module = findModule(step.module, at)
  const given = fromPlain(step.parameters) as Map<string, never>
  return runModule(module, host, readParameters(module.schema, given, at, step.module))
}

const failureOf = async (step: Step): Promise<string> => {
  const { result, failure } = await start(step, false)
  assert.is(result.failed, true, `fails: ${JSON.stringify(result)}`)
  return `${result.msg} (${failure?.hint ?? ''})`
}

const checkRun = async (step: Step): Promise<void> => {
  const changed = step.changed ?? true
  const before = await state()
  const tried = await start(step, true)
  assert.is(tried.result.failed ?? false, false, `check mode failed: ${tried.result.msg}`)
  assert.is(tried.changed, changed, `changed in check mode: ${tried.changes.join('; ')}`)
  assert.is(await state(), before, 'check mode touches nothing')
  const run = await start(step, false)
  assert.is(run.result.failed ?? false, false, `failed: ${run.result.msg}`)
  assert.is(run.changed, changed, `changed: ${run.changes.join('; ')}`)
  checkPart(run.result, step.result ?? {}, 'result')
  if (step.diff) {
    assert.is(run.diffs.map((diff) => diff.before).join(''), step.diff.before, 'diff before')
    assert.is(run.diffs.map((diff) => diff.after).join(''), step.diff.after, 'diff after')
  }
  for (const [command, expected] of Object.entries(step.after ?? {})) {
    checkPart((await guest.run(command)).replace(/\n$/, ''), expected, command)
  }
  if (!changed || step.again === null) return
  const again = await start(step, false)
  assert.is(again.result.failed ?? false, false, `failed when run again: ${again.result.msg}`)
  assert.is(again.changed, step.again ?? false, `changed when run again: ${again.changes.join('; ')}`)
}

for (const step of steps as readonly Step[]) {
  test(
    `${step.module} ${step.name}`,
    async () => {
      if (step.prepare) await guest.run(step.prepare)
      if (step.fails === undefined) await checkRun(step)
      else assert.match(await failureOf(step), new RegExp(step.fails, 's'))
    },
    5 * 60_000,
  )
}

// The last one: nothing of the guest's state is left.
test(
  'reboot goes by the id of the boot, and wait_for_connection waits for the host',
  async () => {
    const bootId = 'cat /proc/sys/kernel/random/boot_id'
    const [step, before] = [{ name: 'restarts', parameters: {} }, await guest.run(bootId)]
    const other = await guest.connect()
    try {
      const parameters = {
        reboot_command: 'sync; echo b >/proc/sysrq-trigger',
        reboot_timeout: 280,
        connect_timeout: 20,
      }
      const restarting = start({ ...step, module: 'reboot', parameters }, false)
      const isAway = () =>
        other.run(sh`:`, { timeout: 10_000 }).then(
          () => false,
          () => true,
        )
      while (!(await isAway())) await sleep(100)
      const waiting = { timeout: 280, connect_timeout: 20, sleep: 1 }
      const waited = await start({ ...step, module: 'wait_for_connection', parameters: waiting }, false, other)
      assert.is(waited.result.failed, undefined, String(waited.result.msg))
      assert.is.not((await other.run(verbatim(bootId))).stdout.toString(), before)
      const { result, changed } = await restarting
      assert.equal([result.failed, changed, result['rebooted']], [undefined, true, true], String(result.msg))
      assert.is.not(await guest.run(bootId), before)
    } finally {
      await other.close()
    }
  },
  5 * 60_000,
)

test.run()
