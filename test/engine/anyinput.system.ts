import fc from 'fast-check'
import { Failure } from '../../engine/failure.ts'
import { emptyInventory, ensureHost } from '../../engine/inventory/build.ts'
import { readIni } from '../../engine/inventory/ini.ts'
import { selectHosts } from '../../engine/inventory/pattern.ts'
import { createTemplar } from '../../engine/vars/createtemplar.ts'
import { layer } from '../../engine/vars/scope.ts'
import { type Dict, fromPlain } from '../../engine/vars/value.ts'
import { loadYaml } from '../../engine/yaml/load.ts'
import { suite } from '../suite.ts'

// Inputs made of the pieces that each language knows and of chance: whatever people write, they are told where it is
// wrong. `npm run fuzz` tries a million of them.
const test = suite('any input gives a value or a Failure with its place')
const runs = Math.ceil(Number(process.env['INPUTS'] ?? 100_000) / 4)
const seed = Number(process.env['SEED'] ?? 20_260)

const at = { file: 'x', line: 1, column: 1 }
const scope = layer(fromPlain({ a: 1, b: { c: [1, 'x'] }, d: 'text', e: null, f: 1.5 }) as Dict)
const templar = createTemplar({
  warn: () => {},
  decrypt: () => '',
  searchPath: () => ['/nowhere'],
  environment: () => undefined,
})
const empty = () => emptyInventory({ sources: [], directory: '/', files: () => [] })

/** Pieces of a language between other text, with or without blanks between them. */
const soup = (pieces: string): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...pieces.split(' ')) }, fc.string({ maxLength: 4 })), {
        maxLength: 16,
      }),
      fc.constantFrom(' ', '', '\n'),
    )
    .map(([parts, between]) => parts.join(between))

const jinja = soup(
  '{{ }} {% %} {# #} -%} {%- {{- if elif else endif for in endfor set endset a b.c d x e f | default( map( select( sort join( int float bool regex_replace( to_json from_yaml ( ) [ ] { } , : . ~ + - * / // % ** == != < > is not defined and or "q" 1 2.5 1e400 none true raw endraw macro m endmacro call endcall filter upper endfilter block extends include import loop.index namespace( range( \\ \n',
)
const yaml = soup(
  'a: b: - ? : [ ] { } , & * &x *x ! !vault !unsafe !!str !!int !!binary | > |- >+ \' " # % @ ` --- ... ~ null yes 0644 1:30 1_0 .inf 2024-01-01 << : \t \n \\ {{ }}',
)
const ini = soup(
  '[ ] [a] [a:vars] [a:children] host h[1:3] h[a:c:2] = : k=v "v" \' # ; [1,2] {"a":1} 1.5 0644 True \n \n \t \\',
)
const pattern = soup('all a b h1 h[1:3] * ? ~h.* ! & : , [0] [-1] [0:2] [1:] ( ) ^ $ \\ .')

/** An input for which something else than a Failure with a message is thrown fails, and is shown at its smallest. */
const never = (inputs: fc.Arbitrary<string>, work: (text: string) => unknown): void => {
  const holds = (text: string): boolean => {
    try {
      work(text)
    } catch (thrown) {
      if (!(thrown instanceof Failure)) throw thrown
      return thrown.message !== ''
    }
    return true
  }
  fc.assert(fc.property(inputs, holds), { numRuns: runs, seed })
}

const limit = 600_000

test(
  'templates and expressions',
  () => {
    let turn = 0
    never(jinja, (text) => {
      turn++
      if (turn % 3 === 0) return templar.expression(text, at, scope)
      return turn % 3 === 1 ? templar.render(text, 'x', scope) : templar.render(`{{ ${text} }}`, 'x', scope)
    })
  },
  limit,
)

test('YAML', () => never(yaml, (text) => loadYaml(text, 'x')), limit)

test(
  'INI inventories',
  () => {
    never(ini, (text) => {
      const [failure] = readIni(empty(), text, 'x', 'x')
      if (failure) throw failure
    })
  },
  limit,
)

test(
  'host patterns',
  () => {
    const inventory = empty()
    for (const name of ['h1', 'h2', 'h3']) ensureHost(inventory, name, 'a')
    never(pattern, (text) => selectHosts(inventory, text, at))
  },
  limit,
)

test.run()
