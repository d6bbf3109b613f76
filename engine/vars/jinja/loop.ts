import { equal } from '../python/compare.ts'
import { fail } from '../python/failing.ts'
import { Fields } from '../python/fields.ts'
import { Callable, type Key, type Value } from '../value.ts'

/** The variable `loop` inside `for`. */
export class Loop extends Fields {
  private readonly all: readonly Value[]
  private readonly depth: number
  private readonly recurse: ((items: Value, depth: number) => Value) | undefined
  private last: Value[] | undefined
  index0 = 0

  constructor(all: readonly Value[], depth: number, recurse: ((items: Value, depth: number) => Value) | undefined) {
    super()
    this.all = all
    this.depth = depth
    this.recurse = recurse
  }

  /** `loop(items)` of a recursive loop: the output for a list one level deeper. */
  again(items: Value): Value {
    return this.recurse
      ? this.recurse(items, this.depth + 1)
      : fail("only a loop marked 'recursive' can be called", 'write {% for … recursive %}')
  }

  override get(key: Key): Value | undefined {
    const { all, index0 } = this
    switch (key) {
      case 'index':
        return index0 + 1
      case 'index0':
        return index0
      case 'revindex':
        return all.length - index0
      case 'revindex0':
        return all.length - index0 - 1
      case 'first':
        return index0 === 0
      case 'last':
        return index0 === all.length - 1
      case 'length':
        return all.length
      case 'depth':
        return this.depth + 1
      case 'depth0':
        return this.depth
      case 'previtem':
        return all[index0 - 1]
      case 'nextitem':
        return all[index0 + 1]
      case 'cycle':
        return new Callable(
          'cycle',
          (values) => values[index0 % values.length] ?? fail('loop.cycle() needs values to choose from'),
        )
      case 'changed':
        return new Callable('changed', (values) => {
          const isSame = this.last !== undefined && equal(this.last, values)
          this.last = values
          return !isSame
        })
      default:
        return undefined
    }
  }
}
