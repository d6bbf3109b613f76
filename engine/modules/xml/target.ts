import type { Document, Node } from '@xmldom/xmldom'
import { Failure } from '../../failure.ts'
import { isElement } from './document.ts'
import { newElement, resolveName, setAttribute, setText, textOf } from './elements.ts'
import type { Selector } from './select.ts'

const name = String.raw`[a-zA-Z_-][a-zA-Z0-9_\-.]*`
const qualified = `${name}(?::${name})?`
const quoted = `('.*'|".*")`

const forms = {
  element: new RegExp(`^(.*)/(${qualified})$`, 's'),
  elementWithText: new RegExp(String.raw`^(.*)/(${qualified})/text\(\)=${quoted}$`, 's'),
  attribute: new RegExp(`^(.*)/@(${qualified})$`, 's'),
  attributeWithValue: new RegExp(`^(.*)/@(${qualified})=${quoted}$`, 's'),
  elementWithParts: new RegExp(String.raw`^(.*)/(${qualified})\[(.*)\]$`, 's'),
  text: new RegExp(String.raw`^(.*)/text\(\)=${quoted}$`, 's'),
}

/** The last part of a plain path: what has to be made at the place that the rest of it names. */
type Last =
  | { readonly kind: 'element'; readonly name: string; readonly text?: string; readonly parts: readonly string[] }
  | { readonly kind: 'attribute'; readonly name: string; readonly value: string }
  | { readonly kind: 'text'; readonly text: string }

const within = (text = ''): string => text.slice(1, -1)

/** Parts a path into the place and what is there; undefined when it is not plain. */
const parted = (path: string): readonly [string, Last] | undefined => {
  for (const [form, pattern] of Object.entries(forms)) {
    const [, place = '', first = '', second = ''] = pattern.exec(path) ?? []
    if (first === '') continue
    switch (form) {
      case 'element':
        return [place, { kind: 'element', name: first, parts: [] }]
      case 'elementWithText':
        return [place, { kind: 'element', name: first, text: within(second), parts: [] }]
      case 'attribute':
        return [place, { kind: 'attribute', name: first, value: '' }]
      case 'attributeWithValue':
        return [place, { kind: 'attribute', name: first, value: within(second) }]
      case 'elementWithParts':
        return [place, { kind: 'element', name: first, parts: second.split(' and ').map((part) => part.trim()) }]
      default:
        return [place, { kind: 'text', text: within(first) }]
    }
  }
  return undefined
}

/** Makes what a plain path names, and the elements that lead to it. Throws a Failure when it is not plain. */
export const makeTarget = (
  document: Document,
  selector: Selector,
  namespaces: Readonly<Record<string, string>>,
  xpath: string,
  from: Node = document,
): void => {
  const path = xpath.trim()
  const [place, last] = parted(path) ?? []
  if (place === undefined || place === '' || !last) {
    throw new Failure('module.parameter', `xml: nothing is at '${xpath}', and it is no path that can be made`, {
      hint: "elements are made by plain paths: '/a/b', '/a/b[@c=\"d\"]', '/a/@c'; the root element must be there",
    })
  }
  const isThere = () => selector.holds(place, from)
  if (!isThere()) makeTarget(document, selector, namespaces, place, from)
  for (const node of selector.nodes(place, from)) {
    if (!isElement(node)) continue
    if (last.kind === 'text') {
      if (textOf(node) !== last.text) setText(node, last.text)
    } else if (last.kind === 'attribute') {
      setAttribute(node, resolveName(last.name, namespaces), last.value)
    } else {
      const element = newElement(node, resolveName(last.name, namespaces))
      if (last.text) setText(element, last.text)
      node.appendChild(element)
      for (const part of last.parts) makeTarget(document, selector, namespaces, `./${part}`, element)
    }
  }
}
