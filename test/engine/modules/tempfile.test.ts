import { tempfile } from '../../../engine/modules/tempfile/tempfile.ts'
import { runCases } from './cases.ts'

runCases(tempfile)
