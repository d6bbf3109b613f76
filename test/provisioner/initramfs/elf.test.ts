import { readFile, realpath } from 'node:fs/promises'
import * as assert from 'uvu/assert'
import { tool } from '../../../engine/process.ts'
import { readElf } from '../../../provisioner/initramfs/elf.ts'
import { suite } from '../../suite.ts'

const test = suite('initramfs elf')

// binutils' readelf is the oracle
for (const file of ['/usr/bin/mount', '/usr/sbin/mdadm', '/usr/sbin/sshd', process.execPath])
  test(`${file} needs what readelf says`, async () => {
    const [dynamic, segments] = await Promise.all(['-d', '-l'].map((option) => tool('readelf', ['-W', option, file])))
    const elf = readElf(await readFile(await realpath(file)))
    assert.equal(
      elf?.needed,
      [...dynamic!.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name]) => name),
    )
    assert.ok((elf?.needed.length ?? 0) > 0)
    assert.is(elf?.interpreter, /interpreter: (\S+)\]/.exec(segments!)?.[1])
  })

test('what is no ELF file of 64 bits is none', () => {
  for (const text of ['', '#!/bin/sh\n', `\x7fELF\x01\x01${'\0'.repeat(80)}`])
    assert.is(readElf(Buffer.from(text, 'latin1')), undefined)
})

test.run()
