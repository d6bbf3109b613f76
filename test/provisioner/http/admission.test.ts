import * as assert from 'uvu/assert'
import { createAdmission } from '../../../provisioner/http/admission.ts'
import { suite } from '../../suite.ts'

const test = suite('admission')

test('so many transfers run and no more; a place that is left is free', () => {
  const admission = createAdmission(
    () => 0,
    () => {},
  )
  const places = [admission.enter(2), admission.enter(2)]
  assert.is(admission.enter(2), undefined)
  places[0]!()
  places[0]!()
  assert.is(admission.running(), 1)
  assert.ok(admission.enter(2))
  assert.is(admission.enter(2), undefined)
  assert.ok(admission.enter(3), 'the setting may change while it runs')
})

test('who comes again is told to by how long transfers take', () => {
  let time = 0
  const admission = createAdmission(
    () => time,
    () => {},
  )
  assert.is(admission.retryAfter(), 1)
  for (let count = 0; count < 100; count++) {
    const leave = admission.enter(1)!
    time += 20_000
    leave()
  }
  assert.is(admission.retryAfter(), 5)
  for (let count = 0; count < 100; count++) {
    const leave = admission.enter(1)!
    time += 3_600_000
    leave()
  }
  assert.is(admission.retryAfter(), 30)
})

test('the log says it once a minute', () => {
  let time = 0
  const told: string[] = []
  const admission = createAdmission(
    () => time,
    (message) => told.push(message),
  )
  admission.enter(1)
  for (; time < 150_000; time += 1000) admission.enter(1)
  assert.equal(told, Array(3).fill('1 transfers run: further nodes are asked to come again'))
})

test.run()
