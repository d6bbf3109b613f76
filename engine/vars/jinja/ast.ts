/** Every node knows the offset of its first character in the template. */
type At = { readonly offset: number }

export type Literal = At & {
  readonly kind: 'literal'
  readonly value: null | boolean | number | bigint | string
  readonly isFloat: boolean
}
export type Name = At & { readonly kind: 'name'; readonly name: string }
export type List = At & { readonly kind: 'list'; readonly items: readonly Expression[] }
export type TupleNode = At & { readonly kind: 'tuple'; readonly items: readonly Expression[] }
export type DictNode = At & { readonly kind: 'dict'; readonly entries: readonly (readonly [Expression, Expression])[] }
export type Attribute = At & { readonly kind: 'attribute'; readonly object: Expression; readonly name: string }
export type Item = At & { readonly kind: 'item'; readonly object: Expression; readonly key: Expression }
export type Slice = At & {
  readonly kind: 'slice'
  readonly object: Expression
  readonly start: Expression | undefined
  readonly stop: Expression | undefined
  readonly step: Expression | undefined
}

export type Arguments = {
  readonly positional: readonly Expression[]
  readonly named: readonly (readonly [string, Expression])[]
  /** `*list` and `**dict`. */
  readonly rest: Expression | undefined
  readonly namedRest: Expression | undefined
}

export type Call = At & { readonly kind: 'call'; readonly callee: Expression; readonly arguments: Arguments }
/** `object` is missing in `{% filter upper %}`, where the block's text takes its place. */
export type FilterNode = At & {
  readonly kind: 'filter'
  readonly name: string
  readonly object: Expression | undefined
  readonly arguments: Arguments
}
export type TestNode = At & {
  readonly kind: 'test'
  readonly name: string
  readonly object: Expression
  readonly arguments: Arguments
  readonly isNegated: boolean
}
export type Conditional = At & {
  readonly kind: 'conditional'
  readonly test: Expression
  readonly body: Expression
  readonly otherwise: Expression | undefined
}
export type Logical = At & { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
export type Not = At & { readonly kind: 'not'; readonly operand: Expression }
export type Sign = At & { readonly kind: 'negative' | 'positive'; readonly operand: Expression }
export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**'
export type Binary = At & {
  readonly kind: 'binary'
  readonly operator: BinaryOperator
  readonly left: Expression
  readonly right: Expression
}
export type Concatenation = At & { readonly kind: 'concatenation'; readonly parts: readonly Expression[] }
export type Comparator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in'
export type Comparison = At & {
  readonly kind: 'comparison'
  readonly left: Expression
  readonly rest: readonly { readonly operator: Comparator; readonly right: Expression }[]
}

export type Expression =
  | Literal
  | Name
  | List
  | TupleNode
  | DictNode
  | Attribute
  | Item
  | Slice
  | Call
  | FilterNode
  | TestNode
  | Conditional
  | Logical
  | Not
  | Sign
  | Binary
  | Concatenation
  | Comparison

/** What `for`, `set` and `with` assign to. */
export type Target =
  | (At & { readonly kind: 'name'; readonly name: string })
  | (At & { readonly kind: 'member'; readonly name: string; readonly attribute: string })
  | (At & { readonly kind: 'targets'; readonly items: readonly Target[] })

export type Parameters = { readonly names: readonly string[]; readonly defaults: readonly Expression[] }

export type Text = At & { readonly kind: 'text'; readonly value: string }
export type Output = At & { readonly kind: 'output'; readonly expression: Expression }
export type If = At & {
  readonly kind: 'if'
  readonly branches: readonly { readonly test: Expression; readonly body: readonly Statement[] }[]
  readonly otherwise: readonly Statement[]
}
export type For = At & {
  readonly kind: 'for'
  readonly target: Target
  readonly iterable: Expression
  readonly filter: Expression | undefined
  readonly isRecursive: boolean
  readonly body: readonly Statement[]
  readonly otherwise: readonly Statement[]
}
export type Set = At & { readonly kind: 'set'; readonly target: Target; readonly value: Expression }
export type SetBlock = At & {
  readonly kind: 'setblock'
  readonly target: Target
  readonly filter: FilterNode | undefined
  readonly body: readonly Statement[]
}
export type Macro = At & {
  readonly kind: 'macro'
  readonly name: string
  readonly parameters: Parameters
  readonly body: readonly Statement[]
}
export type CallBlock = At & {
  readonly kind: 'callblock'
  readonly call: Call
  readonly parameters: Parameters
  readonly body: readonly Statement[]
}
export type FilterBlock = At & {
  readonly kind: 'filterblock'
  readonly filter: FilterNode
  readonly body: readonly Statement[]
}
export type With = At & {
  readonly kind: 'with'
  readonly bindings: readonly (readonly [Target, Expression])[]
  readonly body: readonly Statement[]
}
export type Do = At & { readonly kind: 'do'; readonly expression: Expression }
export type Flow = At & { readonly kind: 'break' | 'continue' }
export type Include = At & {
  readonly kind: 'include'
  readonly template: Expression
  readonly isOptional: boolean
  readonly hasContext: boolean
}
export type Import = At & {
  readonly kind: 'import'
  readonly template: Expression
  readonly name: string
  readonly hasContext: boolean
}
export type FromImport = At & {
  readonly kind: 'from'
  readonly template: Expression
  readonly names: readonly (readonly [name: string, as: string])[]
  readonly hasContext: boolean
}
export type Block = At & {
  readonly kind: 'block'
  readonly name: string
  readonly isScoped: boolean
  readonly isRequired: boolean
  readonly body: readonly Statement[]
}
export type Extends = At & { readonly kind: 'extends'; readonly template: Expression }

export type Statement =
  | Text
  | Output
  | If
  | For
  | Set
  | SetBlock
  | Macro
  | CallBlock
  | FilterBlock
  | With
  | Do
  | Flow
  | Include
  | Import
  | FromImport
  | Block
  | Extends
