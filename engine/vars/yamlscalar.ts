/** In which ways a string may be written as a YAML scalar. */
export type ScalarForm = {
  readonly hasBreaks: boolean
  readonly allowsFlowPlain: boolean
  readonly allowsBlockPlain: boolean
  readonly allowsSingle: boolean
  readonly allowsBlock: boolean
}

export const isBreak = (character: string | undefined): boolean =>
  character !== undefined && '\n\x85\u2028\u2029'.includes(character)
const isBlank = (character: string | undefined): boolean =>
  character === undefined || '\0 \t\r\n\x85\u2028\u2029'.includes(character)

/** Signs that would be read as structure, in flow collections and outside them. */
const indicators = (units: readonly string[]): { flow: boolean; block: boolean } => {
  let flow = /^(?:---|\.\.\.)/.test(units.slice(0, 3).join(''))
  let block = flow
  for (const [index, unit] of units.entries()) {
    const isFollowed = isBlank(units[index + 1])
    if (index === 0) {
      if ('#,[]{}&*!|>\'"%@`'.includes(unit) || (unit === '-' && isFollowed)) flow = block = true
      else if (unit === '?' || unit === ':') {
        flow = true
        block ||= isFollowed
      }
    } else if (',?[]{}'.includes(unit)) flow = true
    else if (unit === ':') {
      flow = true
      block ||= isFollowed
    } else if (unit === '#' && isBlank(units[index - 1])) flow = block = true
  }
  return { flow, block }
}

const isSpecial = (unit: string, allowsUnicode: boolean): boolean => {
  if (unit === '\n' || /^[\x20-\x7e]$/.test(unit)) return false
  return !(allowsUnicode && /^[\xa0-\ud7ff\ue000-\ufffd]$/.test(unit) && unit !== '\ufeff')
}

/** Which quoting a string needs. Strings that would be read as another type are the caller's business. */
export const analyze = (value: string, allowsUnicode: boolean): ScalarForm => {
  if (value === '') {
    return {
      hasBreaks: false,
      allowsFlowPlain: false,
      allowsBlockPlain: true,
      allowsSingle: true,
      allowsBlock: false,
    }
  }
  const units = Array.from(value)
  const { flow, block } = indicators(units)
  const hasBreaks = units.some(isBreak)
  const isEdged = [units[0], units.at(-1)].some((unit) => unit === ' ' || isBreak(unit))
  const hasBreakThenSpace = units.some((unit, index) => unit === ' ' && isBreak(units[index - 1]))
  const hasSpaceThenBreak = units.some((unit, index) => isBreak(unit) && units[index - 1] === ' ')
  const needsDouble = hasSpaceThenBreak || units.some((unit) => isSpecial(unit, allowsUnicode))
  const isPlain = !isEdged && !hasBreakThenSpace && !needsDouble && !hasBreaks
  return {
    hasBreaks,
    allowsFlowPlain: isPlain && !flow,
    allowsBlockPlain: isPlain && !block,
    allowsSingle: !hasBreakThenSpace && !needsDouble,
    allowsBlock: !needsDouble && units.at(-1) !== ' ',
  }
}
