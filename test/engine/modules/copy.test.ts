import { copy } from '../../../engine/modules/copy/copy.ts'
import { runCases } from './cases.ts'
import cases from './copy.json' with { type: 'json' }

runCases(copy, cases)
