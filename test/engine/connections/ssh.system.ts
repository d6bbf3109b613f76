import { execFileSync, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import * as assert from 'uvu/assert'
import { sh } from '../../../engine/command.ts'
import type { Become, ConnectionOptions } from '../../../engine/connections/connection.ts'
import { openSsh } from '../../../engine/connections/ssh.ts'
import { contract, endless, failureOf } from './contract.ts'
import { startSshServer } from './sshserver.ts'

const server = await startSshServer()
const { operator } = server
const guarded = { ...operator, user: 'guarded' }

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

/** Waits until an endless sleep is gone, which takes a moment after it was killed. */
const gone = (kind: number) =>
  sh`n=0; while pgrep -f ${`^sleep ${endless(kind)}$`}; do n=$((n+1)); [ $n -lt 60 ] || exit 9; sleep 0.05; done`

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
      assert.is((await root.run(sh`id -un; echo $HOME`)).stdout.toString(), `root\n${server.directory}/root\n`)
      const failure = await failureOf(connection.as({ user: 'nobody', method: 'doas' }).run(sh`id`))
      assert.is(failure.code, 'connection.become')
      assert.match(failure.hint ?? '', 'set ansible_become_password')
    } finally {
      await connection.close()
    }
  })

  const terminals: [string, { user: string; password: string }, Become][] = [
    ['doas, which asks for a password', operator, { user: 'nobody', method: 'doas', password: operator.password }],
    ['sudo with requiretty', guarded, { user: 'root', method: 'sudo', password: operator.password }],
    ['sudo with requiretty and no password', guarded, { user: 'nobody', method: 'sudo' }],
  ]
  for (const [what, login, become] of terminals) {
    tests(`a terminal is made for ${what}`, async () => {
      const connection = await openSsh(options(login))
      try {
        const other = connection.as(become)
        const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, byte) => byte % 256))
        const output = await other.run(sh`id -un >&2; cat`, { stdin: bytes })
        assert.is(output.stderr.toString(), `${become.user}\n`)
        assert.ok(output.stdout.equals(bytes))
        for (const separate of [false, true]) {
          const { stdout, stderr } = await other.run(sh`echo out; echo err >&2; exit 3`, { separate })
          assert.equal([stdout.toString(), stderr.toString()], ['out\n', 'err\n'])
        }
        assert.is((await other.run(sh`tee`, { stdin: bytes.subarray(0, 300) })).stdout.length, 300)
        await failureOf(other.run(sh`sleep ${endless(6)}`, { timeout: 300 }))
        assert.is((await place().connection.run(gone(6))).code, 0)
        const seen = sh`cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'`
        assert.not.match((await place().connection.run(seen)).stdout.toString(), operator.password)
      } finally {
        await connection.close()
      }
    })
  }

  tests('a wrong password on a terminal', async () => {
    const connection = await openSsh(options(operator))
    try {
      const failure = await failureOf(connection.as({ user: 'nobody', method: 'doas', password: 'no' }).run(sh`id`))
      assert.is(failure.code, 'connection.become')
      assert.match(failure.hint ?? '', 'check ansible_become_password')
    } finally {
      await connection.close()
    }
  })

  tests('the flags of sudo and su', async () => {
    const connection = await openSsh(options(operator))
    try {
      const { password } = operator
      const sudo = connection.as({ user: 'root', method: 'sudo', flags: '-n -H -i', password })
      assert.is((await sudo.run(sh`id -un; pwd`)).stdout.toString(), `root\n${server.directory}/root\n`)
      const su = connection.as({ user: 'root', method: 'su', flags: '-l', password })
      assert.is((await su.run(sh`id -un; pwd`)).stdout.toString(), `root\n${server.directory}/root\n`)
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

  tests('a host that cannot be reached is tried again as often as is said', async () => {
    const [first, second] = [join(server.directory, 'first'), join(server.directory, 'second')]
    const way = `[ ! -e ${second} ] || exec busybox nc %h %p; [ ! -e ${first} ] || : >${second}; : >${first}; exit 1`
    const given = more(`-o ProxyCommand="sh -c '${way}'"`)
    assert.is((await failureOf(openSsh(given))).code, 'connection.unreachable')
    assert.is(await whoAmI({ ...given, retries: 1 }), 'root')
  })

  tests('a proxy command that fails says why', async () => {
    const failure = await failureOf(openSsh(more(`-o ProxyCommand="sh -c 'echo no way to %h >&2; exit 1'"`)))
    assert.is(failure.code, 'connection.unreachable')
    assert.match(failure.message, 'no way to 127.0.0.1')
  })

  tests('a host that does not answer is unreachable when the time is over', async () => {
    const failure = await failureOf(openSsh(more(`-o ProxyCommand="sleep ${endless(8)}" -o ConnectTimeout=1`)))
    assert.is(failure.code, 'connection.unreachable')
    assert.is((await place().connection.run(gone(8))).code, 0)
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

  tests(
    "a file that is cut off on its way does not take the old one's place",
    async () => {
      const { connection, directory } = place()
      const path = join(directory, 'cut')
      await connection.write(path, Buffer.from('old'))
      const hash = createHash('sha1').update(Buffer.alloc(8_000_000))
      const large = { size: 8_000_000, sha1: hash.digest('hex'), open: () => Readable.from([Buffer.alloc(8_000_000)]) }
      for (const content of [Buffer.alloc(60_000), Buffer.alloc(3_000_000), large]) {
        // the way to the host carries so many bytes, then it ends
        const size = content === large ? 4_000_000 : Math.floor((content as Buffer).length * 0.7)
        const narrow = await openSsh(more(`-o ProxyCommand="sh -c 'stdbuf -o0 head -c ${size} | busybox nc %h %p'"`))
        try {
          await failureOf(narrow.write(path, content))
        } finally {
          await narrow.close()
        }
        const left = sh`n=0; while [ "$(ls -A ${directory})" != cut ] && [ $n -lt 60 ]; do n=$((n+1)); sleep 0.05; done; ls -A ${directory}; cat ${path}`
        assert.is((await connection.run(left)).stdout.toString(), 'cut\nold')
      }
      await connection.run(sh`rm ${path}`)
    },
    30_000,
  )

  tests('a full disk is a failure that says so; the old file stays', async () => {
    const { connection, directory } = place()
    await connection.run(sh`mkdir ${directory}/small && mount -t tmpfs -o size=256k small ${directory}/small`)
    const path = join(directory, 'small', 'file')
    await connection.write(path, Buffer.from('old'))
    const failure = await failureOf(connection.write(path, randomBytes(1_000_000)))
    assert.match(failure.message, 'No space left on device')
    const { stdout } = await connection.run(sh`ls -A ${directory}/small; cat ${path}; umount ${directory}/small`)
    assert.is(stdout.toString(), 'file\nold')
    await connection.run(sh`rmdir ${directory}/small`)
  })

  tests('a shell that greets does not spoil the answers', async () => {
    const connection = await openSsh(options({ user: 'noisy' }))
    try {
      const { stdout, stderr } = await connection.run(sh`echo out; echo err >&2`)
      assert.equal([stdout.toString(), stderr.toString()], ['out\n', 'err\n'])
      const bytes = randomBytes(300_000)
      assert.ok((await connection.run(sh`cat`, { stdin: bytes })).stdout.equals(bytes))
      const nobody = connection.as({ user: 'nobody', method: 'sudo' })
      assert.is((await nobody.run(sh`id -un`)).stdout.toString(), 'nobody\n')
    } finally {
      await connection.close()
    }
  })

  tests('a host with busybox and nothing else', async () => {
    await place().connection.run(sh`cd /run/bare && mkdir bin proc dev tmp etc && cp /bin/busybox bin/ && bin/busybox --install -s bin &&
for link in bin/*; do [ "$link" = bin/busybox ] || ln -sf busybox "$link"; done
echo root:x:0:0::/:/bin/sh >etc/passwd; echo root:x:0: >etc/group; mount -t proc proc proc; mknod -m 0666 dev/null c 1 3`)
    const connection = await openSsh(options({ user: 'bare' }))
    try {
      const { code, stderr } = await connection.run(sh`echo err >&2; ls -l /bin/ls; exit 3`)
      assert.equal([code, stderr.toString()], [3, 'err\n'])
      for (const [size, separate] of [
        [100, true],
        [300_000, true],
        [300_000, false],
      ] as const) {
        const bytes = randomBytes(size)
        assert.ok((await connection.run(sh`cat`, { stdin: bytes, separate })).stdout.equals(bytes))
      }
      for (const size of [10, 1_000_000]) {
        await connection.write('/tmp/file', randomBytes(size), { mode: 0o640 })
        const stat = await connection.stat('/tmp/file', { checksum: 'sha1' })
        assert.equal([stat?.size, stat?.mode, stat?.owner, stat?.checksum?.length], [size, 0o640, 'root', 40])
      }
      assert.is(await connection.stat('/tmp/none'), undefined)
      const failure = await failureOf(connection.run(sh`sleep ${endless(7)}`, { timeout: 300 }))
      assert.is(failure.code, 'connection.timeout')
      assert.is((await place().connection.run(gone(7))).code, 0)
    } finally {
      await connection.close()
    }
  })

  tests.after(async () => {
    rmSync(place().directory, { recursive: true })
    await server.close()
  })
})
