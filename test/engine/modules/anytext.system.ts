import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { sh } from '../../../engine/command.ts'
import type { Connection } from '../../../engine/connections/connection.ts'
import { openLocal } from '../../../engine/connections/local.ts'
import { Failure } from '../../../engine/failure.ts'
import { readParameters } from '../../../engine/modules/parameters.ts'
import { findModule } from '../../../engine/modules/registry.ts'
import { type ModuleRun, runModule } from '../../../engine/modules/runmodule.ts'
import { type Dict, fromPlain } from '../../../engine/vars/value.ts'
import { fc, tries } from '../../fc.ts'
import { suite } from '../../suite.ts'
import { moduleHost } from './modulehost.ts'

/**
 * Texts that a shell, a program or a file's format would read otherwise pass through a module as they are, or are refused:
 * nothing runs that nobody asked for, and a second run has nothing to do.
 */
const test = suite('any text passes unharmed or is refused')
const directory = mkdtempSync(join(tmpdir(), 'prelude-anytext-'))
const marker = join(directory, 'ran')
let connection: Connection

test.before(async () => {
  connection = await openLocal()
})
test.after(async () => {
  await connection.close()
  rmSync(directory, { recursive: true })
})

const unit = fc.constantFrom(
  ...["'", '"', '\n', '\r', '\\', ' ', '-', '#', ';', '=', ':', '[', ']', '%', '&', '|', '*', '?', '~', '{{', '\0'],
  ...['a', 'é', '€', '$HOME', '`touch ran`', '$(touch ran)', ';touch ran;', '\u2028', '../'],
)
const text = fc.array(unit, { minLength: 1, maxLength: 6 }).map((units) => units.join(''))
/** What may be the name of a file; the newline at its end is what `$( )` drops. */
const name = fc
  .oneof(
    text,
    text.map((one) => `${one}\n`),
  )
  .filter((one) => !/[/\0]/.test(one) && one !== '.' && one !== '..')

const run = async (module: string, given: Readonly<Record<string, unknown>>): Promise<ModuleRun | Failure> => {
  const host = moduleHost({ connection, check: false, role: '/', facts: { is_chroot: false } })
  const found = findModule(module, host.at)
  try {
    const params = readParameters(found.schema, fromPlain(given) as Dict, host.at, module)
    return await runModule(found, host, params)
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown
    throw thrown
  }
}

type Given = Readonly<Record<string, unknown>>
/** `runs` is how many texts are tried. */
type Property = readonly [module: string, runs: number, given: fc.Arbitrary<Given>]

const inDirectory = (file: string): string => join(directory, 'files', `x${file}`)
const literal = (file: string): string => inDirectory(file.replaceAll('$', 'S'))

const properties: readonly Property[] = [
  [
    'ini_file',
    40,
    fc.record({
      path: name.map(literal),
      section: fc.option(text, { nil: undefined }),
      option: text,
      value: text,
      no_extra_spaces: fc.boolean(),
    }),
  ],
  [
    'pam_limits',
    40,
    fc
      .record({ dest: name.map(literal), domain: text, comment: text, value: fc.constant('1') })
      .map((one) => ({ ...one, limit_type: 'soft', limit_item: 'core' })),
  ],
  [
    'htpasswd',
    40,
    fc.record({
      path: name.map(literal),
      name: text,
      password: text,
      hash_scheme: fc.constantFrom('ldap_sha1', 'plaintext', 'apr_md5_crypt'),
    }),
  ],
  [
    'known_hosts',
    40,
    fc
      .record({ path: name.map(literal), name: text })
      .map((one) => ({ ...one, key: `${one.name} ssh-ed25519 AAAAC3NzaC1l` })),
  ],
  [
    'json_patch',
    40,
    fc
      .record({ src: name.map(literal), value: text, at: text })
      .map(({ src, value, at }) => ({ src, create: true, operations: [{ op: 'add', path: `/${at}`, value }] })),
  ],
  [
    'archive',
    8,
    fc
      .record({ dest: name.map(literal), format: fc.constantFrom('tar', 'zip') })
      .map((one) => ({ ...one, path: join(directory, 'source') })),
  ],
  [
    'getent',
    40,
    fc.record({ database: fc.constantFrom('passwd', 'services'), key: text, fail_key: fc.constant(false) }),
  ],
  [
    'synchronize',
    8,
    fc.record({ dest: name.map(literal) }).map(({ dest }) => ({ src: `${join(directory, 'source')}/`, dest })),
  ],
]

for (const [module, runs, given] of properties) {
  test(
    module,
    async () => {
      rmSync(join(directory, 'source'), { recursive: true, force: true })
      await connection.run(sh`mkdir -p ${join(directory, 'source')}`)
      writeFileSync(join(directory, 'source', `-a '$(touch ran)"`), 'x')
      const check = async (one: Given) => {
        rmSync(join(directory, 'files'), { recursive: true, force: true })
        await connection.run(sh`mkdir ${join(directory, 'files')}; cd ${directory}`)
        const first = await run(module, one)
        assert.not(existsSync(marker), 'nothing ran')
        if (first instanceof Failure || first.result.failed) return
        const again = await run(module, one)
        assert.not(again instanceof Failure || again.result.failed === true, 'a second run fails')
        assert.is((again as ModuleRun).changed, false, `changed again: ${readdirSync(join(directory, 'files'))}`)
      }
      await fc.assert(fc.asyncProperty(given, check), { numRuns: tries(runs) })
    },
    tries(60_000),
  )
}

test.run()
