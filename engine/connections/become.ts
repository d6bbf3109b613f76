import { randomBytes } from 'node:crypto'
import { Command, sh, verbatim } from '../command.ts'
import { Failure } from '../failure.ts'
import type { Become } from './connection.ts'
import { drained } from './drained.ts'
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

/** Whether a program refused because it has no terminal, on which doas asks for every password. */
const wantsTerminal = ({ method, password }: Become, { message }: Failure): boolean =>
  /must have a tty|must be run from a terminal|tty is required/i.test(message) ||
  (method === 'doas' && password !== undefined && /doas: auth\w+ (required|failed)/i.test(message))

/** The command line that starts `inner` as the other user. */
const commandFor = (become: Become, mark: string, inner: Command, onTerminal: boolean): Command => {
  const program = become.exe ?? become.method
  const flags = flagsOf(become)
  if (become.method === 'su') {
    // the prompt must be the one we know
    const locale = become.password === undefined ? sh`` : sh`LC_ALL=C`
    return sh`${locale} exec ${program} ${flags} -s /bin/sh ${become.user} -c ${sh`${become.password === undefined ? sh`` : sh`unset LC_ALL;`} ${inner}`.text}`
  }
  const prompt = sh`-p ${`prompt${mark}`}`
  // doas takes a password from a terminal alone
  const isMute = become.password === undefined || (become.method === 'doas' && !onTerminal)
  const asking = isMute ? sh`-n` : become.method === 'doas' ? sh`` : onTerminal ? prompt : sh`-S ${prompt}`
  return sh`exec ${program} ${flags} ${asking} -u ${become.user} -- /bin/sh -c ${inner.text}`
}

/**
 * Runs a command with a terminal of its own to control it, and with our own streams: what it asks on the terminal comes
 * on our stderr, and the lines of our input are typed there, up to the one that says `go`. What still waits for a line
 * when the command has ended ends with it: the process group is our own.
 */
const withTerminal = (command: Command, mark: string): Command => {
  const typed = sh`while IFS= read -r line; do printf '%s\n' "$line"; [ "$line" != ${`go${mark}`} ] || break; done`
  return sh`command -v script >/dev/null || { echo 'it wants a terminal, which the program script would make' >&2; exit 1; }
exec 3<&0 4>&1 5>&2
${typed} <&3 | { SHELL=/bin/sh script -qc ${sh`unset SHELL; ${command} <&3 >&4 2>&5 3<&- 4>&- 5>&-`.text} /dev/null >&2; kill -TERM 0; }`
}

/** Waits until the other user's shell says that it is there, answering one question for a password. */
const arrived = async (
  channel: Channel,
  become: Become,
  mark: string,
  name: string,
  onTerminal: boolean,
): Promise<Channel> => {
  const { promise, resolve, reject } = Promise.withResolvers<Channel>()
  const refused = (why: string) => {
    const hint = /unknown user|no such user|does not exist/i.test(why)
      ? 'make the user first, or check become_user'
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
  let isThere = false
  const ready = Buffer.from(`ready${mark}`)
  const onOut = (chunk: Buffer) => {
    out = Buffer.concat([out, chunk])
    const at = out.indexOf(ready)
    if (at < 0) return
    isThere = true
    channel.stdout.pause()
    stop()
    const rest = out.subarray(at + ready.length)
    if (rest.length > 0) channel.stdout.unshift(rest)
    if (onTerminal) channel.stdin.write(`go${mark}\n`)
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
  void channel.ended.then(async ({ reason }) => {
    if (isThere) return
    await drained(channel) // what it said is why, and whether it wants a terminal
    if (isThere) return
    stop()
    refused(err.trim().split('\n').slice(-3).join('; ') || reason)
  })
  return promise
}

/**
 * A transport that starts every process as another user. Nothing is asked of sudo, su or doas when we are that user
 * already; a terminal is made where they want one: doas reads passwords from nothing else, sudo may be told to (requiretty).
 */
export const becoming = (transport: Transport, become: Become): Transport => {
  let needsTerminal = false
  const start = async (command: Command, onTerminal: boolean): Promise<Channel> => {
    const mark = randomBytes(16).toString('hex')
    const ready = sh`printf ready${new Command(mark)}`
    const inner = onTerminal
      ? sh`stty -echo </dev/tty; ${ready}; IFS= read -r go </dev/tty; ${command}`
      : sh`${ready}; ${command}`
    const program = commandFor(become, mark, inner, onTerminal)
    const channel = await transport.spawn(
      onTerminal
        ? sh`if [ "$(id -u)" = "$(id -u ${become.user})" ]; then ${ready}; IFS= read -r go; ${command}; else ${withTerminal(program, mark)}; fi`
        : sh`if [ "$(id -u)" = "$(id -u ${become.user})" ]; then ${inner}; else ${program}; fi`,
    )
    return arrived(channel, become, mark, transport.name, onTerminal)
  }
  return {
    ...transport,
    async spawn(command) {
      try {
        return await start(command, needsTerminal)
      } catch (thrown) {
        if (needsTerminal || !(thrown instanceof Failure) || !wantsTerminal(become, thrown)) throw thrown
        needsTerminal = true
        return start(command, true)
      }
    },
  }
}
