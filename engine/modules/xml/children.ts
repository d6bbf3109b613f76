import type { Element, Node } from '@xmldom/xmldom'
import { Failure } from '../../failure.ts'
import { parseDocument } from './document.ts'
import { newElement, parseName, setAttribute, setText } from './elements.ts'

type Dictionary = Readonly<Record<string, unknown>>

const isDictionary = (value: unknown): value is Dictionary =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

const wrong = (message: string, hint?: string): Failure => new Failure('module.parameter', `xml: ${message}`, { hint })

/** A value as the text that stands for it. Throws a Failure for what has no one text. */
export const asText = (value: unknown, of: string): string => {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  throw wrong(`${of} must be a text, not ${JSON.stringify(value)}`, "quote it: 'true', 'no'")
}

const fill = (element: Element, name: string, value: unknown): void => {
  if (value === null || value === undefined) return
  if (!isDictionary(value)) {
    setText(element, asText(value, `the value of '${name}'`))
    return
  }
  const { _: children, ...attributes } = value
  for (const [attribute, text] of Object.entries(attributes)) {
    setAttribute(element, parseName(attribute), asText(text, `the attribute '${attribute}'`))
  }
  if (children === null || children === undefined) return
  if (!Array.isArray(children)) throw wrong(`the children ('_') of '${name}' must be a list`)
  for (const child of children) addChild(child, element)
}

const addChild = (child: unknown, parent: Element): Element => {
  const entries =
    typeof child === 'string' ? [[child, null] as const] : isDictionary(child) ? Object.entries(child) : []
  const [entry] = entries
  if (!entry || entries.length > 1) {
    const given = JSON.stringify(child)
    throw wrong(`a child must be a name, or a dictionary of one name: ${given}`, "'name: text', for example")
  }
  const [name, value] = entry
  // It stands in its place before it is filled: what prefixes mean there decides how it is written.
  const element = newElement(parent, parseName(name))
  parent.appendChild(element)
  fill(element, name, value)
  return element
}

const addParsed = (child: unknown, parent: Element): Node => {
  const parsed = parseDocument(asText(child, 'a child'), 'a child')
  return parent.appendChild(parent.ownerDocument!.importNode(parsed.documentElement!, true))
}

/** Adds the elements that a task describes at the end of an element; returns them. Throws a Failure. */
export const addElements = (children: readonly unknown[], written: 'xml' | 'yaml', parent: Element): Node[] =>
  children.map((child) => (written === 'yaml' ? addChild(child, parent) : addParsed(child, parent)))
