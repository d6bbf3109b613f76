import { npm } from '../../../engine/modules/npm/npm.ts'
import { runCases } from './cases.ts'

runCases(npm)
