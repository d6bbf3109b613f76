import { createConnection } from 'node:net'
import { createInterface } from 'node:readline'
import { Failure } from '../../engine/failure.ts'

type Answer = { QMP?: unknown; event?: string; return?: unknown; error?: { class: string; desc: string } }

/**
 * Sends one command to a running QEMU over its monitor socket and returns the answer. Throws a Failure when nothing
 * listens there, QEMU refuses or does not answer in time.
 */
export const qmp = async (
  socket: string,
  command: string,
  args: Readonly<Record<string, unknown>> = {},
  timeout = 5_000,
): Promise<unknown> => {
  const failed = (reason: string) => new Failure('lab.monitor', `QEMU's monitor ${socket}: ${command}: ${reason}`)
  const connection = createConnection(socket)
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const timer = setTimeout(() => reject(failed(`no answer within ${timeout} ms`)), timeout)
  connection.on('close', () => reject(failed('closed without an answer')))
  const requests = [{ execute: 'qmp_capabilities' }, { execute: command, arguments: args }]
  const send = () => connection.write(`${JSON.stringify(requests.shift())}\n`)
  const lines = createInterface(connection)
  for (const source of [connection, lines]) source.on('error', (cause: Error) => reject(failed(cause.message)))
  lines.on('line', (line) => {
    const answer = JSON.parse(line) as Answer
    if (answer.event) return
    if (answer.error) reject(failed(answer.error.desc))
    else if (requests.length > 0) send()
    else resolve(answer.return)
  })
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    connection.destroy()
  }
}
