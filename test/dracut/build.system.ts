import { createHash } from 'node:crypto'
import { globSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { execute, tool } from '../../engine/process.ts'
import { suite } from '../suite.ts'
import { builtAgent, makeDracut } from './initramfs.ts'
import { dracutTree } from './tree.ts'

// What dracut makes of our modules, with whatever the build host has to strip programs with.
const test = suite('dracut builds')

let work: string
test.before(async () => {
  work = await mkdtemp('/var/tmp/prelude-dracut-build-')
})
test.after(() => rm(work, { recursive: true, force: true }))

const digestOf = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex')

/** Builds an initramfs without the kernel's modules and unpacks it. `without`: programs that the host lacks. */
const unpacked = async (name: string, args: readonly string[], without: readonly string[] = []): Promise<string> => {
  const place = join(work, name)
  for (const program of without) {
    await mkdir(join(place, 'upper/usr/bin'), { recursive: true })
    await tool('mknod', [join(place, 'upper/usr/bin', program), 'c', '0', '0']) // overlayfs: it is not there
  }
  const image = await makeDracut(place, ['--no-kernel', '--no-compress', '--no-early-microcode', ...args])
  const root = join(place, 'initramfs')
  await mkdir(root)
  await tool('sh', ['-c', 'cd "$1" && cpio -id --quiet < "$2"', 'sh', root, image])
  return root
}

const agentPath = 'usr/lib/prelude/prelude-agent'

/** The agent is the released one, and runs there. */
const assertRuns = async (root: string): Promise<void> => {
  const agent = join(root, agentPath)
  assert.is((await stat(agent)).mode & 0o111, 0, 'nothing strips what cannot be executed')
  assert.is(await digestOf(agent), await digestOf(await builtAgent()))
  await tool('chmod', ['0755', agent]) // as the hook does
  const { code, stdout, stderr } = await execute('chroot', [root, `/${agentPath}`, '--version'])
  assert.is(code, 0, stderr)
  assert.match(stdout, /^prelude-agent /)
}

const modules = ['--add', 'prelude preboot mkdisk']

for (const [name, args, without] of [
  ['strip', [], ['eu-strip']],
  ['eu-strip', [], []],
  ['aggressive-strip', ['--strip', '--aggressive-strip'], []],
  ['nothing to strip with', ['--nostrip'], ['strip', 'eu-strip']],
] as const) {
  test(
    `the agent is whole where the build host has ${name}`,
    async () => assertRuns(await unpacked(name.replaceAll(' ', '-'), ['--no-hostonly', ...modules, ...args], without)),
    3 * 60_000,
  )
}

/** Programs whose libraries are not all there. */
const incomplete = async (root: string): Promise<readonly string[]> => {
  const files = globSync('usr/{bin,sbin,lib/prelude}/*', { cwd: root })
  const missing: string[] = []
  for (const file of files) {
    const { stdout, stderr } = await execute('chroot', [root, '/lib64/ld-linux-x86-64.so.2', '--list', `/${file}`])
    if (/not found/.test(stdout + stderr)) missing.push(`${file}: ${stdout}${stderr}`)
  }
  assert.ok(files.length > 50, 'there are programs')
  return missing
}

for (const kind of ['--hostonly', '--no-hostonly']) {
  test(
    `with ${kind} hooks, agent, tools and all their libraries are there`,
    async () => {
      const root = await unpacked(kind.slice(2), [kind, ...modules])
      await assertRuns(root)
      assert.equal(await incomplete(root), [])
      const needs = await readFile(join(import.meta.dirname, '../../agent/dracut/50prelude/needs'), 'utf8')
      const programs = [...needs.matchAll(/^(?:program|optional) (.*)$/gm)].flatMap(([, line = '']) => line.split(' '))
      const has = (tree: string, program: string) => globSync(`usr/{bin,sbin}/${program}`, { cwd: tree }).length > 0
      const tree = await dracutTree()
      const lacking = programs.filter((program) => has(tree, program) && !has(root, program))
      assert.equal(lacking, [], 'all that the tree has is there')
      assert.ok(has(root, 'mount.nfs') && has(root, 'mdadm') && has(root, 'sulogin'))
      for (const path of [
        'lib/dracut/hooks/cmdline/30-parse-prelude.sh',
        'lib/dracut/hooks/pre-mount/30-prelude-root.sh',
        'lib/dracut/hooks/pre-pivot/91-preboot.sh',
        'lib/dracut/hooks/pre-pivot/92-mkdisk.sh',
        'usr/lib/systemd/system/sysinit.target.wants/prelude-guard.service',
        'usr/lib/systemd/system/dracut-pre-mount.service.d/50-prelude.conf',
      ])
        assert.ok(await stat(join(root, path)), path)
      const shadow = join(root, 'usr/lib/prelude/locked-shadow')
      assert.match(await readFile(shadow, 'utf8'), /^root:\$6\$prelude\$[a-zA-Z0-9./]{86}:20000::::::\n$/)
      assert.is((await stat(shadow)).mode & 0o777, 0o600)
    },
    3 * 60_000,
  )
}

test(
  'none of our modules is there where nobody asked for it',
  async () => {
    const root = await unpacked('none', ['--no-hostonly'])
    assert.equal(globSync('{usr/lib/prelude,lib/dracut/hooks/*/*prelude*}', { cwd: root }), [])
  },
  3 * 60_000,
)

test.run()
