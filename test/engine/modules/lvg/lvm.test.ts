import * as assert from 'uvu/assert'
import { isActive, isSkipped, parseReport } from '../../../../engine/modules/lvg/lvm.ts'
import { suite } from '../../../suite.ts'

const test = suite('what LVM reports')

const report = `  {
      "report": [
          {
              "vg": [{"vg_name":"data", "vg_size":"125829120", "vg_free":"113246208", "vg_extent_size":"4194304"}],
              "pv": [
                  {"pv_name":"/dev/sda", "vg_name":"data", "pv_size":"62914560", "pe_start":"1048576", "dev_size":"67108864"},
                  {"pv_name":"/dev/sdb", "vg_name":"data", "pv_size":"62914560", "pe_start":"1048576", "dev_size":"134217728"}
              ],
              "lv": [
                  {"lv_name":"one", "lv_size":"8388608", "lv_attr":"owi-a-s---", "pool_lv":"", "origin":""},
                  {"lv_name":"snap", "lv_size":"4194304", "lv_attr":"Vwi---tz-k", "pool_lv":"pool", "origin":"one"}
              ]
          },
          {"vg": [{"vg_name":"other", "vg_size":"0", "vg_free":"0", "vg_extent_size":"4194304"}], "lv": [{"lv_name":"theirs"}]},
          {"pv": [{"pv_name":"/dev/sdc", "vg_name":"", "pv_size":"67108864", "pe_start":"1048576", "dev_size":"67108864"}]}
      ]
  }`

test('groups, devices and the volumes of one group', () => {
  const { groups, physical, logical } = parseReport(report, 'data')
  assert.equal(
    groups.map(({ name, free }) => [name, free]),
    [
      ['data', 113246208],
      ['other', 0],
    ],
  )
  assert.equal(
    physical.map(({ device, vg, unused }) => [device, vg, unused]),
    [
      ['/dev/sda', 'data', 0],
      ['/dev/sdb', 'data', 70254592],
      ['/dev/sdc', '', 0],
    ],
  )
  assert.equal(
    logical.map((one) => [one.name, one.size, one.pool, one.origin, isActive(one), isSkipped(one)]),
    [
      ['one', 8388608, '', '', true, false],
      ['snap', 4194304, 'pool', 'one', false, true],
    ],
  )
})

test('nothing at all', () =>
  assert.equal(parseReport('{"report": []}', 'data'), { groups: [], physical: [], logical: [] }))

test('what is no report', () => assert.throws(() => parseReport('WARNING: no locking', 'data'), SyntaxError))

test.run()
