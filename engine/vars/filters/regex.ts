import type { Filter } from '../context.ts'
import { fail } from '../python/failing.ts'
import { tuple } from '../python/sequence.ts'
import { text } from '../python/text.ts'
import { matchesOf, regularExpression, substitute } from '../regularexpression.ts'
import type { Value } from '../value.ts'
import { dictOf, flagOr, integerOr, listOf } from './given.ts'

const replace: Filter = {
  parameters: ['pattern', 'replacement', 'ignorecase', 'multiline', 'count', 'mandatory_count'],
  apply: (input, [pattern, replacement, ignorecase, multiline, count, mandatory]) => {
    const expression = regularExpression(text(pattern ?? ''), {
      ignoreCase: flagOr(ignorecase, false),
      multiline: flagOr(multiline, false),
      global: true,
    })
    const result = substitute(expression, text(input), text(replacement ?? ''), integerOr(count, 0))
    const wanted = integerOr(mandatory, 0)
    if (wanted > 0 && result.replaced !== wanted)
      return fail(`'${text(pattern ?? '')}' should match ${wanted} times, but matches ${result.replaced} times`)
    return result.text
  },
}

const search: Filter = {
  parameters: ['pattern', '*groups', '**options'],
  apply: (input, [pattern, groups, given]) => {
    const options = dictOf(given, 'regex_search')
    const expression = regularExpression(text(pattern ?? ''), {
      ignoreCase: flagOr(options.get('ignorecase'), false),
      multiline: flagOr(options.get('multiline'), false),
    })
    const wanted = listOf(groups).map(text)
    const odd = wanted.find((reference) => !/^\\(?:g<\S+>|\d+)$/.test(reference))
    if (odd !== undefined) return fail(`'${odd}' is no reference to a group`, "write '\\\\1' or '\\\\g<name>'")
    const match = expression.exec(text(input))
    if (match === null) return null
    if (wanted.length === 0) return match[0]
    return wanted.map((reference): Value => {
      const named = /^\\g<(\S+)>$/.exec(reference)?.[1]
      if (named !== undefined && !/^\d+$/.test(named)) {
        const found = match.groups && Object.hasOwn(match.groups, named)
        return found ? (match.groups![named] ?? null) : fail(`the pattern has no group '${named}'`)
      }
      const digits = named ?? reference.slice(1)
      return Number(digits) < match.length
        ? (match[Number(digits)] ?? null)
        : fail(`the pattern has no group ${digits}`)
    })
  },
}

const findall: Filter = {
  parameters: ['regex', 'multiline', 'ignorecase'],
  apply: (input, [pattern, multiline, ignorecase]) => {
    const expression = regularExpression(text(pattern ?? ''), {
      ignoreCase: flagOr(ignorecase, false),
      multiline: flagOr(multiline, false),
      global: true,
    })
    return [...matchesOf(expression, text(input))].map((match): Value => {
      const groups = match.slice(1).map((group) => group ?? '')
      if (groups.length === 0) return match[0]
      return groups.length === 1 ? groups[0]! : tuple(...groups)
    })
  },
}

const escapeFor: Readonly<Record<string, (source: string) => string>> = {
  python: (source) =>
    source.replace(/[\t\n\v\f\r !"#$%&'()*+,./:;<=>?@[\]^`{|}~\\-]/g, (character) =>
      /[!"%',/:;<=>@`]/.test(character) ? character : `\\${character}`,
    ),
  posix_basic: (source) => source.replace(/[[\]^.*$\\]/g, '\\$&'),
}

export const regexFilters: Readonly<Record<string, Filter>> = {
  regex_escape: {
    parameters: ['re_type'],
    apply: (input, [kind]) =>
      (
        escapeFor[text(kind ?? 'python')] ??
        fail(`there is no kind of regular expression '${text(kind ?? '')}'`, 'it may be python or posix_basic')
      )(text(input)),
  },
  regex_findall: findall,
  regex_replace: replace,
  regex_search: search,
}
