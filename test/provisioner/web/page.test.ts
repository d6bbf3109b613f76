import * as assert from 'uvu/assert'
import { statusPage, statusRows } from '../../../provisioner/web/page.ts'
import { suite } from '../../suite.ts'

const test = suite('status page')

test('what a node says is text and nothing else', () => {
  const rows = statusRows([
    { node: 'n1', alarms: [], state: 'failed', stage: 'root', message: '<script>alert("x")</script>\'&' },
  ])
  assert.not.match(rows, '<script')
  assert.match(rows, '&#60;script&#62;alert(&#34;x&#34;)')
  assert.match(rows, '<tr class="failed">')
})

test('an alarm stands before the message', () => {
  assert.match(statusRows([{ node: 'n1', alarms: ['one', 'two'], message: 'fine' }]), '<td>alarm: two</td>')
})

test('the page runs no script but its own', () => {
  const page = statusPage([], 'NONCE')
  assert.is(page.match(/<script/g)?.length, 1)
  assert.match(page, '<script nonce="NONCE">')
  assert.not.match(page, / (?:src|href|on\w+)=/)
})

test.run()
