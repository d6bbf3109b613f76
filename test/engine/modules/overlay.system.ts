import { overlay } from '../../../engine/modules/overlay/overlay.ts'
import { casesOf, runCases } from './cases.ts'
import { makeProvisionerSite } from './provisionersite.ts'

// By the real command line, on the state of a real provisioner.
const site = await makeProvisionerSite()

runCases(overlay, casesOf('overlay', site.names), 60_000)
