import type { Element, Node } from '@xmldom/xmldom'
import { Failure } from '../../failure.ts'
import { checkText, childrenOf, isElement, isText, kind } from './document.ts'

const declarations = 'http://www.w3.org/2000/xmlns/'
const localName = /^[\p{L}_][\p{L}\p{N}\p{M}._\u00b7-]*$/u

/** A name and the namespace that it is in: lxml's `{uri}name`. */
export type Name = { readonly local: string; readonly uri: string | null }

/** Reads `name` or `{uri}name`. Throws a Failure for what cannot be one. */
export const parseName = (text: string): Name => {
  const [, uri, local = ''] = /^(?:\{([^{}]*)\})?(.*)$/s.exec(text) ?? []
  if (!localName.test(local)) {
    throw new Failure('module.parameter', `xml: '${text}' is no name of an element or attribute`, {
      hint: local.includes(':') ? "write its namespace as '{uri}name'" : undefined,
    })
  }
  return { local, uri: uri || null }
}

/** Reads `name` or `prefix:name`. Throws a Failure when the prefix stands for nothing. */
export const resolveName = (text: string, namespaces: Readonly<Record<string, string>>): Name => {
  const [first = '', second] = text.split(':')
  if (second === undefined) return parseName(text)
  const uri = namespaces[first]
  if (uri !== undefined) return { ...parseName(second), uri }
  throw new Failure('module.parameter', `xml: the prefix '${first}' of '${text}' is not in 'namespaces'`)
}

/** `{uri}name`, as results have it. */
export const nameText = ({ localName, namespaceURI, nodeName }: Node): string =>
  namespaceURI ? `{${namespaceURI}}${localName}` : nodeName

/** The first prefix that stands for a namespace here, '' for the default one; undefined when none does. */
const prefixOf = (
  node: Node | null,
  uri: string,
  isAttribute: boolean,
  hidden: readonly string[] = [],
): string | undefined => {
  if (!isElement(node)) return undefined
  const here = Array.from(node.attributes).filter(({ namespaceURI }) => namespaceURI === declarations)
  const prefixes = here.map(({ name, value }) => ({ prefix: name === 'xmlns' ? '' : name.slice(6), value }))
  const found = prefixes.find(
    ({ prefix, value }) => value === uri && !hidden.includes(prefix) && !(isAttribute && prefix === ''),
  )
  if (found) return found.prefix
  return prefixOf(node.parentNode, uri, isAttribute, [...hidden, ...prefixes.map(({ prefix }) => prefix)])
}

/** A prefix that means nothing here yet. */
const freePrefix = (node: Node): string => {
  for (let number = 0; ; number++) if (node.lookupNamespaceURI(`ns${number}`) === null) return `ns${number}`
}

/** Makes an element for a place below `parent`, where it is not put yet. */
export const newElement = (parent: Element, { local, uri }: Name): Element => {
  const document = parent.ownerDocument!
  if (uri === null) return document.createElement(local)
  const known = prefixOf(parent, uri, false)
  const prefix = known ?? 'ns0'
  const element = document.createElementNS(uri, prefix === '' ? local : `${prefix}:${local}`)
  if (known === undefined) element.setAttributeNS(declarations, `xmlns:${prefix}`, uri)
  return element
}

/** Sets an attribute; its namespace is declared where it is not. */
export const setAttribute = (element: Element, { local, uri }: Name, value: string): void => {
  checkText(value)
  if (uri === null) {
    element.setAttribute(local, value)
    return
  }
  const known = prefixOf(element, uri, true)
  const prefix = known ?? freePrefix(element)
  if (known === undefined) element.setAttributeNS(declarations, `xmlns:${prefix}`, uri)
  element.setAttributeNS(uri, `${prefix}:${local}`, value)
}

/** What follows a node before the next one that is no text. */
const textsFrom = (node: Node | null): Node[] => (isText(node) ? [node, ...textsFrom(node.nextSibling)] : [])

/** The text before an element's first child; null when there is none. */
export const textOf = (element: Element): string | null => {
  const texts = textsFrom(element.firstChild)
  return texts.length === 0 ? null : texts.map(({ nodeValue }) => nodeValue ?? '').join('')
}

export const setText = (element: Element, text: string): void => {
  checkText(text)
  for (const old of textsFrom(element.firstChild)) element.removeChild(old)
  element.insertBefore(element.ownerDocument!.createTextNode(text), element.firstChild)
}

/** Takes a node out of its element, with the text that follows it. */
export const remove = (node: Node): void => {
  for (const text of textsFrom(node.nextSibling)) node.parentNode?.removeChild(text)
  node.parentNode?.removeChild(node)
}

/** The children of an element that are no text. */
export const partsOf = (element: Element): Node[] => childrenOf(element).filter((child) => !isText(child))

const step = (node: Node): string => {
  switch (node.nodeType) {
    case kind.element:
      // Nothing but a prefix names a namespace.
      return node.namespaceURI && !node.prefix ? '*' : node.nodeName
    case kind.comment:
      return 'comment()'
    case kind.instruction:
      return `processing-instruction('${node.nodeName}')`
    default:
      return 'text()'
  }
}

/** The path of a node, with the numbers that its elements need: `/beers/beer[2]`, `/beers/@type`. */
export const pathOf = (node: Node): string => {
  const owner = (node as { ownerElement?: Element }).ownerElement
  if (node.nodeType === kind.attribute) return `${owner ? pathOf(owner) : ''}/@${node.nodeName}`
  const { parentNode } = node
  if (!parentNode) return ''
  const own = step(node)
  const alike = childrenOf(parentNode).filter((other) => (own === '*' ? isElement(other) : step(other) === own))
  return `${pathOf(parentNode)}/${own}${alike.length > 1 ? `[${alike.indexOf(node) + 1}]` : ''}`
}
