import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import {
  fingerprint,
  hostKeyAlgorithms,
  judge,
  keyType,
  knownName,
  parseKnownHosts,
} from '../../../engine/connections/knownhosts.ts'
import { suite } from '../../suite.ts'

const tests = suite('connections/knownhosts')
const directory = mkdtempSync(join(tmpdir(), 'prelude-known-'))
tests.after(() => rmSync(directory, { recursive: true }))

const makeKey = (name: string): { line: string; key: Buffer } => {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', join(directory, name)])
  const line = readFileSync(join(directory, `${name}.pub`), 'utf8').trim()
  return { line, key: Buffer.from(line.split(' ')[1] ?? '', 'base64') }
}
const right = makeKey('right')
const other = makeKey('other')

tests('type and fingerprint are those of ssh-keygen', () => {
  const shown = execFileSync('ssh-keygen', ['-l', '-f', join(directory, 'right.pub')], { encoding: 'utf8' })
  assert.is(fingerprint(right.key), shown.split(' ')[1])
  assert.is(keyType(right.key), 'ssh-ed25519')
})

const cases: [file: string, name: string, verdict: string][] = [
  [`n01 ${right.line}`, 'n01', 'known'],
  [`n01 ${right.line}`, 'N01', 'known'],
  [`n01 ${right.line}`, 'n011', 'unknown'],
  [`n01,10.0.0.1 ${right.line} a comment`, '10.0.0.1', 'known'],
  [`n?? ${right.line}`, 'n17', 'known'],
  [`n?? ${right.line}`, 'n1', 'unknown'],
  [`*.cluster,!login.cluster ${right.line}`, 'n01.cluster', 'known'],
  [`*.cluster,!login.cluster ${right.line}`, 'login.cluster', 'unknown'],
  [`[n01]:2222 ${right.line}`, '[n01]:2222', 'known'],
  [`[n01]:2222 ${right.line}`, 'n01', 'unknown'],
  [`n.1 ${right.line}`, 'nx1', 'unknown'],
  [`n01 ${other.line}`, 'n01', 'changed'],
  [`n01 ${other.line}\nn01 ${right.line}`, 'n01', 'known'],
  [`@revoked * ${right.line}\nn01 ${right.line}`, 'n01', 'revoked'],
  [`@cert-authority * ${right.line}`, 'n01', 'unknown'],
  [`# n01 ${right.line}\n\nnonsense\nn01 ssh-ed25519`, 'n01', 'unknown'],
]
for (const [file, name, verdict] of cases) {
  tests(`${verdict}: ${name} in ${file.replaceAll(/AAAA\S+/g, '…').replaceAll('\n', ' / ')}`, () => {
    assert.is(judge(parseKnownHosts(file), name, right.key), verdict)
  })
}

tests('hashed names, as ssh-keygen hashes them', () => {
  const file = join(directory, 'hashed')
  writeFileSync(file, `n01 ${right.line}\n[n02]:2222 ${right.line}\n`)
  execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' })
  const known = parseKnownHosts(readFileSync(file, 'utf8'))
  assert.not.match(readFileSync(file, 'utf8'), 'n01')
  assert.is(judge(known, 'n01', right.key), 'known')
  assert.is(judge(known, knownName('n02', 2222), right.key), 'known')
  assert.is(judge(known, 'n01', other.key), 'changed')
  assert.is(judge(known, 'n03', right.key), 'unknown')
})

tests('the kinds of known keys are asked for first', () => {
  const known = parseKnownHosts(`n01 ssh-rsa AAAA\nn02 ecdsa-sha2-nistp384 AAAA`)
  assert.equal(hostKeyAlgorithms(known, 'n01').slice(0, 2), ['rsa-sha2-512', 'rsa-sha2-256'])
  assert.is(hostKeyAlgorithms(known, 'n02')[0], 'ecdsa-sha2-nistp384')
  assert.is(hostKeyAlgorithms(known, 'n03')[0], 'ssh-ed25519')
  assert.is(hostKeyAlgorithms(known, 'n01').length, hostKeyAlgorithms([], 'n01').length)
})

tests.run()
