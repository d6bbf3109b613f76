import { createRequire } from 'node:module'
import type { Document, Node } from '@xmldom/xmldom'
import { Failure, messageOf } from '../../failure.ts'
import { isElement } from './document.ts'

/** The part of the package xpath that is used; its own types would bring those of browsers. */
type XPath = {
  parse(expression: string): {
    evaluate(context: { node: Node; namespaces: Readonly<Record<string, string>> }): Evaluated
  }
}
type Evaluated = { toArray?(): Node[]; booleanValue(): boolean; numberValue(): number }

const require = createRequire(import.meta.url)

/** An XPath expression's places in a document. */
export type Selector = {
  /** Nodes in the document's order. Throws a Failure for an expression that is wrong. */
  nodes(expression: string, from?: Node): Node[]
  count(expression: string): number
  /** Whether it finds an element, or says something true. */
  holds(expression: string, from?: Node): boolean
}

export const selectorOf = (document: Document, namespaces: Readonly<Record<string, string>>): Selector => {
  const evaluate = (expression: string, node: Node): Evaluated => {
    try {
      return (require('xpath') as XPath).parse(expression).evaluate({ node, namespaces })
    } catch (cause) {
      throw new Failure('module.parameter', `xml: '${expression}' is no XPath expression: ${messageOf(cause)}`, {
        cause,
        hint: /resolve QName/.test(messageOf(cause)) ? "'namespaces' tells what a prefix stands for" : undefined,
      })
    }
  }
  return {
    nodes: (expression, from = document) => evaluate(expression, from).toArray?.() ?? [],
    count: (expression) => evaluate(`count(${expression})`, document).numberValue(),
    holds(expression, from = document) {
      const found = evaluate(expression, from)
      return found.toArray ? isElement(found.toArray()[0] ?? null) : found.booleanValue()
    },
  }
}
