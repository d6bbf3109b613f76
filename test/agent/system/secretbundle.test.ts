import { randomBytes } from 'node:crypto'
import * as assert from 'uvu/assert'
import { decodeBase64, parseSecretBundle } from '../../../agent/system/secretbundle.ts'
import { Failure } from '../../../engine/failure.ts'
import { suite } from '../../suite.ts'

const test = suite('agent secret bundle')

test('decodes base64 as Buffer does', () => {
  for (let length = 0; length < 70; length++) {
    const bytes = randomBytes(length)
    assert.equal(decodeBase64(Buffer.from(bytes.toString('base64'))), bytes)
  }
})

test('gives names and contents, and leaves nothing of the answer in memory', () => {
  const files = [
    { name: 'munge.key', content: randomBytes(1024).toString('base64'), required: true },
    { name: 'secrets.yml', content: Buffer.from('a: "content":"\n').toString('base64'), required: false },
    { name: 'empty', content: '', required: false },
  ]
  const json = Buffer.from(JSON.stringify({ files, missing: ['extra.key'] }))
  const parsed = parseSecretBundle(json)
  assert.equal(
    parsed.files.map(({ name, content, required }) => ({ name, content: content.toString('base64'), required })),
    files,
  )
  assert.equal(parsed.missing, ['extra.key'])
  assert.ok(json.every((byte) => byte === 0))
})

for (const name of ['../etc/shadow', '..', 'a/b', '']) {
  test(`refuses the name ${JSON.stringify(name)}`, () => {
    const json = Buffer.from(JSON.stringify({ files: [{ name, content: 'AAAA', required: true }], missing: [] }))
    assert.throws(
      () => parseSecretBundle(json),
      (thrown: Error) => thrown instanceof Failure && thrown.code === 'secrets.name',
    )
  })
}

test('says nothing of an answer that it cannot read', () => {
  assert.throws(
    () => parseSecretBundle(Buffer.from('{"files": [{"content":"aHVudGVyMg==", canary')),
    (thrown: Error) => thrown instanceof Failure && !/aHVu|canary|hunter/.test(`${thrown.message}${thrown.cause}`),
  )
})

test.run()
