import { archive } from '../../../engine/modules/archive/archive.ts'
import { runCases } from './cases.ts'

runCases(archive)
