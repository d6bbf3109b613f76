import { unarchive } from '../../../engine/modules/unarchive/unarchive.ts'
import { runCases } from './cases.ts'

runCases(unarchive)
