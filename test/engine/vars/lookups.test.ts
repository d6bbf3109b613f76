import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { createTemplar } from '../../../engine/vars/createtemplar.ts'
import { runLookup } from '../../../engine/vars/lookups/run.ts'
import { layer } from '../../../engine/vars/scope.ts'
import { type Dict, fromPlain, Template, toPlain, type Value } from '../../../engine/vars/value.ts'
import { suite } from '../../suite.ts'

const test = suite('lookups')

const at = { file: 'site.yml', line: 1, column: 1 }
const directory = mkdtempSync(join(tmpdir(), 'prelude-lookups-'))
const write = (name: string, content: string) => {
  const path = join(directory, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, content)
  return path
}
const warnings: string[] = []
const surroundings = {
  warn: (message: string) => void warnings.push(message),
  decrypt: (text: string) => `decrypted ${text.length > 0}`,
  searchPath: () => [join(directory, 'role'), join(directory, 'play')],
  environment: (name: string) => (name === 'HOME' ? '/home/ann' : undefined),
  setting: (name: string) => (name === 'DEFAULT_FORKS' ? 7 : undefined),
}
const templar = createTemplar(surroundings)
const scope = layer(
  fromPlain({
    n: 5,
    users: [{ name: 'ann', keys: ['k1', 'k2'] }, { name: 'bob', keys: [] }, { name: 'eve' }],
    groups: { all: ['n01', 'n02', 'head'], nodes: ['n01', 'n02'], gpu: ['n02'] },
  }) as Dict,
)
const evaluate = (source: string) => toPlain(templar.expression(source, at, scope))
const withLoop = (name: string, terms: unknown) =>
  toPlain(runLookup(name, fromPlain(terms), new Map(), scope, surroundings, templar))

test.before(() => {
  write('role/files/motd', 'from the role\n\n')
  write('play/motd', 'from the play\n')
  write('play/only', '  spaced  \n')
  write('play/secret.yml', '$ANSIBLE_VAULT;1.1;AES256\n00\n')
  write('role/templates/hosts.j2', "{% include 'part.j2' %}\nn={{ n }} {{ extra | default('-') }}\n")
  write('role/templates/part.j2', 'part {{ n }}\n')
  write('role/files/conf.d/b.conf', '')
  write('role/files/conf.d/a.conf', '')
  write('role/files/conf.d/sub.conf/x', '')
  write('role/vars/debian.yml', '')
  write('role/files/app.ini', '; comment\n[web]\nPort = 80\nhost: x\n[db]\nport=5432\n')
  write('role/files/people.csv', 'ann,30,"Main St, 1"\nbob,25,\n')
})
test.after(() => rmSync(directory, { recursive: true }))

test('file: the nearest one, white space at the end taken off', () => {
  assert.is(evaluate("lookup('file', 'motd')"), 'from the role')
  assert.is(evaluate("lookup('ansible.builtin.file', 'motd', rstrip=false)"), 'from the role\n\n')
  assert.is(evaluate("lookup('file', 'only', lstrip=true)"), 'spaced')
  assert.is(evaluate("lookup('file', 'motd', 'only')"), 'from the role,  spaced')
  assert.equal(evaluate("query('file', 'motd')"), ['from the role'])
  assert.is(evaluate(`lookup('file', '${join(directory, 'play/motd')}')`), 'from the play')
  assert.is(evaluate("lookup('file', 'secret.yml')"), 'decrypted true')
})

test('a file that is not there says where it was looked for', () => {
  try {
    evaluate("lookup('file', 'nothing')")
    assert.unreachable()
  } catch (thrown) {
    const failure = thrown as { message: string; hint: string; at: unknown }
    assert.is(failure.message, "the file 'nothing' was not found")
    assert.match(failure.hint, join(directory, 'role/files/nothing'))
    assert.equal(failure.at, at)
  }
  assert.is(evaluate("lookup('file', 'nothing', errors='ignore')"), null)
  assert.equal(warnings, [])
  assert.equal(evaluate("query('file', 'nothing', errors='warn')"), [])
  assert.match(warnings[0]!, "'file' failed")
})

test('template: rendered in the scope, with what it includes', () => {
  assert.is(evaluate("lookup('template', 'hosts.j2')"), 'part 5n=5 -\n')
  assert.is(evaluate("lookup('template', 'hosts.j2', template_vars={'n': 6, 'extra': 'x'})"), 'part 6n=6 x\n')
})

