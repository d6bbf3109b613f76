import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { sh } from '../../../engine/command.ts'
import type { ConnectionOptions } from '../../../engine/connections/connection.ts'
import { openSsh } from '../../../engine/connections/ssh.ts'
import { contract, endless, failureOf } from './contract.ts'
import { startSshServer } from './sshserver.ts'

const server = await startSshServer()
const { operator } = server

const options = (other: Partial<ConnectionOptions> = {}, known = server.knownHosts): ConnectionOptions => ({
  host: server.host,
  port: server.port,
  user: 'root',
  privateKeyFile: join(server.directory, 'user'),
  sshArguments: `-o UserKnownHostsFile=${known} -o IdentityAgent=none`,
  ...other,
})

const more = (text: string, known?: string) => {
  const base = options({}, known)
  return { ...base, sshArguments: `${text} ${base.sshArguments}` }
}

const whoAmI = async (given: ConnectionOptions): Promise<string> => {
  const connection = await openSsh(given)
  try {
    return (await connection.run(sh`id -un`)).stdout.toString().trim()
  } finally {
    await connection.close()
  }
}

const open = async () => ({
  connection: await openSsh(options()),
  directory: await mkdtemp(join(tmpdir(), 'prelude-ssh-')),
  become: { user: 'nobody', method: 'sudo' } as const,
})

