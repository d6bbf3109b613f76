import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { sh } from '../../../engine/command.ts'
import type { Connection } from '../../../engine/connections/connection.ts'
import { openLocal } from '../../../engine/connections/local.ts'
import { runModule } from '../../../engine/modules/runmodule.ts'
import { siteProgram } from '../../../engine/modules/siteprogram.ts'
import { createTemplar } from '../../../engine/vars/createtemplar.ts'
import { layer, settled } from '../../../engine/vars/scope.ts'
import type { Value } from '../../../engine/vars/value.ts'
import { suite } from '../../suite.ts'
import { moduleHost } from './modulehost.ts'

// What programs are told and say is compared with ansible-core in test/conformance/cases/content/library.
const test = suite('programs of the site as modules')
const work = mkdtempSync(join(tmpdir(), 'prelude-programs-'))
const templar = createTemplar({
  warn: () => {},
  decrypt: () => '',
  searchPath: () => ['/'],
  environment: () => undefined,
})
let connection: Connection

test.before(async () => {
  connection = await openLocal()
})
test.after(async () => {
  await connection.close()
  rmSync(work, { recursive: true })
})

const play = async (name: string, source: string, variables: Readonly<Record<string, Value>> = {}, check = false) => {
  const path = join(work, name)
  writeFileSync(path, source)
  const host = moduleHost({ connection, check, role: work, environment: { TMPDIR: work } })
  const scope = layer(new Map(Object.entries(variables)))
  const expression = (source: string) =>
    settled(() => templar.resolve(templar.expression(source, host.at, scope), scope))
  const given = { ...host, noLog: true, controller: { ...host.controller, scope, expression } }
  return runModule(siteProgram(name.replace(/\..*/, ''), path), given, { name: 'x' } as Record<string, Value>)
}

const python = `import json, sys
# WANT_JSON
print(json.dumps({"changed": True, "msg": json.load(open(sys.argv[1]))["name"]}))
`

test('one of Python is run where the host has it', async () => {
  const refused = await play('asks.py', python)
  assert.match(String(refused.result.msg), /^the module 'asks' is a Python program: .*asks\.py$/)
  assert.match(refused.failure?.hint ?? '', 'prelude_python_modules: true')
  const variables = { prelude_python_modules: 'true', ansible_python_interpreter: '/usr/bin/env python3' }
  assert.equal((await play('asks.py', python, variables)).result, { changed: true, msg: 'x' })
})

test('one that does not ask for check mode is not run in it', async () => {
  const source = `#!/bin/sh\n# WANT_JSON\n: >${work}/made\necho '{}'\n`
  const { result } = await play('makes', source, {}, true)
  assert.is(result.skipped, true)
  assert.is((await play('makes', source)).result.skipped, undefined)
})

test('one that reads words is told whether it is in check mode, and that its parameters must not be written', async () => {
  const source = '#!/bin/sh\n. "$1"\necho "{\\"msg\\": \\"$name $_ansible_check_mode $_ansible_no_log\\"}"\n'
  assert.is((await play('words', source, {}, true)).result.msg, 'x True True')
  assert.is((await play('words', source)).result.msg, 'x False True')
})

test('nothing of it is left on the host', async () => {
  const { result } = await play('leaves', `#!/bin/sh\ncase $0 in ${work}/tmp.*) echo '{"changed": true}' ;; esac\n`)
  assert.is(result.changed, true, 'it was there')
  assert.equal(
    (await connection.run(sh`ls ${work}`)).stdout
      .toString()
      .split('\n')
      .filter((name) => name.startsWith('tmp.')),
    [],
  )
})

test.run()
