import { xml } from '../../../engine/modules/xml/xml.ts'
import { runCases } from './cases.ts'

// Files, results and diffs are those of community.general 6.6 (Debian's ansible 7.7), but where a case says why not.
runCases(xml)
