import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { suite } from '../../suite.ts'
import { site } from '../commands/play.ts'

const test = suite('modules of the site in TypeScript')
const play = join(import.meta.dirname, '../../../bin/play')

const greet = `
type Params = { readonly name: string; readonly dest: string }
export const schema = {
  properties: {
    name: { type: 'string', description: 'Whom.' },
    dest: { type: 'string', format: 'path', description: 'Where.' },
  },
  required: ['name', 'dest'],
}
export async function* run(host: any, { name, dest }: Params, { sh, change, runOrFail }: any) {
  const { stdout } = await host.run(sh\`cat -- \${dest} 2>/dev/null\`)
  const text = \`hello \${name}\\n\`
  if (stdout.toString() !== text) {
    yield* change({
      what: \`greet \${name}\`,
      diff: { before: stdout.toString(), after: text },
      apply: () => runOrFail(host, sh\`printf %s \${text} >\${dest}\`),
    })
  }
  return { greeted: name }
}
`

const files = {
  'library/greet.ts': greet,
  'library/plain.ts':
    'export async function* run(_, params) {\n  return { msg: JSON.stringify(params), changed: false }\n}\n',
  'library/empty.ts': 'export const nothing = 1\n',
  'library/broken.ts': 'export const = 1\n',
  'library/throws.ts': "export async function* run() {\n  throw new Error('no such volume')\n}\n",
  'site.yml': `- hosts: localhost
  gather_facts: false
  tasks:
  - greet: {name: "{{ 'you' }}", dest: "{{ playbook_dir }}/greeting"}
    register: r
  - plain: {a: [1, {b: true}], c: null}
    register: p
  - empty:
    register: e
    ignore_errors: true
  - broken:
    register: b
    ignore_errors: true
  - throws:
    register: t
    ignore_errors: true
  - greet: {nam: x, dest: /x}
    register: w
    ignore_errors: true
  - copy:
      content: "{{ [r is changed, r.greeted, p.msg, e.msg, b.msg, w.msg, t.msg] | to_json }}"
      dest: "{{ playbook_dir }}/told"
    check_mode: false
`,
}

test('they change what they say, and nothing in check mode or a second time', async () => {
  await site(files, async ({ directory, run }) => {
    const told = async (...flags: string[]): Promise<string[]> => {
      const { code, stdout, stderr } = await run(play, 'site.yml', ...flags)
      assert.is(code, 0, `${stdout}${stderr}`)
      return JSON.parse(readFileSync(join(directory, 'told'), 'utf8'))
    }
    const [changed, greeted, plain, empty, broken, wrong, throws] = await told('--check')
    assert.equal([changed, greeted, plain], [true, 'you', '{"a":[1,{"b":true}],"c":null}'])
    assert.match(String(empty), /empty\.ts exports no 'run'/)
    assert.match(String(broken), /the module 'broken' cannot be loaded from .*broken\.ts: /)
    assert.match(String(wrong), "greet has no parameter 'nam'")
    assert.is(throws, "the module 'throws' ended with an error: no such volume")
    assert.throws(() => readFileSync(join(directory, 'greeting')))
    assert.equal((await told()).slice(0, 2), [true, 'you'])
    assert.is(readFileSync(join(directory, 'greeting'), 'utf8'), 'hello you\n')
    assert.equal((await told()).slice(0, 2), [false, 'you'])
  })
})

test('a command finds them in library/ of its directory', async () => {
  await site(files, async ({ run }) => {
    const { code, stdout, stderr } = await run(play, 'adhoc', 'localhost', '-m', 'plain', '-a', 'a=1', '-o')
    assert.is(code, 0, `${stdout}${stderr}`)
    assert.match(stdout, JSON.stringify('{"a":"1"}'))
  })
})

test.run()
