import { slurp } from '../../../engine/modules/slurp/slurp.ts'
import { runCases } from './cases.ts'

runCases(slurp)