contract('connections/ssh', open, (tests, place) => {
  tests('a command costs one round trip', async () => {
    const { connection } = place()
    await connection.run(sh`:`)
    const rounds: number[] = []
    for (let round = 0; round < 5; round++) {
      const start = performance.now()
      for (let index = 0; index < 20; index++) await connection.run(sh`:`)
      rounds.push((performance.now() - start) / 20)
    }
    // a delayed acknowledgement would cost 40 ms each
    assert.ok(Math.min(...rounds) < 10, `${Math.min(...rounds)} ms a command`)
  })

  tests('the name says user, host and port', () => {
    assert.is(place().connection.name, `root@127.0.0.1:${server.port}`)
  })

  tests('user, port and key may come from the arguments', async () => {
    const { host, sshArguments } = options()
    const key = join(server.directory, 'user')
    const given = { host, sshArguments: `-l root -p ${server.port} -i ${key} ${sshArguments}` }
    assert.is(await whoAmI(given), 'root')
  })

  tests('a password lets in where no key does', async () => {
    const given = options({ ...operator, privateKeyFile: join(server.directory, 'stranger') })
    assert.is(await whoAmI(given), 'operator')
  })

  tests('the agent that we are given lets in; that of the environment is not asked', async () => {
    const socket = join(server.directory, 'agent')
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'inherit'] })
    const former = process.env['SSH_AUTH_SOCK']
    try {
      await once(agent.stdout, 'data')
      const environment = { ...process.env, SSH_AUTH_SOCK: socket }
      execFileSync('ssh-add', ['-q', join(server.directory, 'user')], { env: environment })
      const { host, port } = server
      const given = { host, port, user: 'root', sshArguments: `-o UserKnownHostsFile=${server.knownHosts}` }
      assert.is(await whoAmI({ ...given, sshAgent: socket }), 'root')
      process.env['SSH_AUTH_SOCK'] = socket
      const failure = await failureOf(openSsh(given))
      assert.is(failure.code, 'connection.authentication')
    } finally {
      if (former === undefined) delete process.env['SSH_AUTH_SOCK']
      else process.env['SSH_AUTH_SOCK'] = former
      agent.kill()
      await once(agent, 'close')
    }
  })

  tests('nobody is let in with the wrong password or key', async () => {
    const password = await failureOf(
      openSsh(options({ ...operator, password: 'wrong', privateKeyFile: join(server.directory, 'stranger') })),
    )
    assert.is(password.code, 'connection.authentication')
    assert.match(password.message, `operator@127.0.0.1:${server.port}`)
    assert.not.match(password.message, 'wrong')
    const missing = await failureOf(openSsh(options({ privateKeyFile: '/not/there' })))
    assert.match(missing.message, '/not/there')
  })

  for (const method of ['sudo', 'su'] as const) {
    tests(`${method} with a password`, async () => {
      const connection = await openSsh(options(operator))
      try {
        const root = connection.as({ user: 'root', method, password: operator.password })
        assert.is((await root.run(sh`id -un`)).stdout.toString(), 'root\n')
        assert.is((await root.run(sh`wc -c`, { stdin: Buffer.alloc(400_000) })).stdout.toString().trim(), '400000')
        const listed = (await root.run(sh`cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'`))
          .stdout
        assert.not.match(listed.toString(), operator.password)
      } finally {
        await connection.close()
      }
    })

    tests(`${method} that wants a password, and there is none`, async () => {
      const connection = await openSsh(options(operator))
      try {
        const failure = await failureOf(connection.as({ user: 'root', method }).run(sh`id`))
        assert.is(failure.code, 'connection.become')
        assert.match(failure.hint ?? '', 'set ansible_become_password')
      } finally {
        await connection.close()
      }
    })
  }

  tests('sudo with a wrong password', async () => {
    const connection = await openSsh(options(operator))
    try {
      const failure = await failureOf(connection.as({ user: 'root', method: 'sudo', password: 'no' }).run(sh`id`))
      assert.is(failure.code, 'connection.become')
      assert.match(failure.message, 'the password is wrong')
      assert.match(failure.hint ?? '', 'check ansible_become_password')
    } finally {
      await connection.close()
    }
  })

  tests('doas', async () => {
    const connection = await openSsh(options(operator))
    try {
      const root = connection.as({ user: 'root', method: 'doas', password: 'of no use' })
      assert.is((await root.run(sh`id -un; echo $HOME`)).stdout.toString(), 'root\n/root\n')
      const failure = await failureOf(connection.as({ user: 'nobody', method: 'doas' }).run(sh`id`))
      assert.is(failure.code, 'connection.become')
      assert.match(failure.hint ?? '', "write 'permit nopass USER as nobody' in doas.conf")
    } finally {
      await connection.close()
    }
  })

  tests('the flags of sudo and su', async () => {
    const connection = await openSsh(options(operator))
    try {
      const { password } = operator
      const sudo = connection.as({ user: 'root', method: 'sudo', flags: '-n -H -i', password })
      assert.is((await sudo.run(sh`id -un; pwd`)).stdout.toString(), 'root\n/root\n')
      const su = connection.as({ user: 'root', method: 'su', flags: '-l', password })
      assert.is((await su.run(sh`id -un; pwd`)).stdout.toString(), 'root\n/root\n')
    } finally {
      await connection.close()
    }
  })

  tests('a password that is not asked for is not sent to the shell', async () => {
    const { connection } = place()
    const nobody = connection.as({ user: 'nobody', method: 'sudo', password: 'exit 9' })
    assert.is((await nobody.run(sh`id -un`)).stdout.toString(), 'nobody\n')
  })

  tests('an unknown host key is refused, with its fingerprint and what to do', async () => {
    const unknown = join(server.directory, 'unknown_hosts')
    const failure = await failureOf(openSsh(options({}, unknown)))
    assert.is(failure.code, 'connection.hostkey')
    assert.match(failure.message, /ssh-ed25519 SHA256:[A-Za-z0-9+/]{43}/)
    const command = /then: (.*)$/.exec(failure.hint ?? '')?.[1] ?? ''
    await place().connection.run(sh`sh -c ${command}`)
    assert.is(await whoAmI(options({}, unknown)), 'root')
  })

  tests('a changed host key is refused, also with accept-new', async () => {
    const changed = join(server.directory, 'changed_hosts')
    writeFileSync(changed, `[127.0.0.1]:${server.port} ${readFileSync(join(server.directory, 'user.pub'), 'utf8')}`)
    for (const given of [options({}, changed), more('-o StrictHostKeyChecking=accept-new', changed)]) {
      const failure = await failureOf(openSsh(given))
      assert.is(failure.code, 'connection.hostkey')
      assert.match(failure.message, 'another host key')
    }
  })

  tests('accept-new adds a new key once', async () => {
    const fresh = join(server.directory, 'fresh', 'known_hosts')
    for (let times = 0; times < 2; times++)
      assert.is(await whoAmI(more('-o StrictHostKeyChecking=accept-new', fresh)), 'root')
    assert.is(readFileSync(fresh, 'utf8').split('\n').length, 2)
    assert.is(await whoAmI(options({}, fresh)), 'root')
  })

  tests('host keys are not checked when that is asked for', async () => {
    assert.is(await whoAmI(options({ hostKeyChecking: false }, '/dev/null')), 'root')
    assert.is(await whoAmI(more('-o StrictHostKeyChecking=no', '/dev/null')), 'root')
  })

  tests('the host is asked for the kind of key that is known', async () => {
    const rsa = join(server.directory, 'rsa_hosts')
    writeFileSync(rsa, `[127.0.0.1]:${server.port} ${readFileSync(join(server.directory, 'host_rsa.pub'), 'utf8')}`)
    assert.is(await whoAmI(options({}, rsa)), 'root')
  })

  tests('a proxy command leads to the host', async () => {
    assert.is(await whoAmI(more(`-o ProxyCommand="busybox nc %h %p"`)), 'root')
  })

  tests('a proxy command that fails says why', async () => {
    const failure = await failureOf(openSsh(more(`-o ProxyCommand="sh -c 'echo no way to %h >&2; exit 1'"`)))
    assert.is(failure.code, 'connection.unreachable')
    assert.match(failure.message, 'no way to 127.0.0.1')
  })

  tests('a host that does not answer is unreachable when the time is over', async () => {
    const start = performance.now()
    const failure = await failureOf(openSsh(more(`-o ProxyCommand="sleep ${endless(8)}" -o ConnectTimeout=1`)))
    assert.is(failure.code, 'connection.unreachable')
    assert.ok(performance.now() - start < 3000)
    assert.is((await place().connection.run(sh`pgrep -f ${`^sleep ${endless(8)}$`}`)).code, 1)
  })

  tests('a port where nobody listens', async () => {
    const failure = await failureOf(openSsh(options({ port: 1 })))
    assert.is(failure.code, 'connection.unreachable')
    assert.match(failure.message, /root@127\.0\.0\.1:1: .*ECONNREFUSED/)
  })

  tests('a connection that is cut is a failure, and the next command connects anew', async () => {
    const { connection } = place()
    const failure = await failureOf(connection.run(sh`kill -KILL $PPID; sleep 5`))
    assert.is(failure.code, 'connection.unreachable')
    assert.is((await connection.run(sh`echo again`)).stdout.toString(), 'again\n')
  })

  tests.after(async () => {
    rmSync(place().directory, { recursive: true })
    await server.close()
  })
})
