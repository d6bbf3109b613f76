import { lineinfile } from '../../../engine/modules/lineinfile/lineinfile.ts'
import { runCases } from './cases.ts'

runCases(lineinfile)
