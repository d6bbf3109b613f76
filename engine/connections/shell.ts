import { setTimeout as sleep } from 'node:timers/promises'
import { type Command, sh } from '../command.ts'
import { Failure, messageOf } from '../failure.ts'
import type { LargeContent, Output, RunOptions } from './connection.ts'
import { type Answer, frame, Lost, readAnswer, type WatchedChannel, watched } from './frame.ts'
import { shellItself, type Transport } from './transport.ts'

/**
 * More input than this goes through a process of its own; less is cheaper as a here-document in the shell's input.
 * Some shells (bash as /bin/sh) read their input byte by byte.
 */
const largestInline = 64 * 1024

/** Reads one line from its input, decodes and evaluates it; what follows on its input belongs to the command. */
const oneCommand = sh`exec /bin/sh -c 'IFS= read -r script; eval "$(printf %s "$script" | base64 -d)"'`

/** One persistent shell of one user on one host. Calls made at the same time wait for each other. */
export type Shell = {
  run(command: Command, options?: RunOptions): Promise<Output>
  close(): Promise<void>
}

/** A process that is only on its way when its time is over would begin its work afterwards: it is waited for. */
const groupSoon = async (answer: Answer): Promise<number | undefined> => {
  for (let tries = 0; tries < 100 && answer.group() === undefined; tries++) await sleep(20)
  return answer.group()
}

/** Writes to a process's input; false when it reads no more. */
const written = (channel: WatchedChannel, data: Buffer): Promise<boolean> =>
  new Promise((resolve) => {
    const unwatch = channel.onEnd(() => resolve(false))
    channel.stdin.write(data, (cause) => {
      unwatch()
      resolve(!cause)
    })
  })

/** Sends a content as fast as it is taken, until the process reads no more; it sees the end. Throws when the content cannot be read. */
const send = async (content: LargeContent, channel: WatchedChannel): Promise<void> => {
  try {
    for await (const piece of content.open()) if (!(await written(channel, piece))) break
  } finally {
    channel.stdin.end()
  }
}

export const createShell = (transport: Transport): Shell => {
  let channel: WatchedChannel | undefined
  let group: number | undefined
  let last: Promise<unknown> = Promise.resolve()

  const inTurn = <T>(job: () => Promise<T>): Promise<T> => {
    const mine = last.then(job)
    last = mine.catch(() => {})
    return mine
  }

  const unreachable = ({ ending, stderr }: Lost): Failure => {
    const said = stderr ? `: ${stderr.split('\n').slice(-3).join('\n')}` : ''
    return new Failure('connection.unreachable', `the shell on ${transport.name} ${ending.reason}${said}`)
  }

  const aborted = (command: Command): Failure =>
    new Failure('connection.aborted', `cancelled on ${transport.name}: ${command}`)

  const open = async (): Promise<WatchedChannel> => {
    if (channel) return channel
    const opened = watched(await transport.spawn(shellItself))
    const greeting = frame(sh`:`, {}, { group: true })
    const answer = readAnswer(opened, greeting)
    opened.stdin.write(greeting.text)
    const output = await answer.done
    if (output instanceof Lost) throw unreachable(output)
    group = answer.group()
    channel = opened
    void opened.ended.then(() => {
      if (channel === opened) channel = undefined
    })
    return opened
  }

  /** Ends what a channel runs, also where only a process on the host itself can do it. */
  const end = async (hung: WatchedChannel, hungGroup: number | undefined): Promise<void> => {
    hung.kill()
    if (channel === hung) channel = undefined
    if (!hungGroup) return
    try {
      const opened = await open()
      const killing = frame(sh`kill -KILL ${`-${hungGroup}`}`, {}, {})
      const answer = readAnswer(opened, killing)
      opened.stdin.write(killing.text)
      await answer.done
    } catch {
      // the host cannot be reached any more; the next command says so
    }
  }

  /** Waits for an answer, or for the command's time to be over. */
  const settle = async (on: WatchedChannel, answer: Answer, command: Command, options: RunOptions): Promise<Output> => {
    const early = Promise.withResolvers<Failure>()
    const late = () =>
      early.resolve(
        new Failure('connection.timeout', `no end within ${options.timeout} ms on ${transport.name}: ${command}`),
      )
    const timer = options.timeout === undefined ? undefined : setTimeout(late, options.timeout)
    const abort = () => early.resolve(aborted(command))
    options.signal?.addEventListener('abort', abort, { once: true })
    try {
      const output = await Promise.race([answer.done, early.promise])
      if (output instanceof Lost) throw unreachable(output)
      if (!(output instanceof Failure)) return output
      const hung = on === channel ? group : await groupSoon(answer)
      answer.stop()
      await end(on, hung)
      throw output
    } finally {
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', abort)
    }
  }

  const inShell = async (command: Command, options: RunOptions, stdin: Buffer | undefined): Promise<Output> => {
    const framed = frame(command, options, { stdin })
    const opened = await open()
    if (options.signal?.aborted) throw aborted(command)
    const answer = readAnswer(opened, framed)
    opened.stdin.write(framed.text)
    return settle(opened, answer, command, options)
  }

  const inOwnProcess = async (command: Command, options: RunOptions, stdin: Buffer | LargeContent): Promise<Output> => {
    const framed = frame(command, options, { stdin: 'channel', group: true })
    const own = watched(await transport.spawn(oneCommand))
    if (options.signal?.aborted) {
      own.kill()
      throw aborted(command)
    }
    const answer = readAnswer(own, framed)
    own.stdin.write(`${Buffer.from(framed.text).toString('base64')}\n`)
    if (Buffer.isBuffer(stdin)) {
      own.stdin.end(stdin)
      return settle(own, answer, command, options)
    }
    let unread: Failure | undefined
    send(stdin, own).catch((cause) => {
      unread = new Failure('module.read', `the content cannot be read to its end: ${messageOf(cause)}`, { cause })
    })
    const output = await settle(own, answer, command, options)
    if (unread) throw unread // whatever the command made of the part that it got
    return output
  }

  return {
    run: (command, options = {}) =>
      inTurn(async () => {
        if (options.signal?.aborted) throw aborted(command)
        if (typeof options.stdin === 'object' && 'open' in options.stdin) {
          return inOwnProcess(command, options, options.stdin)
        }
        const stdin = options.stdin === undefined ? undefined : Buffer.from(options.stdin)
        return stdin && stdin.length > largestInline
          ? inOwnProcess(command, options, stdin)
          : inShell(command, options, stdin)
      }),
    close: () =>
      inTurn(async () => {
        if (!channel) return
        channel.stdin.end()
        const timer = setTimeout(channel.kill, 2000)
        await channel.ended
        clearTimeout(timer)
      }),
  }
}
