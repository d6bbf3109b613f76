import * as assert from 'uvu/assert'
import { bondHealth, parseBonding } from '../../../agent/network/health.ts'
import { suite } from '../../suite.ts'

const test = suite('agent bond health')

type Member = { mii?: string; speed?: string; aggregator?: number; state?: number }

/** /proc/net/bonding/bond0 as Linux 6.1 writes it for root. */
const lacp = (
  members: readonly Member[],
  partner = '0e:11:22:33:44:55',
): string => `Ethernet Channel Bonding Driver: v6.1.0-44-amd64

Bonding Mode: IEEE 802.3ad Dynamic link aggregation
Transmit Hash Policy: layer3+4 (1)
MII Status: up
MII Polling Interval (ms): 100
Up Delay (ms): 0
Down Delay (ms): 0
Peer Notification Delay (ms): 0

802.3ad info
LACP active: on
LACP rate: fast
Min links: 0
Aggregator selection policy (ad_select): stable
System priority: 65535
System MAC address: 52:54:00:00:01:01
Active Aggregator Info:
\tAggregator ID: 1
\tNumber of ports: ${members.length}
\tActor Key: 15
\tPartner Key: 1
\tPartner Mac Address: ${partner}
${members
  .map(
    ({ mii = 'up', speed = '10000 Mbps', aggregator = 1, state = 63 }, index) => `
Slave Interface: eth${index}
MII Status: ${mii}
Speed: ${speed}
Duplex: full
Link Failure Count: 0
Permanent HW addr: 52:54:00:00:01:0${index + 1}
Slave queue ID: 0
Aggregator ID: ${aggregator}
Actor Churn State: none
Partner Churn State: none
Actor Churned Count: 0
Partner Churned Count: 0
details actor lacp pdu:
    system priority: 65535
    system mac address: 52:54:00:00:01:01
    port key: 15
    port priority: 255
    port number: ${index + 1}
    port state: ${state}
details partner lacp pdu:
    system priority: 65534
    system mac address: ${partner}
    oper key: 1
    port priority: 255
    port number: ${index + 1}
    port state: 63
`,
  )
  .join('')}`

const activeBackup = (second: string): string => `Ethernet Channel Bonding Driver: v6.1.0-44-amd64

Bonding Mode: fault-tolerance (active-backup)
Primary Slave: None
Currently Active Slave: eth0
MII Status: up
MII Polling Interval (ms): 100

Slave Interface: eth0
MII Status: up
Speed: 1000 Mbps
Duplex: full

Slave Interface: eth1
MII Status: ${second}
Speed: Unknown
Duplex: Unknown
`

const nobody = '00:00:00:00:00:00'

const cases: readonly {
  name: string
  text: string
  expected?: number
  healthy: boolean
  reason?: RegExp
  links: number
}[] = [
  { name: 'both links aggregated', text: lacp([{}, {}]), healthy: true, links: 2 },
  {
    name: 'forming: ports counted, not yet distributing',
    text: lacp([{ state: 7 }, { state: 15 }]),
    healthy: false,
    links: 0,
    reason: /eth0 7, eth1 15/,
  },
  {
    name: 'plain switch: carrier, but nobody answers',
    text: lacp([{ state: 207 }, { aggregator: 2, state: 199 }], nobody),
    healthy: false,
    links: 0,
    reason: /^no-partner: no LACP partner answers/,
  },
  {
    name: 'virtio without speed',
    text: lacp(
      [
        { speed: 'Unknown', state: 77 },
        { speed: 'Unknown', state: 77 },
      ],
      nobody,
    ),
    healthy: false,
    links: 0,
    reason: /^no-speed: .*eth0, eth1 tell no speed/,
  },
  {
    name: 'one link in an aggregator of its own',
    text: lacp([{}, { aggregator: 2 }]),
    healthy: false,
    links: 1,
    reason: /^not-aggregated: 1 of 2 links are aggregated/,
  },
  {
    name: 'one link without cable',
    text: lacp([{}, { mii: 'down', state: 69 }]),
    healthy: false,
    links: 1,
    reason: /^link-down: 1 of 2 links are up/,
  },
  { name: 'partner expired', text: lacp([{ state: 63 | 0x80 }, {}]), healthy: false, links: 1 },
  { name: 'a member that never came', text: lacp([{}]), healthy: false, links: 1, reason: /1 of 2 links are up/ },
  { name: 'what came is enough when no more is expected', text: lacp([{}]), expected: 1, healthy: true, links: 1 },
  { name: 'active-backup with both', text: activeBackup('up'), healthy: true, links: 2 },
  { name: 'active-backup with one', text: activeBackup('down'), healthy: false, links: 1, reason: /1 of 2/ },
  { name: 'no text at all', text: '', healthy: false, links: 0, reason: /0 of 2/ },
]

for (const { name, text, expected = 2, healthy, reason, links } of cases) {
  test(name, () => {
    const health = bondHealth(parseBonding(text), expected)
    assert.is(health.healthy, healthy)
    assert.is(health.links, links)
    if (reason) assert.match(`${health.reason}: ${health.message}`, reason)
  })
}

test('reads partner and members', () => {
  const bond = parseBonding(lacp([{}, { state: 7 }]))
  assert.is(bond.partner, '0e:11:22:33:44:55')
  assert.is(bond.aggregator, 1)
  assert.equal(
    bond.members.map(({ device, state }) => [device, state]),
    [
      ['eth0', 63],
      ['eth1', 7],
    ],
  )
})

test.run()
