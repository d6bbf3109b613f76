import { fail, undefinedFailure } from '../python/failing.ts'
import { Fields } from '../python/fields.ts'
import { text } from '../python/text.ts'
import { Callable, Undefined, type Value } from '../value.ts'
import type { Extends, FromImport, Import, Include } from './ast.ts'
import { compileExpression } from './compile.ts'
import type { Plugins } from './plugins.ts'
import { type Code, concatenate, Frame, type Run, type Step, settle, type Unit } from './runtime.ts'
import { guarded } from './steps.ts'

/** The templates that include, import and extends may name: one, or a list of which the first found counts. */
const loadNamed = (
  value: Value,
  current: Run,
  { isOptional = false, isAlone = false } = {},
): ReturnType<Run['load']> | undefined => {
  const names = Array.isArray(value) ? value : [value]
  let first: unknown
  for (const name of names) {
    if (name instanceof Undefined) throw undefinedFailure(name)
    try {
      return current.load(text(settle(name, current, 'template')), isAlone)
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
    const { isOptional, hasContext } = node
    const loaded = loadNamed(template(frame), frame.run, { isOptional, isAlone: !hasContext })
    if (loaded) renderUnit(loaded.unit, new Frame(loaded.run, hasContext ? frame : undefined), out)
    return 'on'
  })
}

/** What a template defines at its top level, as an object. */
const exported = (template: Code, hasContext: boolean, frame: Frame): Fields => {
  const { unit, run: other } = loadNamed(template(frame), frame.run, { isAlone: !hasContext })!
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

/** `{% extends %}`: the parent's text takes the place of what follows. */
export const compileExtends = (node: Extends, plugins: Plugins): Step => {
  const template = compileExpression(node.template, plugins)
  return guarded(node.offset, (frame, out) => {
    if (frame.run.parent) return fail('a template can extend only one other template')
    frame.run.parent = { ...loadNamed(template(frame), frame.run)!, kept: out.length }
    return 'on'
  })
}

const topOf = (frame: Frame): Frame => {
  let top = frame
  while (!top.isTop && top.parent) top = top.parent
  return top
}

/** The output of the block `name`, `level` templates above the youngest. */
const blockText = (name: string, level: number, frame: Frame): Value => {
  const entry = frame.run.blocks.get(name)?.[level]
  if (entry === undefined) return fail(`the block '${name}' has no parent block`)
  const superBlock = new Callable('super', () => blockText(name, level + 1, frame))
  const out: Value[] = []
  entry.step(new Frame(entry.run, frame, new Map([['super', superBlock]])), out)
  return concatenate(out) ?? ''
}

/** The output of a block where it stands: a scoped one sees the variables around it, others those of the template. */
export const renderBlock = (name: string, isScoped: boolean, frame: Frame): Value =>
  blockText(name, 0, isScoped ? frame : topOf(frame))

/** Runs a template with the templates that it extends; its output goes to `out`. */
export const renderUnit = (unit: Unit, frame: Frame, out: Value[]): void => {
  const current = frame.run
  frame.isTop = true
  for (const [name, step] of unit.blocks) {
    const chain = current.blocks.get(name) ?? []
    chain.push({ step, run: current })
    current.blocks.set(name, chain)
  }
  if (unit.blocks.size > 0) {
    frame.set(
      'self',
      new Fields([...current.blocks.keys()].map((name) => [name, new Callable(name, () => blockText(name, 0, frame))])),
    )
  }
  for (const [index, step] of unit.steps.entries()) {
    if (!(current.parent && unit.isUnseen[index])) step(frame, out)
  }
  const { parent } = current
  if (!parent) return
  out.length = Math.min(out.length, parent.kept)
  for (const [name, chain] of current.blocks) parent.run.blocks.set(name, [...chain])
  renderUnit(parent.unit, new Frame(parent.run, frame), out)
}
