import { type Dict, isDict, type Value } from './value.ts'

/** Two values of one variable under `hash_behaviour = merge`: dictionaries key by key, the stronger wins else. */
export const mergedDicts = (weaker: Value | undefined, stronger: Value): Value => {
  if (!isDict(weaker) || !isDict(stronger)) return stronger
  const merged: Dict = new Map(weaker)
  for (const [key, value] of stronger) merged.set(key, mergedDicts(merged.get(key), value))
  return merged
}
