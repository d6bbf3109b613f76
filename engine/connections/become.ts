import { randomBytes } from 'node:crypto'
import { Command, sh, verbatim } from '../command.ts'
import { Failure } from '../failure.ts'
import type { Become } from './connection.ts'
import type { Channel, Transport } from './transport.ts'

export const becomeMethods: readonly Become['method'][] = ['sudo', 'su', 'doas']

/** What a become program prints when it wants a password: our own prompt for sudo; su has only its own. */
const promptOf = (become: Become, mark: string): RegExp =>
  become.method === 'sudo' ? new RegExp(`prompt${mark}`, 'g') : /password[^\n]*:\s*$/gi

/** The flags as they are written; a sudo that must not ask has no use for a password. */
const flagsOf = ({ flags, method, password }: Become): Command => {
  if (method !== 'sudo') return verbatim(flags ?? '')
  const given = flags ?? '-H'
  return verbatim(password === undefined ? given : given.replace(/(?<=^|\s)-n(?=\s|$)/, ''))
}

/** The command line that starts `inner` as the other user. */
const commandFor = (become: Become, mark: string, inner: Command): Command => {
  const program = become.exe ?? become.method
  const flags = flagsOf(become)
  if (become.method === 'su') {
    // the prompt must be the one we know
    const locale = become.password === undefined ? sh`` : sh`LC_ALL=C`
    return sh`${locale} exec ${program} ${flags} -s /bin/sh ${become.user} -c ${sh`${become.password === undefined ? sh`` : sh`unset LC_ALL;`} ${inner}`.text}`
  }
  // doas takes a password from a terminal alone: what is allowed without one must do
  const isMute = become.password === undefined || become.method === 'doas'
  const asking = isMute ? sh`-n` : sh`-S -p ${`prompt${mark}`}`
  return sh`exec ${program} ${flags} ${asking} -u ${become.user} -- /bin/sh -c ${inner.text}`
}

/** Waits until the other user's shell says that it is there, answering one question for a password. */
const arrived = async (channel: Channel, become: Become, mark: string, name: string): Promise<Channel> => {
  const { promise, resolve, reject } = Promise.withResolvers<Channel>()
  const refused = (why: string) => {
    const hint = /unknown user|no such user|does not exist/i.test(why)
      ? 'make the user first, or check become_user'
      : become.method === 'doas' && /authenti|authori[sz]ation required/i.test(why)
        ? `doas takes no password without a terminal: write 'permit nopass USER as ${become.user}' in doas.conf`
        : become.password === undefined
          ? 'set ansible_become_password, or allow this user to become the other one without a password'
          : 'check ansible_become_password'
    channel.kill()
    reject(
      new Failure('connection.become', `cannot become ${become.user} on ${name} by ${become.method}: ${why}`, { hint }),
    )
  }
  let out = Buffer.alloc(0)
  let err = ''
  let answered = false
  const ready = Buffer.from(`ready${mark}`)
  const onOut = (chunk: Buffer) => {
    out = Buffer.concat([out, chunk])
    const at = out.indexOf(ready)
    if (at < 0) return
    channel.stdout.pause()
    stop()
    const rest = out.subarray(at + ready.length)
    if (rest.length > 0) channel.stdout.unshift(rest)
    resolve(channel)
  }
  const onErr = (chunk: Buffer) => {
    err += chunk.toString()
    if (!promptOf(become, mark).test(err)) return
    err = ''
    if (become.password === undefined) return refused('it asks for a password')
    if (answered) return refused('the password is wrong')
    answered = true
    channel.stdin.write(`${become.password}\n`)
  }
  const stop = () => {
    channel.stdout.off('data', onOut)
    channel.stderr.off('data', onErr)
  }
  channel.stdout.on('data', onOut)
  channel.stderr.on('data', onErr)
  void channel.ended.then(({ reason }) => {
    stop()
    refused(err.trim().split('\n').slice(-3).join('; ') || reason)
  })
  return promise
}

/** A transport that starts every process as another user. Nothing is asked of sudo or su when we are that user already. */
export const becoming = (transport: Transport, become: Become): Transport => ({
  ...transport,
  async spawn(command) {
    const mark = randomBytes(16).toString('hex')
    const inner = sh`printf ready${new Command(mark)}; ${command}`
    const channel = await transport.spawn(
      sh`if [ "$(id -u)" = "$(id -u ${become.user})" ]; then ${inner}; else ${commandFor(become, mark, inner)}; fi`,
    )
    return arrived(channel, become, mark, transport.name)
  },
})
