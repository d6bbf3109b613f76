import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { tool } from '../../../engine/process.ts'
import { suite } from '../../suite.ts'

// What `play --list-…` prints is compared with what ansible-playbook prints.
const test = suite('lists')
const directory = join(import.meta.dirname, '../playbook/cases/listing')
const play = join(import.meta.dirname, '../../../bin/play')

let empty: string
test.before(() => {
  empty = mkdtempSync(join(tmpdir(), 'prelude-lists-'))
})
test.after(() => rmSync(empty, { recursive: true, force: true }))

/** ansible-playbook prints a play's tags and its hosts in the order of a hash. */
const inOrder = (listing: string): string =>
  listing
    .replace(/^( {2}play .*TAGS: \[)(.*)\]$/gm, (_, head: string, tags: string) => `${head}${tags.split(',').sort()}]`)
    .replace(/(hosts \(\d+\):\n)((?: {6}.*\n)+)/g, (_, head: string, hosts: string) => head + hosts.split('\n').sort())

const list = async (program: string, options: readonly string[]): Promise<string> => {
  const file = join(directory, 'site.yml')
  return inOrder(await tool(program, ['-i', join(directory, 'hosts'), ...options, file], { cwd: empty }))
}

for (const options of [
  ['--list-tasks', '--list-tags', '--list-hosts'],
  ['--list-tasks', '--skip-tags', 'blocked,app'],
]) {
  test(`${options.join(' ')} prints what ansible-playbook prints`, async () => {
    const [ours, theirs] = [await list(play, options), await list('ansible-playbook', options)]
    assert.is(ours, theirs)
    assert.match(ours, /TAGS: \[play,site\]/)
  })
}

test.run()