test('fileglob: sorted files alone', () => {
  const names = (evaluate("query('fileglob', 'conf.d/*.conf')") as string[]).map((path) => path.slice(directory.length))
  assert.equal(names, ['/role/files/conf.d/a.conf', '/role/files/conf.d/b.conf'])
  assert.equal(evaluate("query('fileglob', 'nowhere/*')"), [])
})

test('first_found: names, paths and none', () => {
  const found = join(directory, 'role/vars/debian.yml')
  assert.is(evaluate("lookup('first_found', ['nope.yml', 'debian.yml'])"), found)
  assert.is(evaluate("lookup('first_found', 'nope.yml', 'debian.yml')"), found)
  assert.is(evaluate("lookup('first_found', {'files': ['x', 'debian.yml'], 'paths': ['other', 'vars']})"), found)
  assert.is(evaluate("lookup('first_found', files=['debian.yml'], paths='vars')"), found)
  assert.equal(evaluate("query('first_found', ['nope.yml'], skip=true)"), [])
  assert.equal(withLoop('first_found', [{ files: ['nope'], skip: true }]), [])
  assert.equal(withLoop('first_found', ['nope', 'debian.yml']), [found])
  assert.throws(() => evaluate("lookup('first_found', ['nope.yml'])"), /found none/)
  const terms = [new Template('{{ undefined_name }}.yml', at), 'debian.yml']
  assert.throws(() => runLookup('first_found', terms, new Map(), scope, surroundings, templar), /undefined_name/)
})

test('password: made once, private, kept', () => {
  const source = "lookup('password', 'creds/pw length=12 chars=ascii_lowercase,digits')"
  const made = evaluate(source) as string
  assert.match(made, /^[a-z0-9]{12}$/)
  assert.is(evaluate(source), made)
  const path = join(directory, 'play/creds/pw')
  assert.is(readFileSync(path, 'utf8'), `${made}\n`)
  assert.is(statSync(path).mode & 0o777, 0o600)
  assert.is(statSync(join(path, '..')).mode & 0o777, 0o700)
  assert.match(evaluate("lookup('password', '/dev/null length=30')") as string, /^[\w.,:-]{30}$/)
  assert.is.not(evaluate("lookup('password', '/dev/null')"), evaluate("lookup('password', '/dev/null')"))
})

test('password: hashed with a salt that stays', () => {
  const source = "lookup('password', 'creds/hashed', encrypt='md5_crypt', length=8)"
  const first = evaluate(source) as string
  assert.match(first, /^\$1\$/)
  assert.is(evaluate(source), first)
  const [plain = '', salt = ''] = readFileSync(join(directory, 'play/creds/hashed'), 'utf8').trim().split(' salt=')
  assert.match(plain, /^[\w.,:-]{8}$/)
  assert.ok(first.startsWith(`$1$${salt}$`))
})

test('env, pipe, lines and their failures', () => {
  assert.is(evaluate("lookup('env', 'HOME')"), '/home/ann')
  assert.is(evaluate("lookup('env', 'NONE', default='x')"), 'x')
  assert.is(evaluate("lookup('pipe', 'pwd')"), join(directory, 'play'))
  assert.equal(evaluate("query('lines', 'printf \"a\\nb\\n\"')"), ['a', 'b'])
  assert.throws(() => evaluate("lookup('pipe', 'echo wrong >&2; exit 3')"), /wrong/)
})

test('ini and csvfile', () => {
  assert.is(evaluate("lookup('ini', 'port', section='web', file='app.ini')"), '80')
  assert.is(evaluate("lookup('ini', 'port section=db file=app.ini')"), '5432')
  assert.is(evaluate("lookup('ini', 'none', section='web', file='app.ini', default='d')"), 'd')
  assert.is(evaluate("lookup('csvfile', 'ann', file='people.csv', delimiter=',', col=2)"), 'Main St, 1')
  assert.is(evaluate("lookup('csvfile', 'bob file=people.csv delimiter=,')"), '25')
})

