import { copy } from '../../../engine/modules/copy/copy.ts'
import { runCases } from './cases.ts'

runCases(copy)
