const toNumber = (address: string): number => address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0)

const toText = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.')

const maskOf = (prefix: number): number => (prefix === 0 ? 0 : (-1 << (32 - prefix)) >>> 0)

/** `255.255.255.0` of 24. */
export const netmaskOf = (prefix: number): string => toText(maskOf(prefix))

/** `192.0.2.0` of 192.0.2.7 and 24. */
export const networkOf = (address: string, prefix: number): string => toText(toNumber(address) & maskOf(prefix))

/** `192.0.2.255` of 192.0.2.7 and 24. */
export const broadcastOf = (address: string, prefix: number): string => toText(toNumber(address) | ~maskOf(prefix))
