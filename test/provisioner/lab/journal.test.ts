import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { type JournalEntry, openJournal, parseJournal, readJournal } from '../../../provisioner/lab/journal.ts'
import { labPaths } from '../../../provisioner/lab/paths.ts'
import { suite } from '../../suite.ts'

const test = suite('lab journal')

const directory = mkdtempSync(join(tmpdir(), 'prelude-journal-'))
test.after(() => rmSync(directory, { recursive: true }))

const namespace: JournalEntry = { kind: 'namespace', name: 'prelude-demo' }
const tap: JournalEntry = { kind: 'device', name: 'n01-0' }

test('what is recorded is read again, once, also by another process', () => {
  assert.equal(readJournal(directory), [])
  openJournal(directory).record(namespace, tap)
  const journal = openJournal(directory)
  journal.record(tap, namespace)
  assert.ok(journal.has(namespace))
  assert.not.ok(journal.has({ kind: 'namespace', name: 'prelude-other' }))
  assert.equal(readJournal(directory), [namespace, tap])
})

test('a line torn by a crash spoils no other', () => {
  appendFileSync(labPaths(directory).journal, '{"kind":"devi')
  const later: JournalEntry = { kind: 'path', path: 'nodes' }
  openJournal(directory).record(later)
  assert.equal(readJournal(directory), [namespace, tap, later])
  assert.match(readFileSync(labPaths(directory).journal, 'utf8'), /"devi\n/)
})

test('a path that leads out of the directory is left out', () => {
  const lines = ['/etc', '../other', 'nodes/../../other', '.', '', 'a/..'].map((path) =>
    JSON.stringify({ kind: 'path', path }),
  )
  assert.equal(parseJournal(lines.join('\n')), [])
  assert.equal(parseJournal('{"kind":"process","pidfile":"/run/sshd.pid"}\n7\nnull\n[]'), [])
})

test.run()
