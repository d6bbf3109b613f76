import { stat } from '../../../engine/modules/stat/stat.ts'
import { runCases } from './cases.ts'

runCases(stat)
