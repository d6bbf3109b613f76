import type { DebconfParameters } from '../../../schema/types.ts'
import { sh } from '../../command.ts'
import { Failure } from '../../failure.ts'
import { change, type Host, type ModuleSchema, module } from '../module.ts'
import { checkOneLine } from '../oneline.ts'
import { runOrFail } from '../runorfail.ts'
import schema from './debconf.schema.json' with { type: 'json' }

/** The answers that debconf-show prints: `* question: answer`, the asterisk for a question that was seen. */
export const parseAnswers = (text: string): Record<string, string> =>
  Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const [, question, answer = ''] = /^[* ]*([^:\s]+):\s*(.*?)\s*$/.exec(line) ?? []
      return question === undefined ? [] : [[question, answer]]
    }),
  )

/** A password, which debconf-show hides; undefined when there is none. */
const passwordOf = async (host: Host, question: string): Promise<string | undefined> => {
  const output = await host.run(sh`debconf-communicate 2>/dev/null`, { stdin: `GET ${question}\n` })
  return /^0 (.*)$/m.exec(output.stdout.toString())?.[1]
}

const checkParameters = (host: Host, { name, question, vtype, value }: DebconfParameters): void => {
  const fail = (message: string) => new Failure('module.parameter', message, { at: host.at })
  if (question === undefined) {
    if (vtype !== undefined || value !== undefined) throw fail("debconf needs 'question' with 'vtype' and 'value'")
  } else if (vtype === undefined || value === undefined) {
    throw fail("debconf needs 'vtype' and 'value' to answer a question")
  }
  checkOneLine(host, { value })
  for (const [parameter, text] of Object.entries({ name, question })) {
    if (text !== undefined && !/^[^\s-]\S*$/.test(text)) {
      throw fail(`'${parameter}' must be one word: ${JSON.stringify(text)}`)
    }
  }
}

export const debconf = module<DebconfParameters>('debconf', schema as ModuleSchema, async function* (host, params) {
  checkParameters(host, params)
  const { name, question, vtype, value: given, unseen } = params
  const answers = parseAnswers(await runOrFail(host, sh`debconf-show ${name}`))
  if (question === undefined || vtype === undefined || given === undefined) return { current: answers, msg: '' }
  const isSecret = vtype === 'password'
  const value = vtype === 'boolean' ? given.toLowerCase() : given
  const known = isSecret ? await passwordOf(host, question) : answers[question]
  if (known !== undefined && (vtype === 'boolean' ? known.toLowerCase() : known) === value) {
    return { current: answers, msg: '' }
  }
  const shown = (text: string | undefined) => (isSecret && text !== undefined && text !== '' ? '***' : (text ?? ''))
  yield* change({
    what: `answer ${question}`,
    diff: { before: `${question}: ${shown(known)}\n`, after: `${question}: ${shown(value)}\n` },
    apply: () =>
      runOrFail(host, sh`debconf-set-selections ${unseen ? ['-u'] : []}`, {
        stdin: `${name} ${question} ${vtype} ${value}\n`,
      }),
  })
  return {
    current: { [question]: shown(value) },
    previous: known === undefined ? { ...answers, [question]: '' } : { [question]: shown(known) },
    msg: '',
  }
})
