/** The characters that hashes and salts of crypt are written in, each for six bits. */
export const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** The lowest bits of a number as so many characters. */
export const written = (value: number, characters: number): string => {
  let result = ''
  for (let count = 0, rest = value; count < characters; count++, rest >>>= 6) result += alphabet[rest & 0x3f]
  return result
}
