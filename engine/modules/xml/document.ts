import { createRequire } from 'node:module'
import type { Document, Element, Node } from '@xmldom/xmldom'
import { Failure, messageOf } from '../../failure.ts'

// Few plays have use for the parser, which takes as long to load as a small one to run.
const require = createRequire(import.meta.url)

/** The numbers of DOM's kinds of nodes. */
export const kind = { element: 1, attribute: 2, text: 3, cdata: 4, instruction: 7, comment: 8 } as const

export const isElement = (node: Node | null): node is Element => node?.nodeType === kind.element

export const isText = (node: Node | null): node is Node =>
  node !== null && (node.nodeType === kind.text || node.nodeType === kind.cdata)

export const childrenOf = (node: Node): Node[] => Array.from(node.childNodes)

/** Characters that XML cannot hold, not even escaped. */
const unwritable = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u

/** Throws a Failure for a text that cannot stand in a document. */
export const checkText = (text: string): string => {
  const [found] = unwritable.exec(text) ?? []
  if (found === undefined) return text
  const code = found.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')
  throw new Failure('module.parameter', `XML cannot hold the character U+${code}`)
}

/** The text of a document's bytes, in the encoding that it names. Throws an Error for an unknown one. */
export const decodeDocument = (bytes: Buffer): string => {
  const mark = bytes.subarray(0, 2).toString('latin1')
  const wide = mark === '\xff\xfe' ? 'utf-16le' : mark === '\xfe\xff' ? 'utf-16be' : undefined
  const declared = /^(?:\xef\xbb\xbf)?<\?xml[^>]*?\sencoding\s*=\s*["']([\w.-]+)["']/.exec(
    bytes.toString('latin1', 0, 200),
  )?.[1]
  // A decoder takes the byte order mark away.
  return new TextDecoder(wide ?? declared ?? 'utf-8', { fatal: true }).decode(bytes)
}

/** Reads a document. `name` is for messages. Throws a Failure when it is none. */
export const parseDocument = (text: string, name: string): Document => {
  const { DOMParser } = require('@xmldom/xmldom') as typeof import('@xmldom/xmldom')
  let said: string | undefined
  const onError = (
    _: string,
    message: string,
    { locator }: { locator?: { lineNumber: number; columnNumber: number } },
  ) => {
    said ??= `${locator?.lineNumber ? `line ${locator.lineNumber}, column ${locator.columnNumber}: ` : ''}${message}`
    throw new Error(message)
  }
  try {
    checkText(text)
    return new DOMParser({ onError }).parseFromString(text, 'text/xml')
  } catch (cause) {
    throw new Failure('module.file', `${name} is no XML: ${said ?? messageOf(cause)}`, { cause })
  }
}

const isBlank = (node: Node): boolean => node.nodeType === kind.text && !/[^ \t\r\n]/.test(node.nodeValue ?? '')

/** Removes the white space between elements, by libxml2's rules: that of an element with text, or with nothing else, stays. */
export const removeBlanks = (node: Node): void => {
  const children = childrenOf(node)
  const kept: Node[] = []
  for (const child of children) {
    const isLeaf = children.length === 1
    const isMixed = isText(kept[0] ?? null) || isText(kept.at(-1) ?? null)
    if (isBlank(child) && !isLeaf && !isMixed) node.removeChild(child)
    else kept.push(child)
  }
  for (const child of kept) removeBlanks(child)
}

/** Makes CDATA sections texts. */
export const removeCdata = (node: Node): void => {
  for (const child of childrenOf(node)) {
    if (child.nodeType !== kind.cdata) removeCdata(child)
    else node.replaceChild(node.ownerDocument!.createTextNode(child.nodeValue ?? ''), child)
  }
}
