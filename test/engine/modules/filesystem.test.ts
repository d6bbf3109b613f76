import { filesystem } from '../../../engine/modules/filesystem/filesystem.ts'
import { runCases } from './cases.ts'

runCases(filesystem)
