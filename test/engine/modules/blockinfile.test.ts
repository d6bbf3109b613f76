import { blockinfile } from '../../../engine/modules/blockinfile/blockinfile.ts'
import { runCases } from './cases.ts'

runCases(blockinfile)
