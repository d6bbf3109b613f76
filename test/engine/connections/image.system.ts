import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { sh, verbatim } from '../../../engine/command.ts'
import type { Connection } from '../../../engine/connections/connection.ts'
import { type ImageOptions, openImage } from '../../../engine/connections/image.ts'
import { collectFacts } from '../../../engine/facts/collect.ts'
import { until } from '../../until.ts'
import { contract, endless, failureOf } from './contract.ts'
import { inventoryOf, makeTree } from './imagetree.ts'

const tree = makeTree()
const second = makeTree()

const open = async () => {
  mkdirSync(join(tree, 'work'))
  return {
    connection: await openImage({ root: tree }),
    directory: '/work',
    become: { user: 'nobody', method: 'su' } as const,
  }
}

const text = async (connection: Connection, script: string) =>
  (await connection.run(verbatim(script))).stdout.toString()

/** Opens a tree, which must be afterwards as it was before, without a mount left. */
const withTree = async (
  use: (connection: Connection, root: string) => Promise<void>,
  prepare: (root: string) => void = () => {},
  options: Omit<ImageOptions, 'root'> = {},
): Promise<void> => {
  prepare(second)
  const before = inventoryOf(second)
  const connection = await openImage({ root: second, ...options })
  try {
    await use(connection, second)
  } finally {
    await connection.close()
  }
  assert.not.match(readFileSync('/proc/self/mounts', 'utf8'), second)
  assert.is(inventoryOf(second), before)
}

/** Process numbers, as the machine sees them, of a sleep. */
const runningOutside = (seconds: number): string =>
  execFileSync('sh', ['-c', 'pgrep -f "^sleep $0$" || true', String(seconds)], { encoding: 'utf8' })

const ended = async (child: ChildProcess) => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

