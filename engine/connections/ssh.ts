import { connect as connectSocket, type Socket } from 'node:net'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { NodeSSH } from 'node-ssh'
import type { Client, ClientChannel, ServerHostKeyAlgorithm } from 'ssh2'
import { sh } from '../command.ts'
import { Failure, messageOf } from '../failure.ts'
import { connectionOver } from './connect.ts'
import type { Connection, ConnectionOptions } from './connection.ts'
import { loadHostKeys } from './hostkeys.ts'
import { retried } from './retried.ts'
import { readSshArguments, type SshArguments } from './ssharguments.ts'
import { authentication } from './sshauthentication.ts'
import { openProxy } from './sshproxy.ts'
import type { Channel, Ending, Transport } from './transport.ts'

const defaultTimeout = 10_000
const defaultAliveInterval = 15

const expand = (path: string, home: string): string => (path.startsWith('~/') ? join(home, path.slice(2)) : path)

type Target = {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly home: string
  readonly name: string
  readonly given: SshArguments
  readonly options: ConnectionOptions
}

const targetOf = (options: ConnectionOptions): Target => {
  const given = readSshArguments(options.sshArguments ?? '')
  const { host } = options
  const port = options.port ?? given.port ?? 22
  const user = options.user ?? given.user ?? userInfo().username
  return { host, port, user, home: homedir(), name: `${user}@${host}:${port}`, given, options }
}

const hostKeysFor = ({ host, port, home, given, options }: Target) =>
  loadHostKeys({
    host: given.hostKeyAlias ?? host,
    port: given.hostKeyAlias === undefined ? port : 22,
    checking: given.strictHostKeyChecking ?? (options.hostKeyChecking === false ? 'no' : 'yes'),
    userFiles: (given.userKnownHostsFiles ?? ['~/.ssh/known_hosts']).map((file) => expand(file, home)),
  })

const authenticationFor = ({ user, home, given, options }: Target) => {
  const named = [...(options.privateKeyFile ? [options.privateKeyFile] : []), ...given.identityFiles]
  const agent = given.identityAgent ?? options.sshAgent
  return authentication({
    user,
    home,
    keyFiles: named.map((file) => expand(file, home)),
    password: options.password,
    agent: given.identitiesOnly || agent === 'none' ? undefined : agent,
  })
}

/**
 * A connected socket that sends by one system call what is written to it in one turn of the event loop: the ssh client writes
 * each packet in three parts. Nagle's algorithm, which would gather as well, holds a small message back until the one before
 * is acknowledged, up to 40 ms.
 */
const gathering = (socket: Socket): Socket => {
  const write = socket.write.bind(socket)
  return Object.assign(socket, {
    write(data: Uint8Array | string, ...rest: []) {
      if (socket.writableCorked === 0) {
        socket.cork()
        process.nextTick(() => socket.uncork())
      }
      return write(data, ...rest)
    },
  })
}

type Refusal = Error & { readonly level?: string; readonly code?: string | number }

/** What an admin looks at first, by the system's error code. */
const hints: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the host is up and nothing listens there: is sshd running, is ansible_port right?',
  EHOSTUNREACH: 'is the host up, is ansible_host right?',
  ENETUNREACH: 'is the host up, is ansible_host right?',
  ETIMEDOUT: 'is the host up, is ansible_host right, does a firewall drop the packets?',
  ENOTFOUND: 'the name has no address: set ansible_host, or check the name and the resolver',
  EAI_AGAIN: 'the resolver does not answer: set ansible_host, or check /etc/resolv.conf',
}

const refused = (target: Target, thrown: unknown, offered: readonly string[], said: string | undefined): Failure => {
  const { level, code } = thrown as Refusal
  if (level === 'client-authentication') {
    const tried = offered.length > 0 ? `tried ${offered.join(', ')}` : 'there is nothing to offer'
    return new Failure('connection.authentication', `${target.name} does not let us in: ${tried}`, {
      hint: 'set ansible_ssh_private_key_file, ansible_password or ansible_user, or add the key to the ssh agent',
      cause: thrown,
    })
  }
  const reason = said || messageOf(thrown) || String(code)
  const hint = typeof code === 'string' ? hints[code] : undefined
  return new Failure('connection.unreachable', `cannot reach ${target.name}: ${reason}`, { cause: thrown, hint })
}

/** An ssh connection that is up; `lost` resolves with the reason when it is no longer. */
type Link = { readonly client: Client; readonly lost: Promise<string>; readonly close: () => Promise<void> }

