import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { batches, runAll } from '../../../agent/network/batch.ts'
import type { CommandLine } from '../../../agent/network/commands.ts'
import { createLog, type LogEntry } from '../../../engine/log.ts'
import { ToolFailure } from '../../../engine/process.ts'
import { temporaryDirectory, writeFiles } from '../../provisioner/fixture.ts'
import { suite } from '../../suite.ts'

const test = suite('agent network batches')

const words = (line: string) => line.split(' ') as unknown as CommandLine

test('commands of ip in one family share a process; what a batch would read otherwise stands alone', () => {
  const lines = [
    'modprobe 8021q',
    'ip link set eth0 up',
    'ip address replace 10.0.0.2/8 dev eth0',
    'ip -6 address replace fd00::2/64 dev eth0',
    'ip -6 route replace default via fd00::1 dev eth0',
    'ip link set eth#1 up',
    'ip -json link show',
    'ip link set eth2 up',
  ]
  const made = batches(lines.map(words)).map((group) => group.map((command) => command.join(' ')))
  assert.equal(made, [[lines[0]], [lines[1], lines[2]], [lines[3], lines[4]], [lines[5]], [lines[6]], [lines[7]]])
})

/** Runs commands in a network of their own; returns what the log told, what was thrown, and what ip shows then. */
const inNetwork = async (...commands: string[]) => {
  const { directory, remove } = await temporaryDirectory()
  const namespace = `batch-${process.pid}`
  const { PATH } = process.env
  const ip = execFileSync('sh', ['-c', 'command -v ip']).toString().trim()
  const entries: LogEntry[] = []
  execFileSync(ip, ['netns', 'add', namespace])
  try {
    const inside = `#!/bin/sh\necho "$*" >> ${directory}/calls\nexec ${ip} netns exec ${namespace} ${ip} "$@"\n`
    await writeFiles(directory, { 'bin/ip': { text: inside, mode: 0o755 } })
    process.env['PATH'] = `${join(directory, 'bin')}:${PATH}`
    const thrown = await runAll(
      createLog((entry) => entries.push(entry)),
      commands.map(words),
    ).catch((why) => why)
    const shown = execFileSync('ip', ['-brief', 'address', 'show']).toString()
    const calls = execFileSync('cat', [join(directory, 'calls')]).toString()
    return { thrown, shown, calls, ended: entries.filter(({ state }) => state !== 'started') }
  } finally {
    process.env['PATH'] = PATH
    execFileSync(ip, ['netns', 'delete', namespace])
    await remove()
  }
}

test('a batch does what its commands do, by one process', async () => {
  const commands = [
    'ip link add nic0 type veth peer name far0',
    'ip link set nic0 mtu 9000',
    'ip link set nic0 up',
    'ip address replace 10.0.0.2/8 dev nic0',
  ]
  const { thrown, shown, calls, ended } = await inNetwork(
    ...commands,
    'ip -6 address replace fd00::2/64 dev nic0 nodad',
  )
  assert.is(thrown, undefined)
  assert.match(shown, /^nic0@far0 .*10\.0\.0\.2\/8 fd00::2\/64/m)
  assert.is(calls.split('\n').filter((line) => line.includes('-batch')).length, 1)
  assert.equal(
    ended.map(({ text, state }) => [state, text]),
    [
      ['done', commands.join('; ')],
      ['done', 'ip -6 address replace fd00::2/64 dev nic0 nodad'],
    ],
  )
})

const failing = [
  { name: 'the kernel refuses', command: 'ip link set nic9 up', code: 1, words: 'Cannot find device "nic9"' },
  { name: 'ip refuses', command: 'ip link set nic0 mtu many', code: 255, words: /^Error: .*"many" is wrong/ },
]
for (const { name, command, code, words: said } of failing)
  test(`what fails ends it, and is named with its reason: ${name}`, async () => {
    const first = 'ip link add nic0 type veth peer name far0'
    const { thrown, shown, ended } = await inNetwork(first, command, 'ip link set nic0 up', 'modprobe nothing')
    assert.instance(thrown, ToolFailure)
    assert.ok(thrown.message.startsWith(`${command} ended with ${code}:\n`), thrown.message)
    assert.is(thrown.exitCode, code)
    assert.is(thrown.output.length, 1)
    assert.match(thrown.output[0], said)
    assert.match(shown, /^nic0@far0 +DOWN/m)
    const [told, batch, ...more] = ended
    assert.is(more.length, 0)
    assert.is(told?.text, command)
    assert.is(told?.reason, `exit code ${code}\n${thrown.output[0]}`)
    assert.is(batch?.text, `${first}; ${command}; ip link set nic0 up`)
    assert.is(batch?.reason, undefined)
  })

test.run()
