import { replace } from '../../../engine/modules/replace/replace.ts'
import { runCases } from './cases.ts'

runCases(replace)
