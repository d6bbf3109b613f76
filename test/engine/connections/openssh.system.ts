import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { sh } from '../../../engine/command.ts'
import type { ConnectionOptions } from '../../../engine/connections/connection.ts'
import { openOpenssh } from '../../../engine/connections/openssh.ts'
import { contract, endless, failureOf } from './contract.ts'
import { startSshServer } from './sshserver.ts'

const server = await startSshServer()
const { operator } = server
const file = (name: string) => join(server.directory, name)
const knownAs = (known: string) => `-o UserKnownHostsFile=${known} -o IdentityAgent=none -F none`

const options = (other: Partial<ConnectionOptions> = {}): ConnectionOptions => ({
  host: server.host,
  port: server.port,
  user: 'root',
  privateKeyFile: file('user'),
  sshArguments: knownAs(server.knownHosts),
  ...other,
})

const whoAmI = async (given: ConnectionOptions): Promise<string> => {
  const connection = await openOpenssh(given)
  try {
    return (await connection.run(sh`id -un`)).stdout.toString().trim()
  } finally {
    await connection.close()
  }
}

const open = async () => ({
  connection: await openOpenssh(options()),
  directory: await mkdtemp(join(tmpdir(), 'prelude-openssh-')),
  become: { user: 'nobody', method: 'sudo' } as const,
})

/** Process numbers of this test's masters. */
const masters = (): string[] =>
  execFileSync('sh', [
    '-c',
    `ps -eo pid=,args= | grep -F ${server.directory} | grep -F ControlMaster=auto | grep -v grep || :`,
  ])
    .toString()
    .split('\n')
    .flatMap((line) => /^\s*(\d+)/.exec(line)?.[1] ?? [])

contract('connections/openssh', open, (tests, place) => {
  tests('one connection carries every shell', async () => {
    const { connection } = place()
    const client = async () => (await connection.run(sh`sleep 0.2; echo "$SSH_CONNECTION"`)).stdout.toString()
    const clients = await Promise.all([client(), client(), client()])
    assert.is(new Set(clients).size, 1)
    assert.match(clients[0] ?? '', /^127\.0\.0\.1 \d+ /)
  })

  tests('the name says user, host and port', () => {
    assert.is(place().connection.name, `root@127.0.0.1:${server.port}`)
  })

  tests('a password lets in where no key does; no argument and no variable tells it', async () => {
    const connection = await openOpenssh(options({ ...operator, privateKeyFile: file('stranger') }))
    try {
      assert.is((await connection.run(sh`id -un`)).stdout.toString(), 'operator\n')
      const told = sh`cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'`
      const listed = (await place().connection.run(told)).stdout.toString()
      assert.match(listed, file('stranger'))
      assert.not.match(listed, operator.password)
    } finally {
      await connection.close()
    }
  })

  tests('nobody is let in with the wrong password, or with none', async () => {
    for (const password of ['wrong', undefined]) {
      const given = options({ user: operator.user, privateKeyFile: file('stranger') })
      const failure = await failureOf(openOpenssh(password === undefined ? given : { ...given, password }))
      assert.is(failure.code, 'connection.authentication')
      assert.match(failure.message, `operator@127.0.0.1:${server.port}`)
      assert.not.match(failure.message, 'wrong')
    }
  })

  tests('a certificate lets in, and proves the host', async () => {
    execFileSync('cp', [file('stranger'), file('certified')])
    execFileSync('cp', [file('stranger.pub'), file('certified.pub')])
    execFileSync('ssh-keygen', ['-q', '-s', file('ca'), '-I', 'user', '-n', 'root', file('certified.pub')])
    writeFileSync(
      file('authorities'),
      `@cert-authority 127.0.0.1,[127.0.0.1]:* ${readFileSync(file('ca.pub'), 'utf8')}`,
    )
    const given = { privateKeyFile: file('certified'), sshArguments: knownAs(file('authorities')) }
    assert.is(await whoAmI(options(given)), 'root')
  })

  tests('the configuration of ssh says who a host is and how it is reached', async () => {
    writeFileSync(
      file('config'),
      `Host n01
  HostName 127.0.0.1
  Port ${server.port}
  User root
  IdentityFile ${file('user')}
  UserKnownHostsFile ${server.knownHosts}
  ProxyJump bastion
Host bastion
  HostName 127.0.0.1
  Port ${server.port}
  User operator
  IdentityFile ${file('user')}
  UserKnownHostsFile ${server.knownHosts}
`,
    )
    assert.is(await whoAmI({ host: 'n01', sshArguments: `-F ${file('config')} -o IdentityAgent=none` }), 'root')
  })

  tests('an unknown and a revoked host key are refused', async () => {
    writeFileSync(file('revoked'), `@revoked * ${readFileSync(file('host_ed25519.pub'), 'utf8')}`)
    for (const known of ['/dev/null', file('revoked')]) {
      const more = '-o HostKeyAlgorithms=ssh-ed25519'
      const failure = await failureOf(openOpenssh(options({ sshArguments: `${more} ${knownAs(known)}` })))
      assert.is(failure.code, 'connection.hostkey')
    }
    assert.is(await whoAmI(options({ hostKeyChecking: false, sshArguments: knownAs('/dev/null') })), 'root')
  })

  tests('a port where nobody listens, and a proxy that never answers', async () => {
    const closed = await failureOf(openOpenssh(options({ port: 1 })))
    assert.is(closed.code, 'connection.unreachable')
    assert.match(closed.message, /root@127\.0\.0\.1:1: .*Connection refused/)
    const silent = `-o ProxyCommand="sleep ${endless(9)}" ${knownAs(server.knownHosts)}`
    const late = await failureOf(openOpenssh(options({ timeout: 1000, sshArguments: silent })))
    assert.is(late.code, 'connection.unreachable')
  })

  tests('a connection that is cut is a failure, and the next command connects anew', async () => {
    const { connection } = place()
    const [master] = masters()
    const running = failureOf(connection.run(sh`sleep 5`))
    await new Promise((wake) => setTimeout(wake, 200))
    process.kill(Number(master), 'SIGKILL')
    assert.is((await running).code, 'connection.unreachable')
    assert.is((await connection.run(sh`echo again`)).stdout.toString(), 'again\n')
  })

  tests('nothing is left when a connection is closed', async () => {
    const before = masters()
    assert.is(await whoAmI(options()), 'root')
    assert.equal(masters(), before)
  })

  tests('a master that the user has opened is used, and stays', async () => {
    const socket = ['-S', file('master')]
    const known = knownAs(server.knownHosts).split(' ')
    const login = [...known, '-p', String(server.port), '-i', file('user'), 'root@127.0.0.1']
    execFileSync('ssh', ['-fNM', ...socket, ...login], { stdio: 'ignore' })
    const given = { sshArguments: [...socket, ...known].join(' '), privateKeyFile: file('stranger') }
    for (let times = 0; times < 2; times++) assert.is(await whoAmI(options(given)), 'root')
    execFileSync('ssh', [...socket, '-O', 'exit', 'any'], { stdio: 'ignore' })
  })

  tests.after(async () => {
    rmSync(place().directory, { recursive: true })
    await server.close()
  })
})
