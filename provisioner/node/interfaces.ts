import { bootInterface, type Interface } from '../../engine/inventory/node/interfaces.ts'

/** The interface whose address the boot interface has when it speaks: the bond that it is a member of, else itself. */
export const speakingInterface = (interfaces: readonly Interface[]): Interface | undefined => {
  const boot = bootInterface(interfaces)
  return (boot && interfaces.find(({ members }) => members?.includes(boot.name))) ?? boot
}

/** MACs that firmware may ask with: of the boot interface first, then of the other cards of the bond over it. */
export const firmwareMacs = (interfaces: readonly Interface[]): readonly string[] => {
  const boot = bootInterface(interfaces)
  const members = speakingInterface(interfaces)?.members ?? []
  const cards = interfaces.filter((each) => each !== boot && members.includes(each.name))
  return [boot, ...cards].flatMap((card) => card?.mac ?? [])
}

/** `10.1.34.1` of `10.1.34.1/16`. */
export const withoutPrefix = (address: string): string => address.split('/', 1)[0] ?? address

/** The address the node is known by in host files: of its primary interface, else of the one it boots over, else any. */
export const primaryInterface = (interfaces: readonly Interface[]): Interface | undefined => {
  const addressed = interfaces.filter(({ address, address6 }) => address !== undefined || address6 !== undefined)
  const speaking = speakingInterface(interfaces)
  return addressed.find(({ primary }) => primary) ?? addressed.find((one) => one === speaking) ?? addressed[0]
}