test('ini: sections, patterns, values of several lines', () => {
  write('role/files/more.ini', '[s]\nUser=ann\nlong = a\n  b\nu1 = x # y\nalone\n[DEFAULT]\nfall = back\n')
  const ini = (rest: string) => evaluate(`query('ini', ${rest}, file='more.ini', section='s', allow_no_value=true)`)
  assert.equal(ini("'user', 'long', 'fall'"), ['ann', 'a\nb', 'back'])
  assert.equal(ini("'u.*', re=true"), ['ann', 'x # y'])
  assert.equal(ini("'user', 'User', case_sensitive=true"), ['', 'ann'])
  assert.throws(
    () => evaluate("lookup('ini', 'x', file='more.ini', section='none', allow_none=true)"),
    /no section 'none'/,
  )
  assert.throws(() => evaluate("lookup('ini', 'x', file='more.ini', section='s')"), /this line is no setting/)
  assert.throws(() => evaluate("lookup('ini', 'x', fil='more.ini')"), /no option 'fil'/)
})

test('csvfile: quotes, columns, encodings', () => {
  write('role/files/more.csv', '"a ""q""",1\n"two\nlines",2,3\n\nb;c,4\n')
  const csv = (rest: string) => evaluate(`query('csvfile', ${rest}, file='more.csv')`)
  assert.equal(csv(`'a "q"', 'two\\nlines', delimiter=','`), ['1', '2'])
  assert.equal(csv("'c,4', delimiter=';', keycol=1, col=0"), ['b'])
  assert.equal(csv("'none', delimiter=','"), [])
  assert.equal(csv("'none', delimiter=',', default='d'"), ['d'])
  assert.throws(() => csv("'b;c', delimiter=',', col=7"), /no column 7/)
  assert.throws(() => csv("'b', delimiter=',,'"), /one character/)
  writeFileSync(join(directory, 'role/files/latin.csv'), Buffer.from('k\té\n', 'latin1'))
  assert.is(evaluate("lookup('csvfile', 'k', file='latin.csv', encoding='latin-1')"), 'é')
})

test('password: variants of bcrypt and characters', () => {
  const hashed = evaluate("lookup('password', 'creds/b', encrypt='bcrypt', ident='2y', length=8)")
  assert.match(hashed as string, /^\$2y\$12\$/)
  assert.match(readFileSync(join(directory, 'play/creds/b'), 'utf8'), / salt=[./\w]{22} ident=2y\n$/)
  assert.throws(() => evaluate("lookup('password', 'creds/b', encrypt='bcrypt', ident='2a')"), /'2y', not '2a'/)
  assert.match(evaluate("lookup('password', '/dev/null chars=a,,b length=40')") as string, /^[ab,]{40}$/)
  assert.throws(() => evaluate("lookup('password', '/dev/null size=40')"), /no option 'size'/)
})

test('config: settings, and what becomes of one that is not there', () => {
  assert.equal(evaluate("query('config', 'DEFAULT_FORKS', 'NONE', on_missing='skip')"), [7])
  assert.throws(() => evaluate("lookup('config', 'NONE')"), /no setting 'NONE'/)
  assert.equal(evaluate("query('config', 'NONE', on_missing='warn')"), [])
  assert.match(warnings.at(-1) ?? '', /no setting 'NONE'/)
})

test('filetree: each file once, with its state and mode', () => {
  write('role/files/tree/sub/x', 'x')
  write('play/other/sub/x', 'y')
  write('play/other/z', '')
  chmodSync(join(directory, 'play/other/z'), 0o640)
  symlinkSync('z', join(directory, 'play/other/l'))
  const tree = evaluate("query('community.general.filetree', 'tree', 'other')") as Record<string, unknown>[]
  const [first, second] = [join(directory, 'role/files/tree'), join(directory, 'play/other')]
  assert.equal(
    tree.map(({ path, state, src, root }) => [path, state, src, root]),
    [
      ['sub', 'directory', undefined, first],
      ['sub/x', 'file', join(first, 'sub/x'), first],
      ['l', 'link', 'z', second],
      ['z', 'file', join(second, 'z'), second],
    ],
  )
  assert.equal([tree[3]?.['mode'], tree[1]?.['size'], typeof tree[1]?.['mtime']], ['0640', 1, 'number'])
})

