import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A baseboard management controller: OpenIPMI's simulator, whose chassis is a directory of small files. */
export type IpmiSimulator = {
  readonly port: number
  /** What the controller knows of its chassis: `power`, `boot`. */
  readonly get: (key: string) => string
  readonly set: (key: string, value: string) => void
  /** What it was told since the last time, one line each. */
  readonly calls: () => string[]
  readonly stop: () => void
}

const control = `#!/bin/sh
cd "$(dirname "$0")" || exit 1
verb=$1; shift
[ "$verb" = get ] || echo "$@" >>calls
while [ $# -gt 0 ]; do
  case $verb in
    get) printf '%s:%s\\n' "$1" "$(cat "chassis.$1")"; shift ;;
    set) echo "$2" >"chassis.$1"; [ "$1" != shutdown ] || echo 0 >chassis.power; shift 2 ;;
  esac
done
`

const freePort = async (): Promise<number> => {
  const socket = createSocket('udp4')
  await new Promise<void>((bound) => socket.bind(0, '127.0.0.1', bound))
  const { port } = socket.address()
  await new Promise<void>((closed) => socket.close(closed))
  return port
}

export const startIpmiSimulator = async (user: string, password: string): Promise<IpmiSimulator> => {
  const directory = mkdtempSync(join(tmpdir(), 'prelude-ipmi-'))
  const port = await freePort()
  const levels = ['callback', 'user', 'operator', 'admin'].map(
    (level) => `allowed_auths_${level} none md2 md5 straight`,
  )
  const settings = [
    ...[
      'name "simulator"',
      'set_working_mc 0x20',
      'startlan 1',
      `addr 127.0.0.1 ${port}`,
      'priv_limit admin',
      ...levels,
    ],
    ...['guid a123456789abcdefa123456789abcdef', 'endlan', `chassis_control "${directory}/control"`],
    `user 2 true "${user}" "${password}" admin 10 none md2 md5 straight`,
  ]
  writeFileSync(join(directory, 'lan.conf'), `${settings.join('\n')}\n`)
  const commands = [
    'mc_setbmc 0x20',
    'mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr',
    'mc_enable 0x20',
  ]
  writeFileSync(join(directory, 'commands'), `${commands.join('\n')}\n`)
  writeFileSync(join(directory, 'control'), control)
  chmodSync(join(directory, 'control'), 0o755)
  mkdirSync(join(directory, 'state'))
  const file = (key: string) => join(directory, `chassis.${key}`)
  for (const [key, value] of [
    ['power', '0'],
    ['boot', 'none'],
    ['reset', '0'],
  ] as const)
    writeFileSync(file(key), value)
  const child = spawn('ipmi_sim', ['-c', 'lan.conf', '-f', 'commands', '-s', 'state', '-n', '-d'], {
    cwd: directory,
    stdio: 'ignore',
  })
  return {
    port,
    get: (key) => readFileSync(file(key), 'utf8').trim(),
    set: (key, value) => writeFileSync(file(key), value),
    calls() {
      try {
        return readFileSync(join(directory, 'calls'), 'utf8').trim().split('\n')
      } catch {
        return []
      } finally {
        rmSync(join(directory, 'calls'), { force: true })
      }
    },
    stop() {
      child.kill('SIGKILL')
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
