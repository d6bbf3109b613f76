import * as assert from 'uvu/assert'
import {
  parseExport,
  parseMembers,
  sameUuid,
  withArray,
  withoutArray,
} from '../../../../engine/modules/mdadm/examine.ts'
import { suite } from '../../../suite.ts'

const test = suite('what mdadm tells')
const uuid = '0f7ffec0:ff0a117f:a3e445a4:439b7cab'
const detail = `MD_LEVEL=raid1
MD_DEVICES=2
MD_METADATA=1.2
MD_UUID=${uuid}
MD_DEVNAME=data
MD_NAME=any:data
MD_DEVICE_dev_nvme1n1_ROLE=spare
MD_DEVICE_dev_nvme1n1_DEV=/dev/nvme1n1
MD_DEVICE_dev_nvme0n1_ROLE=0
MD_DEVICE_dev_nvme0n1_DEV=/dev/nvme0n1
`

test('an array and its members', () => {
  assert.equal(parseExport(detail), { uuid, name: 'data', level: 'raid1' })
  assert.equal(Object.fromEntries(parseMembers(detail)), { '/dev/nvme1n1': 'spare', '/dev/nvme0n1': '0' })
})

test('an array of metadata 0.90 has the name of its device', () =>
  assert.is(parseExport(`MD_LEVEL=raid1\nMD_UUID=${uuid}\nMD_DEVNAME=0\n`)?.name, '0'))

test('no array', () => assert.is(parseExport('/dev/sda\n\n'), undefined))

test('identifiers are alike however they are written', () => {
  assert.ok(sameUuid('0F7FFEC0-ff0a-117f-a3e4-45a4439b7cab', uuid))
  assert.not.ok(sameUuid(undefined, uuid))
})

test('a line is added once, and replaces that of the array before it', () => {
  const old = 'HOMEHOST <system>\nARRAY /dev/md/data UUID=1:2:3:4\n# ARRAY /dev/md/data\n'
  const wanted = `HOMEHOST <system>\n# ARRAY /dev/md/data\nARRAY /dev/md/data UUID=${uuid}\n`
  assert.is(withArray(old, uuid, '/dev/md/data'), wanted)
  assert.is(withArray(wanted, uuid, '/dev/md/data'), wanted)
  assert.is(withArray('', uuid, '/dev/md/data'), `ARRAY /dev/md/data UUID=${uuid}\n`)
  assert.is(withArray('MAILADDR root', uuid, '/dev/md0'), `MAILADDR root\nARRAY /dev/md0 UUID=${uuid}\n`)
  const debian = `ARRAY /dev/md/0  metadata=1.2 uuid=${uuid} name=host:0\n`
  assert.is(withArray(debian, uuid, '/dev/md0'), debian)
})

test('lines go by device and by identifier', () => {
  const text = `ARRAY /dev/md0 UUID=1:2:3:4\narray <ignore> uuid=${uuid}\nARRAY /dev/md/data\nARRAY /dev/md1 UUID=5:6:7:8\n`
  assert.is(withoutArray(text, [uuid], '/dev/md/data'), 'ARRAY /dev/md0 UUID=1:2:3:4\nARRAY /dev/md1 UUID=5:6:7:8\n')
})

test.run()
