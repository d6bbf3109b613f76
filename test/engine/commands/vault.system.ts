import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import { suite } from '../../suite.ts'
import { type Site, site } from './play.ts'

// What one of play and ansible-vault encrypts, the other decrypts.
const test = suite('play vault')

const files = {
  one: 'first\n',
  two: '#!/bin/sh\necho second\n',
  'keys-client': '#!/bin/sh\necho "third-$2"\n',
  'vars.yml': 'secret: hünter2\n',
}

const text = (here: Site, name: string): string => readFileSync(join(here.directory, name), 'utf8')

const succeed = async (running: ReturnType<Site['play']>): Promise<string> => {
  const { code, stdout, stderr } = await running
  assert.is(code, 0, stderr)
  return stdout
}

test(
  'what play encrypts ansible-vault reads, with files, scripts and labels',
  () =>
    site(files, async (here) => {
      for (const given of [
        ['--vault-password-file', 'one'],
        ['--vault-id', 'prod@./two'],
        ['--vault-id', 'lab@./keys-client'],
      ]) {
        await succeed(here.play('vault', 'encrypt', ...given, 'vars.yml'))
        assert.match(text(here, 'vars.yml'), /^\$ANSIBLE_VAULT;1\.[12];AES256/)
        assert.is(await succeed(here.run('ansible-vault', 'view', ...given, 'vars.yml')), files['vars.yml'])
        await succeed(here.play('vault', 'decrypt', ...given, 'vars.yml'))
        assert.is(text(here, 'vars.yml'), files['vars.yml'])
      }
    }),
  60_000,
)

test(
  'what ansible-vault encrypts play reads, also by its name, with the label that it names',
  () =>
    site(files, async (here) => {
      const given = ['--vault-id', 'lab@./keys-client', '--encrypt-vault-id', 'lab']
      await succeed(here.run('ansible-vault', 'encrypt', ...given, 'vars.yml'))
      assert.match(text(here, 'vars.yml'), /^\$ANSIBLE_VAULT;1\.2;AES256;lab\n/)
      symlinkSync(join(import.meta.dirname, '../../../bin/play'), join(here.directory, 'ansible-vault'))
      const ours = join(here.directory, 'ansible-vault')
      assert.is(await succeed(here.run(ours, 'view', '--vault-id', 'lab@./keys-client', 'vars.yml')), files['vars.yml'])
    }),
  60_000,
)

test(
  'rekey and edit keep mode and content; a file that is not changed is not written',
  () =>
    site({ ...files, editor: '#!/bin/sh\necho "more: 1" >> "$1"\n' }, async (here) => {
      await succeed(here.run('chmod', '640', 'vars.yml'))
      await succeed(here.play('vault', 'encrypt', '--vault-id', 'one', 'vars.yml'))
      await succeed(here.play('vault', 'rekey', '--vault-id', 'one', '--new-vault-id', 'new@./two', 'vars.yml'))
      assert.match(text(here, 'vars.yml'), /^\$ANSIBLE_VAULT;1\.2;AES256;new\n/)
      const before = text(here, 'vars.yml')
      const wrong = await here.play('vault', 'rekey', '--vault-id', 'one', '--new-vault-id', 'new@./two', 'vars.yml')
      assert.equal([wrong.code, text(here, 'vars.yml')], [1, before])
      assert.match(wrong.stderr, 'vars.yml:1:1: no vault password opens this')
      await succeed(here.with({ EDITOR: 'true' }).play('vault', 'edit', '--vault-id', './two', 'vars.yml'))
      assert.is(text(here, 'vars.yml'), before)
      await succeed(here.with({ EDITOR: './editor' }).play('vault', 'edit', '--vault-id', './two', 'vars.yml'))
      assert.match(text(here, 'vars.yml'), /^\$ANSIBLE_VAULT;1\.2;AES256;new\n/)
      assert.is((statSync(join(here.directory, 'vars.yml')).mode & 0o777).toString(8), '640')
      const plain = await succeed(here.play('vault', 'view', '--vault-id', './two', 'vars.yml'))
      assert.is(plain, `${files['vars.yml']}more: 1\n`)
    }),
  60_000,
)

test(
  'encrypt_string makes a value for a playbook',
  () =>
    site(
      {
        ...files,
        'site.yml': '- hosts: localhost\n  gather_facts: false\n  tasks: [{debug: {msg: "{{ a }} {{ b }}"}}]\n',
      },
      async (here) => {
        const secrets = here.with({ ANSIBLE_VAULT_PASSWORD_FILE: 'one' }, 'from stdin')
        const strings = await succeed(
          secrets.play('vault', 'encrypt_string', '--stdin-name', 'a', '--name', 'b', 'from argv'),
        )
        assert.equal(Object.keys(parse(strings, { logLevel: 'silent' })), ['a', 'b'])
        writeFileSync(join(here.directory, 'strings.yml'), strings)
        assert.match(await succeed(secrets.play('-e', '@strings.yml', 'site.yml')), '"msg": "from stdin from argv"')
      },
    ),
  60_000,
)

test(
  'a password comes from standard input where nobody is at a terminal',
  () =>
    site(files, async (here) => {
      await succeed(here.with({}, 'typed\ntyped\n').play('vault', 'encrypt', '--ask-vault-pass', 'vars.yml'))
      const right = await here.with({}, 'typed\n').play('vault', 'view', '-J', 'vars.yml')
      assert.equal([right.code, right.stdout], [0, files['vars.yml']])
      assert.is((await here.with({}, 'other\n').play('vault', 'view', '-J', 'vars.yml')).code, 1)
      assert.is((await here.with({}, 'a\nb\n').play('vault', 'create', 'new')).code, 1)
    }),
  60_000,
)

test(
  'wrong use is told, with the code of ansible-vault',
  () =>
    site(files, async (here) => {
      const two = ['--vault-id', 'x@one', '--vault-id', 'y@./two']
      assert.is((await here.play('vault', 'encrypt', ...two, 'vars.yml')).code, 5)
      assert.is((await here.play('vault', 'decrypt', '--vault-id', 'one', 'vars.yml')).code, 1)
      assert.is((await here.play('vault', 'create', '--vault-id', 'one', 'vars.yml')).code, 1)
      assert.is((await here.play('vault', 'view', '--vault-id', 'missing', 'vars.yml')).code, 1)
      assert.is((await here.play('vault', 'bogus')).code, 2)
      assert.is(text(here, 'vars.yml'), files['vars.yml'])
    }),
  60_000,
)

test.run()
