import * as assert from 'uvu/assert'
import { suite } from '../../suite.ts'
import { cutPower } from './cuts.ts'

const test = suite('agent mkdisk power cuts')

test(
  'what the power cuts is made again, and nothing that was safe is lost',
  async () => {
    const { cuts, problem } = await cutPower(4, 3)
    assert.is(problem, undefined)
    assert.is(cuts.length, 5)
    assert.is(cuts.at(-1)?.during, 'nothing any more')
  },
  15 * 60_000,
)

test.run()
