import * as assert from 'uvu/assert'
import { parseCmdline } from '../../../agent/system/cmdline.ts'
import { suite } from '../../suite.ts'

const test = suite('agent kernel command line')

for (const [text, expected] of [
  ['root=prelude quiet\n', { root: 'prelude', quiet: true }],
  ['wwinit.uri=http://10.0.0.1:9873/provision/a?x=1', { 'wwinit.uri': 'http://10.0.0.1:9873/provision/a?x=1' }],
  ['console=tty0 console=ttyS0,115200', { console: 'ttyS0,115200' }],
  ['a="two words" "b=also two" c=', { a: 'two words', b: 'also two', c: '' }],
  ['  ', {}],
] as const) {
  test(JSON.stringify(text), () => {
    assert.equal(Object.fromEntries(parseCmdline(text)), expected)
  })
}

test.run()
