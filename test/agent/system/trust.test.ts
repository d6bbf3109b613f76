import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { checkNfsTrust, readTrust, type Trust, verifyImage } from '../../../agent/system/trust.ts'
import { Failure } from '../../../engine/failure.ts'
import { bootManifest } from '../../../provisioner/boot/manifest.ts'
import { signImage, trustedKeys } from '../../../provisioner/image/sign.ts'
import { openState } from '../../../provisioner/state.ts'
import type { BootImage, Signed } from '../../../schema/types.ts'
import { type Fixture, makeFixture, temporaryDirectory } from '../../provisioner/fixture.ts'
import { suite } from '../../suite.ts'

const test = suite('agent trust')

let fixture: Fixture
let trust: Trust
test.before(async () => {
  fixture = await makeFixture()
  trust = await trustOf({})
})
test.after(() => fixture.remove())

/** What an initramfs of the fixture's site trusts, as the role dracut writes it. */
const trustOf = async (files: Readonly<Record<string, string>>): Promise<Trust> => {
  const directory = join(fixture.directory, 'trust', Object.keys(files).join('-') || 'plain')
  await mkdir(directory, { recursive: true })
  const keys = (await trustedKeys(fixture.state)).map(({ pem }) => pem).join('')
  for (const [name, text] of Object.entries({ 'site.pub': keys, ...files }))
    await writeFile(join(directory, name), text)
  return (await readTrust(directory))!
}

/** What the boot manifest of a node says of an image. */
const bootImage = (image = fixture.image): BootImage =>
  bootManifest({
    node: fixture.site.nodes.get('n01')!,
    image,
    settings: fixture.site.settings,
    ca: 'CA',
    boot: 'b',
    token: 't',
    time: new Date(),
    attempts: { attempt: 1 },
  }).image

const refused = (
  image: BootImage,
  message: RegExp,
  { by = trust, now = new Date() }: { by?: Trust; now?: Date } = {},
): void => {
  try {
    verifyImage(by, image, now)
  } catch (thrown) {
    assert.instance(thrown, Failure)
    assert.is((thrown as Failure).code, 'image.signature')
    assert.match((thrown as Failure).message, message)
    assert.ok((thrown as Failure).hint)
    return
  }
  assert.unreachable(`taken, and should be refused: ${message}`)
}

const hour = 3_600_000

test('what is published is signed, and taken', () => {
  const statement = verifyImage(trust, bootImage(), new Date())
  assert.is(statement.version, fixture.image.version)
})

test('without a signature it is refused', () => {
  const { signed: _, ...image } = bootImage()
  refused(image, /image compute is refused: it is not signed, and this initramfs has keys/)
})

test('the key of another site is refused', async () => {
  const { directory, remove } = await temporaryDirectory()
  const state = await openState(directory)
  try {
    await mkdir(join(directory, 'images'), { recursive: true })
    const other = await signImage(state, fixture.image)
    refused(bootImage(other), /it is signed by [0-9a-f]{16}, and this initramfs trusts [0-9a-f]{16}$/)
    // the identifier of our key with the signature of another
    const [ours] = await trustedKeys(fixture.state)
    const signatures = other.signed!.signatures.map(({ signature }) => ({ key: ours!.id, signature }))
    refused(bootImage({ ...other, signed: { ...other.signed!, signatures } }), /its signature is wrong/)
  } finally {
    state.close()
    await remove()
  }
})

test('every bit of what is signed counts', () => {
  const image = bootImage()
  const text = Buffer.from(image.signed!.statement)
  for (let bit = 0; bit < text.length * 8; bit += 7) {
    const changed = Buffer.from(text)
    changed[bit >> 3]! ^= 1 << (bit & 7)
    const statement = changed.toString('latin1')
    refused({ ...image, signed: { ...image.signed!, statement } }, /its signature is wrong/)
  }
})

for (const [field, value] of [
  ['name', 'login'],
  ['version', `sha256:${'1'.repeat(64)}`],
  ['digest', `sha256:${'2'.repeat(64)}`],
  ['size', 12_345],
  ['format', 'erofs'],
] as const) {
  test(`a boot manifest with another ${field} than was signed is refused`, () => {
    refused(
      { ...bootImage(), [field]: value },
      new RegExp(`the boot manifest says ${field} ${value}, the signature is`),
    )
  })
}

test('a signature of something that is no image is refused', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const statement = JSON.stringify({ ...JSON.parse(bootImage().signed!.statement), type: 'prelude overlay' })
  const signature = sign(null, Buffer.from(statement), privateKey).toString('base64')
  const by: Trust = { ...trust, keys: new Map([['0'.repeat(16), publicKey]]) }
  const signed: Signed = { statement, signatures: [{ key: '0'.repeat(16), signature }] }
  refused({ ...bootImage(), signed }, /what was signed is no image/, { by })
})

test('an expired signature is refused, whatever the clock says', async () => {
  const image = bootImage(await signImage(fixture.state, fixture.image, { expires: new Date(Date.now() + hour) }))
  verifyImage(trust, image, new Date())
  refused(image, /its signature expired 20/, { now: new Date(Date.now() + 2 * hour) })
  // the clock stands still since 1970: the initramfs itself is younger than the end
  const late = new Date(Date.now() + 2 * hour)
  const again = bootImage(await signImage(fixture.state, fixture.image, { now: late, expires: new Date(+late + 1) }))
  const by = await trustOf({ built: new Date(+late + 2).toISOString() })
  refused(again, /its signature expired/, { by, now: new Date(0) })
})

test('a version signed before the initramfs was made is refused, and taken when it is signed again', async () => {
  const old = bootImage(await signImage(fixture.state, fixture.image, { now: new Date(Date.now() - 24 * hour) }))
  const by = await trustOf({ built: `${new Date().toISOString()}\n` })
  refused(old, /signed 20.*, before this initramfs was made \(20.*an older version/, { by })
  verifyImage(by, bootImage(await signImage(fixture.state, fixture.image)), new Date())
})

test('another image than the one the initramfs is part of is refused', async () => {
  const by = await trustOf({ image: 'login\n' })
  refused(bootImage(), /this initramfs is of image login/, { by })
})

test('an NFS root has to be named by the initramfs', async () => {
  const by = await trustOf({ nfs: '10.1.0.1:/srv/a\n10.1.0.1:/srv/b\n' })
  checkNfsTrust(by, '10.1.0.1:/srv/b')
  assert.throws(() => checkNfsTrust(by, '10.1.0.1:/srv'), /the NFS root 10.1.0.1:\/srv is refused/)
  assert.throws(() => checkNfsTrust(trust, '10.1.0.1:/srv/a'), /is refused/)
})

test('an initramfs without keys trusts digests alone; one whose keys cannot be read trusts nothing', async () => {
  assert.is(await readTrust(join(fixture.directory, 'nowhere')), undefined)
  for (const broken of ['', 'x', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n']) {
    const thrown = await trustOf({ 'site.pub': broken }).catch((failure: unknown) => failure)
    assert.is((thrown as Failure).code, 'image.trust')
  }
})

test('of several keys one is enough: the next key is trusted before it signs', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const place = join(fixture.state.directory, 'signing')
  await writeFile(join(place, 'next.pub'), publicKey.export({ type: 'spki', format: 'pem' }))
  const by = await trustOf({})
  assert.is(by.keys.size, 2)
  await writeFile(join(place, 'next.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  const image = bootImage(await signImage(fixture.state, fixture.image))
  assert.is(image.signed?.signatures.length, 2)
  verifyImage(trust, image, new Date())
  verifyImage(by, image, new Date())
})

test.run()
