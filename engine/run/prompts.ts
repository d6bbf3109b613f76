import { Failure } from '../failure.ts'
import type { Play } from '../playbook/play.ts'
import { emptyScope, layer, type Scope, settled } from '../vars/scope.ts'
import { type Dict, toPlain, type Value } from '../vars/value.ts'
import { boolean } from './boolean.ts'
import type { RunOptions } from './options.ts'

/** Answers as a play keeps them: with `encrypt` the hash of what was typed. */
const encrypted = async (prompt: Dict, answer: Value, { templar }: RunOptions, play: Play): Promise<Value> => {
  const scheme = prompt.get('encrypt')
  if (scheme === undefined || scheme === null) return answer
  const names = new Map<string, Value>([
    ['answer', answer],
    ['scheme', scheme],
    ['salt', prompt.get('salt') ?? null],
    ['size', prompt.get('salt_size') ?? 8],
  ])
  const source = 'answer | password_hash(scheme, salt if salt else none, salt_size=size)'
  return settled(() => templar.expression(source, play.at, layer(names, emptyScope)))
}

const ask = async (prompt: Dict, name: string, options: RunOptions, play: Play): Promise<Value> => {
  const isPrivate = prompt.get('private') === undefined || boolean(prompt.get('private'))
  const initial = prompt.get('default')
  const hasInitial = initial !== undefined && initial !== null
  const text = String(prompt.get('prompt') ?? name)
  const question = hasInitial && !isPrivate ? `${text} [${String(toPlain(initial))}]: ` : `${text}: `
  for (;;) {
    const answer = await options.ask?.(question, isPrivate)
    if (answer === undefined && !hasInitial) {
      throw new Failure('playbook.prompt', `the play asks for '${name}', and nobody is there to answer`, {
        at: play.at,
        hint: `give it with -e ${name}=…`,
      })
    }
    if (!answer) return hasInitial ? (initial as Value) : ''
    if (!boolean(prompt.get('confirm')) || (await options.ask?.(`confirm ${question}`, isPrivate)) === answer) {
      return answer
    }
  }
}

/** Asks what the play's vars_prompt wants to know and no `-e` says. @throws Failure when nobody can answer */
export const askPrompts = async (play: Play, options: RunOptions, scope: Scope): Promise<Dict> => {
  const answers: Dict = new Map()
  for (const prompt of play.varsPrompt) {
    const name = String(prompt.get('name'))
    if (options.extraVars.has(name)) continue
    const resolved = (await settled(() => options.templar.resolve(prompt, scope))) as Dict
    answers.set(name, await encrypted(resolved, await ask(resolved, name, options, play), options, play))
  }
  return answers
}
