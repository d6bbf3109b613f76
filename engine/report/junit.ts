import { basename } from 'node:path'
import type { HostResult, Reporter, TaskInfo } from './event.ts'
import { pythonJson } from './json.ts'
import { plainResult } from './result.ts'

type TestCase = {
  readonly className: string
  readonly name: string
  readonly seconds: number
  readonly outcome: HostResult
  readonly task: TaskInfo
}

export type JunitOptions = {
  /** Receives the document of each playbook and the name of its file. */
  readonly save: (name: string, document: string) => void
  /** A change counts as a failure. */
  readonly failOnChange?: boolean
  /** A failure that the task ignores counts as one. */
  readonly failOnIgnore?: boolean
  readonly now?: () => number
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Text inside XML; characters that XML cannot hold are left out. */
const xml = (text: string): string =>
  text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '').replace(/[&<>"]/g, (char) => escapes[char] as string)

type Verdict = 'passed' | 'failed' | 'skipped'

const verdictOf = ({ outcome }: TestCase, { failOnChange = false, failOnIgnore = false }: JunitOptions): Verdict => {
  const { status, ignored } = outcome
  if (status === 'skipped') return 'skipped'
  if (status === 'changed' && failOnChange) return 'failed'
  const isBad = status === 'failed' || status === 'unreachable'
  return isBad && (!ignored || failOnIgnore) ? 'failed' : 'passed'
}

const bodyOf = (each: TestCase, verdict: Verdict): string => {
  const { outcome, task } = each
  const result = plainResult(outcome, task)
  const said = typeof result['msg'] === 'string' ? result['msg'] : outcome.status
  if (verdict === 'skipped') return `<skipped>${xml(String(result['skip_reason'] ?? 'skipped'))}</skipped>`
  const text = xml(pythonJson(result, 4))
  if (verdict === 'passed') return `<system-out>${text}</system-out>`
  return `<failure message="${xml(said)}" type="failure">${text}</failure>`
}

const documentOf = (name: string, cases: readonly TestCase[], options: JunitOptions): string => {
  const verdicts = cases.map((each) => verdictOf(each, options))
  const count = (verdict: Verdict) => verdicts.filter((each) => each === verdict).length
  const seconds = cases.reduce((sum, each) => sum + each.seconds, 0).toFixed(3)
  const head = `disabled="0" errors="0" failures="${count('failed')}"`
  const tests = `tests="${cases.length}" time="${seconds}"`
  const body = cases.map((each, index) => {
    const attributes = `classname="${xml(each.className)}" name="${xml(each.name)}" time="${each.seconds.toFixed(3)}"`
    return `\t\t<testcase ${attributes}>\n\t\t\t${bodyOf(each, verdicts[index] as Verdict)}\n\t\t</testcase>\n`
  })
  return `<?xml version="1.0" ?>
<testsuites ${head} ${tests}>
\t<testsuite ${head} name="${xml(name)}" skipped="${count('skipped')}" ${tests}>
${body.join('')}\t</testsuite>
</testsuites>
`
}

/** A JUnit document a playbook, a test case a task and host: Ansible's callback `junit`, without the tasks' arguments. */
export const junitReporter = (options: JunitOptions): Reporter => {
  const { save, now = Date.now } = options
  let playbook = ''
  let play = ''
  let cases: TestCase[] = []
  return (event) => {
    if (event.type === 'playbook') {
      playbook = basename(event.file).replace(/\.[^.]*$/, '')
      cases = []
    } else if (event.type === 'play') play = event.name
    else if (event.type === 'result') {
      const { task, outcome } = event
      const title = task.role === undefined ? task.name : `${task.role} : ${task.name}`
      cases.push({
        className: `${task.at.file}:${task.at.line}`,
        name: `[${outcome.host}] ${play}: ${title}`,
        seconds: outcome.ms / 1000,
        outcome,
        task,
      })
    } else if (event.type === 'recap') {
      save(`${playbook}-${now() / 1000}.xml`, documentOf(playbook, cases, options))
    }
  }
}
