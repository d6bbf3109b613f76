import * as assert from 'uvu/assert'
import { suite } from '../../suite.ts'
import { content, downloadFrom, sha256 } from './server.ts'

const test = suite('agent download, cut off anywhere')

test('a transfer cut off at each percent goes on from there', async () => {
  const whole = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 7) & 0xff))
  const digest = sha256(whole)
  for (let percent = 0; percent < 100; percent++) {
    const end = Math.floor((whole.length * percent) / 100)
    const outcome = await downloadFrom([[content(whole, end), content(whole)]], { digest, size: whole.length })
    assert.is(outcome.digest, digest)
    assert.equal(
      outcome.asked.map(({ from }) => from),
      [0, end],
      `${percent} %`,
    )
  }
})

test.run()
