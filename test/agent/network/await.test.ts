import * as assert from 'uvu/assert'
import {
  furtherWait,
  linkWait,
  type Moment,
  mayAsk,
  mayGoOn,
  neededLinks,
  partnerWait,
  tellWait,
} from '../../../agent/network/await.ts'
import type { LinkState, Problem } from '../../../agent/network/links.ts'
import { planLinks } from '../../../agent/network/plan.ts'
import { placeOf } from '../../../agent/network/reach.ts'
import { suite } from '../../suite.ts'

const test = suite('agent network wait')

const state = (links: number, ...reasons: Problem['reason'][]): LinkState => ({
  problems: reasons.map((reason) => ({ reason, message: reason })),
  links,
  isUp: links > 0,
})
const bonded: LinkState = { ...state(2), partner: '0e:11:22:33:44:55' }
const moment = (states: readonly LinkState[], rest: Partial<Moment> = {}): Moment => ({
  states,
  isReachable: false,
  waited: 1,
  sinceUp: 0.5,
  sinceCarrying: 0,
  ...rest,
})

const cases: readonly { name: string; at: Moment; goesOn: boolean }[] = [
  { name: 'all as asked for', at: moment([state(2)]), goesOn: true },
  { name: 'a partner that is not told yet', at: moment([bonded]), goesOn: false },
  { name: 'a partner that is told', at: moment([bonded], { sinceCarrying: tellWait }), goesOn: true },
  { name: 'a link that is down, just now', at: moment([state(1, 'link-down')]), goesOn: false },
  {
    name: 'a link that stays down while another carries',
    at: moment([state(1, 'link-down')], { sinceUp: furtherWait }),
    goesOn: true,
  },
  {
    name: 'no partner, though the provisioner answers',
    at: moment([state(0, 'no-partner')], { isReachable: true }),
    goesOn: false,
  },
  {
    name: 'no partner for a while, and the provisioner answers',
    at: moment([state(0, 'no-partner')], { isReachable: true, sinceUp: furtherWait }),
    goesOn: true,
  },
  {
    name: 'no partner, nobody answers: switches take their time',
    at: moment([state(0, 'no-partner')], { sinceUp: 60, waited: 70 }),
    goesOn: false,
  },
  { name: 'no speed never gets better', at: moment([state(0, 'no-speed')], { isReachable: true }), goesOn: true },
  {
    name: 'no speed, and a card that may still come',
    at: moment([state(0, 'missing-card', 'no-speed')], { isReachable: true }),
    goesOn: false,
  },
  {
    name: 'nothing at all, at last',
    at: moment([state(0, 'link-down')], { waited: linkWait, sinceUp: 0 }),
    goesOn: true,
  },
]
for (const { name, at, goesOn } of cases)
  test(`${goesOn ? 'goes on' : 'waits'}: ${name}`, () => assert.is(mayGoOn(at), goesOn))

const asking: readonly { name: string; at: Moment; asks: boolean }[] = [
  { name: 'a link that carries', at: moment([state(1)]), asks: true },
  { name: 'a partner that is not told yet', at: moment([bonded]), asks: false },
  { name: 'a partner that is told', at: moment([bonded], { sinceCarrying: tellWait }), asks: true },
  { name: 'a bond that looks for its partner', at: moment([state(0, 'no-partner')]), asks: false },
  {
    name: 'a bond that has looked for long enough',
    at: moment([state(0, 'no-partner')], { sinceUp: partnerWait }),
    asks: true,
  },
  { name: 'a bond that will never find one', at: moment([state(0, 'no-speed')]), asks: true },
]
for (const { name, at, asks } of asking)
  test(`${asks ? 'the provisioner is asked' : 'nobody is asked yet'}: ${name}`, () => assert.is(mayAsk(at), asks))

test('the boot waits for what stands over the boot card', () => {
  const cards = [
    { name: 'nic0', mac: '52:54:00:00:01:01', boot: true },
    { name: 'nic1', mac: '52:54:00:00:01:02' },
    { name: 'other', mac: '52:54:00:00:01:03' },
  ]
  const bond = { name: 'bond0', type: 'bond' as const, members: ['nic0', 'nic1'], address: '10.0.0.1/8' }
  const names = (networks: Parameters<typeof planLinks>[0]) =>
    neededLinks(planLinks(networks)).map(({ network }) => network.name)
  assert.equal(names([...cards, bond]), ['bond0'])
  assert.equal(names([{ ...cards[1]!, address: '10.0.0.1/8' }, cards[2]!]), ['nic1', 'other'])
})

test('where a server listens', () => {
  assert.equal(placeOf({ https: 'https://10.1.0.1:9874', http: '' }), { host: '10.1.0.1', port: 9874 })
  assert.equal(placeOf({ https: 'https://[fd00::1]:9874', http: '' }), { host: 'fd00::1', port: 9874 })
  assert.equal(placeOf({ https: 'https://head', http: '' }), { host: 'head', port: 443 })
})

test.run()
