/** Seconds in which a boot's token must be used. */
export const tokenSeconds = 600
/** How often the per-boot initrd of one boot is made: a transfer that broke off is repeated, with a new token. */
export const tokensPerBoot = 4
/**
 * Seconds after which a running node that says nothing counts as down. Its agent asks for the runtime overlay about once a
 * minute: two of its words are missing then.
 */
export const silenceSeconds = 150
/** Seconds that a session lives after its last use while its node boots. */
export const sessionSeconds = 24 * 60 * 60
/**
 * The same on the running node, whose agent uses it every minute or so: a provisioner may be down that long before nodes need
 * another boot to get runtime overlays again. Such a session gets no secret and no bundle, and ends with the node's next boot.
 */
export const runningSessionSeconds = 30 * 24 * 60 * 60
