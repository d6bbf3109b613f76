import * as assert from 'uvu/assert'
import type { NodeStatus } from '../../../provisioner/events/status.ts'
import { statusBody, statusPage } from '../../../provisioner/web/page.ts'
import { suite } from '../../suite.ts'

const test = suite('status page')

const now = new Date('2026-01-01T00:10:00Z')
const seen = '2026-01-01T00:09:50Z'
const node = (name: string, more: Partial<NodeStatus> = {}): NodeStatus => ({
  node: name,
  degraded: [],
  alarms: [],
  seen,
  ...more,
})

test('what a node says is text and nothing else', () => {
  const rows = statusBody(
    [node('n1', { state: 'failed', stage: 'root', message: '<script>alert("x")</script>\'&' })],
    now,
  )
  assert.not.match(rows, '<script')
  assert.match(rows, '&#60;script&#62;alert(&#34;x&#34;)')
  assert.match(rows, '<tr class="failed">')
})

test('an alarm stands before the message', () => {
  assert.match(statusBody([node('n1', { alarms: ['one', 'two'], message: 'fine' })], now), '<td>ALARM: two; fine</td>')
})

test('the worst come first, and how many are how stands above', () => {
  const body = statusBody(
    [
      node('n1', { stage: 'runtime', state: 'ready' }),
      node('n2', { stage: 'root', state: 'started' }),
      node('n3', { stage: 'runtime', state: 'ready', degraded: ['bond0: 1 of 2 links are up'] }),
      node('n4', { stage: 'root', state: 'failed' }),
      node('n5', { stage: 'runtime', state: 'ready', alarms: ['x'] }),
    ],
    now,
  )
  assert.equal(
    [...body.matchAll(/<tr class="[a-z-]+"><td>(n\d)/g)].map(([, name]) => name),
    ['n5', 'n4', 'n3', 'n2', 'n1'],
  )
  assert.match(body, '<p class="trouble">2 ready, 1 booting, 1 degraded, 1 failed</p>')
})

test('the page runs no script but its own', () => {
  const page = statusPage([], 'NONCE', now)
  assert.is(page.match(/<script/g)?.length, 1)
  assert.match(page, '<script nonce="NONCE">')
  assert.not.match(page, / (?:src|href|on\w+)=/)
})

test.run()
