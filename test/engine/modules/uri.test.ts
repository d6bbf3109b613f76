import { uri } from '../../../engine/modules/uri/uri.ts'
import { casesOf, runCases } from './cases.ts'
import { startWebServer } from './webserver.ts'

runCases(uri, casesOf('uri', await startWebServer()))
