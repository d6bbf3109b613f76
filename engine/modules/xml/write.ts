import type { Attr, Document, Element, Node } from '@xmldom/xmldom'
import { childrenOf, isElement, isText, kind, parseDocument, removeBlanks, removeCdata } from './document.ts'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
}

const escaped = (text: string, characters: RegExp): string =>
  text.replace(characters, (character) => entities[character] ?? character)

const isDeclaration = ({ name }: Attr): boolean => name === 'xmlns' || name.startsWith('xmlns:')

const openingOf = (element: Element): string => {
  const attributes = Array.from(element.attributes)
  // libxml2's order: declarations of namespaces come first.
  const ordered = [...attributes.filter(isDeclaration), ...attributes.filter((attribute) => !isDeclaration(attribute))]
  const words = ordered.map(({ name, value }) => ` ${name}="${escaped(value, /[&<>"\n\r\t]/g)}"`)
  return `<${element.tagName}${words.join('')}`
}

const leafText = (node: Node): string => {
  const text = node.nodeValue ?? ''
  switch (node.nodeType) {
    case kind.text:
      return escaped(text, /[&<>\r]/g)
    case kind.cdata:
      return `<![CDATA[${text}]]>`
    case kind.comment:
      return `<!--${text}-->`
    case kind.instruction:
      return `<?${node.nodeName}${text && ` ${text}`}?>`
    default:
      return ''
  }
}

/** A node as libxml2 writes it; `pretty` indents it, but nothing below an element that holds text. */
const nodeText = (node: Node, pretty: boolean, level: number): string => {
  if (!isElement(node)) return leafText(node)
  const children = childrenOf(node)
  if (children.length === 0) return `${openingOf(node)}/>`
  const inner = pretty && !children.some(isText)
  const written = children.map((child) => nodeText(child, inner, level + 1))
  const body = inner
    ? `\n${written.map((text) => `${'  '.repeat(level + 1)}${text}\n`).join('')}${'  '.repeat(level)}`
    : written.join('')
  return `${openingOf(node)}>${body}</${node.tagName}>`
}

const doctypeOf = ({ doctype }: Document): string => {
  if (!doctype) return ''
  const { name, publicId, systemId, internalSubset } = doctype
  const ids = publicId ? ` PUBLIC ${publicId} ${systemId}` : systemId ? ` SYSTEM ${systemId}` : ''
  return `<!DOCTYPE ${name}${ids}${internalSubset ? ` [${internalSubset}]` : ''}>\n`
}

/** A document as lxml writes it. */
export const documentText = (document: Document, pretty: boolean): string => {
  const nodes = childrenOf(document).filter(
    (node) =>
      isElement(node) ||
      node.nodeType === kind.comment ||
      (node.nodeType === kind.instruction && node.nodeName !== 'xml'),
  )
  const place = document.doctype
    ? nodes.filter((node) => childrenOf(document).indexOf(node) < childrenOf(document).indexOf(document.doctype!))
        .length
    : 0
  const lines = nodes.map((node) => nodeText(node, pretty, 0) + (pretty ? '\n' : ''))
  const [before, after] = [lines.slice(0, place), lines.slice(place)]
  return `<?xml version='1.0' encoding='UTF-8'?>\n${before.join('')}${doctypeOf(document)}${after.join('')}`
}

/** What a document says, however it is laid out: equal for documents that differ in white space between elements. */
export const meaningOf = (document: Document): string => {
  const again = parseDocument(nodeText(document.documentElement!, false, 0), 'the document')
  removeCdata(again)
  removeBlanks(again)
  return nodeText(again.documentElement!, false, 0)
}
