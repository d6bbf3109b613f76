import { readFileSync } from 'node:fs'
import * as assert from 'uvu/assert'
import { type Bond, parseBonds } from '../../../provisioner/lab/bond.ts'
import { suite } from '../../suite.ts'

const test = suite('lab bond')

const output = (name: string) => readFileSync(new URL(`openvswitch/${name}.txt`, import.meta.url), 'utf8')
const parsed = (state: string): Map<string, Bond> =>
  new Map(parseBonds(output(`bond-show-${state}`), output(`lacp-show-${state}`)).map((bond) => [bond.name, bond]))

test('a bond whose node aggregates both ports', () => {
  const bond = parsed('aggregated').get('bond-n01')
  assert.is(bond?.lacp, 'negotiated')
  assert.is(bond?.aggregated, true)
  assert.equal(bond?.members[1], {
    name: 'n01-1',
    enabled: true,
    active: false,
    attached: true,
    heard: 'current',
    partner: '02:aa:00:00:01:00',
    actorState: ['activity', 'timeout', 'aggregation', 'synchronized', 'collecting', 'distributing'],
    partnerState: ['activity', 'timeout', 'aggregation', 'synchronized', 'collecting', 'distributing'],
  })
  assert.is(bond?.members[0]?.active, true)
})

test('a bond with a pulled cable goes on over the other port and is not aggregated', () => {
  const bond = parsed('pulled').get('bond-n01')
  assert.is(bond?.lacp, 'negotiated')
  assert.is(bond?.aggregated, false)
  const [pulled, left] = bond?.members ?? []
  assert.is(pulled?.enabled, false)
  assert.is(pulled?.heard, 'defaulted')
  assert.is(pulled?.partner, undefined)
  assert.is(left?.enabled, true)
  assert.is(left?.active, true)
})

test('a bond whose node is off has no partner', () => {
  const bond = parsed('aggregated').get('bond-n02')
  assert.is(bond?.lacp, 'configured')
  assert.is(bond?.aggregated, false)
  assert.equal(
    bond?.members.map(({ name, enabled, heard, partner }) => [name, enabled, heard, partner]),
    [
      ['n02-0', false, 'defaulted', undefined],
      ['n02-1', false, 'defaulted', undefined],
    ],
  )
})

test('a bond that lost a member to another partner is not aggregated', () => {
  const lacp = output('lacp-show-aggregated').replace(
    'partner sys_id: 02:aa:00:00:01:00',
    'partner sys_id: 02:aa:00:00:09:00',
  )
  const bond = parseBonds(output('bond-show-aggregated'), lacp).find(({ name }) => name === 'bond-n01')
  assert.is(bond?.aggregated, false)
})

test('odd output gives no bonds', () => {
  assert.equal(parseBonds('', ''), [])
  assert.equal(parseBonds('no bonds here\n  member x: enabled\n', '----'), [])
})

test.run()
