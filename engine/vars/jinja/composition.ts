import { fail, undefinedFailure } from '../python/failing.ts'
import { Fields } from '../python/fields.ts'
import { text } from '../python/text.ts'
import { Callable, Undefined, type Value } from '../value.ts'
import type { FromImport, Import, Include } from './ast.ts'
import { compileExpression } from './compile.ts'
import type { Plugins } from './plugins.ts'
import { type Code, concatenate, Frame, type Run, type Step, settle, type Unit } from './runtime.ts'
import { guarded, run } from './steps.ts'

/** The templates that include, import and extends may name: one, or a list of which the first found counts. */
const loadNamed = (value: Value, current: Run, isOptional: boolean): ReturnType<Run['load']> | undefined => {
  const names = Array.isArray(value) ? value : [value]
  let first: unknown
  for (const name of names) {
    if (name instanceof Undefined) throw undefinedFailure(name)
    try {
      return current.load(text(settle(name, current, 'template')))
    } catch (thrown) {
      if (!(thrown instanceof Error) || !('code' in thrown) || thrown.code !== 'template.missing') throw thrown
      first ??= thrown
    }
  }
  if (isOptional) return undefined
  throw first ?? fail('there is no template to include')
}

/** `{% include %}`. */
export const compileInclude = (node: Include, plugins: Plugins): Step => {
  const template = compileExpression(node.template, plugins)
  return guarded(node.offset, (frame, out) => {
    const loaded = loadNamed(template(frame), frame.run, node.isOptional)
    if (loaded) renderUnit(loaded.unit, new Frame(loaded.run, node.hasContext ? frame : undefined), out)
    return 'on'
  })
}

/** What a template defines at its top level, as an object. */
const exported = (template: Code, hasContext: boolean, frame: Frame): Fields => {
  const { unit, run: other } = loadNamed(template(frame), frame.run, false)!
  const inner = new Frame(other, hasContext ? frame : undefined, new Map())
  renderUnit(unit, inner, [])
  return new Fields([...inner.locals!].filter(([name]) => !name.startsWith('_')))
}

/** `{% import … as … %}`. */
export const compileImport = (node: Import, plugins: Plugins): Step => {
  const template = compileExpression(node.template, plugins)
  return guarded(node.offset, (frame) => {
    frame.set(node.name, exported(template, node.hasContext, frame))
    return 'on'
  })
}

/** `{% from … import … %}`. */
export const compileFrom = (node: FromImport, plugins: Plugins): Step => {
  const template = compileExpression(node.template, plugins)
  return guarded(node.offset, (frame) => {
    const found = exported(template, node.hasContext, frame)
    for (const [name, as] of node.names) {
      frame.set(as, found.get(name) ?? new Undefined(`the template does not export '${name}'`))
    }
    return 'on'
  })
}

/** The output of the block `name`, `level` templates above the youngest. */
export const renderBlock = (name: string, level: number, frame: Frame): Value => {
  const entry = frame.run.blocks.get(name)?.[level]
  if (entry === undefined) return fail(`the block '${name}' has no parent block`)
  const superBlock = new Callable('super', () => renderBlock(name, level + 1, frame))
  const out: Value[] = []
  entry.step(new Frame(entry.run, frame, new Map([['super', superBlock]])), out)
  return concatenate(out) ?? ''
}

/** Runs a template with the templates that it extends; its output goes to `out`. */
export const renderUnit = (unit: Unit, frame: Frame, out: Value[]): void => {
  const current = frame.run
  for (const [name, step] of unit.blocks) {
    const chain = current.blocks.get(name) ?? []
    chain.push({ step, run: current })
    current.blocks.set(name, chain)
  }
  if (unit.blocks.size > 0) {
    frame.set(
      'self',
      new Fields(
        [...current.blocks.keys()].map((name) => [name, new Callable(name, () => renderBlock(name, 0, frame))]),
      ),
    )
  }
  if (unit.extends === undefined) {
    run(unit.steps, frame, out)
    return
  }
  run(unit.steps, frame, [])
  const parent = loadNamed(unit.extends(frame), current, false)!
  const blocks = parent.run.blocks
  for (const [name, chain] of current.blocks) blocks.set(name, [...chain])
  renderUnit(parent.unit, new Frame(parent.run, frame), out)
}
