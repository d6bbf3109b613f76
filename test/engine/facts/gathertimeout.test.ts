import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { suite } from '../../suite.ts'
import { site } from '../commands/play.ts'

const program = join(import.meta.dirname, '../../../bin/play')

const tests = suite('facts/gathertimeout')

type Mount = { mount: string; note?: string; size_total?: number }

/**
 * A `stat` that cannot be ended where something dead is mounted, as one that the kernel lets wait for a disk: it goes on until the
 * file `over` is there, and notes that it came to its end.
 */
const stat = `#!/bin/sh
case "$*" in *' server'*)
  trap '' TERM
  site=$(dirname "$(dirname "$0")")
  echo $$ >>"$site/waiting"
  while [ ! -e "$site/over" ]; do sleep 0.2; done
  echo $$ >>"$site/answered"
esac
exec /usr/bin/stat "$@"
`

/** Runs `play` where file systems of a dead server and of a dead disk are mounted; only what is run sees them. */
const script = `set -e
mkdir 'dead server' 'dead server disk'
mount -t tmpfs dead.example:/home 'dead server'
mount -t tmpfs /dev/dead 'dead server disk'
PATH=$PWD/bin:$PATH exec "$@"`

const play = [
  '- hosts: localhost',
  '  connection: local',
  '  gather_timeout: "{{ 2 - 1 }}"',
  '  tasks:',
  '    - copy: {content: "{{ ansible_mounts | to_json }}", dest: mounts}',
  '    - assert: {that: ansible_hostname != ""}',
  '    - command: umount "dead server disk"',
  '    - setup: {gather_subset: [mounts], gather_timeout: 1}',
  '      register: again',
  `    - assert: {that: "again.warnings | select('search', 'dead server$') | length == 1"}`,
].join('\n')

tests('what is dead costs the time that is given, and its own size alone', async () => {
  await site({ 'site.yml': play, 'bin/stat': stat }, async ({ directory, run }) => {
    const { code, stdout, stderr } = await run(
      'unshare',
      '--mount',
      'sh',
      '-c',
      script,
      'sh',
      program,
      '-i',
      'localhost,',
      'site.yml',
    )
    assert.is(code, 0, `${stdout}${stderr}`)
    const mounts: Mount[] = JSON.parse((await run('cat', 'mounts')).stdout.toString())
    const names = ['dead server', 'dead server disk'].map((name) => `${directory}/${name}`)
    const dead = mounts.filter(({ note }) => note === 'Could not get extra information due to timeout')
    // on a busy machine a healthy one may be late too
    assert.equal(
      names.filter((name) => !dead.some(({ mount }) => mount === name)),
      [],
    )
    assert.ok(dead.every(({ size_total }) => size_total === undefined))
    const others = mounts.filter((mount) => !dead.includes(mount))
    assert.ok(others.some(({ size_total }) => size_total !== undefined && size_total > 0))
    // nobody waited for it, and nothing came of it later
    const waiting = (await run('cat', 'waiting')).stdout.toString().trim().split('\n')
    assert.ok(waiting.length >= 2)
    assert.is((await run('cat', 'answered')).code, 1)
    await run('touch', 'over')
    await run(
      'sh',
      '-c',
      `for process in ${waiting.join(' ')}; do while [ -e /proc/$process ]; do sleep 0.05; done; done`,
    )
    for (const name of names) assert.match(stderr.toString(), `Timeout exceeded when getting mount info for ${name}\n`)
  })
})

tests('a limit that is no number is refused', async () => {
  await site({ 'site.yml': play.replace('2 - 1', "'soon'") }, async ({ play: run }) => {
    const { code, stdout, stderr } = await run('-i', 'localhost,', 'site.yml')
    assert.is.not(code, 0)
    assert.match(`${stdout}${stderr}`, "'gather_timeout' must be a whole number, and this is 'soon'")
  })
})

tests.run()
