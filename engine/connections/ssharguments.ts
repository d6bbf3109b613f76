import { quote } from '../command.ts'
import { Failure, messageOf } from '../failure.ts'
import { splitWords } from '../words.ts'

/** What we take from arguments in OpenSSH's form; names as in ssh_config(5). What is not named here has no meaning for us. */
export type SshArguments = {
  readonly port?: number
  readonly user?: string
  readonly identityFiles: readonly string[]
  readonly identitiesOnly: boolean
  readonly identityAgent?: string
  readonly proxyCommand?: string
  readonly controlPath?: string
  /** Seconds. */
  readonly connectTimeout?: number
  readonly strictHostKeyChecking?: 'yes' | 'no' | 'accept-new'
  readonly userKnownHostsFiles?: readonly string[]
  readonly hostKeyAlias?: string
  /** Seconds. */
  readonly serverAliveInterval?: number
  readonly serverAliveCountMax?: number
}

const wrong = (what: string): Failure =>
  new Failure('connection.arguments', `ssh arguments: ${what}`, {
    hint: 'write them as for ssh: -o Option=value -p port -l user -i file',
  })

/** Options of ssh that take a value. */
const valued = /^-([BbcDEeFIiJLlmOopQRSWw])(.*)$/

/** A jump host as ssh itself would go through it. */
const jumpCommand = (jump: string): string => {
  const hops = jump.split(',')
  const last = hops.pop() ?? ''
  const via = hops.length > 0 ? ['-J', hops.join(',')] : []
  const [, target = last, port] = /^(?:ssh:\/\/)?(.*?)(?::(\d+))?$/.exec(last) ?? []
  return [...['ssh', '-W', '[%h]:%p'], ...via, ...(port ? ['-p', port] : []), target].map(quote).join(' ')
}

/** All `-o` options in the order given, with the short options in their long names. */
const optionsOf = (words: readonly string[]): [string, string][] => {
  const long: Readonly<Record<string, string>> = {
    i: 'identityfile',
    J: 'proxyjump',
    l: 'user',
    p: 'port',
    S: 'controlpath',
  }
  const options: [string, string][] = []
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    const [, letter, attached] = valued.exec(word) ?? []
    if (letter === undefined) {
      if (!word.startsWith('-')) throw wrong(`'${word}' is not an option`)
      continue
    }
    const value = attached || words[++index]
    if (value === undefined) throw wrong(`${word} lacks its value`)
    if (letter !== 'o') {
      if (long[letter]) options.push([long[letter], value])
      continue
    }
    const [, name, rest] = /^\s*([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.*)$/.exec(value) ?? []
    if (name === undefined || rest === undefined) throw wrong(`-o ${value} is not of the form Option=value`)
    options.push([name.toLowerCase(), rest.replace(/^"(.*)"$/, '$1')])
  }
  return options
}

const checking: Readonly<Record<string, 'yes' | 'no' | 'accept-new'>> = {
  yes: 'yes',
  ask: 'yes',
  true: 'yes',
  no: 'no',
  off: 'no',
  false: 'no',
  'accept-new': 'accept-new',
}

/** Arguments in OpenSSH's form as words. */
export const sshWords = (text: string): string[] => {
  try {
    return splitWords(text)
  } catch (thrown) {
    throw wrong(messageOf(thrown))
  }
}

/** Reads arguments in OpenSSH's form. As with ssh, the first value of an option counts. */
export const readSshArguments = (text: string): SshArguments => {
  const options = optionsOf(sshWords(text))
  const value = (name: string) => options.find(([key]) => key === name)?.[1]
  const number = (name: string): number | undefined => {
    const found = value(name)
    if (found !== undefined && !/^\d+$/.test(found)) throw wrong(`${name} '${found}' is not a whole number`)
    return found === undefined ? undefined : Number(found)
  }
  const strict = value('stricthostkeychecking')
  if (strict !== undefined && !checking[strict])
    throw wrong(`StrictHostKeyChecking '${strict}' is neither yes, no nor accept-new`)
  const jump = value('proxyjump')
  const proxy = value('proxycommand') ?? (jump === undefined || jump === 'none' ? undefined : jumpCommand(jump))
  const found = {
    port: number('port'),
    user: value('user'),
    identityFiles: options.flatMap(([key, file]) => (key === 'identityfile' ? file : [])),
    identitiesOnly: value('identitiesonly') === 'yes',
    identityAgent: value('identityagent'),
    proxyCommand: proxy === 'none' ? undefined : proxy,
    connectTimeout: number('connecttimeout'),
    strictHostKeyChecking: strict === undefined ? undefined : checking[strict],
    userKnownHostsFiles: value('userknownhostsfile')?.split(/\s+/),
    hostKeyAlias: value('hostkeyalias'),
    controlPath: value('controlpath'),
    serverAliveInterval: number('serveraliveinterval'),
    serverAliveCountMax: number('serveralivecountmax'),
  }
  const given = Object.entries(found).filter(([, each]) => each !== undefined)
  return Object.fromEntries(given) as unknown as SshArguments
}
