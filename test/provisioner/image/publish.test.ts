import { generateKeyPairSync } from 'node:crypto'
import { chmod, link, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Failure } from '../../../engine/failure.ts'
import { tool } from '../../../engine/process.ts'
import {
  findImage,
  initramfsOf,
  kernelOf,
  listImages,
  referenceOf,
  versionsOf,
} from '../../../provisioner/image/images.ts'
import { publishImage } from '../../../provisioner/image/publish.ts'
import { signImage, trustedKeys } from '../../../provisioner/image/sign.ts'
import { canonical, digestOf } from '../../../provisioner/store/digest.ts'
import { suite } from '../../suite.ts'
import { type Fixture, makeFixture, writeFiles } from '../fixture.ts'

const test = suite('image')
let fixture: Fixture
test.beforeEach(async () => {
  fixture = await makeFixture()
})
test.afterEach(() => fixture.remove())

const tree = () => join(fixture.directory, 'tree')
const publish = (name = 'compute') =>
  publishImage(fixture.state, { tree: tree(), name, playbook: 'playbooks/compute.yml' })

const rejects = async (promise: Promise<unknown>, message: RegExp): Promise<void> => {
  const thrown = await promise.then(
    () => undefined,
    (reason) => reason as Error,
  )
  assert.match(thrown?.message ?? 'nothing was thrown', message)
}

const fileOf = (digest: string) => join(fixture.state.directory, 'blobs/sha256', digest.slice(7, 9), digest.slice(7))

test('a version is the digest of its manifest; everything it names is stored', async () => {
  const { image } = fixture
  assert.is(image.version, digestOf(canonical(image.manifest)))
  assert.is(image.manifest.os, 'Test Linux 1')
  assert.equal(
    image.manifest.kernels.map(({ version }) => version),
    ['6.1.0-10', '6.1.0-9'],
  )
  for (const { digest, size } of [image.manifest.rootfs, ...image.manifest.kernels.map(({ kernel }) => kernel)]) {
    assert.equal(await fixture.state.blobs.stat(digest), { digest, size })
    assert.ok(await fixture.state.blobs.verify(digest))
  }
})

test('the squashfs has the tree without what is no part of an image', async () => {
  const listing = await tool('unsquashfs', ['-ll', '-d', '', fileOf(fixture.image.manifest.rootfs.digest)])
  assert.match(listing, /-rwxr-xr-x .* \/usr\/bin\/tool/)
  assert.match(listing, ' /proc\n')
  assert.match(listing, '/boot/vmlinuz-6.1.0-10')
  assert.not.match(listing, 'should-not-be-there')
  assert.not.match(listing, 'initrd')
})

test('an unchanged tree is not published again, whatever its times say', async () => {
  await utimes(join(tree(), 'usr'), 1, 1)
  await utimes(join(tree(), 'etc/os-release'), 1, 1)
  await writeFile(join(tree(), 'proc/another'), 'x')
  const { image, published } = await publish()
  assert.is(published, false)
  assert.is(image.version, fixture.image.version)
  assert.is((await listImages(fixture.state)).length, 1)
})

const changes: Record<string, () => Promise<unknown>> = {
  'content of the same length and time': async () => {
    const file = join(tree(), 'etc/os-release')
    await utimes(file, 1, 1)
    await publish()
    await writeFile(file, 'PRETTY_NAME="Test Linux 2"\n')
    await utimes(file, 1, 1)
  },
  'a mode': () => chmod(join(tree(), 'usr/bin/tool'), 0o700),
  'a new file': () => writeFile(join(tree(), 'etc/motd'), 'x'),
  'a file that went': () => rm(join(tree(), 'usr/bin/tool')),
  'a file capability': () => tool('setfattr', ['-n', 'user.test', '-v', 'x', join(tree(), 'usr/bin/tool')]),
  'an initramfs': () => writeFile(join(tree(), 'boot/initrd.img-6.1.0-10'), 'another initramfs'),
}

for (const [what, change] of Object.entries(changes)) {
  test(`${what} makes a new version`, async () => {
    await change()
    const before = (await versionsOf(fixture.state, 'compute'))[0]!
    const { image, published } = await publish()
    assert.is(published, true)
    assert.is.not(image.version, before.version)
    assert.is((await findImage(fixture.state, 'compute')).version, image.version)
  })
}

test('the same tree gives the same bytes', async () => {
  const { image } = await publish('other')
  assert.is(image.manifest.rootfs.digest, fixture.image.manifest.rootfs.digest)
})

test('an erofs has the same content: the same tree gives the same bytes, in another version', async () => {
  const options = { tree: tree(), playbook: 'playbooks/compute.yml', format: 'erofs' } as const
  const { image, published } = await publishImage(fixture.state, { ...options, name: 'compute' })
  assert.equal([published, image.manifest.format, fixture.image.manifest.format], [true, 'erofs', 'squashfs'])
  const other = await publishImage(fixture.state, { ...options, name: 'other' })
  assert.is(other.image.manifest.rootfs.digest, image.manifest.rootfs.digest)
  const work = join(fixture.directory, 'extracted')
  await tool('fsck.erofs', [`--extract=${work}`, fileOf(image.manifest.rootfs.digest)])
  const files = (await tool('find', ['.', '-mindepth', '1'], { cwd: work })).split('\n').sort()
  assert.ok(files.includes('./usr/bin/tool') && files.includes('./proc') && files.includes('./boot/vmlinuz-6.1.0-10'))
  assert.equal(
    files.filter((file) => /initrd|should-not-be-there/.test(file)),
    [],
  )
})

