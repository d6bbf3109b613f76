import { PassThrough } from 'node:stream'
import * as assert from 'uvu/assert'
import { type Command, sh } from '../../../engine/command.ts'
import { becoming } from '../../../engine/connections/become.ts'
import type { Become } from '../../../engine/connections/connection.ts'
import { localTransport } from '../../../engine/connections/local.ts'
import type { Channel, Ending, Transport } from '../../../engine/connections/transport.ts'
import { suite } from '../../suite.ts'
import { failureOf } from './contract.ts'

const test = suite('become')

/** A transport whose programs end at once with exit code 1; what they say on stderr comes only when that is known. */
const lateWords = (says: (started: number) => string): Transport & { readonly started: Command[] } => {
  const started: Command[] = []
  return {
    ...localTransport,
    started,
    async spawn(command) {
      const words = says(started.push(command))
      const [stdout, stderr] = [new PassThrough(), new PassThrough()]
      const ended = Promise.withResolvers<Ending>()
      ended.resolve({ code: 1, reason: 'ended with exit code 1' })
      setTimeout(() => {
        stdout.end()
        stderr.end(words)
      }, 20)
      const channel: Channel = { stdin: new PassThrough(), stdout, stderr, ended: ended.promise, kill: () => {} }
      return channel
    },
  }
}

const root: Become = { user: 'root', method: 'sudo', password: 'secret' }

test('why a program refused is told, also when its words come after its end', async () => {
  const refusing = lateWords(() => 'sudo: operator is not in the sudoers file\n')
  const failure = await failureOf(becoming(refusing, root).spawn(sh`id`))
  assert.match(failure.message, 'cannot become root on localhost by sudo: sudo: operator is not in the sudoers file')
  assert.is(refusing.started.length, 1)
})

test('a program that wants a terminal gets one, also when it says so after its end', async () => {
  const wanting = lateWords((started) => (started === 1 ? 'sudo: sorry, you must have a tty to run sudo\n' : 'no\n'))
  const failure = await failureOf(becoming(wanting, root).spawn(sh`id`))
  assert.match(failure.message, 'by sudo: no')
  assert.equal(
    wanting.started.map(({ text }) => text.includes('script -qc')),
    [false, true],
  )
})

test.run()
