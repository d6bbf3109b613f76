import { setTimeout } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { parallel } from '../../../engine/run/parallel.ts'
import { suite } from '../../suite.ts'

const test = suite('parallel')

test('at most so many at a time, and all of them', async () => {
  let running = 0
  let most = 0
  const done: number[] = []
  await parallel([1, 2, 3, 4, 5], 2, async (item) => {
    most = Math.max(most, ++running)
    await setTimeout(2)
    running--
    done.push(item)
  })
  assert.is(most, 2)
  assert.equal(done.sort(), [1, 2, 3, 4, 5])
})

test('an error starts no further item, and is thrown when the others have ended', async () => {
  const started: number[] = []
  const ended: number[] = []
  const work = async (item: number) => {
    started.push(item)
    if (item === 1) throw new Error('the first')
    await setTimeout(5)
    ended.push(item)
  }
  const message = await parallel([1, 2, 3, 4], 2, work).catch((thrown: Error) => thrown.message)
  assert.is(message, 'the first')
  assert.equal(started, [1, 2])
  assert.equal(ended, [2])
})

test.run()
