import { openSession } from './boot/opensession.ts'
import { sendBootInitrd, sendBootScript } from './boot/sendboot.ts'
import { sendBundle, sendBundleFile } from './bundle/sendbundle.ts'
import { addEvents } from './events/addevents.ts'
import { sendEvents } from './events/sendevents.ts'
import { sendNodes } from './events/sendnodes.ts'
import type { Route } from './http/route.ts'
import { sendBlob } from './image/sendblob.ts'
import { sendOverlay } from './overlay/sendoverlay.ts'
import { sendSecrets } from './secrets/sendsecrets.ts'
import { sendStatus } from './web/sendstatus.ts'

/** Every route of the provisioner. */
export const routes: readonly Route[] = [
  { method: 'GET', path: '/boot/ipxe', who: 'anyone', listener: 'http', handler: sendBootScript },
  { method: 'GET', path: '/boot/initrd/:boot', who: 'boot', listener: 'http', handler: sendBootInitrd },
  { method: 'GET', path: '/blobs/:digest', who: 'anyone', listener: 'http', handler: sendBlob },
  { method: 'POST', path: '/session', who: 'boot', listener: 'https', perMinute: 30, handler: openSession },
  { method: 'GET', path: '/overlay/system', who: 'session', listener: 'https', handler: sendOverlay('system') },
  { method: 'GET', path: '/overlay/runtime', who: 'session', listener: 'https', handler: sendOverlay('runtime') },
  { method: 'GET', path: '/bundle', who: 'booting', listener: 'https', handler: sendBundle },
  { method: 'GET', path: '/bundle/files/:digest', who: 'booting', listener: 'https', handler: sendBundleFile },
  { method: 'GET', path: '/secrets', who: 'booting', listener: 'https', handler: sendSecrets },
  { method: 'POST', path: '/events', who: 'session', listener: 'https', handler: addEvents },
  { method: 'GET', path: '/events', who: 'admin', listener: 'https', handler: sendEvents },
  { method: 'GET', path: '/nodes', who: 'admin', listener: 'https', handler: sendNodes },
  { method: 'GET', path: '/status', who: 'admin', listener: 'https', handler: sendStatus },
]
