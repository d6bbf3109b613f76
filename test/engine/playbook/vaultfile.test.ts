import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { Failure } from '../../../engine/failure.ts'
import { createLoader } from '../../../engine/playbook/loader.ts'
import { openSite } from '../../../engine/site.ts'
import { encryptVault } from '../../../engine/vars/vault.ts'
import { suite } from '../../suite.ts'

// Files that tasks copy may be vaults of any bytes: keys are.
const test = suite('vault files')
const secret = { id: 'default', password: Buffer.from('s3cret') }
const key = randomBytes(1024)
let directory: string

const loaderWith = async (vaultSecrets: (typeof secret)[]) => {
  const warn = () => {}
  const site = await openSite({ inventory: ['localhost,'], vaultSecrets, warn, environment: {} })
  const { templar, decrypt, decryptFile } = site
  return createLoader({ isModule: () => false, templar, decrypt, decryptFile, warn })
}

test.before(() => {
  directory = mkdtempSync(join(tmpdir(), 'prelude-vault-'))
  writeFileSync(join(directory, 'key'), encryptVault(key, secret))
  writeFileSync(join(directory, 'plain'), key)
})
test.after(() => rmSync(directory, { recursive: true }))

test('are decrypted byte for byte', async () => {
  const loader = await loaderWith([secret])
  assert.ok((await loader.read(join(directory, 'key'))).equals(key))
  assert.ok((await loader.read(join(directory, 'plain'))).equals(key))
})

test('stay as they are when told', async () => {
  const loader = await loaderWith([secret])
  assert.match((await loader.read(join(directory, 'key'), false)).toString(), /^\$ANSIBLE_VAULT;1\.1;AES256\n/)
})

test('without the password the failure names the file', async () => {
  const loader = await loaderWith([])
  try {
    await loader.read(join(directory, 'key'))
    assert.unreachable()
  } catch (thrown) {
    assert.instance(thrown, Failure)
    assert.is((thrown as Failure).at?.file, join(directory, 'key'))
    assert.match((thrown as Failure).hint ?? '', /--vault-password-file/)
  }
})

test.run()
