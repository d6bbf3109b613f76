import { assemble } from '../../../engine/modules/assemble/assemble.ts'
import { runCases } from './cases.ts'

runCases(assemble)
