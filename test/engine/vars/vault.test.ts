import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { Failure } from '../../../engine/failure.ts'
import { decryptVault, encryptVault, isVault } from '../../../engine/vars/vault.ts'
import { suite } from '../../suite.ts'

const test = suite('vault')

const at = { file: 'secrets.yml', line: 3, column: 5 }
const secret = (id: string, password: string) => ({ id, password: Buffer.from(password) })
const vectorOf = (version: string) => readFileSync(new URL(`./vault-${version}.txt`, import.meta.url), 'utf8')
const salt = Buffer.from('303132333435363738396162636465660a', 'hex')

const failureOf = (work: () => unknown): Failure => {
  try {
    work()
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown
    throw thrown
  }
  throw new Error('no failure')
}

test('reads what ansible-vault wrote', () => {
  assert.is(decryptVault(vectorOf('1.1'), [secret('default', 's3cret')], at).toString(), 'hello: world\n')
  assert.is(decryptVault(vectorOf('1.2'), [secret('dev', 's3cret')], at).toString(), 'hello: world\n')
})

test('tries every password, whatever its label', () => {
  const secrets = [secret('dev', 'wrong'), secret('prod', 'wrong too'), secret('other', 's3cret')]
  assert.is(decryptVault(vectorOf('1.2'), secrets, at).toString(), 'hello: world\n')
})

test('an indented vault, as YAML block scalars may leave it, is read', () => {
  const indented = vectorOf('1.1').replace(/^(?!\$)/gm, '   ')
  assert.is(decryptVault(indented, [secret('default', 's3cret')], at).toString(), 'hello: world\n')
})

test('what it encrypts it decrypts, for texts of every length', () => {
  for (const length of [0, 1, 15, 16, 17, 80, 1000]) {
    const plain = Buffer.from('é'.repeat(length))
    const vault = encryptVault(plain, secret('default', 'pass'))
    assert.ok(isVault(vault))
    assert.ok(vault.split('\n').every((line) => line.length <= 80))
    assert.equal(decryptVault(vault, [secret('default', 'pass')], at), plain)
  }
})

test('a label makes it format 1.2', () => {
  const vault = encryptVault(Buffer.from('x'), secret('dev', 'pass'), salt)
  assert.match(vault, /^\$ANSIBLE_VAULT;1\.2;AES256;dev\n/)
  assert.is(vault, encryptVault(Buffer.from('x'), secret('dev', 'pass'), salt), 'the salt alone is random')
})

test('ansible-vault reads what it encrypts', () => {
  const directory = mkdtempSync(join(tmpdir(), 'prelude-vault-'))
  try {
    const [file, password] = [join(directory, 'vault'), join(directory, 'password')]
    writeFileSync(file, encryptVault(Buffer.from('kéy: välue\n'), secret('default', 'p4ss')))
    writeFileSync(password, 'p4ss\n', { mode: 0o600 })
    const { stdout, stderr } = spawnSync('ansible-vault', ['view', '--vault-password-file', password, file], {
      encoding: 'utf8',
      env: { ...process.env, PAGER: 'cat', LC_ALL: 'C.UTF-8', ANSIBLE_LOCAL_TEMP: directory },
    })
    assert.is(stdout.trimEnd(), 'kéy: välue', stderr)
  } finally {
    rmSync(directory, { recursive: true })
  }
})

test('failures say what to do and hold no secret', () => {
  const broken = vectorOf('1.1').replace('33303331', '34303331')
  const cases: [string, () => unknown, string][] = [
    ['no password', () => decryptVault(vectorOf('1.1'), [], at), 'vault.secret'],
    ['wrong password', () => decryptVault(vectorOf('1.1'), [secret('default', 'wrong')], at), 'vault.secret'],
    ['changed text', () => decryptVault(broken, [secret('default', 's3cret')], at), 'vault.secret'],
    ['no vault', () => decryptVault('hello', [secret('default', 's3cret')], at), 'vault.format'],
    ['cut off', () => decryptVault(vectorOf('1.1').slice(0, 60), [secret('default', 's3cret')], at), 'vault.format'],
  ]
  for (const [name, work, code] of cases) {
    const failure = failureOf(work)
    assert.is(failure.code, code, name)
    assert.equal(failure.at, at)
    assert.ok(failure.hint)
    assert.not.ok(JSON.stringify([failure.message, failure.hint]).includes('wrong'))
  }
})

test.run()
