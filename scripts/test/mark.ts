/** What a process that runs several test files prints on both of its streams at the end of each file. */
export const mark = '\x1e'
