import type { Document, Element } from '@xmldom/xmldom'
import type { XmlParameters } from '../../../schema/types.ts'
import { Failure, messageOf } from '../../failure.ts'
import { contentDiff } from '../contentdiff.ts'
import { change, type Host, type ModuleSchema, module, type Result } from '../module.ts'
import { backUp } from '../replacefile.ts'
import { addElements, asText } from './children.ts'
import { decodeDocument, isElement, kind, parseDocument, removeBlanks, removeCdata } from './document.ts'
import { nameText, partsOf, pathOf, remove, resolveName, setAttribute, setText, textOf } from './elements.ts'
import { type Selector, selectorOf } from './select.ts'
import { makeTarget } from './target.ts'
import { documentText, meaningOf } from './write.ts'
import schema from './xml.schema.json' with { type: 'json' }

type Work = {
  readonly params: XmlParameters
  readonly xpath: string
  readonly document: Document
  readonly selector: Selector
}

const readSource = async (host: Host, { path = '', xmlstring }: XmlParameters) => {
  if (xmlstring !== undefined) return { name: 'xmlstring', path: undefined, text: xmlstring }
  const file = await host.open(path)
  if (!file.content) throw new Failure('module.file', `there is no file ${path}`, { at: host.at })
  try {
    return { name: path, path: file.path, text: decodeDocument(file.content) }
  } catch (cause) {
    throw new Failure('module.file', `cannot decode ${path}: ${messageOf(cause)}`, { at: host.at, cause })
  }
}

/** The elements that `xpath` names; those that a plain path names are made. */
const elementsAt = ({ params, xpath, document, selector }: Work): Element[] => {
  if (!selector.holds(xpath)) makeTarget(document, selector, params.namespaces, xpath)
  return selector.nodes(xpath).filter(isElement)
}

const noElement = (xpath: string): Failure =>
  new Failure('module.parameter', `xml: '${xpath}' names no element`, {
    hint: xpath.includes('@') ? "name the element, and its 'attribute'" : undefined,
  })

const setValue = (work: Work): void => {
  const { attribute, value, namespaces } = work.params
  const text = asText(value, "'value'")
  const elements = elementsAt(work)
  if (elements.length === 0) throw noElement(work.xpath)
  const name = attribute === undefined ? undefined : resolveName(attribute, namespaces)
  for (const element of elements) {
    if (name) setAttribute(element, name, text)
    else if (textOf(element) !== text) setText(element, text)
  }
}

const removeFound = ({ xpath, selector }: Work): void => {
  for (const node of selector.nodes(xpath)) {
    const { ownerElement } = node as { ownerElement?: Element }
    if (node.nodeType === kind.attribute) ownerElement?.removeAttribute(node.nodeName)
    else if (isElement(node) && isElement(node.parentNode)) remove(node)
    else {
      throw new Failure('module.parameter', `xml: ${pathOf(node)} cannot be removed`, {
        hint: 'elements and attributes can, but the root element',
      })
    }
  }
}

const setChildren = ({ params, xpath, selector }: Work, children: readonly unknown[]): void => {
  for (const element of selector.nodes(xpath).filter(isElement)) {
    for (const part of partsOf(element)) remove(part)
    addElements(children, params.input_type, element)
  }
}

const addChildren = ({ params, xpath, selector }: Work, children: readonly unknown[]): void => {
  const { input_type, insertbefore, insertafter } = params
  const found = selector.nodes(xpath).filter(isElement)
  if (!insertbefore && !insertafter) {
    for (const element of found) addElements(children, input_type, element)
    return
  }
  const place = insertbefore ? found[0] : found.at(-1)
  if (!place) return
  const parent = place.parentNode
  if (!isElement(parent)) throw new Failure('module.parameter', 'xml: nothing stands beside the root element')
  const parts = partsOf(parent)
  const next = insertbefore ? place : (parts[parts.indexOf(place) + 1] ?? null)
  for (const child of addElements(children, input_type, parent)) parent.insertBefore(child, next)
}

