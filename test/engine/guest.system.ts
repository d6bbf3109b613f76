import { suite } from '../suite.ts'
import { type GuestRoot, openGuestRoot } from './modules/guestroot.ts'
import { testMkdisk } from './modules/mkdiskplay.ts'
import { testSlowLink } from './run/slowlink.ts'

// Plays over ssh on a machine with a kernel of its own: its disks, and a link to it that is slow or cut.
const test = suite('plays on a guest')
let guest: GuestRoot

test.before(async () => {
  guest = await openGuestRoot([64, 64, 64])
})
test.after(() => guest?.close())

testMkdisk(test, () => guest)
testSlowLink(test, () => guest)

test.run()
