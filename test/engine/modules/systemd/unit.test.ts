import * as assert from 'uvu/assert'
import { type UnitState, verbFor } from '../../../../engine/modules/systemd/control.ts'
import { parseProperties, parseUnit } from '../../../../engine/modules/systemd/unit.ts'
import { suite } from '../../../suite.ts'

const test = suite('units of systemd')

test('a running unit', () => {
  const unit = parseUnit('ssh', 'booted\nenabled\nType=notify\nLoadState=loaded\nActiveState=active\n')
  assert.equal(
    [unit.isControllable, unit.exists, unit.isEnabled, unit.isMasked, unit.activeState],
    [true, true, true, false, 'active'],
  )
})

test('a unit that is not there, in the words of older and newer versions', () => {
  for (const state of ['', 'not-found']) {
    assert.is(parseUnit('x', `booted\n${state}\nLoadState=not-found\nActiveState=inactive\n`).exists, false)
    assert.is(parseUnit('x', `offline\n${state}\n`).exists, false)
  }
})

const states: readonly (readonly [string, boolean])[] = [
  ['enabled', true],
  ['enabled-runtime', true],
  ['static', true],
  ['generated', true],
  ['disabled', false],
  ['indirect', false],
  ['alias', false],
  ['masked', false],
]
for (const [state, isEnabled] of states) {
  test(`'${state}' in an image`, () => {
    const unit = parseUnit('x', `offline\n${state}\n`)
    assert.equal([unit.exists, unit.isEnabled, unit.isMasked], [true, isEnabled, state === 'masked'])
  })
}

test('properties over several lines', () => {
  assert.equal(parseProperties('A=1\nStatusText=two\nlines\nB==\n\nodd'), {
    A: '1',
    StatusText: 'two\nlines',
    B: '=\nodd',
  })
})

const verbs: readonly (readonly [UnitState, string, string | undefined])[] = [
  ['started', 'inactive', 'start'],
  ['started', 'failed', 'start'],
  ['started', 'active', undefined],
  ['started', 'activating', undefined],
  ['started', 'reloading', undefined],
  ['stopped', 'active', 'stop'],
  ['stopped', 'deactivating', 'stop'],
  ['stopped', 'inactive', undefined],
  ['stopped', 'failed', undefined],
  ['restarted', 'active', 'restart'],
  ['restarted', 'inactive', 'start'],
  ['reloaded', 'active', 'reload'],
  ['reloaded', 'failed', 'start'],
]
for (const [state, active, verb] of verbs) {
  test(`${state} from ${active}: ${verb ?? 'nothing'}`, () => assert.is(verbFor(state, active), verb))
}

test.run()
