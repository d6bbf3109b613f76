import type { Command } from '../command.ts'

export type Output = {
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: Buffer
}

/** A content that is too large for memory. */
export type LargeContent = {
  readonly size: number
  readonly sha1: string
  /** Reads it from its beginning; each piece lasts until the next is asked for. */
  open(): AsyncIterable<Buffer>
}

export type RunOptions = {
  readonly stdin?: string | Uint8Array | LargeContent
  /** Further environment variables of the command. Values are given to the shell in its input, never in an argument list. */
  readonly environment?: Readonly<Record<string, string>>
  /** Directory to run in. */
  readonly directory?: string
  /** Milliseconds; when they are over the command is killed and a Failure 'connection.timeout' thrown. */
  readonly timeout?: number
  readonly signal?: AbortSignal
  /**
   * The command may leave processes running: what they print after its end reaches nobody. For commands that are not
   * our own; it costs two further processes.
   */
  readonly separate?: boolean
}

/** What `stat` tells; times are seconds since 1970, sizes bytes, mode the permission bits (0 to 0o7777). */
export type Stat = {
  readonly path: string
  readonly type: 'file' | 'directory' | 'link' | 'block' | 'character' | 'fifo' | 'socket'
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly owner: string
  readonly group: string
  readonly size: number
  readonly inode: number
  readonly device: number
  readonly links: number
  readonly modified: number
  readonly accessed: number
  readonly changed: number
  /** Where a link points. */
  readonly target?: string
  /** Hex digest of a regular file, when asked for. */
  readonly checksum?: string
}

/** All that `stat` tells. */
export type Found = Stat & {
  /** Of 512 bytes. */
  readonly blocks: number
  /** Bytes that reading and writing do best at a time. */
  readonly blockSize: number
  /** The device that a device file stands for, as the kernel numbers it. */
  readonly rdev: number
  /** What the command `also` printed. */
  readonly also?: Buffer
}

/** What a path leads to. */
export type Opened = {
  /** The path with every link followed; what is not there is taken as it is written. */
  readonly path: string
  /** Absent when nothing is there. */
  readonly stat?: Stat
  /** Absent when it is no regular file. */
  readonly content?: Buffer
}

/** What holds for all that a task asks of its host. */
export type Within = Pick<RunOptions, 'signal' | 'environment'>

export type StatOptions = Within & {
  /** Follow a symbolic link at the end of the path. */
  readonly follow?: boolean
  /** The digest to compute of a regular file. */
  readonly checksum?: 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512'
  /** A command for what is there, `$path`, in the same round trip. */
  readonly also?: Command
}

export type WriteOptions = {
  /** Permission bits of the new file; an existing file keeps its own when absent, a new one gets 0644 less the umask. */
  readonly mode?: number
  readonly owner?: string | number
  readonly group?: string | number
}

/**
 * How the engine reaches a host: a shell per host and user (more while commands overlap), asked in framed, binary-safe messages.
 * Every connection passes the same contract suite. Paths are absolute, as the host sees them.
 */
export type Connection = {
  /** `local`, `image`, `ssh`, `openssh`: for messages only; no module decides by it. */
  readonly kind: string
  /** Where it leads, for messages: `n01`, `root@10.0.0.1:22`. */
  readonly name: string
  /** Runs a command by /bin/sh; any exit code is a result. Throws a Failure 'connection.unreachable' when the host is lost. */
  run(command: Command, options?: RunOptions): Promise<Output>
  /** The whole content of a file. Throws a Failure when it cannot be read. */
  read(path: string): Promise<Buffer>
  /**
   * Replaces a file atomically (temporary file in the same directory, then rename); a failure leaves the old one. Tells what
   * it is now, but for `changed`, which may be the time before the rename.
   */
  write(path: string, content: Uint8Array | LargeContent, options?: WriteOptions): Promise<Stat>
  /** undefined when nothing is there. */
  stat(path: string, options?: StatOptions): Promise<Found | undefined>
  /** Follows links and reads the file, when there is one. Throws a Failure when it cannot be read. */
  open(path: string, within?: Within): Promise<Opened>
  /**
   * Makes directories, with those above them that are missing; each of `paths` that is made gets the mode, 0777 less the umask
   * when absent. Throws a Failure when one cannot be made.
   */
  makeDirectories(paths: readonly string[], mode?: number, within?: Within): Promise<void>
  /** The same host as another user, by its become method; connections are kept, one per user. */
  as(become: Become): Connection
  close(): Promise<void>
}

export type Become = {
  readonly user: string
  readonly method: 'sudo' | 'su' | 'doas'
  readonly flags?: string
  readonly exe?: string
  readonly password?: string
}

/** What opens connections: the executor asks once per host; options are the host's connection variables. */
export type ConnectionOptions = {
  readonly host: string
  readonly port?: number
  readonly user?: string
  readonly password?: string
  readonly privateKeyFile?: string
  /** Socket of the ssh agent that may prove who we are; `IdentityAgent` of the arguments wins. */
  readonly sshAgent?: string
  /** Arguments in OpenSSH's form: `-o ProxyCommand=… -o UserKnownHostsFile=…` are understood by every ssh connection. */
  readonly sshArguments?: string
  readonly hostKeyChecking?: boolean
  readonly timeout?: number
  /** How often a host that cannot be reached is tried again; never unless told. */
  readonly retries?: number
  /** Root directory, for `image`. */
  readonly root?: string
  /** How the root is made when it is not there yet, for `image`. */
  readonly bootstrap?: {
    /** `mmdebstrap`: `from` is the suite; `directory`: a tree to copy. */
    readonly method: string
    readonly from: string
    /** Packages that the first step installs beside the base system. */
    readonly packages: readonly string[]
  }
}