contract('connections/image', open, (tests) => {
  tests('the tree is seen with kernel file systems, devices and a run directory of its own', () =>
    withTree(async (connection) => {
      const mounted = await text(connection, 'cut -d" " -f2,3 /proc/mounts')
      for (const line of [
        '/proc proc',
        '/sys sysfs',
        '/dev tmpfs',
        '/dev/pts devpts',
        '/dev/shm tmpfs',
        '/run tmpfs',
      ]) {
        assert.match(mounted, line)
      }
      assert.is(
        await text(connection, 'echo gone >/dev/null; head -c 4 /dev/zero | wc -c; ls /dev/fd/0'),
        '4\n/dev/fd/0\n',
      )
      assert.is(await text(connection, 'touch /sys/x 2>/dev/null || echo refused'), 'refused\n')
    }),
  )

  tests('the environment is clean and says that nobody answers questions', () =>
    withTree(
      async (connection) => {
        const environment = await text(connection, 'env | grep -vE "^(PWD|SHLVL|OLDPWD)=" | sort')
        assert.is(
          environment,
          [
            'DEBIAN_FRONTEND=noninteractive',
            'HOME=/root',
            'LANG=C.UTF-8',
            'PATH=/run/prelude-guard:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
            'SYSTEMD_OFFLINE=1',
            'debian_chroot=image',
            'http_proxy=http://192.0.2.1:3128',
            '',
          ].join('\n'),
        )
        assert.is(await text(connection, 'umask'), '0022\n')
      },
      () => {},
      { environment: { http_proxy: 'http://192.0.2.1:3128' } },
    ),
  )

  tests('no service starts', () =>
    withTree(async (connection) => {
      assert.is((await connection.run(sh`/usr/sbin/policy-rc.d munge start`)).code, 101)
      // busybox prefers its own start-stop-daemon to the PATH's
      const found = await text(
        connection,
        'for p in invoke-rc.d deb-systemd-invoke service; do $p munge start 2>&1; done',
      )
      assert.is(found.match(/no service is started in an image/g)?.length, 3)
      const daemon = '/run/prelude-guard/start-stop-daemon --start --exec /bin/sleep -- 616; ps | grep "sleep 61[6]"'
      assert.is(await text(connection, daemon), '')
    }),
  )

  tests('facts know that they are in a chroot', () =>
    withTree(async (connection) => {
      const facts = await collectFacts(connection, new Set(['is_chroot', 'service_mgr']))
      assert.is(facts.get('is_chroot'), true)
    }),
  )

  const hosts = readFileSync('/etc/resolv.conf', 'utf8')
  const resolvers: [string, (root: string) => void][] = [
    ['none in the tree', () => {}],
    ['a file of the tree', (root) => writeFileSync(join(root, 'etc/resolv.conf'), 'nameserver 192.0.2.53\n')],
    [
      'a link into /run',
      (root) => symlinkSync('../run/systemd/resolve/stub-resolv.conf', join(root, 'etc/resolv.conf')),
    ],
    ['an absolute link into /run', (root) => symlinkSync('/run/x/resolv.conf', join(root, 'etc/resolv.conf'))],
  ]
  for (const [what, prepare] of resolvers) {
    tests(`names are resolved as outside, and afterwards all is as before: ${what}`, async () => {
      const seen = async (connection: Connection) => assert.is(await text(connection, 'cat /etc/resolv.conf'), hosts)
      try {
        await withTree(seen, prepare)
      } finally {
        rmSync(join(second, 'etc/resolv.conf'), { force: true })
      }
    })
  }

  tests('a tree in use cannot be opened a second time, and can afterwards', async () => {
    await withTree(async (_, root) => {
      const failure = await failureOf(openImage({ root: join(root, '.') }))
      assert.is(failure.code, 'connection.locked')
      assert.match(failure.message, root)
    })
    await withTree(async (connection) => assert.is(await text(connection, 'echo ok'), 'ok\n'))
  })

  tests('a closed tree is closed', async () => {
    const connection = await openImage({ root: second, name: 'compute' })
    await connection.close()
    assert.match((await failureOf(connection.run(sh`id`))).message, 'compute has been closed')
  })

  tests('what a build leaves running ends with it', () =>
    withTree(async (connection, root) => {
      await connection.run(sh`setsid sleep ${endless(6)} >/dev/null 2>&1 &`)
      await until(() => runningOutside(endless(6)) !== '')
      await connection.close()
      assert.is(runningOutside(endless(6)), '')
      const again = await openImage({ root })
      await again.close()
    }),
  )

  tests('nothing stays behind when whoever builds is killed', async () => {
    const root = second
    const before = inventoryOf(root)
    const module = new URL('../../../engine/connections/image.ts', import.meta.url).href
    const script = `
      const { openImage } = await import(${JSON.stringify(module)})
      const connection = await openImage({ root: ${JSON.stringify(root)} })
      connection.run({ text: 'sleep ${endless(7)}', shown: '' })
      await connection.as({ user: 'nobody', method: 'su' }).run({ text: ':', shown: '' })
      console.log('open')
      await new Promise(() => {})`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await ended(child)
    await until(() => inventoryOf(root) === before && runningOutside(endless(7)) === '')
    const again = await openImage({ root })
    await again.close()
  })

  tests('at boot /run and /dev are those of the machine, and services do not start either', () =>
    withTree(
      async (connection) => {
        const mark = join('/run', `prelude-test-${process.pid}`)
        writeFileSync(mark, 'real')
        try {
          assert.is(await text(connection, `cat ${mark}; [ -e /dev/console ] && echo devices`), 'realdevices\n')
        } finally {
          rmSync(mark)
        }
        assert.is((await connection.run(sh`/usr/sbin/policy-rc.d munge start`)).code, 101)
        assert.is((await collectFacts(connection, new Set(['is_chroot']))).get('is_chroot'), true)
      },
      () => {},
      { boot: true },
    ),
  )

  const wrong: [string, (root: string) => string, string][] = [
    ['a directory that is not there', (root) => join(root, 'missing'), 'no such file'],
    ['a directory without a shell', (root) => join(root, 'var'), '/bin/sh'],
    ['the root of the machine itself', () => '/', 'local'],
  ]
  for (const [what, root, message] of wrong) {
    tests(`cannot open ${what}`, async () => {
      const failure = await failureOf(openImage({ root: root(tree) }))
      assert.is(failure.code, 'connection.image')
      assert.match(`${failure.message} ${failure.hint}`.toLowerCase(), message)
    })
  }

  tests.after(() => {
    for (const root of [tree, second]) rmSync(root, { recursive: true })
  })
})
