import { spawnSync } from 'node:child_process'
import * as assert from 'uvu/assert'
import { ansibleJsonReporter } from '../../../engine/report/ansiblejson.ts'
import {
  emptyStats,
  type HostResult,
  type Reporter,
  type RunEvent,
  type TaskInfo,
} from '../../../engine/report/event.ts'
import { junitReporter } from '../../../engine/report/junit.ts'
import { planReporter } from '../../../engine/report/plan.ts'
import { styleFor } from '../../../engine/report/style.ts'
import { profileTasksReporter, timerReporter } from '../../../engine/report/times.ts'
import { suite } from '../../suite.ts'

// Reporters are told of a run and what they say is read; those that ansible-core has are compared with it in conformance.
const test = suite('reporters')

const at = { file: '/site/site.yml', line: 7, column: 5 }
const info = (id: number, name: string, action = 'command'): TaskInfo => ({
  id,
  name,
  action,
  role: id === 2 ? 'web' : undefined,
  kind: 'task',
  at,
  check: false,
})

const outcome = (host: string, rest: Partial<HostResult>): HostResult => ({
  host,
  status: 'ok',
  result: { changed: false },
  diffs: [],
  changes: [],
  noLog: false,
  ignored: false,
  ms: 1500,
  ...rest,
})

const result = (task: TaskInfo, host: string, rest: Partial<HostResult>): RunEvent => ({
  type: 'result',
  task,
  outcome: outcome(host, rest),
  looped: false,
})

const [one, two, three] = [info(1, 'first <one>'), info(2, 'second'), info(3, 'third')]
const diff = { before: 'a\n', after: 'b\n', beforeHeader: '/f', afterHeader: '/f' }

const events: readonly RunEvent[] = [
  { type: 'playbook', file: '/site/site.yml', plays: 1, check: true },
  { type: 'play', name: 'all', hosts: ['n10', 'n9'], check: true },
  { type: 'task', task: one, hosts: 2 },
  result(one, 'n10', {
    status: 'changed',
    result: { changed: true, msg: 'a & b' },
    changes: ['write /f'],
    diffs: [diff],
  }),
  result(one, 'n9', { status: 'changed', result: { changed: true }, changes: ['write /f'], diffs: [diff] }),
  { type: 'task', task: two, hosts: 2 },
  result(two, 'n9', { status: 'failed', result: { failed: true, msg: 'no "luck"' } }),
  result(two, 'n10', { status: 'failed', result: { failed: true, msg: 'well' }, ignored: true }),
  { type: 'task', task: three, hosts: 1 },
  result(three, 'n10', { status: 'skipped', result: { skipped: true, skip_reason: 'Conditional result was False' } }),
  result(three, 'n11', { status: 'changed', result: { changed: true, stdout: 'password' }, noLog: true }),
  {
    type: 'recap',
    stats: new Map([
      ['n9', { ...emptyStats(), ok: 1, failed: 1 }],
      ['n10', { ...emptyStats(), ok: 2 }],
    ]),
  },
]

const tell = (reporter: Reporter): void => {
  for (const event of events) reporter(event)
}

test('a plan tells each change once, with the hosts that it concerns, and nothing that no_log hides', () => {
  let out = ''
  let aside = ''
  tell(
    planReporter({
      write: (text) => (out += text),
      warn: (text) => (aside += `${text}\n`),
      style: styleFor(false),
      context: { directory: '/site', sourceLine: () => undefined },
    }),
  )
  assert.is(
    out,
    `first <one>  site.yml:7:5
  n9, n10
    write /f
    --- before: /f
    +++ after: /f
    @@ -1 +1 @@
    -a
    +b

third  site.yml:7:5
  n11
    (hidden by no_log)

Plan: 3 changes on 3 hosts, 1 failure
`,
  )
  assert.is(aside, 'n9: site.yml:7:5: no "luck"\n')
})

test('junit: a document that XML readers read, failures counted, secrets left out', () => {
  const saved: [string, string][] = []
  tell(junitReporter({ save: (name, text) => saved.push([name, text]), now: () => 1_500 }))
  tell(junitReporter({ save: (name, text) => saved.push([name, text]), failOnChange: true, failOnIgnore: true }))
  assert.is(saved[0]?.[0], 'site-1.5.xml')
  const script = `import sys, json, xml.etree.ElementTree as t
s = t.fromstring(sys.stdin.read())[0]
print(json.dumps([s.attrib['failures'], s.attrib['skipped'], [c.attrib['name'] for c in s], [c[0].tag for c in s]]))`
  const read = ([, text]: [string, string]) =>
    JSON.parse(spawnSync('python3', ['-c', script], { input: text, encoding: 'utf8' }).stdout)
  assert.equal(read(saved[0] as [string, string]), [
    '1',
    '1',
    [
      '[n10] all: first <one>',
      '[n9] all: first <one>',
      '[n9] all: web : second',
      '[n10] all: web : second',
      '[n10] all: third',
      '[n11] all: third',
    ],
    ['system-out', 'system-out', 'failure', 'system-out', 'skipped', 'system-out'],
  ])
  assert.is(read(saved[1] as [string, string])[0], '5')
  assert.not.match(saved[0]?.[1] ?? '', 'password')
})

test("json: plays, tasks, hosts and counts by the names of Ansible's callback", () => {
  const { reporter, document } = ansibleJsonReporter()
  tell(reporter)
  const { plays, stats } = JSON.parse(document())
  assert.equal(stats.n9, { changed: 0, failures: 1, ignored: 0, ok: 1, rescued: 0, skipped: 0, unreachable: 0 })
  assert.is(plays[0].play.name, 'all')
  const [first, second, third] = plays[0].tasks
  assert.equal(
    [first.task.name, first.task.path, second.task.name],
    ['first <one>', '/site/site.yml:7', 'web : second'],
  )
  assert.equal(first.hosts.n10, { action: 'command', changed: true, msg: 'a & b' })
  assert.is(second.hosts.n9.failed, true)
  assert.is(third.hosts.n10.skipped, true)
  assert.ok(Date.parse(third.task.duration.end) >= Date.parse(first.task.duration.start))
  assert.not.match(document(), 'password')
})

test('profile_tasks and timer tell how long things took', () => {
  let out = ''
  let now = Date.UTC(2026, 0, 2, 3, 4, 5)
  const write = (text: string): void => {
    out += text
  }
  const tick = (): number => {
    now += 1_100
    return now
  }
  const options = { write, verbosity: 0, now: tick }
  tell(profileTasksReporter(options))
  const lines = out.split('\n')
  assert.match(
    lines[0] ?? '',
    /^\w+ 0\d January 2026 {2}\d\d:\d\d:\d\d [+-]\d{4} \(0:00:01\.100\) {7}0:00:01\.100 \*+ $/,
  )
  assert.is(lines[0]?.length, 80)
  assert.is(lines[4], `${'='.repeat(79)} `)
  assert.match(lines[5] ?? '', /^.{70}-+ \d\.\d\ds$/)
  assert.equal(
    lines.slice(5, 8).map((line) => line.replace(/ -.*/, '')),
    ['first <one>', 'web : second', 'third'],
  )
  out = ''
  now = 0
  const times = [0, (((1 * 24 + 2) * 60 + 3) * 60 + 4) * 1000]
  tell(timerReporter({ ...options, now: () => times.shift() ?? 0 }))
  assert.is(out, 'Playbook run took 1 days, 2 hours, 3 minutes, 4 seconds\n')
})

test.run()
