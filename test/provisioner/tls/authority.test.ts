import { X509Certificate } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { serverIdentity } from '../../../provisioner/tls/authority.ts'
import { suite } from '../../suite.ts'
import { temporaryDirectory } from '../fixture.ts'

const test = suite('certificate authority')

test('the identity is kept, and made anew when its names or its time ask for it', async () => {
  const { directory, remove } = await temporaryDirectory()
  try {
    const place = join(directory, 'tls')
    const first = await serverIdentity(place, ['10.0.0.1', 'head.test'])
    const certificate = new X509Certificate(first.certificate)
    assert.ok(certificate.verify(new X509Certificate(first.ca).publicKey))
    assert.is(certificate.checkIP('10.0.0.1'), '10.0.0.1')
    assert.is(certificate.checkHost('head.test'), 'head.test')
    assert.is(certificate.checkHost('other.test'), undefined)
    assert.is(certificate.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1')
    assert.is(new X509Certificate(first.ca).ca, true)

    const same = await serverIdentity(place, ['head.test', '10.0.0.1', '10.0.0.1'])
    assert.is(same.certificate, first.certificate)
    const renamed = await serverIdentity(place, ['10.0.0.2'])
    assert.is.not(renamed.certificate, first.certificate)
    assert.is(renamed.ca, first.ca, 'nodes go on trusting the same authority')
    const later = await serverIdentity(place, ['10.0.0.2'], Date.now() + 800 * 24 * 3600 * 1000)
    assert.is.not(later.certificate, renamed.certificate)

    for (const name of await readdir(place)) {
      const { mode } = await stat(join(place, name))
      assert.is(mode & 0o777, name.endsWith('.key') ? 0o600 : 0o644, name)
    }
    assert.is((await stat(place)).mode & 0o777, 0o700)
  } finally {
    await remove()
  }
})

test('an authority that cannot be read is never replaced by another', async () => {
  const { directory, remove } = await temporaryDirectory()
  try {
    const place = join(directory, 'tls')
    const { ca } = await serverIdentity(place, ['10.0.0.1'])
    const [key, away] = [join(place, 'ca.key'), join(directory, 'away')]
    await rename(key, away)
    await mkdir(key) // what root cannot read as a file
    const failure = await serverIdentity(place, ['10.0.0.1']).catch((thrown: NodeJS.ErrnoException) => thrown.code)
    assert.is(failure, 'EISDIR')
    assert.is(await readFile(join(place, 'ca.pem'), 'utf8'), ca)
    await rm(key, { recursive: true })
    await rename(away, key)
    assert.is((await serverIdentity(place, ['10.0.0.1'])).ca, ca)
  } finally {
    await remove()
  }
})

test.run()