test('url: lines, headers, users, redirects, failures without secrets', async () => {
  const program = `require('node:http').createServer((request, response) => {
    if (request.url === '/gone') response.writeHead(404)
    if (request.url === '/moved') response.writeHead(302, { location: '/there' })
    const { authorization, 'user-agent': agent, 'x-own': own } = request.headers
    response.end([request.url, authorization, agent, own].join('\\n'))
  }).listen(0, '127.0.0.1', function () { console.log(this.address().port) })`
  const server = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [port] = await once(server.stdout, 'data')
    const get = (path: string, rest = '') => evaluate(`query('url', 'http://127.0.0.1:${Number(port)}${path}'${rest})`)
    assert.equal(get('/a'), ['/a', '', 'ansible-httpget'])
    assert.equal(get('/a', ', split_lines=false'), ['/a\n\nansible-httpget\n'])
    const basic = `Basic ${Buffer.from('ann:p"w').toString('base64')}`
    const options = `username='ann', password='p"w', force_basic_auth=true, http_agent='me', headers={'x-own': 'h'}`
    assert.equal(get('/b', `, ${options}`), ['/b', basic, 'me', 'h'])
    assert.is((get('/moved') as string[])[0], '/there')
    assert.is((get('/moved', ", follow_redirects='none'") as string[])[0], '/moved')
    assert.throws(() => get('/gone'), /cannot fetch http:\/\/127.0.0.1:\d+\/gone: .*404/)
    assert.throws(
      () => evaluate("lookup('url', 'http://u:secret@127.0.0.1:1/')"),
      ({ message }: Error) => message.includes('http://***@127') && !message.includes('secret'),
    )
    assert.throws(() => get('/a', ', timeot=1'), /no option 'timeot'/)
  } finally {
    server.kill()
  }
})

test('vars and varnames', () => {
  assert.is(evaluate("lookup('vars', 'n')"), 5)
  assert.throws(() => evaluate("lookup('vars', 'user')"), /'user' is undefined/)
  assert.equal(evaluate("query('varnames', '^gr')"), ['groups'])
})

const loops: readonly [string, unknown, unknown][] = [
  ['items', ['a', ['b', ['c']]], ['a', 'b', ['c']]],
  ['items', 'a', ['a']],
  ['dict', { a: 1 }, [{ key: 'a', value: 1 }]],
  ['sequence', 'count=2 format=n%02d', ['n01', 'n02']],
  [
    'nested',
    [
      ['a', 'b'],
      [1, 2],
    ],
    [
      ['a', 1],
      ['a', 2],
      ['b', 1],
      ['b', 2],
    ],
  ],
  [
    'together',
    [['a', 'b'], [1]],
    [
      ['a', 1],
      ['b', null],
    ],
  ],
  [
    'indexed_items',
    ['a', 'b'],
    [
      [0, 'a'],
      [1, 'b'],
    ],
  ],
  ['community.general.flattened', [1, [2, [3]]], [1, 2, 3]],
  ['inventory_hostnames', 'all:!gpu', ['n01', 'head']],
  ['inventory_hostnames', ['nodes:&gpu'], ['n02']],
  ['inventory_hostnames', 'n*', ['n01', 'n02']],
]
for (const [name, terms, expected] of loops) {
  test(`with_${name} ${JSON.stringify(terms)}`, () => assert.equal(withLoop(name, terms), expected))
}

test('with_subelements', () => {
  const users = fromPlain([{ name: 'ann', keys: ['k1', 'k2'] }, { name: 'eve' }]) as Value[]
  const pairs = runLookup(
    'subelements',
    [users, 'keys', fromPlain({ skip_missing: true })],
    new Map(),
    scope,
    surroundings,
    templar,
  )
  assert.equal(
    pairs.map((pair) => (toPlain(pair) as unknown[])[1]),
    ['k1', 'k2'],
  )
  assert.throws(() => withLoop('subelements', [[{ name: 'eve' }], 'keys']), /'keys'/)
})

test('terms may be templates', () => {
  assert.equal(
    runLookup(
      'items',
      new Template('{{ users | map(attribute="name") }}', at),
      new Map(),
      scope,
      surroundings,
      templar,
    ),
    ['ann', 'bob', 'eve'],
  )
})

test('an unknown lookup', () => {
  assert.throws(() => evaluate("lookup('fil', 'x')"), /unknown lookup 'fil'/)
})

test('a file that cannot be read is a failure', () => {
  mkdirSync(join(directory, 'play/directory'))
  chmodSync(join(directory, 'play/directory'), 0o755)
  assert.throws(() => evaluate("lookup('file', 'directory')"), /cannot read/)
})

test.run()