const connect = async (target: Target): Promise<Link> => {
  const { host, port, user, given, options } = target
  const hostKeys = await hostKeysFor(target)
  const { methods, offered } = await authenticationFor(target)
  const proxy = given.proxyCommand === undefined ? undefined : openProxy(given.proxyCommand, target)
  const timeout = given.connectTimeout === undefined ? options.timeout : given.connectTimeout * 1000
  let untrusted: Failure | undefined
  const ssh = new NodeSSH()
  const socket = proxy?.socket ?? gathering(connectSocket({ host, port, noDelay: true }))
  socket.on('error', () => {}) // told by the ssh client, which listens too
  try {
    await ssh.connect({
      host,
      port,
      username: user,
      authHandler: methods,
      readyTimeout: timeout ?? defaultTimeout,
      keepaliveInterval: (given.serverAliveInterval ?? defaultAliveInterval) * 1000,
      keepaliveCountMax: given.serverAliveCountMax ?? 3,
      hostVerifier: (key: Buffer, verify: (trusted: boolean) => void) => {
        void hostKeys.check(key).then((failure) => {
          untrusted = failure
          verify(failure === undefined)
        })
      },
      algorithms: {
        serverHostKey: [...hostKeys.algorithms] as ServerHostKeyAlgorithm[],
      },
      sock: socket,
    })
  } catch (thrown) {
    ssh.dispose()
    socket.destroy()
    const said = await proxy?.said()
    proxy?.close()
    throw untrusted ?? refused(target, thrown, offered, said)
  }
  const client = ssh.connection!
  const lost = Promise.withResolvers<string>()
  client.on('error', (cause: Error) => lost.resolve(cause.message))
  let isOurs = false
  client.on('close', async () => {
    const said = isOurs ? undefined : await proxy?.said() // who hangs up knows why
    lost.resolve(said || 'the connection was closed')
  })
  const close = async (): Promise<void> => {
    isOurs = true
    ssh.dispose()
    await lost.promise
    proxy?.close()
  }
  return { client, lost: lost.promise, close }
}

/** What hangs on a connection's end is kept until then: it must hold nothing of a channel that has ended long before. */
const lostWith =
  (resolve: (ending: Ending) => void) =>
  (reason: string): void =>
    resolve({ code: undefined, reason: `ended: ${reason}` })

const channelOver = (stream: ClientChannel, lost: Promise<string>): Channel => {
  const { promise: ended, resolve } = Promise.withResolvers<Ending>()
  stream.on('exit', (code: number | null, signal?: string) =>
    resolve({ code: code ?? undefined, reason: signal ? `was killed by ${signal}` : `ended with exit code ${code}` }),
  )
  // Without an exit status the connection is what ended; its own reason comes first.
  stream.on('close', () => setImmediate(resolve, { code: undefined, reason: 'ended: the connection was closed' }))
  stream.on('error', () => {})
  void lost.then(lostWith(resolve))
  return {
    stdin: stream,
    stdout: stream,
    stderr: stream.stderr,
    ended,
    kill() {
      try {
        stream.signal('KILL')
        stream.close()
      } catch {
        // the connection is gone already
      }
    },
  }
}

/** Channels over one ssh connection, which is made anew when it was lost. */
const sshTransport = (target: Target): Transport & { link(): Promise<Link> } => {
  let current: Promise<Link> | undefined
  const forget = (link: Promise<Link>) => {
    if (current === link) current = undefined
  }
  const link = (): Promise<Link> => {
    if (current) return current
    const opening = retried(target.options.retries ?? 0, () => connect(target))
    current = opening
    opening.then(
      ({ lost }) => lost.then(() => forget(opening)),
      () => forget(opening),
    )
    return opening
  }
  return {
    kind: 'ssh',
    name: target.name,
    shells: 4, // servers allow ten sessions a connection unless told
    link,
    async spawn(command) {
      const { client, lost } = await link()
      const { promise, resolve, reject } = Promise.withResolvers<Channel>()
      const fail = (reason: string, cause?: unknown) =>
        reject(new Failure('connection.unreachable', `cannot start a shell on ${target.name}: ${reason}`, { cause }))
      void lost.then(fail)
      try {
        // the user's login shell may be no POSIX shell
        client.exec(sh`exec /bin/sh -c ${command.text}`.text, (error, stream) => {
          if (error) fail(error.message, error)
          else resolve(channelOver(stream, lost))
        })
      } catch (thrown) {
        fail(messageOf(thrown), thrown)
      }
      return promise
    },
    async close() {
      const opened = current
      current = undefined
      await (await opened?.catch(() => undefined))?.close()
    },
  }
}

/**
 * A host over ssh: keys, agent or password; host keys are checked against known_hosts. Arguments in OpenSSH's form are
 * understood, ~/.ssh/config is not read. Throws a Failure 'connection.unreachable', 'connection.hostkey' or
 * 'connection.authentication'.
 */
export const openSsh = async (options: ConnectionOptions): Promise<Connection> => {
  const transport = sshTransport(targetOf(options))
  await transport.link()
  return connectionOver(transport)
}
