import * as assert from 'uvu/assert'
import { suite } from '../../suite.ts'
import { cutPower, layouts } from './cuts.ts'

const test = suite('agent mkdisk power cuts')

for (const [name, count] of [
  ['mirrors', 4],
  ['parity', 2],
] as const) {
  test(
    `what the power cuts is made again, and nothing that was safe is lost: ${name}`,
    async () => {
      const { cuts, problem } = await cutPower(layouts[name], count, 3)
      assert.is(problem, undefined)
      assert.is(cuts.length, count + 1)
      assert.is(cuts.at(-1)?.during, 'nothing any more')
    },
    15 * 60_000,
  )
}

test.run()
