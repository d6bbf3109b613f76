import { createHash, randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as assert from 'uvu/assert'
import { quote, secret, sh, verbatim } from '../../../engine/command.ts'
import type { Become, Connection, Stat, WriteOptions } from '../../../engine/connections/connection.ts'
import { Failure } from '../../../engine/failure.ts'
import { type Suite, suite } from '../../suite.ts'
import { until } from '../../until.ts'

export type Place = {
  readonly connection: Connection
  /** An empty directory on the host that only the tests use. */
  readonly directory: string
  /** Another user that exists on the host, and how to become it. */
  readonly become: Become
}

const collectGarbage = (): void => {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}

/** The Failure that a promise is rejected with. */
export const failureOf = async (promise: Promise<unknown>): Promise<Failure> => {
  try {
    await promise
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown
    throw thrown
  }
  throw new Error('no Failure was thrown')
}

/** Seconds to sleep that tell this run's processes from those of another one. */
export const endless = (kind: number): number => kind * 10_000_000 + process.pid

/** Shell text that prints which of our endless sleeps still run. */
const sleeping = (...kinds: number[]) =>
  verbatim(`cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -oE 'sleep (${kinds.map(endless).join('|')})'`)

/** What every connection must do, whatever it leads to. */
export const contract = (
  title: string,
  open: () => Promise<Place>,
  more: (tests: Suite, place: () => Place) => void,
): void => {
  const tests = suite(title)
  let opened: Place | undefined
  const place = (): Place => opened!
  const run = (...args: Parameters<Connection['run']>) => place().connection.run(...args)
  const path = (name: string) => `${place().directory}/${name}`
  /** What reading and renaming leave as it is. */
  const known = (stat: Stat | undefined) => ({ ...stat, changed: 0, accessed: 0 })
  const text = async (...args: Parameters<Connection['run']>) => (await run(...args)).stdout.toString()

  /** A killed process takes a moment to go. */
  const areGone = (...kinds: number[]) => until(async () => (await text(sleeping(...kinds))) === '')

  tests.before(async () => {
    opened = await open()
  })
  tests.after(async () => {
    await opened?.connection.close()
  })

  for (const code of [0, 1, 3, 127, 255]) {
    tests(`exit code ${code}`, async () => {
      assert.is((await run(sh`exit ${code}`)).code, code)
      assert.is((await run(sh`exit ${code}`, { separate: true })).code, code)
    })
  }

  tests('one shell runs what is asked for one after the other', async () => {
    const shells = new Set<string>()
    for (let times = 0; times < 20; times++) shells.add(await text(sh`echo $$`))
    assert.is(shells.size, 1)
  })

  tests('a command of which what stands around it was killed comes to an end', async () => {
    const { code, stdout } = await run(sh`exec sh -c 'echo said; kill -KILL $PPID'`, { separate: true })
    assert.equal([code, stdout.toString()], [137, 'said\n'])
    assert.is((await run(sh`echo next`, { separate: true })).stdout.toString(), 'next\n')
    assert.is((await run(sh`echo next`)).stdout.toString(), 'next\n')
  })

  tests('a command killed by a signal has the exit code of its signal', async () => {
    assert.is((await run(sh`sh -c 'kill -TERM $$'`)).code, 143)
  })

  tests('stdout and stderr are kept apart, byte for byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    for (const separate of [false, true]) {
      const command = sh`tee ${path('bytes')}; cat ${path('bytes')} >&2; rm ${path('bytes')}`
      const output = await run(command, { stdin: bytes, separate })
      assert.equal(output.stdout, bytes)
      assert.equal(output.stderr, bytes)
    }
  })

  tests('output without a newline', async () => {
    for (const separate of [false, true]) {
      const output = await run(sh`printf one; printf two >&2`, { separate })
      assert.equal([output.stdout.toString(), output.stderr.toString()], ['one', 'two'])
    }
  })

  tests('output that looks like marks', async () => {
    const looks = `${'0123456789abcdef'.repeat(2)}E0;${'0123456789abcdef'.repeat(2)}B0;`
    const output = await run(sh`printf %s ${looks}; printf %s ${looks} >&2; exit 7`)
    assert.equal([output.code, output.stdout.toString(), output.stderr.toString()], [7, looks, looks])
  })

  tests('a command that prints the text it was given learns no mark', async () => {
    const seen = await text(sh`cat /proc/$$/cmdline; set`)
    const marks = seen.match(/[0-9a-f]{32}/g) ?? []
    for (const mark of marks) assert.is(await text(sh`printf %s ${`${mark}E0;`}`), `${mark}E0;`)
  })

  const inputs: [string, Uint8Array | string, number][] = [
    ['nothing', '', 0],
    ['text', 'one\ntwo\n', 8],
    ['text without newline', 'one', 3],
    ['text with an odd end', "it's\\\n$HOME `id`\n", 17],
    ['bytes', new Uint8Array([0, 10, 0, 255]), 4],
    ['more than a pipe holds', randomBytes(300_000), 300_000],
  ]
  for (const [what, stdin, length] of inputs) {
    tests(`input: ${what}`, async () => {
      for (const separate of [false, true]) {
        const { stdout } = await run(sh`cat`, { stdin, separate })
        assert.is(stdout.length, length)
        assert.equal(stdout, Buffer.from(stdin))
      }
    })
  }

  tests('a command cannot read what comes after it', async () => {
    const outputs = await Promise.all([run(sh`cat`), run(sh`echo next`)])
    assert.equal(
      outputs.map((output) => output.stdout.toString()),
      ['', 'next\n'],
    )
  })

  tests('a command that ignores its input', async () => {
    for (const size of [100_000, 2_000_000]) {
      assert.is((await run(sh`exit 4`, { stdin: Buffer.alloc(size) })).code, 4)
    }
  })

  tests('environment and directory last for one command', async () => {
    const environment = { PRELUDE_TEST: "a'b\n\t$c \\ é" }
    const output = await text(sh`printf %s "$PRELUDE_TEST"; pwd`, { environment, directory: '/tmp' })
    assert.is(output, `${environment.PRELUDE_TEST}/tmp\n`)
    // whatever the input is: text, or what only base64 carries
    for (const stdin of ['text\n', 'no end', '\xff\0']) {
      const fed = await text(sh`cat; printf %s "$PRELUDE_TEST"; pwd`, { environment, directory: '/tmp', stdin })
      assert.is(fed, `${stdin}${environment.PRELUDE_TEST}/tmp\n`)
    }
    assert.is(
      await text(sh`printf %s "\${PRELUDE_TEST-unset}"; [ "$(pwd)" = /tmp ] || printf ' elsewhere'`),
      'unset elsewhere',
    )
  })

  tests('a directory that is not there', async () => {
    const output = await run(sh`echo ran`, { directory: '/not/there' })
    assert.is.not(output.code, 0)
    assert.is(output.stdout.length, 0)
    assert.match(output.stderr.toString(), '/not/there')
  })

  tests('an impossible name of a variable', async () => {
    const failure = await failureOf(run(sh`:`, { environment: { 'A;B': '1' } }))
    assert.match(failure.message, "'A;B'")
  })

  tests('every character but NUL survives quoting', async () => {
    const every = Array.from({ length: 0x17f }, (_, code) => String.fromCodePoint(code + 1)).join('')
    const words = [every, "'", '', ' ', '\n', '-n', '$(id)', '`id`', '!!', '\\', '~', '*', '👩‍🚀']
    for (const word of words) assert.is(await text(sh`printf %s ${word}`), word)
    assert.is(await text(sh`printf '<%s>' ${words}`), words.map((word) => `<${word}>`).join(''))
  })

  const broken = [
    "echo 'open",
    'echo "open',
    ')',
    '(',
    '}',
    'if true',
    'cat <<END\nno end',
    'done',
    '`',
    '$(',
    'case x in',
  ]
  for (const script of broken) {
    tests(`a broken script leaves the shell whole: ${quote(script)}`, async () => {
      for (const separate of [false, true]) {
        await run(verbatim(script), { separate })
        assert.is(await text(sh`echo whole`), 'whole\n')
      }
    })
  }

  tests('a script cannot change the shell for others', async () => {
    await run(
      verbatim('cd /tmp; set -eu; umask 077; x=1; exec >/dev/null 2>&1; trap "echo trap" EXIT; alias echo=false'),
    )
    assert.is(await text(verbatim('echo "${x-unset}" $-; umask')), await text(verbatim('echo unset $-; umask')))
    assert.not.match(await text(sh`umask`), '077')
  })

  tests('exec ends the command, not the shell', async () => {
    assert.is(await text(sh`exec printf done`), 'done')
    assert.is(await text(sh`echo again`), 'again\n')
  })

  tests('a background process that holds the streams does not hold the command', async () => {
    const [go, gone] = [path('go'), path('gone')]
    const waiting = sh`until [ -e ${go} ]; do sleep 0.05; done; echo late; echo late >&2; : >${gone}`
    assert.is(await text(sh`(${waiting}) & echo now`), 'now\n')
    await run(sh`: >${go}; until [ -e ${gone} ]; do sleep 0.05; done; rm ${go} ${gone}`)
    assert.is(await text(sh`echo clean`), 'clean\n')
  })

  tests('what a command leaves running writes into no later answer', async () => {
    const chatter = sh`(for n in $(seq 100); do echo late; echo late >&2; sleep 0.01; done) & echo now`
    // its own answer may have some of it: which of the two writes first is the scheduler's business
    assert.match(await text(chatter, { separate: true }), /^now$/m)
    for (let times = 0; times < 10; times++) {
      const { stdout, stderr } = await run(sh`sleep 0.03; echo clean; echo clean >&2`)
      assert.equal([stdout.toString(), stderr.toString()], ['clean\n', 'clean\n'])
    }
  })

  tests('a command does not wait for the end of another', async () => {
    const [first, second] = [path('first'), path('second')]
    const meet = (own: string, other: string) =>
      sh`: >${own}; n=0; until [ -e ${other} ] || [ $n = 200 ]; do sleep 0.05; n=$((n+1)); done; [ -e ${other} ]`
    const codes = await Promise.all([run(meet(first, second)), run(meet(second, first))])
    await run(sh`rm ${first} ${second}`)
    assert.equal([codes[0].code, codes[1].code], [0, 0])
  })

  tests('many calls at once are answered each with its own', async () => {
    const numbers = Array.from({ length: 30 }, (_, number) => number)
    const answers = await Promise.all(numbers.map((number) => text(sh`echo ${number}`)))
    assert.equal(answers.map(Number), numbers)
  })

  tests('a time limit kills the command and all that it started', async () => {
    const failure = await failureOf(run(sh`sleep ${endless(1)} & sleep ${endless(2)}; echo no`, { timeout: 200 }))
    assert.is(failure.code, 'connection.timeout')
    assert.match(failure.message, `sleep ${endless(2)}`)
    await areGone(1, 2)
  })

  tests('a time limit holds for commands with much input, too', async () => {
    const stdin = Buffer.alloc(400_000)
    const failure = await failureOf(run(sh`sleep ${endless(3)}`, { stdin, timeout: 300 }))
    assert.is(failure.code, 'connection.timeout')
    await areGone(3)
  })

  tests('a signal cancels a command', async () => {
    const controller = new AbortController()
    void setTimeout(100).then(() => controller.abort())
    const failure = await failureOf(run(sh`sleep ${endless(4)}`, { signal: controller.signal }))
    assert.is(failure.code, 'connection.aborted')
    assert.is(await text(sh`echo alive`), 'alive\n')
    assert.is((await failureOf(run(sh`echo late`, { signal: controller.signal }))).code, 'connection.aborted')
  })

  tests('a shell that dies is a failure that names the host; the next command has a new one', async () => {
    const failure = await failureOf(run(sh`echo last words >&2; kill -KILL $$`))
    assert.is(failure.code, 'connection.unreachable')
    assert.match(failure.message, place().connection.name)
    assert.match(failure.message, 'last words')
    assert.is(await text(sh`echo new`), 'new\n')
  })

  tests('a shell that is killed is not waited for until what it started has ended', async () => {
    const failure = await failureOf(run(sh`sleep ${endless(10)} & echo $! >${path('pid')}; kill -KILL $$`))
    assert.match(failure.message, 'was killed by SIGKILL')
    assert.is(failure.code, 'connection.unreachable')
    await run(sh`kill "$(cat ${path('pid')})"; rm ${path('pid')}`)
    await areGone(10)
  })

  tests('a secret part of a command is not shown in failures', async () => {
    const failure = await failureOf(run(sh`sleep ${endless(5)}; echo ${secret('hunter2')}`, { timeout: 100 }))
    assert.match(failure.message, '***')
    assert.not.match(failure.message, 'hunter2')
  })

  for (const size of [0, 1, 70_000, 10_000_000]) {
    tests(`write and read ${size} bytes`, async () => {
      const content = randomBytes(size)
      await place().connection.write(path('content'), content)
      assert.ok((await place().connection.read(path('content'))).equals(content))
      assert.is((await place().connection.stat(path('content')))?.size, size)
      assert.is(await text(sh`ls -A ${place().directory}`), 'content\n')
      await run(sh`rm ${path('content')}`)
    })
  }

  tests(
    'what commands have printed is not kept',
    async () => {
      const print = sh`head -c 1048576 /dev/zero; head -c 1048576 /dev/zero >&2`
      const held = async () => {
        await run(sh`:`)
        collectGarbage()
        return process.memoryUsage().arrayBuffers
      }
      const before = await held()
      for (let times = 0; times < 20; times++) assert.is((await run(print)).stdout.length, 1048576)
      // what the collector finds is freed by another thread, soon
      await until(async () => (await held()) - before < 10 * 2 ** 20)
    },
    60_000,
  )

  tests(
    'a content that is too large for memory: streamed, checked, and never half there',
    async () => {
      const piece = randomBytes(1 << 20)
      const pieces = 50
      const hash = createHash('sha1')
      for (let times = 0; times < pieces; times++) hash.update(piece)
      const content = (count: number) => ({
        size: pieces * piece.length,
        sha1,
        open: () => Readable.from(Array.from({ length: count }, () => piece)),
      })
      const sha1 = hash.digest('hex')
      const before = process.memoryUsage().rss
      await place().connection.write(path('large'), content(pieces), { mode: 0o600 })
      assert.ok(process.memoryUsage().rss - before < 100 * 2 ** 20)
      const stat = await place().connection.stat(path('large'), { checksum: 'sha1' })
      assert.equal([stat?.size, stat?.mode, stat?.checksum], [pieces * piece.length, 0o600, sha1])
      const failure = await failureOf(place().connection.write(path('large'), content(pieces - 1)))
      assert.match(failure.message, 'arrived changed')
      const broken = async function* () {
        yield piece
        throw new Error('gone in mid-read')
      }
      const unread = await failureOf(place().connection.write(path('large'), { ...content(pieces), open: broken }))
      assert.match(unread.message, /gone in mid-read/i)
      assert.is((await place().connection.stat(path('large')))?.inode, stat?.inode)
      assert.is(await text(sh`ls -A ${place().directory}`), 'large\n')
      await run(sh`rm ${path('large')}`)
    },
    30_000,
  )

  tests('a new file has mode 0644 less the umask, or what is asked', async () => {
    await place().connection.write(path('new'), Buffer.from('x'))
    const umask = Number.parseInt(await text(sh`umask`), 8)
    assert.is((await place().connection.stat(path('new')))?.mode, 0o644 & ~umask)
    await place().connection.write(path('asked'), Buffer.from('x'), { mode: 0o4750, owner: 65534, group: 65534 })
    const stat = await place().connection.stat(path('asked'))
    assert.equal([stat?.mode, stat?.uid, stat?.gid], [0o4750, 65534, 65534])
    await run(sh`rm ${[path('new'), path('asked')]}`)
  })

  tests('a replaced file keeps mode and owner and is another file', async () => {
    await run(sh`echo old >${path('kept')}; chmod 0640 ${path('kept')}; chown 65534:65534 ${path('kept')}`)
    const before = await place().connection.stat(path('kept'))
    await place().connection.write(path('kept'), Buffer.from('new'))
    const after = await place().connection.stat(path('kept'))
    assert.equal([after?.mode, after?.uid, after?.gid], [0o640, 65534, 65534])
    assert.is.not(after?.inode, before?.inode)
    await run(sh`rm ${path('kept')}`)
  })

  tests('a write tells what the file is now', async () => {
    const written = async (name: string, options?: WriteOptions) => {
      const told = await place().connection.write(path(name), Buffer.from('content'), options)
      assert.equal(known(told), known(await place().connection.stat(path(name))), `${name} ${JSON.stringify(options)}`)
      return told
    }
    for (const mode of [0o644, 0o444, 0o600, 0o400, 0o640, 0o664, 0o755, 0o4711, 0o606, 0o060])
      assert.is((await written('told', { mode })).mode, mode)
    assert.is((await written('told', { owner: 65534 })).uid, 65534)
    assert.is((await written('told')).uid, 65534)
    assert.is((await written('told', { mode: 0o644, owner: 'root', group: 65534 })).gid, 65534)
    await run(sh`rm ${path('told')}; ln -s nowhere ${path('told')}`)
    assert.is((await written('told', { mode: 0o644 })).type, 'file')
    await run(sh`mkdir ${path('shared')} && chown 0:65534 ${path('shared')} && chmod 2775 ${path('shared')}`)
    assert.equal((await written('shared/told', { mode: 0o644 })).gid, 65534)
    await run(sh`rm -r ${[path('told'), path('shared')]}`)
  })

  tests('a write that fails leaves the old file and nothing else', async () => {
    await run(sh`echo old >${path('old')}`)
    const owner = 'no-such-user-here'
    const failure = await failureOf(place().connection.write(path('old'), Buffer.from('new'), { owner }))
    assert.match(failure.message, path('old'))
    assert.is(await text(sh`cat ${path('old')}; ls -A ${place().directory}`), 'old\nold\n')
    await run(sh`rm ${path('old')}`)
    const nowhere = await failureOf(place().connection.write('/not/there/file', Buffer.from('new')))
    assert.match(nowhere.message, '/not/there')
    await run(sh`mkdir ${path('dir')}`)
    await failureOf(place().connection.write(path('dir'), Buffer.from('new')))
    assert.is(
      await text(sh`ls -A ${place().directory} ${path('dir')}; rmdir ${path('dir')}`),
      `${place().directory}:\ndir\n\n${path('dir')}:\n`,
    )
  })

  tests('a link is replaced, not followed', async () => {
    await run(sh`echo far >${path('far')}; ln -s far ${path('link')}`)
    await place().connection.write(path('link'), Buffer.from('near'))
    assert.is((await place().connection.stat(path('link')))?.type, 'file')
    assert.is(await text(sh`cat ${path('far')}; rm ${[path('far'), path('link')]}`), 'far\n')
  })

  tests('reading what cannot be read', async () => {
    const failure = await failureOf(place().connection.read('/not/there'))
    assert.match(failure.message, '/not/there')
    assert.match(failure.message, 'No such file')
  })

  tests('names with odd characters', async () => {
    const odd = path('-a \'b\n"$(c)é')
    await place().connection.write(odd, Buffer.from('odd'))
    assert.is((await place().connection.read(odd)).toString(), 'odd')
    assert.is(
      (await place().connection.stat(odd, { checksum: 'md5' }))?.checksum,
      createHash('md5').update('odd').digest('hex'),
    )
    await run(sh`rm ${odd}`)
  })

  const kinds: [string, string][] = [
    ['file', 'echo hi >"$0"; chmod 6751 "$0"'],
    ['directory', 'mkdir -m 1777 "$0"'],
    ['link', 'ln -s "not there\neither" "$0"'],
    ['fifo', 'mkfifo -m 0600 "$0"'],
  ]
  for (const [type, make] of kinds) {
    tests(`stat of a ${type}`, async () => {
      await run(sh`sh -c ${make} ${path(type)}`)
      const stat = await place().connection.stat(path(type))
      const shown = await text(sh`stat -c '%a %u %g %s %i %d %h %Y %b %o' ${path(type)}`)
      assert.is(stat?.type, type)
      const { mode, uid, gid, size, inode, device, links, modified, blocks, blockSize } = stat!
      const numbers = [mode.toString(8), uid, gid, size, inode, device, links, Math.floor(modified), blocks, blockSize]
      assert.is(`${numbers.join(' ')}\n`, shown)
      if (type === 'link') assert.is(stat?.target, 'not there\neither')
      await run(sh`rm -rf ${path(type)}`)
    })
  }

  tests('stat of devices, and of nothing', async () => {
    const device = await place().connection.stat('/dev/null')
    const { rdev } = statSync('/dev/null')
    assert.equal([device?.type, device?.rdev], ['character', rdev])
    assert.is(await place().connection.stat('/not/there'), undefined)
    assert.is(await place().connection.stat('/dev/null/below'), undefined)
  })

  tests('open follows every link and reads the file, and takes what is not there as it is written', async () => {
    const { connection } = place()
    await connection.run(sh`mkdir ${path('opened')} && cd ${path('opened')} && mkdir 'odd
' && echo inside >'odd
/file' && ln -s 'odd
' toodd && ln -s toodd/file chain && ln -s gone dangles`)
    const real = (await text(sh`cd ${path('opened')} && pwd -P`)).trim()
    const file = await connection.open(path('opened/chain'))
    assert.equal([file.path, file.content?.toString()], [`${real}/odd\n/file`, 'inside\n'])
    assert.equal(known(file.stat), known(await connection.stat(file.path)))
    assert.equal(await connection.open(path('opened/dangles/below')), { path: `${real}/gone/below` })
    assert.equal(await connection.open(path('opened/toodd/../new')), { path: `${real}/new` })
    const { stat, ...directory } = await connection.open(path('opened/toodd'))
    assert.equal([directory, stat?.type], [{ path: `${real}/odd\n` }, 'directory'])
    await connection.run(sh`rm -r ${path('opened')}`)
  })

  tests('a signal cancels what stat asks further, and environment counts there', async () => {
    const { connection, directory } = place()
    const controller = new AbortController()
    const asked = connection.stat(directory, { also: sh`sleep ${endless(5)}`, signal: controller.signal })
    await setTimeout(100)
    controller.abort()
    assert.is((await failureOf(asked)).code, 'connection.aborted')
    const told = await connection.stat(directory, { also: sh`printf %s "$SAID"`, environment: { SAID: 'it' } })
    assert.is(told?.also?.toString(), 'it')
  })

  tests('directories are made with those above them, and with their mode', async () => {
    const { connection } = place()
    const modes = (...names: string[]) =>
      Promise.all(names.map(async (name) => (await connection.stat(path(name)))?.mode.toString(8)))
    await connection.makeDirectories([path('made'), path('made/a'), path('made/a/-b c')], 0o2775)
    assert.equal(await modes('made', 'made/a', 'made/a/-b c'), ['2775', '2775', '2775'])
    await connection.makeDirectories([path('made/above/below')])
    await connection.makeDirectories([path('made/above/below')], 0o700)
    const usual = (0o777 & ~Number.parseInt((await text(sh`umask`)).trim(), 8)) | 0o2000 // the group is inherited
    assert.equal(await modes('made/above', 'made/above/below'), [usual.toString(8), usual.toString(8)])
    await connection.run(sh`rm -r ${path('made')}`)
    const failure = await failureOf(connection.makeDirectories(['/dev/null/below']))
    assert.is(failure.code, 'module.write')
    assert.match(failure.message, 'Not a directory')
  })

  tests('stat brings along what a command says of the path', async () => {
    const { connection } = place()
    await connection.run(sh`printf abc >${path('asked also')}`)
    const also = sh`printf '%s\\0' "$path"; cat "$path"; false`
    const stat = await connection.stat(path('asked also'), { checksum: 'md5', also })
    assert.is(stat?.also?.toString(), `${path('asked also')}\0abc`)
    assert.is(stat?.checksum, '900150983cd24fb0d6963f7d28e17f72')
    assert.is(await connection.stat(path('missing'), { also }), undefined)
    await connection.run(sh`rm ${path('asked also')}`)
  })

  tests('stat follows links when asked, and digests regular files', async () => {
    await run(sh`printf abc >${path('target')}; ln -s target ${path('alias')}`)
    const { connection } = place()
    assert.is((await connection.stat(path('alias'), { checksum: 'sha1' }))?.checksum, undefined)
    const followed = await connection.stat(path('alias'), { follow: true, checksum: 'sha1' })
    assert.equal([followed?.type, followed?.size, followed?.target], ['file', 3, undefined])
    assert.is(followed?.checksum, 'a9993e364706816aba3e25717850c26c9cd0d89d')
    const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    assert.is((await connection.stat(path('target'), { checksum: 'sha256' }))?.checksum, sha256)
    assert.is((await connection.stat(place().directory, { checksum: 'sha1' }))?.checksum, undefined)
    await run(sh`rm ${[path('target'), path('alias')]}`)
    await run(sh`ln -s nowhere ${path('dangling')}`)
    assert.is(await connection.stat(path('dangling'), { follow: true }), undefined)
    await run(sh`rm ${path('dangling')}`)
  })

  tests('another user: its own shell, files and inputs of every size', async () => {
    const { connection, become, directory } = place()
    const other = connection.as(become)
    assert.is((await other.run(sh`id -un`)).stdout.toString(), `${become.user}\n`)
    assert.is(await text(sh`id -un`), 'root\n')
    assert.is(connection.as(become), other)
    await run(sh`chmod 0755 ${directory}; mkdir ${path('own')}; chown ${become.user} ${path('own')}`)
    for (const size of [3, 1_000_000]) {
      await other.write(path('own/file'), Buffer.alloc(size, 'x'))
      const stat = await other.stat(path('own/file'))
      assert.equal([stat?.owner, stat?.size], [become.user, size])
    }
    const large = {
      size: 3,
      sha1: createHash('sha1').update('abc').digest('hex'),
      open: () => Readable.from([Buffer.from('abc')]),
    }
    for (const mode of [0o444, 0o400, 0o640]) {
      await other.write(path(`own/${mode}`), large, { mode })
      const stat = await other.stat(path(`own/${mode}`), { checksum: 'sha1' })
      assert.equal([stat?.owner, stat?.mode, stat?.checksum], [become.user, mode, large.sha1])
    }
    await failureOf(other.write(path('denied'), Buffer.from('x')))
    await run(sh`rm -r ${path('own')}`)
  })

  tests('a user that does not exist', async () => {
    const { connection, become } = place()
    const failure = await failureOf(connection.as({ ...become, user: 'no-such-user-here' }).run(sh`id`))
    assert.is(failure.code, 'connection.become')
    assert.match(failure.message, 'no-such-user-here')
  })

  tests('becoming the user that one is needs no program', async () => {
    const same = place().connection.as({ user: 'root', method: 'sudo', exe: '/not/there' })
    assert.is((await same.run(sh`id -un`)).stdout.toString(), 'root\n')
  })

  more(tests, place)
  tests.run()
}
