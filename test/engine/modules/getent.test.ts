import { getent } from '../../../engine/modules/getent/getent.ts'
import { runCases } from './cases.ts'

runCases(getent)
