import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'

/** Checks data against a schema; compiled at the first use, which most commands never come to. */
export type Check = (data: unknown) => readonly ErrorObject[]

/** A check of a JSON Schema that refers to no other file. It returns every problem; none when the data is right. */
export const schemaCheck = (schema: object): Check => {
  let validate: ValidateFunction | undefined
  return (data) => {
    if (!validate) {
      const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, verbose: true })
      formats.default(ajv)
      validate = ajv.compile(schema)
    }
    return validate(data) ? [] : (validate.errors ?? [])
  }
}
