import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import * as assert from 'uvu/assert'
import { maskOf, textsOf } from '../../../agent/preboot/mask.ts'
import { fromPlain } from '../../../engine/vars/value.ts'
import { fc, tries } from '../../fc.ts'
import { suite } from '../../suite.ts'

const test = suite('agent mask')

/** How programs write a text into a log. */
const writers: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  json: (text) => JSON.stringify({ msg: text }),
  'json in json': (text) => JSON.stringify({ msg: JSON.stringify({ msg: text }) }),
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  'basic authentication': (text) => `Authorization: Basic ${Buffer.from(`admin:${text}`).toString('base64')}`,
  'base64 in the middle': (text) => Buffer.from(`<${text}>`).toString('base64'),
  'base64 in lines': (text) => Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\n'),
  url: (text) => `https://host/?key=${encodeURIComponent(text)}&more`,
  'url of a strict program': (text) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`),
  form: (text) => new URLSearchParams({ key: text }).toString(),
  'single quotes': (text) => `'${text.replaceAll("'", `'\\''`)}'`,
  'single quotes of Python': (text) => `'${text.replaceAll("'", `'"'"'`)}'`,
  'double quotes': (text) => `"${text.replace(/["$`\\]/g, '\\$&')}"`,
  hexadecimal: (text) => Buffer.from(text).toString('hex'),
  xml: (text) => `<key>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</key>`,
  'quotes of YAML': (text) => `key: '${text.replaceAll("'", "''")}'`,
}

const characters = fc.constantFrom(
  ...'abcXYZ019 \'"\\/$`%&<>+=~!*()#?@:;,.-_|{}[]\t'.split(''),
  '\n',
  'ä',
  'é',
  '\u{1F511}',
)
// a canary in it, so that what is left of it can be found
const secret = fc
  .tuple(fc.string({ unit: characters, maxLength: 40 }), fc.string({ unit: characters, maxLength: 40 }))
  .map(([before, after]) => `${before.trimStart()}CANARY${after.trimEnd()}`)
const noise = fc.string({ maxLength: 20 })

for (const [name, write] of Object.entries(writers)) {
  test(`no secret shows as ${name}`, () =>
    fc.assert(
      fc.property(secret, noise, noise, (text, before, after) => {
        const written = write(text)
        const shown = maskOf([text])(`${before} ${written} ${after}`)
        for (const trace of ['CANARY', Buffer.from('CANARY').toString('hex')])
          assert.not.ok(shown.includes(trace), shown)
        assert.ok(shown.includes('***'), shown)
        // base64 shows no canary to the eye: nothing of it may be left but the neighbours' own characters
        if (!name.startsWith('base64') && !name.startsWith('basic')) return
        const rest = shown
          .slice(before.length + 1, shown.length - after.length - 1)
          .replace('Authorization: Basic ', '')
        const kept = rest.split('***').join('').replaceAll(/[=\n]/g, '')
        assert.ok(kept.length <= (name.startsWith('basic') ? 12 : 8), `${text}: ${written} became ${shown}`)
      }),
      { numRuns: tries(20) },
    ))
}

test('what bash and Python write is masked', () => {
  for (const text of [
    'it\'s a $secret `with` \\ all\tof "it"',
    'plain-one',
    'semi;colon & <angle> #1',
    'new\nline CANARY',
  ]) {
    const mask = maskOf([text])
    for (const format of ['%q', '%s'])
      assert.match(
        mask(execFileSync('bash', ['-c', `printf '${format}' "$1"`, 'sh', text]).toString()),
        /^(?:\*\*\*|\$'\*\*\*')$/,
      )
    const { stderr } = spawnSync('bash', ['-c', 'set -x; : "$1"', 'sh', text], { encoding: 'utf8' })
    assert.match(mask(stderr), /^\+ : (?:\*\*\*|'\*\*\*'|\$'\*\*\*')\n$/)
    const python = 'import sys, json, shlex; t = sys.argv[1]; print(repr(t), json.dumps(t), shlex.quote(t))'
    assert.match(
      mask(execFileSync('python3', ['-c', python, text]).toString()),
      /^(?:'\*\*\*'|"\*\*\*") "\*\*\*" (?:\*\*\*|'\*\*\*')\n$/,
    )
  }
})

test('a file of bytes is found in base64 and in hexadecimal', () => {
  const key = randomBytes(128)
  const mask = maskOf([key])
  assert.is(mask(key.toString('base64')).replace(/=+$/, ''), '***')
  assert.is(mask(`content: ${key.toString('hex').toUpperCase()}`), 'content: ***')
})

test('the longest is hidden first; short texts and the lines of keys that everybody has are left', () => {
  assert.is(maskOf(['hunter22', 'hunter22-and-more', 'yes'])('hunter22-and-more, hunter22; yes'), '***, ***; yes')
  assert.is(maskOf(['a: 1\nlong enough line\n'])('a: 1; long enough line'), 'a: 1; ***')
})

test('numbers are texts, switches are none', () =>
  assert.equal([...textsOf(fromPlain({ pin: 123456, on: true, list: ['a', { b: 'c' }] }))], ['123456', 'a', 'c']))

test.run()