test('an image says how much memory it takes unpacked: pages, holes left out, hard links once', async () => {
  const before = fixture.image.manifest.unpacked!
  await writeFile(join(tree(), 'usr/five'), Buffer.alloc(5 * 4096 - 1, 1))
  await link(join(tree(), 'usr/five'), join(tree(), 'usr/five-again'))
  await writeFile(join(tree(), 'usr/hole'), '')
  await truncate(join(tree(), 'usr/hole'), 16 << 20)
  const { image } = await publish()
  assert.is(image.manifest.unpacked! - before, 5 * 4096 + 2 * 1024)
})

test('the key that signs is made once, for its owner alone; an unchanged version without a signature gets one', async () => {
  const { state, image } = fixture
  const key = join(state.directory, 'signing/site.key')
  assert.is((await stat(key)).mode & 0o7777, 0o600)
  const before = await readFile(key, 'utf8')
  const [trusted] = await trustedKeys(state)
  assert.equal(
    image.signed?.signatures.map((signature) => signature.key),
    [trusted?.id],
  )
  await rm(join(state.directory, 'images/compute', `${image.version.slice(7)}.signed`))
  assert.is((await findImage(state, 'compute')).signed, undefined)
  const { published } = await publish()
  assert.is(published, false)
  assert.ok((await findImage(state, 'compute')).signed)
  const expires = new Date(Date.now() + 3_600_000)
  const again = await publishImage(state, {
    tree: tree(),
    name: 'compute',
    playbook: 'playbooks/compute.yml',
    expires,
  })
  assert.match(again.image.signed!.statement, expires.toISOString())
  assert.is(await readFile(key, 'utf8'), before)
})

test('a key of another kind signs nothing', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const file = join(fixture.state.directory, 'signing/other.key')
  await writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  await rejects(signImage(fixture.state, fixture.image), /is ec, not ed25519/)
})

test('a version whose content is gone is published again', async () => {
  await fixture.state.blobs.remove(fixture.image.manifest.rootfs.digest)
  assert.is((await publish()).published, true)
  assert.ok(await fixture.state.blobs.verify(fixture.image.manifest.rootfs.digest))
})

test('images are found by name, by version, by the start of a version', async () => {
  const { image } = fixture
  for (const reference of ['compute', referenceOf(image), `compute@${image.version.slice(0, 20)}`]) {
    assert.is((await findImage(fixture.state, reference)).version, image.version)
  }
  await rejects(findImage(fixture.state, 'compote'), /there is no image 'compote'/)
  await rejects(findImage(fixture.state, `compute@sha256:${'0'.repeat(64)}`), /has no version/)
  await rejects(findImage(fixture.state, '../images'), /there is no image/)
  assert.is(kernelOf(image, '6.1.0-9').version, '6.1.0-9')
  assert.throws(() => kernelOf(image, '5.0'), /has no kernel 5\.0/)
})

test('a manifest that somebody changed is no version', async () => {
  const file = join(fixture.state.directory, 'images/compute', `${fixture.image.version.slice(7)}.json`)
  await chmod(file, 0o644)
  await writeFile(file, canonical({ ...fixture.image.manifest, playbook: 'evil.yml' }))
  await rejects(findImage(fixture.state, 'compute'), /there is no image/)
})

test('a damaged manifest hides no other version', async () => {
  const { state, image } = fixture
  await writeFile(join(state.directory, 'images', 'compute', `${'0'.repeat(64)}.json`), '{"torn')
  assert.equal(
    (await versionsOf(state, 'compute')).map(({ version }) => version),
    [image.version],
  )
})

test('trees that cannot be images are refused with a hint', async () => {
  await rejects(
    publishImage(fixture.state, { tree: '/nonexistent', name: 'x', playbook: 'p' }),
    /there is no directory/,
  )
  await rejects(publish('../x'), /cannot name an image/)
  await rm(join(tree(), 'etc/os-release'))
  await rejects(publish(), /neither etc\/os-release nor/)
  await writeFiles(tree(), { 'usr/lib/os-release': 'NAME=x\n' })
  for (const name of ['initrd.img-6.1.0-9', 'initrd.img-6.1.0-10']) await rm(join(tree(), 'boot', name))
  await rejects(publish(), /has no initramfs for kernel/)
})

test("an image may have two ways to boot: nodes take dracut's unless they say otherwise", async () => {
  await writeFile(join(tree(), 'boot/initramfs-minimal-6.1.0-10.img'), 'minimal 10')
  const { image, published } = await publish()
  assert.ok(published)
  const [kernel, older] = image.manifest.kernels
  assert.is(initramfsOf(image, kernel), kernel.initramfs)
  assert.is(initramfsOf(image, kernel, 'dracut'), kernel.initramfs)
  assert.is(initramfsOf(image, kernel, 'minimal').digest, digestOf('minimal 10'))
  assert.ok(await fixture.state.blobs.verify(digestOf('minimal 10')))
  assert.throws(
    () => initramfsOf(image, older!, 'minimal'),
    (thrown: Failure) => thrown.hint === 'its play applies the role initramfs for that',
  )
  const listing = await tool('unsquashfs', ['-ll', '-d', '', fileOf(image.manifest.rootfs.digest)])
  assert.not.match(listing, 'initramfs')
})

test('an image of the minimal initramfs alone boots with that', async () => {
  for (const version of ['6.1.0-9', '6.1.0-10']) await rm(join(tree(), `boot/initrd.img-${version}`))
  await writeFile(join(tree(), 'boot/initramfs-minimal-6.1.0-10.img'), 'minimal 10')
  const { image } = await publish()
  const [kernel] = image.manifest.kernels
  assert.is(image.manifest.kernels.length, 1)
  assert.is(initramfsOf(image, kernel).digest, digestOf('minimal 10'))
  assert.throws(() => initramfsOf(image, kernel, 'dracut'), /has no initramfs of the kind 'dracut'/)
})

test.run()
