import { script } from '../../../engine/modules/script/script.ts'
import { runCases } from './cases.ts'

runCases(script)