/** What the tasks that only read tell; undefined for the others. */
const readOnly = ({ params, xpath, selector }: Work): Result | undefined => {
  const { count, print_match, content } = params
  if (print_match) {
    const paths = selector.nodes(xpath).map(pathOf)
    return { msg: `selector '${xpath}' match: ${JSON.stringify(paths).replaceAll('","', '", "')}`, matches: [] }
  }
  if (count) {
    // As Ansible has it: a relative path begins at the root.
    const hits = selector.count(`/${xpath}`)
    return { msg: `found ${hits} nodes`, count: hits }
  }
  if (content === undefined) return undefined
  const elements = selector.nodes(xpath).filter(isElement)
  if (elements.length === 0) throw noElement(xpath)
  const matches = elements.map((element) => {
    const attributes = Array.from(element.attributes).filter(
      ({ name }) => name !== 'xmlns' && !name.startsWith('xmlns:'),
    )
    const told =
      content === 'text' ? textOf(element) : Object.fromEntries(attributes.map((one) => [nameText(one), one.value]))
    return { [nameText(element)]: told }
  })
  return { msg: matches.length, count: matches.length, matches }
}

const edit = (work: Work): void => {
  const { state, set_children, add_children, value } = work.params
  if (state === 'absent') removeFound(work)
  else if (set_children) setChildren(work, set_children)
  else if (add_children && add_children.length > 0) addChildren(work, add_children)
  else if (value !== undefined && value !== null) setValue(work)
  else elementsAt(work)
}

const check = (host: Host, { xpath, attribute, value, pretty_print, ...params }: XmlParameters): void => {
  const refuse = (message: string) => {
    throw new Failure('module.parameter', `xml: ${message}`, { at: host.at })
  }
  if (xpath === undefined) {
    const needs = [
      'add_children',
      'content',
      'set_children',
      'count',
      'print_match',
      'insertbefore',
      'insertafter',
    ] as const
    const [given] = needs.filter((name) => params[name])
    if (given || value !== undefined) refuse(`'${given ?? 'value'}' needs 'xpath'`)
    if (!pretty_print) refuse("there is nothing to do without 'xpath' or 'pretty_print'")
  }
  if (attribute !== undefined && value === undefined) refuse("'attribute' needs 'value'")
}

export const xml = module<XmlParameters>('xml', schema as ModuleSchema, async function* (host, params) {
  check(host, params)
  const { xpath, namespaces, state, pretty_print, strip_cdata_tags, backup } = params
  const source = await readSource(host, params)
  const document = parseDocument(source.text, source.name)
  if (strip_cdata_tags) removeCdata(document)
  if (pretty_print) removeBlanks(document)
  const before = { meaning: meaningOf(document), pretty: documentText(document, true) }
  const work = { params, xpath: xpath ?? '/', document, selector: selectorOf(document, namespaces) }
  const actions = { xpath, namespaces, state }
  const told = xpath === undefined ? {} : { actions, ...readOnly(work) }
  if (xpath !== undefined && !('msg' in told)) edit(work)
  const after = documentText(document, pretty_print)
  const isChanged = xpath === undefined ? after !== source.text : meaningOf(document) !== before.meaning
  const { path } = source
  const string = path === undefined ? { xmlstring: after } : {}
  if (!isChanged) return { ...told, ...string }
  const copy = yield* change({
    what: `edit ${source.name}`,
    diff: contentDiff(source.name, Buffer.from(before.pretty), Buffer.from(documentText(document, true))),
    apply: async () => {
      if (path === undefined) return undefined
      const kept = backup ? await backUp(host, path) : undefined
      await host.write(path, Buffer.from(after))
      return kept
    },
  })
  return { ...told, ...string, ...(copy === undefined ? {} : { backup_file: copy }) }
})
