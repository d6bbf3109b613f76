import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { execute } from '../../engine/process.ts'
import { suite } from '../suite.ts'

// The whole way, as `npm run demo` goes it, with a state directory and a lab of its own: the image is built by a play,
// two nodes boot from it over the network, and the last play looks at them from inside.
const root = join(import.meta.dirname, '..', '..')
const lab = `boottest${process.pid}`

const test = suite('boot')

type TaskDocument = { task: { name: string }; hosts: Record<string, { status: string; msg?: unknown }> }
type Document = {
  plays: { play: { name: string }; tasks: TaskDocument[] }[]
  stats: Record<string, { changed: number; failed: number; unreachable: number; ok: number }>
}

let work: string
let site: string
let inventory: string

const run = (program: 'play' | 'provision', args: readonly string[]) =>
  execute(join(root, 'bin', program), args, { cwd: site, env: { ...process.env, PRELUDE_STATE: join(work, 'state') } })

/** The results of a run that have one of these statuses, for the message of a failed assertion. */
const resultsThat = (document: Document, ...statuses: readonly string[]): string =>
  document.plays
    .flatMap(({ tasks }) => tasks)
    .flatMap(({ task, hosts }) => Object.entries(hosts).map(([host, result]) => ({ task, host, result })))
    .filter(({ result }) => statuses.includes(result.status))
    .map(({ task, host, result }) => `${task.name} on ${host}: ${JSON.stringify(result).slice(0, 2000)}`)
    .join('\n')

const play = async (...args: readonly string[]): Promise<Document> => {
  const { code, stdout, stderr } = await run('play', [...args, '-i', inventory, '--json'])
  assert.ok(stdout.startsWith('{'), `play ended with ${code} and printed no document:\n${stderr.slice(-2000)}`)
  const document = JSON.parse(stdout) as Document
  assert.is(code, 0, `${resultsThat(document, 'failed', 'unreachable')}\n${stderr.slice(-2000)}`)
  return document
}

const consoles = async (): Promise<string> => {
  const { stdout } = await execute('sh', [
    '-c',
    'tail -n 60 "$1"/lab/*/console* "$1"/lab/consoles/* 2>/dev/null',
    'sh',
    join(work, 'state'),
  ])
  return stdout
}

test.before(() => {
  // Images are large: /var/tmp is a disk where /tmp may be memory.
  work = mkdtempSync('/var/tmp/prelude-boot-')
  // A site of its own: the provisioner looks for the image's playbook beside the inventory.
  site = join(work, 'site')
  for (const folder of ['inventory/demo', 'playbooks', 'roles']) {
    mkdirSync(join(site, folder), { recursive: true })
    cpSync(join(root, folder), join(site, folder), { recursive: true })
  }
  inventory = join(site, 'inventory/demo')
  const all = join(inventory, 'group_vars/all.yml')
  writeFileSync(all, readFileSync(all, 'utf8').replace(/^ {2}name: demo$/m, `  name: ${lab}`))
})

test.after(async () => {
  await run('provision', ['lab', 'down', '-i', inventory])
  rmSync(work, { recursive: true, force: true })
})

test(
  'a play builds and publishes the image',
  async () => {
    const document = await play('playbooks/debian-12-compute.yml')
    assert.ok((document.stats['debian-12-compute']?.changed ?? 0) > 5)
    const { stdout } = await run('provision', ['image', 'list', '-i', inventory, '--json'])
    const [image] = JSON.parse(stdout) as { version: string; manifest: { name: string } }[]
    assert.is(image?.manifest.name, 'debian-12-compute')
    assert.match(image?.version ?? '', /^sha256:[0-9a-f]{64}$/)
  },
  20 * 60_000,
)

test(
  'a second run changes and publishes nothing',
  async () => {
    const document = await play('playbooks/debian-12-compute.yml')
    assert.is(document.stats['debian-12-compute']?.changed, 0, resultsThat(document, 'changed'))
    const { stdout } = await run('provision', ['image', 'list', '-i', inventory, '--json'])
    assert.is((JSON.parse(stdout) as unknown[]).length, 1)
  },
  5 * 60_000,
)

test('the image holds no key and says what made it', async () => {
  const tree = join(work, 'state/build/debian-12-compute')
  assert.throws(() => readFileSync(join(tree, 'etc/munge/munge.key')), /ENOENT/)
  assert.match(readFileSync(join(tree, '.buildinfo'), 'utf8'), /^Playbook: debian-12-compute\.yml$/m)
})

test(
  'both nodes boot over the network and pass their verification',
  async () => {
    try {
      const document = await play('playbooks/head.yml', 'playbooks/boot.yml', 'playbooks/verify.yml')
      assert.is(document.stats['n01']?.failed, 0)
      assert.is(document.stats['n02']?.failed, 0)
      assert.ok((document.stats['n01']?.ok ?? 0) >= 10, 'the verification ran on n01')
      assert.ok((document.stats['n02']?.ok ?? 0) >= 10, 'the verification ran on n02')
    } catch (thrown) {
      throw new Error(`${thrown instanceof Error ? thrown.message : thrown}\n${await consoles()}`)
    }
  },
  20 * 60_000,
)

test('every stage of both boots was reported, with its time', async () => {
  const { stdout } = await run('provision', ['node', 'status', '--stages', '--json', '-i', inventory, 'n01', 'n02'])
  for (const node of ['n01', 'n02']) {
    for (const stage of ['network', 'root', 'overlay', 'secrets', 'preboot', 'mkdisk', 'switch']) {
      assert.ok(stdout.includes(`"${stage}"`), `${node}: no stage ${stage} in ${stdout.slice(0, 1000)}`)
    }
  }
})

test('the switch sees both bonds aggregated', async () => {
  const { code, stdout } = await run('provision', ['lab', 'status', '-i', inventory, '--json'])
  assert.is(code, 0)
  assert.is([...stdout.matchAll(/"aggregated": true/g)].length, 2, stdout)
})

test('taking the lab down leaves nothing behind', async () => {
  const { code, stderr } = await run('provision', ['lab', 'down', '-i', inventory])
  assert.is(code, 0, stderr)
  assert.not.ok(execFileSync('ip', ['netns', 'list']).toString().includes(lab), 'the namespace is gone')
  const processes = execFileSync('ps', ['-eo', 'args']).toString().split('\n')
  assert.equal(
    processes.filter((line) => line.includes(work) && !line.includes('boot.system')),
    [],
  )
  assert.not.ok(readFileSync('/proc/mounts', 'utf8').includes(work), 'nothing is mounted below the state directory')
}, 60_000)

test.run()
