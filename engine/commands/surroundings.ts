/** What a program is given by the process it runs in. Nothing below `commands/` asks the process itself. */
export type Surroundings = {
  readonly out: (text: string | Uint8Array) => void
  readonly error: (text: string) => void
  /** Columns of the terminal that a stream is; undefined when it is none. */
  readonly columns: { readonly out: () => number | undefined; readonly error: () => number | undefined }
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The working directory: names of files are relative to it. */
  readonly directory: string
  /** The directory that Prelude is installed in: where bin/ and roles/ are. */
  readonly home: string
  /** Asks the person at the terminal; undefined when there is none, or no answer. */
  readonly ask: (prompt: string, isSecret: boolean) => Promise<string | undefined>
  /** Asks for what must be answered; without a terminal the answer is the next line of standard input. */
  readonly answer: (prompt: string, isSecret: boolean) => Promise<string | undefined>
  /** Standard input, to its end. */
  readonly read: () => Promise<Buffer>
  /** Runs something that SIGINT and SIGTERM abort. */
  readonly interruptible: <T>(run: (signal: AbortSignal) => Promise<T>) => Promise<T>
  /** Sets the code that the program ends with. */
  readonly exit: (code: number) => void
}
