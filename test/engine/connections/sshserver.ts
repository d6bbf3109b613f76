import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

export type SshServer = {
  readonly host: string
  readonly port: number
  /**
   * Holds `host_ed25519`, `host_rsa`, `user` (a key that root and the operator accept), `stranger`, and `ca`, whose
   * certificates the server accepts from users and shows of itself.
   */
  readonly directory: string
  /**
   * A user who may become root by sudo and by su with a password; both take `password`. The user `guarded` has the same
   * one, and must have a terminal for sudo. `noisy` is root with a shell that greets; `bare` is root below /run/bare, where
   * nothing is until it is put there.
   */
  readonly operator: { readonly user: string; readonly password: string }
  readonly knownHosts: string
  close(): Promise<void>
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('data', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('data', () => socket.destroy())
  })

/** Users, passwords and rules of sudo and doas that exist in the server's own mount namespace only. */
const privately = `set -e
cd "$1"
mkdir etc && mount -t tmpfs etc etc && mkdir etc/upper etc/work
mount -t overlay -o lowerdir=/etc,upperdir=etc/upper,workdir=etc/work etc /etc
cp -p passwd shadow group sudoers doas.conf /etc
mount -t tmpfs -o mode=0755 run /run
mkdir /run/sshd /run/bare
exec /usr/sbin/sshd -D -f "$1/sshd_config" -E "$1/log"`

const replaced = (text: string, line: RegExp, by: string): string => {
  if (!line.test(text)) throw new Error(`nothing matches ${line}`)
  return text.replace(line, by)
}

/** A real sshd on the loopback, with keys, users and sudo rules of its own; nothing of the machine is changed. */
export const startSshServer = async (): Promise<SshServer> => {
  const directory = mkdtempSync(join(tmpdir(), 'prelude-sshd-'))
  const file = (name: string) => join(directory, name)
  for (const [name, type] of [
    ['host_ed25519', 'ed25519'],
    ['host_rsa', 'rsa'],
    ['user', 'ed25519'],
    ['stranger', 'ed25519'],
    ['ca', 'ed25519'],
  ] as const) {
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', '', '-f', file(name)])
  }
  const certify = ['-q', '-s', file('ca'), '-h', '-I', 'host', '-n', '127.0.0.1', file('host_ed25519.pub')]
  execFileSync('ssh-keygen', certify)
  const password = "it's a pass word"
  const hash = execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: `${password}\n`, encoding: 'utf8' }).trim()
  const root = replaced(readFileSync('/etc/shadow', 'utf8'), /^root:[^:]*:/m, `root:${hash}:`)
  writeFileSync(
    file('shadow'),
    `${root}operator:${hash}:19000:0:99999:7:::\nguarded:${hash}:19000:0:99999:7:::
noisy:*:19000:0:99999:7:::
bare:*:19000:0:99999:7:::
`,
    {
      mode: 0o600,
    },
  )
  const home = `operator:x:64999:64999::${directory}:/bin/sh\nguarded:x:64998:64999::${directory}:/bin/sh
noisy:x:0:0::${directory}:${file('noisy')}
bare:x:0:0::/:/bin/sh
`
  // a home of root's own: what its profile on this machine starts is not part of the server
  mkdirSync(file('root'), { mode: 0o700 })
  const accounts = replaced(readFileSync('/etc/passwd', 'utf8'), /^(root:.*):[^:]*(:[^:]*)$/m, `$1:${file('root')}$2`)
  writeFileSync(file('passwd'), accounts + home)
  writeFileSync(file('group'), `${readFileSync('/etc/group', 'utf8')}operator:x:64999:\n`)
  writeFileSync(
    file('sudoers'),
    'Defaults timestamp_timeout=0\nDefaults:guarded requiretty\nguarded ALL=(ALL) ALL\nguarded ALL=(nobody) NOPASSWD: ALL\nroot ALL=(ALL) NOPASSWD: ALL\noperator ALL=(ALL) ALL\n',
    { mode: 0o440 },
  )
  writeFileSync(file('doas.conf'), 'permit nopass operator as root\npermit operator as nobody\n', { mode: 0o600 })
  writeFileSync(file('noisy'), '#!/bin/sh\necho Welcome; echo "mesg: ttyname failed" >&2\nexec /bin/sh "$@"\n', {
    mode: 0o755,
  })
  execFileSync('chmod', ['0755', directory])
  const port = await freePort()
  writeFileSync(
    file('sshd_config'),
    `Port ${port}
ListenAddress 127.0.0.1
HostKey ${file('host_ed25519')}
HostKey ${file('host_rsa')}
HostCertificate ${file('host_ed25519-cert.pub')}
TrustedUserCAKeys ${file('ca.pub')}
AuthorizedKeysFile ${file('user.pub')}
StrictModes no
UsePAM no
PermitRootLogin yes
PasswordAuthentication yes
MaxAuthTries 20
MaxStartups 200
PidFile none
Match User bare
ChrootDirectory /run/bare
`,
  )
  const knownHosts = file('known_hosts')
  writeFileSync(knownHosts, `[127.0.0.1]:${port} ${readFileSync(file('host_ed25519.pub'), 'utf8')}`)
  const sshd = spawn('unshare', ['--mount', 'sh', '-c', privately, 'sh', directory], { stdio: 'inherit' })
  for (let tries = 0; !(await answers(port)); tries++) {
    if (tries > 100 || sshd.exitCode !== null)
      throw new Error(`sshd does not start: ${readFileSync(file('log'), 'utf8')}`)
    await setTimeout(50)
  }
  return {
    host: '127.0.0.1',
    port,
    directory,
    operator: { user: 'operator', password },
    knownHosts,
    async close() {
      sshd.kill()
      if (sshd.exitCode === null && sshd.signalCode === null) await once(sshd, 'exit')
      rmSync(directory, { recursive: true })
    },
  }
}
