import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { longestTimeout } from '../../../agent/preboot/limits.ts'
import { openPlayer } from '../../../agent/preboot/run.ts'
import type { RunEvent } from '../../../engine/report/event.ts'
import { makeTree } from '../../engine/connections/imagetree.ts'
import { suite } from '../../suite.ts'

const test = suite('agent task limits')
const newRoot = makeTree()
const directory = await mkdtemp(join(tmpdir(), 'prelude-limits-'))
test.after(async () => {
  await rm(newRoot, { recursive: true })
  await rm(directory, { recursive: true })
})

type Told = { readonly name: unknown; readonly status: string; readonly message: string | undefined }

const runTasks = async (tasks: readonly object[], taskTimeout?: number, tags: readonly string[] = ['all']) => {
  const playbook = join(directory, 'site.yml')
  await writeFile(playbook, JSON.stringify([{ hosts: 'n01', gather_facts: false, tasks }]))
  const told: Told[] = []
  const report = (event: RunEvent) => {
    if (event.type !== 'result') return
    const { status, failure, result } = event.outcome
    told.push({ name: event.task.name, status, message: failure?.message ?? (result.msg as string | undefined) })
  }
  const secrets = new Map()
  const player = openPlayer({ node: 'n01', newRoot, directory, secrets, report, ...(taskTimeout && { taskTimeout }) })
  const { plays } = await player.load(playbook)
  await player.run({ playbook, plays, tags, variables: new Map(), groups: {} })
  return { told, plays }
}

test('a task that hangs ends by the limit of the policy, and fails with it', async () => {
  const { told } = await runTasks(
    [
      { name: 'hangs', command: 'sleep 1000' },
      { name: 'never', ping: {} },
    ],
    0.5,
  )
  assert.equal(told, [{ name: 'hangs', status: 'failed', message: 'the task did not end within 0.5 s' }])
})

test('a task that waits without a command ends by its limit too', async () => {
  const { told } = await runTasks([{ name: 'waits', pause: { seconds: 2 } }], 0.5)
  assert.is(told[0]?.message, 'the task did not end within 0.5 s')
})

test("a task's own timeout wins over the policy, and the next task finds a shell that works", async () => {
  const { told, plays } = await runTasks(
    [
      { name: 'short', command: 'sleep 1000', timeout: 1, ignore_errors: true },
      { name: 'long', command: 'sleep 1', timeout: 60 },
      { name: 'after', command: 'echo still here', timeout: 60 },
    ],
    0.5,
  )
  assert.equal(
    told.map(({ name, status }) => `${name} ${status}`),
    ['short failed', 'long changed', 'after changed'],
  )
  assert.is(longestTimeout(plays), 60)
})

test('only what has the tags runs, once, in order', async () => {
  const { told } = await runTasks(
    [
      { name: 'build', command: 'false', tags: 'build' },
      { name: 'secret', command: 'true', tags: ['secret', 'never'] },
      { name: 'untagged', command: 'false' },
      { name: 'preboot', command: 'true', tags: 'preboot' },
    ],
    60,
    ['secret', 'preboot'],
  )
  assert.equal(
    told.map(({ name }) => name),
    ['secret', 'preboot'],
  )
})

test.run()
