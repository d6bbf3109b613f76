import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sh } from '../command.ts'
import { Failure } from '../failure.ts'
import { announced } from './announced.ts'
import { channelOf } from './childchannel.ts'
import { connectionOver } from './connect.ts'
import type { Connection, ConnectionOptions } from './connection.ts'
import { drained } from './drained.ts'
import { retried } from './retried.ts'
import { readSshArguments, sshWords } from './ssharguments.ts'
import type { Channel, Transport } from './transport.ts'

const defaultTimeout = 10_000

/** Milliseconds beyond the connection itself for who has to prove who they are: a key may want a finger. */
const authenticationTimeout = 60_000

/** ssh asks a program for the password; this one hands over the line that we write into ssh's input. */
const askpass = `#!/bin/sh
IFS= read -r answer && printf '%s\\n' "$answer"
`

/** What ssh says when a server is reached that does not let us in, and when its key is not the right one. */
const notLetIn = /Permission denied \(|Too many authentication failures|No supported authentication methods/
const notTrusted = /Host key verification failed|host key is known for|REMOTE HOST IDENTIFICATION HAS CHANGED|revoked/

type Target = {
  readonly options: ConnectionOptions
  readonly name: string
  /** Arguments of every call, the socket of the master apart. */
  readonly words: readonly string[]
  /** The arguments name a socket: the master is the user's, who may have opened it, and stays when we are done. */
  readonly isShared: boolean
}

const targetOf = (options: ConnectionOptions): Target => {
  const { host, user, port, privateKeyFile, hostKeyChecking, password } = options
  const given = options.sshArguments ?? ''
  const { controlPath } = readSshArguments(given)
  const timeout = Math.ceil((options.timeout ?? defaultTimeout) / 1000)
  // Of each option the first value counts: the host's variables, then the arguments, then what we take for granted.
  const words = [
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(privateKeyFile === undefined ? [] : ['-i', privateKeyFile]),
    ...sshWords(given),
    ...(hostKeyChecking === false ? ['-o', 'StrictHostKeyChecking=no'] : []),
    ...['-o', `ConnectTimeout=${timeout}`, '-o', 'ServerAliveInterval=15', '-o', 'ServerAliveCountMax=3'],
    // Nobody is there to be asked, but for the one password.
    ...(password === undefined
      ? ['-o', 'PasswordAuthentication=no', '-o', 'KbdInteractiveAuthentication=no']
      : ['-o', 'NumberOfPasswordPrompts=1']),
  ]
  const name = `${user === undefined ? '' : `${user}@`}${host}${port === undefined ? '' : `:${port}`}`
  return { options, name, words, isShared: controlPath !== undefined && controlPath !== 'none' }
}

const refused = ({ name }: Target, stderr: string): Failure => {
  const lines = stderr.split('\n').map((line) => line.trim())
  const said = lines.filter((line) => line !== '' && !line.startsWith('@')).slice(-3)
  const reason = said.join('; ') || 'ssh gives no reason'
  if (notTrusted.test(stderr)) {
    return new Failure('connection.hostkey', `the host key of ${name} is not trusted: ${reason}`, {
      hint: `compare its fingerprint with the host's; then 'ssh' to it once, or replace the old line: ssh-keygen -R`,
    })
  }
  if (notLetIn.test(stderr)) {
    return new Failure('connection.authentication', `${name} does not let us in: ${reason}`, {
      hint: "see why with 'ssh -v'; keys and users come from ansible_user, ansible_ssh_private_key_file and ~/.ssh/config",
    })
  }
  return new Failure('connection.unreachable', `cannot reach ${name}: ${reason}`, {
    hint: "is the host up, is ansible_host right? 'ssh -v' tells more",
  })
}

/** The first of all sessions: it says that we are in, and ends with its input, also when we are killed. */
const first = (mark: string) => sh`exec /bin/sh -c ${sh`echo ${mark}; exec cat >/dev/null`.text}`.text

/** Sessions over one connection of the system's ssh (its master), which is made anew when it was lost. */
const opensshTransport = async (target: Target): Promise<Transport & { connect(): Promise<void> }> => {
  const { options, name, words } = target
  const { host, password, sshAgent, timeout = defaultTimeout } = options
  const directory = await mkdtemp(join(tmpdir(), 'prelude-ssh-'))
  await writeFile(join(directory, 'askpass'), askpass, { mode: 0o700 })
  const common = [...words, '-o', `ControlPath=${join(directory, '%C')}`]
  const env = {
    ...process.env,
    ...(sshAgent === undefined ? {} : { SSH_AUTH_SOCK: sshAgent }),
    ...(password === undefined ? {} : { SSH_ASKPASS: join(directory, 'askpass'), SSH_ASKPASS_REQUIRE: 'force' }),
  }
  const session = (options: readonly string[], remote: string): Channel =>
    channelOf(spawn('ssh', ['-T', ...options, ...common, '--', host, remote], { detached: true, env }))

  const start = async (): Promise<Channel> => {
    const mark = randomBytes(16).toString('hex')
    const persist = target.isShared ? [] : ['-o', 'ControlPersist=no']
    const master = session(['-o', 'ControlMaster=auto', ...persist], first(mark))
    let [out, err] = ['', '']
    master.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString()
    })
    if (password !== undefined) master.stdin.write(`${password}\n`)
    const arrived = Promise.withResolvers<'in'>()
    master.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
      if (out.includes(mark)) arrived.resolve('in')
    })
    const limit = timeout + authenticationTimeout
    const late = Promise.withResolvers<'late'>()
    const timer = setTimeout(late.resolve, limit, 'late')
    const event = await Promise.race([arrived.promise, late.promise, master.ended])
    clearTimeout(timer)
    if (event === 'in') return master
    if (event !== 'late') await drained(master)
    master.kill()
    throw refused(target, event === 'late' ? `no answer within ${limit} ms` : err || event.reason)
  }

  let connected: Promise<Channel> | undefined
  const connect = (): Promise<Channel> => {
    if (connected) return connected
    const connecting = retried(options.retries ?? 0, start)
    connected = connecting
    const forget = () => {
      if (connected === connecting) connected = undefined
    }
    connecting.then((master) => master.ended.then(forget), forget)
    return connecting
  }

  return {
    kind: 'openssh',
    name,
    shells: 4, // servers allow ten sessions a connection unless told
    connect: async () => {
      await connect()
    },
    async spawn(command) {
      await connect()
      // By /bin/sh: the user's login shell may be no POSIX shell.
      const { text, watch } = announced(command)
      return watch(session(['-o', 'ControlMaster=no'], text.text))
    },
    async close() {
      const master = await connected?.catch(() => undefined)
      master?.stdin.end()
      const timer = setTimeout(() => master?.kill(), 2000)
      await master?.ended
      clearTimeout(timer)
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/**
 * A host over the system's ssh, for what only that can do: certificates, FIDO keys, Kerberos, `~/.ssh/config`. One
 * connection carries all shells (ControlMaster). Throws a Failure 'connection.unreachable', 'connection.hostkey' or
 * 'connection.authentication'.
 */
export const openOpenssh = async (options: ConnectionOptions): Promise<Connection> => {
  const transport = await opensshTransport(targetOf(options))
  try {
    await transport.connect()
  } catch (thrown) {
    await transport.close()
    throw thrown
  }
  return connectionOver(transport)
}
