import { createRequire } from 'node:module'
import type { ErrorObject, ValidateFunction } from 'ajv'

/** Checks data against a schema. */
export type Check = (data: unknown) => readonly ErrorObject[]

// Most commands never check a record, and ajv takes as long to load as they take to run. Bundles resolve it when they are built.
const require = createRequire(import.meta.url)

const compile = (schema: object): ValidateFunction => {
  const { Ajv } = require('ajv') as typeof import('ajv')
  const formats = require('ajv-formats') as typeof import('ajv-formats')
  const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, verbose: true })
  formats.default(ajv)
  return ajv.compile(schema)
}

/** A check of a JSON Schema that refers to no other file. It returns every problem; none when the data is right. Compiled at its first use. */
export const schemaCheck = (schema: object): Check => {
  let validate: ValidateFunction | undefined
  return (data) => {
    validate ??= compile(schema)
    return validate(data) ? [] : (validate.errors ?? [])
  }
}
