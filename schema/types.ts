// Made by `npm run generate` from the JSON Schemas; not edited by hand.

// engine/modules/acl/acl.schema.json
/**
 * Keeps an entry of the access control list of a file.
 */
export interface AclParameters {
  /**
   * The file or directory.
   */
  path: string;
  /**
   * Kind of the entry.
   */
  etype?: "group" | "mask" | "other" | "user";
  /**
   * The user or group that it is about; the owner when empty.
   */
  entity: string;
  /**
   * The permissions: `rwx`, `rX`.
   */
  permissions?: string;
  /**
   * All of it as setfacl takes it: `user:alice:rw`.
   */
  entry?: string;
  /**
   * Whether the entry is there; `query` only returns the list.
   */
  state: "absent" | "present" | "query";
  /**
   * Means the default list of a directory.
   */
  default: boolean;
  /**
   * Also everything below.
   */
  recursive: boolean;
  /**
   * Follows symbolic links.
   */
  follow: boolean;
  /**
   * Whether the mask is computed anew.
   */
  recalculate_mask: "default" | "mask" | "no_mask";
  /**
   * Accepted as false only: setfacl knows no NFSv4 lists.
   */
  use_nfsv4_acls: boolean;
}

// engine/modules/add_host/add_host.schema.json
/**
 * Adds a host to the inventory of this run; each further parameter is a variable of it.
 */
export interface AddHostParameters {
  /**
   * Inventory name; `name:port` sets the port too.
   */
  name: string;
  /**
   * Groups that the host joins.
   */
  groups?: string[];
  [k: string]: unknown;
}

// engine/modules/alternatives/alternatives.schema.json
/**
 * Keeps the symbolic links that update-alternatives chooses.
 */
export interface AlternativesParameters {
  /**
   * Name of the group of alternatives: `editor`.
   */
  name: string;
  /**
   * The program that the link shall lead to.
   */
  path: string;
  /**
   * The link; needed for a group that is not there yet.
   */
  link?: string;
  /**
   * Priority of the alternative; 50 when it is new.
   */
  priority?: number;
  /**
   * Whether it is there, chosen, or chosen by priority.
   */
  state: "present" | "selected" | "auto" | "absent";
  /**
   * Further links that follow this one.
   */
  subcommands?: {
    /**
     * Name of the further link.
     */
    name: string;
    /**
     * Where it leads.
     */
    path: string;
    /**
     * The link.
     */
    link: string;
  }[];
}

// engine/modules/apt/apt.schema.json
/**
 * Installs and removes packages of Debian and its kin.
 */
export interface AptParameters {
  /**
   * Packages, each as `name`, `name=version` (`*` matches), `name>=version`, `name/release`, `name:architecture` or a pattern with `*`.
   */
  name?: string[];
  /**
   * `present` and `absent`; `latest` upgrades too; `build-dep` installs what is needed to build the packages; `fixed` repairs broken dependencies.
   */
  state: "absent" | "build-dep" | "fixed" | "installed" | "latest" | "present" | "removed";
  /**
   * Fetches the lists of packages first.
   */
  update_cache?: boolean;
  /**
   * Seconds for which lists fetched before are new enough; implies `update_cache`.
   */
  cache_valid_time: number;
  /**
   * How often fetching the lists is tried again.
   */
  update_cache_retries: number;
  /**
   * Most seconds between these tries.
   */
  update_cache_retry_max_delay: number;
  /**
   * Release that packages are taken from.
   */
  default_release?: string;
  /**
   * Whether recommended packages are installed too; the host's own setting when absent.
   */
  install_recommends?: boolean;
  /**
   * Upgrades packages, but installs none that is not there.
   */
  only_upgrade: boolean;
  /**
   * Upgrades everything: `safe` (or `yes`) removes nothing, `dist` (or `full`) may.
   */
  upgrade: "dist" | "full" | "no" | "safe" | "yes";
  /**
   * A .deb file on the host, or its URL.
   */
  deb?: string;
  /**
   * Removes configuration files too.
   */
  purge: boolean;
  /**
   * Removes packages that nothing needs any more.
   */
  autoremove: boolean;
  /**
   * Removes fetched packages that no repository offers any more.
   */
  autoclean: boolean;
  /**
   * Removes all fetched packages.
   */
  clean: boolean;
  /**
   * Installs packages without a valid signature.
   */
  allow_unauthenticated: boolean;
  /**
   * Installs older versions than those that are there.
   */
  allow_downgrade: boolean;
  /**
   * Changes packages that are on hold.
   */
  allow_change_held_packages: boolean;
  /**
   * Fails rather than removes a package.
   */
  fail_on_autoremove: boolean;
  /**
   * Allows downgrades, held and unauthenticated packages, and removal of essential ones. Dangerous.
   */
  force: boolean;
  /**
   * Uses apt-get, which is always so here.
   */
  force_apt_get: boolean;
  /**
   * Options of dpkg, comma separated, without their dashes.
   */
  dpkg_options: string;
  /**
   * Seconds to wait for another package manager.
   */
  lock_timeout: number;
  /**
   * Exit code for /usr/sbin/policy-rc.d while packages are installed; 101 forbids to start services, and is what an image gets.
   */
  policy_rc_d?: number;
}

// engine/modules/apt_key/apt_key.schema.json
/**
 * Keeps the keys that apt trusts for every repository, without apt-key. A repository's own key is better: see `signed_by` of deb822_repository.
 */
export interface AptKeyParameters {
  /**
   * Identifier of the key: 8, 16 or more hexadecimal digits. That of the first key of the source when absent.
   */
  id?: string;
  /**
   * Whether the key is trusted.
   */
  state: "absent" | "present";
  /**
   * The key itself, in armor.
   */
  data?: string;
  /**
   * A file on the host with the key.
   */
  file?: string;
  /**
   * Address of the key.
   */
  url?: string;
  /**
   * Server to get the key `id` from: a name or an address (`hkps://…`).
   */
  keyserver?: string;
  /**
   * File to keep the key in; /etc/apt/trusted.gpg when absent, and all keyrings of apt are looked at.
   */
  keyring?: string;
  /**
   * Checks the certificate of the server.
   */
  validate_certs: boolean;
}

// engine/modules/apt_repository/apt_repository.schema.json
/**
 * Keeps lines of apt's sources: in /etc/apt/sources.list and the .list files of sources.list.d.
 */
export interface AptRepositoryParameters {
  /**
   * The line: `deb [signed-by=FILE] https://… SUITE COMPONENT`, or `ppa:OWNER/NAME`.
   */
  repo: string;
  /**
   * Whether the line is there; a line that is commented out is used again.
   */
  state: "absent" | "present";
  /**
   * Name of the file for a new line, without `.list`; made from the address when absent.
   */
  filename?: string;
  /**
   * Permission bits of a file that gets a new line; 0644 when absent.
   */
  mode?: string;
  /**
   * Fetches the lists of packages after a change; when that fails, the files become what they were.
   */
  update_cache: boolean;
  /**
   * How often fetching the lists is tried again.
   */
  update_cache_retries: number;
  /**
   * Most seconds between these tries.
   */
  update_cache_retry_max_delay: number;
  /**
   * Release for a PPA; that of the host when absent.
   */
  codename?: string;
  /**
   * Checks the certificate of the server that tells of a PPA.
   */
  validate_certs: boolean;
  /**
   * Has no effect: no Python is needed.
   */
  install_python_apt: boolean;
}

// engine/modules/archive/archive.schema.json
/**
 * Packs files into an archive, or compresses one file, on the host.
 */
export interface ArchiveParameters {
  /**
   * Files and directories; `*`, `?` and `[]` are patterns.
   */
  path: string[];
  /**
   * The archive; beside the file, with the ending of `format`, when one file is compressed.
   */
  dest?: string;
  /**
   * How it is compressed; `tar` is not.
   */
  format: "bz2" | "gz" | "tar" | "xz" | "zip";
  /**
   * Paths and patterns to leave out of `path`.
   */
  exclude_path: string[];
  /**
   * Patterns of names in the archive to leave out.
   */
  exclusion_patterns?: string[];
  /**
   * Makes an archive of a single file too.
   */
  force_archive: boolean;
  /**
   * Removes what was packed.
   */
  remove: boolean;
  /**
   * User who owns the file: a name or a number.
   */
  owner?: string;
  /**
   * Group that owns the file: a name or a number.
   */
  group?: string;
  /**
   * Permission bits: octal ('0644') or symbolic ('u=rwX,g=rX,o=').
   */
  mode?: string;
  /**
   * File flags in chattr's letters, after '+', '-' or '='.
   */
  attributes?: string;
  /**
   * User of the SELinux context; '_default' takes the policy's.
   */
  seuser?: string;
  /**
   * Role of the SELinux context; '_default' takes the policy's.
   */
  serole?: string;
  /**
   * Type of the SELinux context; '_default' takes the policy's.
   */
  setype?: string;
  /**
   * Level of the SELinux context; '_default' takes the policy's.
   */
  selevel?: string;
  /**
   * Accepted for playbooks that have it: files are always replaced atomically.
   */
  unsafe_writes?: boolean;
}

// engine/modules/assemble/assemble.schema.json
/**
 * Puts a file together from the files of a directory, in the order of their names.
 */
export interface AssembleParameters {
  /**
   * Directory of the parts.
   */
  src: string;
  /**
   * The file to make.
   */
  dest: string;
  /**
   * The parts are on the host, not on the controller.
   */
  remote_src: boolean;
  /**
   * Text between the parts.
   */
  delimiter?: string;
  /**
   * Regular expression (Python's) of the names of the parts.
   */
  regexp?: string;
  /**
   * Leave out parts whose name begins with a dot.
   */
  ignore_hidden: boolean;
  /**
   * Keep the former file beside the new one, named after the time.
   */
  backup: boolean;
  /**
   * Command that must succeed before the file is used; '%s' stands for the file to check.
   */
  validate?: string;
  /**
   * Decrypt parts of the controller that are vault files.
   */
  decrypt: boolean;
  /**
   * User who owns the file: a name or a number.
   */
  owner?: string;
  /**
   * Group that owns the file: a name or a number.
   */
  group?: string;
  /**
   * Permission bits: octal ('0644') or symbolic ('u=rwX,g=rX,o=').
   */
  mode?: string;
  /**
   * File flags in chattr's letters, after '+', '-' or '='.
   */
  attributes?: string;
  /**
   * User of the SELinux context; '_default' takes the policy's.
   */
  seuser?: string;
  /**
   * Role of the SELinux context; '_default' takes the policy's.
   */
  serole?: string;
  /**
   * Type of the SELinux context; '_default' takes the policy's.
   */
  setype?: string;
  /**
   * Level of the SELinux context; '_default' takes the policy's.
   */
  selevel?: string;
  /**
   * Accepted for playbooks that have it: files are always replaced atomically.
   */
  unsafe_writes?: boolean;
}

// engine/modules/assert/assert.schema.json
/**
 * Fails when one of its conditions does not hold.
 */
export interface AssertParameters {
  /**
   * A condition in the form of `when`, or a list of them; all must hold.
   */
  that: {
    [k: string]: unknown;
  };
  /**
   * What to say when a condition does not hold.
   */
  fail_msg?: {
    [k: string]: unknown;
  };
  /**
   * What to say when all conditions hold.
   */
  success_msg?: {
    [k: string]: unknown;
  };
  /**
   * Leaves the tested conditions out of the report.
   */
  quiet: boolean;
}

// engine/modules/async_status/async_status.schema.json
/**
 * Tells how far a task is that runs in the background (async with poll 0), and its result when it has ended.
 */
export interface AsyncStatusParameters {
  /**
   * The job, as the task that started it gave it in `ansible_job_id`.
   */
  jid: string;
  /**
   * status: tell about the job; cleanup: remove what it has left on the host.
   */
  mode: "status" | "cleanup";
}

// engine/modules/at/at.schema.json
/**
 * Runs a command once, later.
 */
export interface AtParameters {
  /**
   * The command.
   */
  command?: string;
  /**
   * A script on the host instead.
   */
  script_file?: string;
  /**
   * How many units from now.
   */
  count?: number;
  /**
   * The unit.
   */
  units?: "minutes" | "hours" | "days" | "weeks";
  /**
   * Whether the job waits; `absent` removes all that run the command.
   */
  state: "absent" | "present";
  /**
   * Adds nothing when such a job waits already.
   */
  unique: boolean;
}

// engine/modules/authorized_key/authorized_key.schema.json
/**
 * Keeps keys in a user's file of authorized SSH keys.
 */
export interface AuthorizedKeyParameters {
  /**
   * The user.
   */
  user: string;
  /**
   * Public keys, one a line, or the URL of a list of them.
   */
  key: string;
  /**
   * Whether the keys are in the file.
   */
  state: "absent" | "present";
  /**
   * The file; `.ssh/authorized_keys` in the user's home when absent.
   */
  path?: string;
  /**
   * Makes the file's directory and keeps its owner and mode.
   */
  manage_dir: boolean;
  /**
   * Options to put before the keys.
   */
  key_options?: string;
  /**
   * Comment to put after the keys.
   */
  comment?: string;
  /**
   * Removes all other keys.
   */
  exclusive: boolean;
  /**
   * Writes to where a symbolic link points instead of replacing it.
   */
  follow: boolean;
  /**
   * Checks the certificate when `key` is a URL.
   */
  validate_certs: boolean;
}

// engine/modules/blockinfile/blockinfile.schema.json
/**
 * Keeps a block of lines in a file, between two marker lines.
 */
export interface BlockInFileParameters {
  /**
   * The file.
   */
  path: string;
  /**
   * Whether the block shall be there.
   */
  state: "absent" | "present";
  /**
   * The lines; none means that the block is removed.
   */
  block: string;
  /**
   * The marker line; `{mark}` becomes the words below.
   */
  marker: string;
  /**
   * Word of the opening marker.
   */
  marker_begin: string;
  /**
   * Word of the closing marker.
   */
  marker_end: string;
  /**
   * Regular expression of the line to insert after, or EOF.
   */
  insertafter?: string;
  /**
   * Regular expression of the line to insert before, or BOF.
   */
  insertbefore?: string;
  /**
   * Keep an empty line after the block.
   */
  append_newline: boolean;
  /**
   * Keep an empty line before the block.
   */
  prepend_newline: boolean;
  /**
   * Make a missing file.
   */
  create: boolean;
  /**
   * Keep the former file beside the new one, named after the time.
   */
  backup: boolean;
  /**
   * Command that must succeed before the file is used; '%s' stands for the file to check.
   */
  validate?: string;
  /**
   * Encoding of the file.
   */
  encoding: string;
  /**
   * User who owns the file: a name or a number.
   */
  owner?: string;
  /**
   * Group that owns the file: a name or a number.
   */
  group?: string;
  /**
   * Permission bits: octal ('0644') or symbolic ('u=rwX,g=rX,o=').
   */
  mode?: string;
  /**
   * File flags in chattr's letters, after '+', '-' or '='.
   */
  attributes?: string;
  /**
   * User of the SELinux context; '_default' takes the policy's.
   */
  seuser?: string;
  /**
   * Role of the SELinux context; '_default' takes the policy's.
   */
  serole?: string;
  /**
   * Type of the SELinux context; '_default' takes the policy's.
   */
  setype?: string;
  /**
   * Level of the SELinux context; '_default' takes the policy's.
   */
  selevel?: string;
  /**
   * Accepted for playbooks that have it: files are always replaced atomically.
   */
  unsafe_writes?: boolean;
}

// engine/modules/capabilities/capabilities.schema.json
/**
 * Gives a program capabilities, or takes them away.
 */
export interface CapabilitiesParameters {
  /**
   * The program.
   */
  path: string;
  /**
   * The capability with its flags: `cap_net_raw=ep`; for `absent` the name alone will do.
   */
  capability: string;
  /**
   * Whether the program has it.
   */
  state: "absent" | "present";
}

// engine/modules/command/command.schema.json
/**
 * Runs a program, without a shell.
 */
export interface CommandParameters {
  /**
   * The program and its arguments, quoted as in a shell.
   */
  cmd?: string;
  /**
   * The program and its arguments, one item each.
   */
  argv?: string[];
  /**
   * Directory to run in.
   */
  chdir?: string;
  /**
   * A path or pattern; when something is there, the program is not run.
   */
  creates?: string;
  /**
   * A path or pattern; when nothing is there, the program is not run.
   */
  removes?: string;
  /**
   * Text for the program's standard input.
   */
  stdin?: string;
  /**
   * End that text with a newline.
   */
  stdin_add_newline: boolean;
  /**
   * Take empty lines off the end of the output.
   */
  strip_empty_ends: boolean;
  /**
   * Replace $NAME and ${NAME} in arguments by the host's environment.
   */
  expand_argument_vars: boolean;
  /**
   * Shell that runs the line instead of the program itself.
   */
  executable?: string;
  /**
   * Accepted for older playbooks; it has no effect.
   */
  warn?: boolean;
}

// engine/modules/copy/copy.schema.json
/**
 * Copies files and directories to the host, from the controller or from the host itself.
 */
export interface CopyParameters {
  /**
   * File or directory: on the controller in `files/`, or on the host with `remote_src`. A directory with `/` at its end means its content.
   */
  src?: string;
  /**
   * Text of the file; a dictionary or list becomes JSON.
   */
  content?: string | {} | unknown[];
  /**
   * Absolute path on the host; with `/` at its end it is a directory, made when missing.
   */
  dest: string;
  /**
   * Keep the former file beside the new one, named after the time.
   */
  backup: boolean;
  /**
   * Command that must succeed before the file is used; '%s' stands for the file to check.
   */
  validate?: string;
  /**
   * When the destination is a link, change the file that it points to.
   */
  follow: boolean;
  /**
   * Replace a file whose content differs; else only make a missing one.
   */
  force: boolean;
  /**
   * The source is on the host.
   */
  remote_src: boolean;
  /**
   * Permission bits of the directories that are made; with `remote_src` they have those of the source when absent.
   */
  directory_mode?: string;
  /**
   * SHA-1 that the source must have.
   */
  checksum?: string;
  /**
   * Follow links in the source; when absent, those of the controller are followed and those of the host are copied.
   */
  local_follow?: boolean;
  /**
   * Decrypt a source that is a vault file.
   */
  decrypt: boolean;
  /**
   * User who owns the file: a name or a number.
   */
  owner?: string;
  /**
   * Group that owns the file: a name or a number.
   */
  group?: string;
  /**
   * Permission bits: octal ('0644'), symbolic ('u=rwX,g=rX,o='), or 'preserve' for those of the source. Of a directory that is copied with `remote_src` they are its own: what it holds has those of the source.
   */
  mode?: string;
  /**
   * File flags in chattr's letters, after '+', '-' or '='.
   */
  attributes?: string;
  /**
   * User of the SELinux context; '_default' takes the policy's.
   */
  seuser?: string;
  /**
   * Role of the SELinux context; '_default' takes the policy's.
   */
  serole?: string;
  /**
   * Type of the SELinux context; '_default' takes the policy's.
   */
  setype?: string;
  /**
   * Level of the SELinux context; '_default' takes the policy's.
   */
  selevel?: string;
  /**
   * Accepted for playbooks that have it: files are always replaced atomically.
   */
  unsafe_writes?: boolean;
}

// engine/modules/cron/cron.schema.json
/**
 * Keeps jobs and variables of a crontab.
 */
export interface CronParameters {
  /**
   * Name of the job, which marks it in the crontab; with `env`, of the variable.
   */
  name?: string;
  /**
   * The command; with `env`, the value.
   */
  job?: string;
  /**
   * Whether it is there.
   */
  state: "absent" | "present";
  /**
   * Minutes: `0-59`, `*`, `* /2`.
   */
  minute: string;
  /**
   * Hours: `0-23`, `*`, `* /2`.
   */
  hour: string;
  /**
   * Days of the month: `1-31`, `*`, `* /2`.
   */
  day: string;
  /**
   * Months: `1-12`, `*`, `* /2`.
   */
  month: string;
  /**
   * Days of the week: `0-6` from Sunday, `*`.
   */
  weekday: string;
  /**
   * A named time instead.
   */
  special_time?: "annually" | "daily" | "hourly" | "monthly" | "reboot" | "weekly" | "yearly";
  /**
   * Keeps the job as a comment.
   */
  disabled: boolean;
  /**
   * Keeps a variable instead of a job.
   */
  env: boolean;
  /**
   * Variable after which a new one is put.
   */
  insertafter?: string;
  /**
   * Variable before which a new one is put.
   */
  insertbefore?: string;
  /**
   * Whose crontab; in a file of /etc/cron.d, as whom the job runs.
   */
  user?: string;
  /**
   * File in /etc/cron.d, or an absolute path, instead of a crontab.
   */
  cron_file?: string;
  /**
   * Keeps a copy of the crontab.
   */
  backup: boolean;
}

// engine/modules/deb822_repository/deb822_repository.schema.json
/**
 * Keeps a repository of apt in a file NAME.sources of /etc/apt/sources.list.d, and its key in /etc/apt/keyrings.
 */
export interface Deb822RepositoryParameters {
  /**
   * Name of the repository, and of its files.
   */
  name: string;
  /**
   * Whether the repository is there; `absent` removes its key too.
   */
  state: "absent" | "present";
  /**
   * Kinds of packages: `deb`, `deb-src`.
   */
  types: ("deb" | "deb-src")[];
  /**
   * Addresses of the repository.
   */
  uris?: string[];
  /**
   * Releases, or paths that end with a slash.
   */
  suites?: string[];
  /**
   * Parts of the suites, such as `main` and `contrib`.
   */
  components?: string[];
  /**
   * The key: an address, a file on the host, fingerprints, or the key itself in armor.
   */
  signed_by?: string;
  /**
   * Architectures to look for.
   */
  architectures?: string[];
  /**
   * Languages of descriptions.
   */
  languages?: string[];
  /**
   * What is fetched of the repository.
   */
  targets?: string[];
  /**
   * Whether the repository is used.
   */
  enabled?: boolean;
  /**
   * Trusts the repository without a signature, or never.
   */
  trusted?: boolean;
  /**
   * Takes a repository without a signature.
   */
  allow_insecure?: boolean;
  /**
   * Takes signatures by weak algorithms.
   */
  allow_weak?: boolean;
  /**
   * Takes packages without a signature that had one before.
   */
  allow_downgrade_to_insecure?: boolean;
  /**
   * Fetches indexes by their digests.
   */
  by_hash?: boolean;
  /**
   * Checks dates of the repository by the clock.
   */
  check_date?: boolean;
  /**
   * Refuses a repository that is out of date.
   */
  check_valid_until?: boolean;
  /**
   * Seconds that the repository may be ahead of the clock.
   */
  date_max_future?: number;
  /**
   * Path of the file InRelease.
   */
  inrelease_path?: string;
  /**
   * Fetches differences of indexes.
   */
  pdiffs?: boolean;
  /**
   * Packages that alone are taken from it.
   */
  include?: string[];
  /**
   * Packages that are not taken from it.
   */
  exclude?: string[];
  /**
   * Permission bits of the file.
   */
  mode: string;
  /**
   * Has no effect: no Python is needed.
   */
  install_python_debian: boolean;
}

// engine/modules/debconf/debconf.schema.json
/**
 * Answers a question of a Debian package before it is installed or configured.
 */
export interface DebconfParameters {
  /**
   * The package.
   */
  name: string;
  /**
   * The question; when absent, the answers that are there are returned.
   */
  question?: string;
  /**
   * Type of the answer.
   */
  vtype?: "boolean" | "error" | "multiselect" | "note" | "password" | "seen" | "select" | "string" | "text" | "title";
  /**
   * The answer.
   */
  value?: string;
  /**
   * Does not mark the question as seen.
   */
  unseen: boolean;
}

// engine/modules/debug/debug.schema.json
/**
 * Shows a message or a variable.
 */
export interface DebugParameters {
  /**
   * What to show; `Hello world!` when neither this nor `var` is given.
   */
  msg?: {
    [k: string]: unknown;
  };
  /**
   * Expression whose value to show, usually the name of a variable.
   */
  var?: {
    [k: string]: unknown;
  };
  /**
   * Shows it only when the run has at least this many `-v`.
   */
  verbosity: number;
}

// engine/modules/dnf/dnf.schema.json
/**
 * Installs and removes packages of Red Hat Enterprise Linux, its rebuilds and Fedora, by dnf or, where there is none, yum.
 */
export interface DnfParameters {
  /**
   * Packages, each as `name`, `name-version`, `name.architecture`, `name >= version`, a pattern (`name*`), `@group`, `@module:stream/profile`, the path of a file, or the URL of an .rpm.
   */
  name?: string[];
  /**
   * `present` (or `installed`), `absent` (or `removed`), `latest` upgrades too; `absent` with `autoremove`, else `present`, when absent.
   */
  state?: "absent" | "installed" | "latest" | "present" | "removed";
  /**
   * Lists packages instead: `installed`, `updates`, `available`, `repos` or a name.
   */
  list?: string;
  /**
   * Repositories to enable for this task.
   */
  enablerepo: string[];
  /**
   * Repositories to disable for this task.
   */
  disablerepo: string[];
  /**
   * Packages to leave alone.
   */
  exclude: string[];
  /**
   * Ignores exclusions of `all`, `main` or one repository.
   */
  disable_excludes?: string;
  /**
   * Plugins to enable.
   */
  enable_plugin: string[];
  /**
   * Plugins to disable.
   */
  disable_plugin: string[];
  /**
   * Does not check signatures of packages.
   */
  disable_gpg_check: boolean;
  /**
   * Checks certificates of repositories.
   */
  sslverify: boolean;
  /**
   * Checks the certificate when a package is fetched by its URL.
   */
  validate_certs: boolean;
  /**
   * Directory of the system to work on.
   */
  installroot: string;
  /**
   * Release that packages are taken from.
   */
  releasever?: string;
  /**
   * Configuration file of the package manager.
   */
  conf_file?: string;
  /**
   * Fetches the metadata of repositories first.
   */
  update_cache: boolean;
  /**
   * Upgrades packages, but installs none that is not there.
   */
  update_only: boolean;
  /**
   * Works with what was fetched before.
   */
  cacheonly: boolean;
  /**
   * With `latest`: security updates only.
   */
  security: boolean;
  /**
   * With `latest`: updates that mend bugs only.
   */
  bugfix: boolean;
  /**
   * Removes packages that nothing needs any more.
   */
  autoremove: boolean;
  /**
   * Installs older versions than those that are there.
   */
  allow_downgrade: boolean;
  /**
   * Removes packages that are in the way.
   */
  allowerasing: boolean;
  /**
   * Takes an older version where the newest cannot be installed.
   */
  nobest: boolean;
  /**
   * Insists on the newest version, or not.
   */
  best?: boolean;
  /**
   * Leaves out packages that cannot be installed.
   */
  skip_broken: boolean;
  /**
   * Installs recommended packages too.
   */
  install_weak_deps: boolean;
  /**
   * Has no effect; kept for old playbooks.
   */
  install_repoquery: boolean;
  /**
   * Fetches packages without installing them.
   */
  download_only: boolean;
  /**
   * Where to put them.
   */
  download_dir?: string;
  /**
   * Seconds to wait for another package manager.
   */
  lock_timeout: number;
  /**
   * Program to use: `dnf`, `dnf4`, `dnf5`, `yum`; found out when `auto`.
   */
  use_backend: string;
}

// engine/modules/dpkg_selections/dpkg_selections.schema.json
/**
 * Sets what dpkg has selected for a package: to be held, for example.
 */
export interface DpkgSelectionsParameters {
  /**
   * The package.
   */
  name: string;
  /**
   * The selection.
   */
  selection: "install" | "hold" | "deinstall" | "purge";
}

// engine/modules/dracut/dracut.schema.json
/**
 * Makes an initramfs with dracut, when anything that it is made of has changed: the kernel's modules, dracut's own files and configuration, packages, `inputs`, and these parameters. The digest of all that stands beside it (`.NAME.inputs`).
 */
export interface DracutParameters {
  /**
   * Kernel release, a directory of `/lib/modules`; the newest of them when absent.
   */
  kernel?: string;
  /**
   * File to make; `/boot/initrd.img-KERNEL` on Debian, `/boot/initrd-KERNEL` on SUSE, else `/boot/initramfs-KERNEL.img` when absent.
   */
  path?: string;
  /**
   * Only what this very machine needs; an initramfs of an image is for all nodes.
   */
  hostonly: boolean;
  /**
   * Dracut modules to add; each must be there.
   */
  add?: string[];
  /**
   * Dracut modules to leave out.
   */
  omit?: string[];
  /**
   * Kernel modules to add.
   */
  add_drivers?: string[];
  /**
   * Kernel modules to add and to load early.
   */
  force_drivers?: string[];
  /**
   * Kernel modules to leave out.
   */
  omit_drivers?: string[];
  /**
   * Kernel modules of file systems to take, instead of all.
   */
  filesystems?: string[];
  /**
   * Files to install with what they need.
   */
  install?: string[];
  /**
   * Compressor with its options, such as `zstd -18 -q -T0`.
   */
  compress?: string;
  /**
   * Further arguments of dracut.
   */
  arguments?: string[];
  /**
   * Further files and directories whose content matters.
   */
  inputs?: string[];
  /**
   * Packages whose versions matter; all that are installed when absent.
   */
  packages?: string[];
  /**
   * Makes it each time.
   */
  force: boolean;
}

// engine/modules/fail/fail.schema.json
/**
 * Fails with a message.
 */
export interface FailParameters {
  /**
   * Why; `Failed as requested from task` when absent.
   */
  msg?: {
    [k: string]: unknown;
  };
}

// engine/modules/fetch/fetch.schema.json
/**
 * Copies a file from the host to the controller.
 */
export interface FetchParameters {
  /**
   * The file on the host.
   */
  src: string;
  /**
   * Directory on the controller, in which the file comes to `HOST/path`; with `flat` the file, or with `/` at its end its directory.
   */
  dest: string;
  /**
   * Do not make directories of the host's name and path.
   */
  flat: boolean;
  /**
   * Fail when there is no such file.
   */
  fail_on_missing: boolean;
  /**
   * Compare the checksums after the copy.
   */
  validate_checksum: boolean;
}

// engine/modules/file/file.schema.json
/**
 * Sets what a path is, and its attributes.
 */
export interface FileParameters {
  /**
   * The path.
   */
  path: string;
  /**
   * What shall be there; when absent: what is there, or a file.
   */
  state?: "absent" | "directory" | "file" | "hard" | "link" | "touch";
  /**
   * What a link points to.
   */
  src?: string;
  /**
   * Give the attributes to everything below a directory.
   */
  recurse: boolean;
  /**
   * Make a link although the target is missing or something else is in its place.
   */
  force: boolean;
  /**
   * When the path is a link, change what it points to.
   */
  follow: boolean;
  /**
   * Time of the last change: `preserve`, `now` or in the format below.
   */
  modification_time?: string;
  /**
   * strftime format of that time.
   */
  modification_time_format: string;
  /**
   * Time of the last access: `preserve`, `now` or in the format below.
   */
  access_time?: string;
  /**
   * strftime format of that time.
   */
  access_time_format: string;
  /**
   * User who owns the file: a name or a number.
   */
  owner?: string;
  /**
   * Group that owns the file: a name or a number.
   */
  group?: string;
  /**
   * Permission bits: octal ('0644') or symbolic ('u=rwX,g=rX,o=').
   */
  mode?: string;
  /**
   * File flags in chattr's letters, after '+', '-' or '='.
   */
  attributes?: string;
  /**
   * User of the SELinux context; '_default' takes the policy's.
   */
  seuser?: string;
  /**
   * Role of the SELinux context; '_default' takes the policy's.
   */
  serole?: string;
  /**
   * Type of the SELinux context; '_default' takes the policy's.
   */
  setype?: string;
  /**
   * Level of the SELinux context; '_default' takes the policy's.
   */
  selevel?: string;
  /**
   * Accepted for playbooks that have it: files are always replaced atomically.
   */
  unsafe_writes?: boolean;
}

// engine/modules/filesystem/filesystem.schema.json
/**
 * Makes file systems, swap areas and LVM's physical volumes, and grows them. What a device holds is kept unless the task says `force`.
 */
export interface FilesystemParameters {
  /**
   * The device, or a file that holds a disk.
   */
  dev: string;
  /**
   * What to make; needed for `present`.
   */
  fstype?:
    "btrfs" | "ext2" | "ext3" | "ext4" | "ext4dev" | "f2fs" | "lvm" | "ocfs2" | "reiserfs" | "swap" | "vfat" | "xfs";
  /**
   * `absent` wipes what tells of a file system.
   */
  state: "absent" | "present";
  /**
   * Makes the file system over what the device holds, each time.
   */
  force: boolean;
  /**
   * Grows a file system that is smaller than its device; xfs and btrfs must be mounted for that.
   */
  resizefs: boolean;
  /**
   * Options of mkfs, as words.
   */
  opts?: string;
}

// engine/modules/find/find.schema.json
/**
 * Finds files below directories.
 */
export interface FindParameters {
  /**
   * Directories to search.
   */
  paths: string[];
  /**
   * Shell patterns (or regular expressions) of names; any of them.
   */
  patterns: string[];
  /**
   * Patterns of names to leave out.
   */
  excludes: string[];
  /**
   * The patterns are Python's regular expressions.
   */
  use_regex: boolean;
  /**
   * What to find.
   */
  file_type: "any" | "directory" | "file" | "link";
  /**
   * Search in directories below, too.
   */
  recurse: boolean;
  /**
   * How many levels to go down.
   */
  depth?: number;
  /**
   * Find names that begin with a dot.
   */
  hidden: boolean;
  /**
   * Follow links to directories.
   */
  follow: boolean;
  /**
   * Regular expression of the content of files.
   */
  contains?: string;
  /**
   * Match that expression with the whole file instead of each line.
   */
  read_whole_file: boolean;
  /**
   * Least age, with s, m, h, d or w; with `-` before it the greatest.
   */
  age?: string;
  /**
   * Time that the age counts from.
   */
  age_stamp: "atime" | "ctime" | "mtime";
  /**
   * Least size, with b, k, m, g or t; with `-` before it the greatest.
   */
  size?: string;
  /**
   * Compute the SHA-1 of files.
   */
  get_checksum: boolean;
  /**
   * Permission bits of the files to find.
   */
  mode?: string;
  /**
   * Exactly these bits, not at least these.
   */
  exact_mode: boolean;
}

// engine/modules/firewalld/firewalld.schema.json
/**
 * Keeps zones of firewalld and what they allow; one thing a task.
 */
export interface FirewalldParameters {
  /**
   * Whether the setting is on; `present` and `absent` are for a zone itself, or its target.
   */
  state: "absent" | "disabled" | "enabled" | "present";
  /**
   * Zone; the default zone when absent.
   */
  zone?: string;
  /**
   * Keeps the setting for later starts of firewalld.
   */
  permanent: boolean;
  /**
   * Sets it in the running firewall too; always so when not `permanent`.
   */
  immediate: boolean;
  /**
   * Seconds after which a setting that is not permanent ends; 0 for never.
   */
  timeout: number;
  /**
   * Works on the permanent configuration when firewalld does not run, as in an image.
   */
  offline: boolean;
  /**
   * Service that firewalld knows.
   */
  service?: string;
  /**
   * Port or range with its protocol: `8080/tcp`, `60000-61000/udp`.
   */
  port?: string;
  /**
   * Protocol.
   */
  protocol?: string;
  /**
   * Network or address that belongs to the zone.
   */
  source?: string;
  /**
   * Interface that belongs to the zone; it leaves its former one.
   */
  interface?: string;
  /**
   * Rule in firewalld's rich language.
   */
  rich_rule?: string;
  /**
   * Type of ICMP to block.
   */
  icmp_block?: string;
  /**
   * Blocks all types of ICMP but those that are named.
   */
  icmp_block_inversion?: boolean;
  /**
   * Hides the zone's addresses behind the host's.
   */
  masquerade?: boolean;
  /**
   * Forwards packets between interfaces and sources of the zone.
   */
  forward?: boolean;
  /**
   * One port to forward.
   */
  port_forward?: {
    /**
     * Port that packets come to.
     */
    port: string;
    /**
     * Protocol.
     */
    proto: "dccp" | "sctp" | "tcp" | "udp";
    /**
     * Port to send them to.
     */
    toport: string;
    /**
     * Host to send them to.
     */
    toaddr?: string;
  }[];
  /**
   * What the zone does with other packets.
   */
  target?: "ACCEPT" | "DROP" | "default" | "%%REJECT%%";
}

// engine/modules/get_url/get_url.schema.json
/**
 * Downloads a file on the host.
 */
export interface GetUrlParameters {
  /**
   * What to download: http, https, ftp or file.
   */
  url: string;
  /**
   * The file, or a directory that takes it under its own name.
   */
  dest: string;
  /**
   * `ALGORITHM:DIGEST`, or `ALGORITHM:URL` of a list of digests; a file that has it is not downloaded again.
   */
  checksum?: string;
  /**
   * Download although the file is there; else only when its checksum is given and differs, or the server has a newer one.
   */
  force: boolean;
  /**
   * Keep the former file beside the new one, named after the time.
   */
  backup: boolean;
  /**
   * Seconds to wait for the server.
   */
  timeout: number;
  /**
   * Directory for the file while it arrives.
   */
  tmp_dest?: string;
  /**
   * Accepted for playbooks that have it: content is stored as it was sent.
   */
  decompress: boolean;
  /**
   * Further request headers.
   */
  headers?: {
    [k: string]: unknown;
  };
  /**
   * User name for the server.
   */
  url_username?: string;
  /**
   * Password for the server.
   */
  url_password?: string;
  /**
   * Send user name and password with the first request.
   */
  force_basic_auth: boolean;
  /**
   * Check the server's certificate.
   */
  validate_certs: boolean;
  /**
   * File of the certificate authorities to trust.
   */
  ca_path?: string;
  /**
   * Certificate to show to the server; may hold the key, too.
   */
  client_cert?: string;
  /**
   * Key of that certificate.
   */
  client_key?: string;
  /**
   * Use the proxy that the host's environment names.
   */
  use_proxy: boolean;
  /**
   * Name of the client in requests.
   */
  http_agent: string;
  /**
   * User who owns the file: a name or a number.
   */
  owner?: string;
  /**
   * Group that owns the file: a name or a number.
   */
  group?: string;
  /**
   * Permission bits: octal ('0644') or symbolic ('u=rwX,g=rX,o=').
   */
  mode?: string;
  /**
   * File flags in chattr's letters, after '+', '-' or '='.
   */
  attributes?: string;
  /**
   * User of the SELinux context; '_default' takes the policy's.
   */
  seuser?: string;
  /**
   * Role of the SELinux context; '_default' takes the policy's.
   */
  serole?: string;
  /**
   * Type of the SELinux context; '_default' takes the policy's.
   */
  setype?: string;
  /**
   * Level of the SELinux context; '_default' takes the policy's.
   */
  selevel?: string;
  /**
   * Accepted for playbooks that have it: files are always replaced atomically.
   */
  unsafe_writes?: boolean;
}

// engine/modules/getent/getent.schema.json
/**
 * Reads entries of the name service into facts.
 */
export interface GetentParameters {
  /**
   * The database: `passwd`, `group`, `hosts`, `services`.
   */
  database: string;
  /**
   * The entry; all of them when absent.
   */
  key?: string;
  /**
   * The source to ask alone: `files`.
   */
  service?: string;
  /**
   * Text between two fields; blanks, or `:` for passwd, shadow, group and gshadow, when absent.
   */
  split?: string;
  /**
   * Fails when there is no such entry.
   */
  fail_key: boolean;
}

// engine/modules/git/git.schema.json
/**
 * Keeps a working copy of a git repository at a version.
 */
export interface GitParameters {
  /**
   * Address of the repository: git, ssh, http or a path.
   */
  repo: string;
  /**
   * Directory of the working copy.
   */
  dest: string;
  /**
   * Branch, tag or full commit.
   */
  version: string;
  /**
   * Further refs to fetch.
   */
  refspec?: string;
  /**
   * Name of the remote.
   */
  remote: string;
  /**
   * Number of commits of history to fetch.
   */
  depth?: number;
  /**
   * Make the working copy when it is missing.
   */
  clone: boolean;
  /**
   * Fetch new commits into an existing working copy.
   */
  update: boolean;
  /**
   * Throw away local changes of the working copy.
   */
  force: boolean;
  /**
   * Make a bare repository.
   */
  bare: boolean;
  /**
   * Fetch submodules.
   */
  recursive: boolean;
  /**
   * Take submodules at the newest commit of their branch.
   */
  track_submodules: boolean;
  /**
   * Fetch only the version's branch.
   */
  single_branch: boolean;
  /**
   * Local repository to take objects from.
   */
  reference?: string;
  /**
   * Directory to keep the repository in, apart from the working copy.
   */
  separate_git_dir?: string;
  /**
   * Trust any host key of the server.
   */
  accept_hostkey: boolean;
  /**
   * Trust the host key of a server that is not known yet.
   */
  accept_newhostkey: boolean;
  /**
   * Private key for ssh.
   */
  key_file?: string;
  /**
   * Further options of ssh.
   */
  ssh_opts?: string;
  /**
   * The git program.
   */
  executable?: string;
  /**
   * umask for the files.
   */
  umask?: string;
}

// engine/modules/group/group.schema.json
/**
 * Keeps a group.
 */
export interface GroupParameters {
  /**
   * Name of the group.
   */
  name: string;
  /**
   * Whether it exists.
   */
  state: "absent" | "present";
  /**
   * Its number.
   */
  gid?: number;
  /**
   * Takes a new number from those for the system.
   */
  system: boolean;
  /**
   * Allows a number that another group has; needs `gid`.
   */
  non_unique: boolean;
  /**
   * Looks in /etc/group alone, for hosts with a central directory of users.
   */
  local: boolean;
  /**
   * Removes it even when it is the primary group of a user.
   */
  force: boolean;
  /**
   * Lowest number for a new group.
   */
  gid_min?: number;
  /**
   * Highest number for a new group.
   */
  gid_max?: number;
}

// engine/modules/group_by/group_by.schema.json
/**
 * Puts the host into a group named after a value.
 */
export interface GroupByParameters {
  /**
   * Name of the group.
   */
  key: string;
  /**
   * Groups that the new group belongs to.
   */
  parents: string[];
}

// engine/modules/hostname/hostname.schema.json
/**
 * Sets the host name, now and for the next boot.
 */
export interface HostnameParameters {
  /**
   * The host name.
   */
  name: string;
  /**
   * Way to set it. All systems that are managed here keep the name in /etc/hostname, so this only has to be a known word.
   */
  use?: "alpine" | "debian" | "generic" | "openrc" | "redhat" | "sles" | "systemd";
}

// engine/modules/htpasswd/htpasswd.schema.json
/**
 * Keeps users and passwords of a web server.
 */
export interface HtpasswdParameters {
  /**
   * The file.
   */
  path: string;
  /**
   * The user.
   */
  name: string;
  /**
   * The password.
   */
  password?: string;
  /**
   * How a new password is stored.
   */
  hash_scheme: "apr_md5_crypt" | "bcrypt" | "ldap_sha1" | "md5_crypt" | "plaintext" | "sha256_crypt" | "sha512_crypt";
  /**
   * Whether the user is there.
   */
  state: "present" | "absent";
  /**
   * Makes a missing file.
   */
  create: boolean;
  /**
   * User who owns the file: a name or a number.
   */
  owner?: string;
  /**
   * Group that owns the file: a name or a number.
   */
  group?: string;
  /**
   * Permission bits: octal ('0644') or symbolic ('u=rwX,g=rX,o=').
   */
  mode?: string;
  /**
   * File flags in chattr's letters, after '+', '-' or '='.
   */
  attributes?: string;
  /**
   * User of the SELinux context; '_default' takes the policy's.
   */
  seuser?: string;
  /**
   * Role of the SELinux context; '_default' takes the policy's.
   */
  serole?: string;
  /**
   * Type of the SELinux context; '_default' takes the policy's.
   */
  setype?: string;
  /**
   * Level of the SELinux context; '_default' takes the policy's.
   */
  selevel?: string;
  /**
   * Accepted for playbooks that have it: files are always replaced atomically.
   */
  unsafe_writes?: boolean;
}

// engine/modules/image/image.schema.json
/**
 * Publishes the tree of an image as an immutable version that nodes boot, or tells of a published one. A tree that has not changed since the newest version is not published again. It calls the provisioner where the task runs (`provision image`): delegate it to that host.
 */
export interface ImageParameters {
  /**
   * Name of the image; `name@sha256:…` of one version to tell of. The variable `image_name` when absent.
   */
  name?: string;
  /**
   * Root directory of the built system. When absent nothing is published, and the newest version told of.
   */
  tree?: string;
  /**
   * Playbook that built the tree, relative to the site's directory: nodes run it at boot. `playbooks/NAME.yml` when absent.
   */
  playbook?: string;
  /**
   * Format of the file system image.
   */
  format: "squashfs" | "erofs";
  /**
   * Days after which nodes refuse the version unless it is signed again; an unchanged version is signed anew for so many days, which is no change.
   */
  expires?: number;
  /**
   * The command `provision`; that of this Prelude when absent.
   */
  executable?: string;
  /**
   * Inventory of the site, as `-i` takes it; that of this run when absent.
   */
  inventory?: string[];
  /**
   * State of the provisioner; the site's `prelude_state` when absent.
   */
  state_directory?: string;
  /**
   * Files with the passwords of vaults that the inventory has.
   */
  vault_password_file?: string[];
}

// engine/modules/include_vars/include_vars.schema.json
/**
 * Reads variables from files at the controller while the play runs.
 */
export interface IncludeVarsParameters {
  /**
   * YAML or JSON file, searched in `vars` of the role and beside the playbook.
   */
  file?: string;
  /**
   * Directory whose files are read in the order of their names.
   */
  dir?: string;
  /**
   * Variable that takes all of them as its entries; else each becomes a variable.
   */
  name?: string;
  /**
   * How many levels of sub-directories of `dir` are read; 0 for all.
   */
  depth: number;
  /**
   * Regular expression that the name of a file in `dir` must match.
   */
  files_matching?: string;
  /**
   * Regular expressions of names of files in `dir` that are left out.
   */
  ignore_files?: string[];
  /**
   * Endings of the files in `dir` that are read.
   */
  extensions: string[];
  /**
   * Leaves out files of other endings instead of failing.
   */
  ignore_unknown_extensions: boolean;
  /**
   * Whether a dictionary replaces one of the same name or is merged into it; replaces when absent.
   */
  hash_behaviour?: "replace" | "merge";
}

// engine/modules/ini_file/ini_file.schema.json
/**
 * Keeps options and sections of an INI file; comments and order stay.
 */
export interface IniFileParameters {
  /**
   * The file.
   */
  path: string;
  /**
   * The section; when absent, the lines before the first one.
   */
  section?: string;
  /**
   * The option; when absent, the whole section is meant.
   */
  option?: string;
  /**
   * Its value.
   */
  value?: string;
  /**
   * Values of an option that may stand there several times.
   */
  values?: string[];
  /**
   * Among several sections of the name, the one that has these options.
   */
  section_has_values?: {
    /**
     * An option.
     */
    option: string;
    /**
     * A value that it has.
     */
    value?: string;
    /**
     * Values that it has.
     */
    values?: string[];
  }[];
  /**
   * Whether the option, or the section, is there.
   */
  state: "absent" | "present";
  /**
   * Also removes other lines of the option.
   */
  exclusive: boolean;
  /**
   * Takes an option without value and '='.
   */
  allow_no_value: boolean;
  /**
   * Takes a commented line of the option into use instead of adding one.
   */
  modify_inactive_option: boolean;
  /**
   * Writes no blanks around '='.
   */
  no_extra_spaces: boolean;
  /**
   * Leaves a line alone that differs only by blanks around '='.
   */
  ignore_spaces: boolean;
  /**
   * Makes a missing file.
   */
  create: boolean;
  /**
   * Writes to where a symbolic link points instead of replacing it.
   */
  follow: boolean;
  /**
   * Keep the former file beside the new one, named after the time.
   */
  backup: boolean;
  /**
   * User who owns the file: a name or a number.
   */
  owner?: string;
  /**
   * Group that owns the file: a name or a number.
   */
  group?: string;
  /**
   * Permission bits: octal ('0644') or symbolic ('u=rwX,g=rX,o=').
   */
  mode?: string;
  /**
   * File flags in chattr's letters, after '+', '-' or '='.
   */
  attributes?: string;
  /**
   * User of the SELinux context; '_default' takes the policy's.
   */
  seuser?: string;
  /**
   * Role of the SELinux context; '_default' takes the policy's.
   */
  serole?: string;
  /**
   * Type of the SELinux context; '_default' takes the policy's.
   */
  setype?: string;
  /**
   * Level of the SELinux context; '_default' takes the policy's.
   */
  selevel?: string;
  /**
   * Accepted for playbooks that have it: files are always replaced atomically.
   */
  unsafe_writes?: boolean;
}

// engine/modules/iptables/iptables.schema.json
/**
 * Keeps rules, chains and policies of iptables in the running kernel. They are gone after a boot unless something saves them.
 */
export interface IptablesParameters {
  /**
   * Chain of the rule: `INPUT`, `FORWARD` or one of your own. Needed but for `flush`.
   */
  chain?: string;
  /**
   * Table of the chain.
   */
  table: "filter" | "mangle" | "nat" | "raw" | "security";
  /**
   * Whether the rule is there.
   */
  state: "absent" | "present";
  /**
   * Where a new rule goes: to the end, or to the start.
   */
  action: "append" | "insert";
  /**
   * Number that an inserted rule gets.
   */
  rule_num?: string;
  /**
   * Version of IP.
   */
  ip_version: "ipv4" | "ipv6";
  /**
   * Protocol: `tcp`, `udp`, `icmp`, `all` or a number. `!` before it means all others.
   */
  protocol?: string;
  /**
   * Address or network that packets come from. `!` before it means all others.
   */
  source?: string;
  /**
   * Address or network that packets go to. `!` before it means all others.
   */
  destination?: string;
  /**
   * Extensions to load.
   */
  match: string[];
  /**
   * Flags of TCP.
   */
  tcp_flags?: {
    /**
     * Flags to look at.
     */
    flags?: string[];
    /**
     * Those of them that must be set.
     */
    flags_set?: string[];
  };
  /**
   * What becomes of packets: `ACCEPT`, `DROP`, a chain.
   */
  jump?: string;
  /**
   * Chain to go on in, without coming back.
   */
  goto?: string;
  /**
   * Host that `TEE` sends copies to.
   */
  gateway?: string;
  /**
   * Text before lines of the log; implies the jump `LOG`.
   */
  log_prefix?: string;
  /**
   * Level of the log; implies the jump `LOG`.
   */
  log_level?:
    | "0"
    | "1"
    | "2"
    | "3"
    | "4"
    | "5"
    | "6"
    | "7"
    | "emerg"
    | "alert"
    | "crit"
    | "error"
    | "warning"
    | "notice"
    | "info"
    | "debug";
  /**
   * Interface that packets come in by. `!` before it means all others.
   */
  in_interface?: string;
  /**
   * Interface that packets leave by. `!` before it means all others.
   */
  out_interface?: string;
  /**
   * Second and further fragments.
   */
  fragment?: string;
  /**
   * Packets and bytes that counters begin with.
   */
  set_counters?: string;
  /**
   * Port or range that packets come from. `!` before it means all others.
   */
  source_port?: string;
  /**
   * Port or range that packets go to. `!` before it means all others.
   */
  destination_port?: string;
  /**
   * Several ports or ranges.
   */
  destination_ports: string[];
  /**
   * Port to redirect to.
   */
  to_ports?: string;
  /**
   * Address that `DNAT` sends to.
   */
  to_destination?: string;
  /**
   * Address that `SNAT` gives.
   */
  to_source?: string;
  /**
   * Only packets that begin a connection, or only others.
   */
  syn: "ignore" | "match" | "negate";
  /**
   * DSCP mark to set.
   */
  set_dscp_mark?: string;
  /**
   * DSCP class to set.
   */
  set_dscp_mark_class?: string;
  /**
   * Comment of the rule.
   */
  comment?: string;
  /**
   * States of connections: `NEW`, `ESTABLISHED` and others.
   */
  ctstate: string[];
  /**
   * Range of addresses that packets come from.
   */
  src_range?: string;
  /**
   * Range of addresses that packets go to.
   */
  dst_range?: string;
  /**
   * Set of ipset to look in.
   */
  match_set?: string;
  /**
   * Which address is looked for in the set.
   */
  match_set_flags?: "src" | "dst" | "src,dst" | "dst,src";
  /**
   * Most matches in a time: `5/second`.
   */
  limit?: string;
  /**
   * Matches before the limit counts.
   */
  limit_burst?: string;
  /**
   * User whose programs send the packets. `!` before it means all others.
   */
  uid_owner?: string;
  /**
   * Group whose programs send the packets. `!` before it means all others.
   */
  gid_owner?: string;
  /**
   * Answer of `REJECT`; implies that jump.
   */
  reject_with?: string;
  /**
   * Type of ICMP.
   */
  icmp_type?: string;
  /**
   * Seconds to wait for another iptables.
   */
  wait?: string;
  /**
   * Removes all rules of the table, or of the chain.
   */
  flush: boolean;
  /**
   * What becomes of packets that no rule matched.
   */
  policy?: "ACCEPT" | "DROP" | "QUEUE" | "RETURN";
  /**
   * Makes and removes the chain itself too.
   */
  chain_management: boolean;
  /**
   * Does not look names up when chains are listed.
   */
  numeric: boolean;
}

// engine/modules/json_patch/json_patch.schema.json
/**
 * Changes a JSON file by the operations of RFC 6902; other values and their order stay.
 */
export interface JsonPatchParameters {
  /**
   * The file.
   */
  src: string;
  /**
   * File to write instead; `src` when absent.
   */
  dest?: string;
  /**
   * The operations, in order. Nothing is changed when a `test` fails; what is gone already needs no `remove`.
   */
  operations: {
    /**
     * The operation.
     */
    op: "add" | "copy" | "move" | "remove" | "replace" | "test";
    /**
     * Pointer to the place (RFC 6901): `/servers/0/name`; `-` is the end of a list.
     */
    path: string;
    /**
     * The value to add, to put instead, or to test.
     */
    value?: {
      [k: string]: unknown;
    };
    /**
     * Pointer to what is copied or moved.
     */
    from?: string;
  }[];
  /**
   * Makes a missing file.
   */
  create: boolean;
  /**
   * What a new file holds.
   */
  create_type: "array" | "object";
  /**
   * Indents the file by two blanks, or writes it on one line; as it is when absent.
   */
  pretty?: boolean;
  /**
   * Command that must succeed before the file is used; '%s' stands for the file to check.
   */
  validate?: string;
  /**
   * Keep the former file beside the new one, named after the time.
   */
  backup: boolean;
  /**
   * User who owns the file: a name or a number.
   */
  owner?: string;
  /**
   * Group that owns the file: a name or a number.
   */
  group?: string;
  /**
   * Permission bits: octal ('0644') or symbolic ('u=rwX,g=rX,o=').
   */
  mode?: string;
  /**
   * File flags in chattr's letters, after '+', '-' or '='.
   */
  attributes?: string;
  /**
   * User of the SELinux context; '_default' takes the policy's.
   */
  seuser?: string;
  /**
   * Role of the SELinux context; '_default' takes the policy's.
   */
  serole?: string;
  /**
   * Type of the SELinux context; '_default' takes the policy's.
   */
  setype?: string;
  /**
   * Level of the SELinux context; '_default' takes the policy's.
   */
  selevel?: string;
  /**
   * Accepted for playbooks that have it: files are always replaced atomically.
   */
  unsafe_writes?: boolean;
}

// engine/modules/known_hosts/known_hosts.schema.json
/**
 * Keeps keys of SSH hosts in a file of known hosts.
 */
export interface KnownHostsParameters {
  /**
   * The host; with a port as '[name]:2222'.
   */
  name: string;
  /**
   * The line of the key, with the host's name before it.
   */
  key?: string;
  /**
   * The file.
   */
  path: string;
  /**
   * Writes the host's name hashed.
   */
  hash_host: boolean;
  /**
   * Whether the key is there; without a key, `absent` removes all of the host.
   */
  state: "absent" | "present";
}

// engine/modules/lineinfile/lineinfile.schema.json
/**
 * Makes sure that a file has a line, or has it not.
 */
export interface LineInFileParameters {
  /**
   * The file.
   */
  path: string;
  /**
   * Whether the line shall be there.
   */
  state: "absent" | "present";
  /**
   * The line.
   */
  line?: string;
  /**
   * Regular expression (Python's) of the line to replace: the last one that it finds; or of the lines to remove.
   */
  regexp?: string;
  /**
   * Text in the line to replace, instead of a regular expression.
   */
  search_string?: string;
  /**
   * Let `line` use the groups of `regexp`; nothing is done where it does not match.
   */
  backrefs: boolean;
  /**
   * Regular expression of the line to insert after, or EOF.
   */
  insertafter?: string;
  /**
   * Regular expression of the line to insert before, or BOF.
   */
  insertbefore?: string;
  /**
   * Insert at the first match, not the last.
   */
  firstmatch: boolean;
  /**
   * Make a missing file.
   */
  create: boolean;
  /**
   * Keep the former file beside the new one, named after the time.
   */
  backup: boolean;
  /**
   * Command that must succeed before the file is used; '%s' stands for the file to check.
   */
  validate?: string;
  /**
   * Encoding of the file.
   */
  encoding: string;
  /**
   * User who owns the file: a name or a number.
   */
  owner?: string;
  /**
   * Group that owns the file: a name or a number.
   */
  group?: string;
  /**
   * Permission bits: octal ('0644') or symbolic ('u=rwX,g=rX,o=').
   */
  mode?: string;
  /**
   * File flags in chattr's letters, after '+', '-' or '='.
   */
  attributes?: string;
  /**
   * User of the SELinux context; '_default' takes the policy's.
   */
  seuser?: string;
  /**
   * Role of the SELinux context; '_default' takes the policy's.
   */
  serole?: string;
  /**
   * Type of the SELinux context; '_default' takes the policy's.
   */
  setype?: string;
  /**
   * Level of the SELinux context; '_default' takes the policy's.
   */
  selevel?: string;
  /**
   * Accepted for playbooks that have it: files are always replaced atomically.
   */
  unsafe_writes?: boolean;
}

// engine/modules/locale_gen/locale_gen.schema.json
/**
 * Generates locales, or removes them.
 */
export interface LocaleGenParameters {
  /**
   * The locales: `de_DE.UTF-8`.
   */
  name: string[];
  /**
   * Whether they are there.
   */
  state: "absent" | "present";
}

// engine/modules/lvg/lvg.schema.json
/**
 * Keeps volume groups of LVM and the physical volumes they lie on.
 */
export interface LvgParameters {
  /**
   * Name of the volume group.
   */
  vg: string;
  /**
   * Devices of the group; needed for `present`. Devices that are no physical volumes become some.
   */
  pvs?: string[];
  /**
   * Whether the group is there; `active` and `inactive` keep its logical volumes so.
   */
  state: "absent" | "active" | "inactive" | "present";
  /**
   * Size of an extent of a new group: a power of two in MiB, or with a unit (`128K`).
   */
  pesize: string;
  /**
   * Further options of pvcreate.
   */
  pv_options: string;
  /**
   * Further options of vgcreate.
   */
  vg_options: string;
  /**
   * Grows physical volumes that leave a part of their devices unused.
   */
  pvresize: boolean;
  /**
   * Takes devices that are not named out of the group.
   */
  remove_extra_pvs: boolean;
  /**
   * Removes a group that has logical volumes, and their data.
   */
  force: boolean;
  /**
   * Gives a group that is there a new UUID, as a copy of another needs one; a change each time. Its logical volumes must be inactive, to which `state: inactive` brings them first.
   */
  reset_vg_uuid: boolean;
  /**
   * Gives the devices of a group that is there new UUIDs; a change each time.
   */
  reset_pv_uuid: boolean;
}

// engine/modules/lvol/lvol.schema.json
/**
 * Keeps logical volumes of LVM: plain ones, thin pools and volumes, and snapshots.
 */
export interface LvolParameters {
  /**
   * Name of the volume group.
   */
  vg: string;
  /**
   * Name of the logical volume.
   */
  lv?: string;
  /**
   * Size in MiB, with a unit (`10g`), or a part: `60%VG`, `100%FREE`, `50%PVS`. `%FREE` counts what the volume itself has as free, so that it means the same each time, and makes no volume smaller; a part makes a thin pool and does not resize it. `+` and `-` add and take away, each time.
   */
  size?: string;
  /**
   * Whether the volume is there.
   */
  state: "absent" | "present";
  /**
   * Whether the host can see the volume.
   */
  active: boolean;
  /**
   * Allows to remove a volume and to make it smaller, which loses data.
   */
  force: boolean;
  /**
   * Makes a volume smaller that is larger than the task says; needs `force`.
   */
  shrink: boolean;
  /**
   * Resizes the file system with the volume.
   */
  resizefs: boolean;
  /**
   * Physical volumes to lie on.
   */
  pvs?: string[];
  /**
   * Name of a snapshot to make of `lv`.
   */
  snapshot?: string;
  /**
   * Name of a thin pool: to make when `lv` is absent, else the one that `lv` is in.
   */
  thinpool?: string;
  /**
   * Further options of lvcreate.
   */
  opts?: string;
}

// engine/modules/mdadm/mdadm.schema.json
/**
 * Keeps arrays of Linux (md). Prelude's own: Ansible has no such module. Nodes that boot from us rather have their arrays from `node_mkdisk`.
 */
export interface MdadmParameters {
  /**
   * Name of the array, which is at /dev/md/NAME; or its device, such as /dev/md0.
   */
  name: string;
  /**
   * `present` starts the array, or makes it; `stopped` leaves its members as they are; `absent` wipes them.
   */
  state: "absent" | "present" | "stopped";
  /**
   * RAID level; needed to make an array.
   */
  level?: "0" | "1" | "4" | "5" | "6" | "10" | "linear" | "raid0" | "raid1" | "raid4" | "raid5" | "raid6" | "raid10";
  /**
   * Its members. Missing ones are added to an array that is there; those that are not named stay.
   */
  devices?: string[];
  /**
   * Devices that step in for failed ones.
   */
  spares: string[];
  /**
   * Size of a chunk, in KiB or with a unit, of a new array.
   */
  chunk?: string;
  /**
   * Version of the superblock of a new array.
   */
  metadata: string;
  /**
   * Whether a new array notes what is being written, to be in step sooner after a crash.
   */
  bitmap?: "internal" | "none";
  /**
   * Host that a new array says it belongs to; `any` for none.
   */
  homehost?: string;
  /**
   * Takes the members of a new array for alike as they are: no initial synchronisation.
   */
  assume_clean: boolean;
  /**
   * Makes an array of devices that hold something, which is lost.
   */
  force: boolean;
  /**
   * File that gets an ARRAY line, such as /etc/mdadm/mdadm.conf (Debian) or /etc/mdadm.conf; none is written when absent.
   */
  config_file?: string;
  /**
   * Further options of `mdadm --create`.
   */
  opts?: string;
}

// engine/modules/mkdisk/mkdisk.schema.json
/**
 * Makes the local disks of a node as the boot does: arrays, file systems, mounts and moved directories, by `/etc/mkdisk` of its root. It runs `mkdisk` (the role mkdisk installs it), which plans everything before it writes anything and refuses what does not fit.
 */
export interface MkdiskParameters {
  /**
   * Destroys what is on the disks of the profile and makes them anew, each time; otherwise nothing is formatted that holds anything, whatever `WIPE_ON_BOOT` says.
   */
  wipe: boolean;
  /**
   * Another profile of `/etc/mkdisk/profiles.d` than `mkdisk.conf` names, or the path of a file.
   */
  profile?: string;
  /**
   * The root whose `/etc/mkdisk` counts and that is mounted in.
   */
  root: string;
  /**
   * Directory with the keys of encrypted volumes; `/secrets` of the root when absent.
   */
  keys?: string;
  /**
   * NFS export with the keys, `SERVER:/DIRECTORY`, or `warewulf`; mounted as long as mkdisk runs.
   */
  secrets?: string;
  /**
   * The command `mkdisk`.
   */
  executable: string;
}

// engine/modules/modprobe/modprobe.schema.json
/**
 * Loads or unloads a kernel module.
 */
export interface ModprobeParameters {
  /**
   * The kernel module.
   */
  name: string;
  /**
   * Whether it is loaded.
   */
  state: "absent" | "present";
  /**
   * Its parameters: `numdummies=2`.
   */
  params: string;
  /**
   * Whether each boot loads it, by files in /etc/modules-load.d and /etc/modprobe.d; `disabled` leaves these alone. Lines that no longer hold become comments.
   */
  persistent: "disabled" | "absent" | "present";
}

// engine/modules/mount/mount.schema.json
/**
 * Keeps mounts and their entries in fstab.
 */
export interface MountParameters {
  /**
   * The mount point; `none` for swap.
   */
  path: string;
  /**
   * What is mounted: a device, `UUID=...`, `host:/export`, a directory.
   */
  src?: string;
  /**
   * Type of the file system; `none` with `opts: bind` for a directory.
   */
  fstype?: string;
  /**
   * Mount options, comma separated; `defaults` when absent.
   */
  opts?: string;
  /**
   * The fifth field of fstab.
   */
  dump: string;
  /**
   * The sixth field of fstab.
   */
  passno: string;
  /**
   * `mounted`: in fstab and mounted. `present`: in fstab alone. `unmounted`: not mounted, fstab kept. `absent`: neither, and the mount point removed. `absent_from_fstab`: fstab alone. `ephemeral`: mounted now, fstab left alone. `remounted`: mounted anew.
   */
  state: "absent" | "absent_from_fstab" | "ephemeral" | "mounted" | "present" | "remounted" | "unmounted";
  /**
   * File to keep instead of /etc/fstab.
   */
  fstab?: string;
  /**
   * Mounts at boot; `false` adds the option `noauto`.
   */
  boot: boolean;
  /**
   * Keeps a copy of fstab with the time in its name.
   */
  backup: boolean;
  /**
   * Keeps the options out of the report.
   */
  opts_no_log: boolean;
}

// engine/modules/mount_facts/mount_facts.schema.json
/**
 * Facts about mounts from sources of choice: `mount_points` by their paths, and `aggregate_mounts`, a list of all that was found.
 */
export interface MountFactsParameters {
  /**
   * Patterns of the devices and servers to tell of (`[!/]*`: those that are no devices); all when absent.
   */
  devices?: string[];
  /**
   * Patterns of the types of file systems to tell of (`nfs*`); all when absent.
   */
  fstypes?: string[];
  /**
   * Where to look: files, `mount` (what `mount_binary` prints), `dynamic` (what is mounted: /etc/mtab, /proc/mounts, /etc/mnttab, or else `mount`), `static` (/etc/fstab) or `all`, which it is when absent. The first source that knows a mount point is the one that tells of it.
   */
  sources?: string[];
  /**
   * Program that lists what is mounted; null for none.
   */
  mount_binary: string;
  /**
   * Seconds to wait for the size of each mount; without end when absent.
   */
  timeout?: number;
  /**
   * What to do about a mount that does not answer: fail, or tell of it without its size.
   */
  on_timeout: "error" | "warn" | "ignore";
  /**
   * Whether `aggregate_mounts` is filled; when absent it is not, and a mount point with several mounts is warned of.
   */
  include_aggregate_mounts?: boolean;
}

// engine/modules/nftables/nftables.schema.json
/**
 * Keeps one table of nftables, in the kernel and in a file. Prelude's own: the table is replaced as a whole in one transaction, after it was checked, so there is no moment without rules, and other tables are left alone.
 */
export interface NftablesParameters {
  /**
   * Name of the table.
   */
  table: string;
  /**
   * Family of the table.
   */
  family: "arp" | "bridge" | "inet" | "ip" | "ip6" | "netdev";
  /**
   * What stands between the table's braces: chains, sets, rules. Needed for `present`.
   */
  content?: string;
  /**
   * Whether the table is there.
   */
  state: "absent" | "present";
  /**
   * File to keep the table in for the next boot, such as /etc/nftables.d/TABLE.nft, which /etc/nftables.conf has to include. None when absent.
   */
  file?: string;
}

// engine/modules/nmcli/nmcli.schema.json
/**
 * Keeps connection profiles of NetworkManager: interfaces, bonds and their members, VLANs, bridges, InfiniBand. A new profile of an interface or bond with name servers or an MTU is brought up, too; a team with name servers.
 */
export interface NmcliParameters {
  /**
   * Name of the connection profile.
   */
  conn_name: string;
  /**
   * Whether the profile is there; `up` and `down` start and stop one that is there.
   */
  state: "absent" | "present" | "up" | "down";
  /**
   * Kind of connection; needed to make one.
   */
  type?:
    | "bond"
    | "bond-slave"
    | "bridge"
    | "bridge-slave"
    | "dummy"
    | "ethernet"
    | "generic"
    | "gre"
    | "infiniband"
    | "ipip"
    | "macvlan"
    | "sit"
    | "team"
    | "team-slave"
    | "vlan"
    | "vxlan";
  /**
   * Interface; the profile's name when absent. `*` fits every one.
   */
  ifname?: string;
  /**
   * Whether the connection starts by itself.
   */
  autoconnect: boolean;
  /**
   * Of several profiles for an interface the one with the highest starts.
   */
  autoconnect_priority?: number;
  /**
   * Whether the members of a bond or bridge start with it.
   */
  autoconnect_slaves?: boolean;
  /**
   * Reads profiles again that were written as files.
   */
  conn_reload: boolean;
  /**
   * The bond, bridge or team that the interface belongs to: its interface or profile.
   */
  master?: string;
  /**
   * What `master` is, for an interface of any kind.
   */
  slave_type?: "bond" | "bridge" | "team";
  /**
   * Zone of the firewall.
   */
  zone?: string;
  /**
   * Largest packet; for `ethernet`, `infiniband`, `vlan`, `dummy`, `bond` and members.
   */
  mtu?: number;
  /**
   * Address of the interface, instead of its own.
   */
  mac?: string;
  /**
   * How InfiniBand carries IP.
   */
  transport_mode?: "connected" | "datagram";
  /**
   * Mode of a bond.
   */
  mode: "802.3ad" | "active-backup" | "balance-alb" | "balance-rr" | "balance-tlb" | "balance-xor" | "broadcast";
  /**
   * Milliseconds between looks at the links of a bond.
   */
  miimon?: number;
  /**
   * Milliseconds until a link that came up is used.
   */
  updelay?: number;
  /**
   * Milliseconds until a link that went down is left.
   */
  downdelay?: number;
  /**
   * Link that a bond uses when it can.
   */
  primary?: string;
  /**
   * How a bond spreads traffic: `layer2`, `layer2+3`, `layer3+4` and others.
   */
  xmit_hash_policy?: string;
  /**
   * How often a bond's partner is asked to tell of itself.
   */
  lacp_rate?: "fast" | "slow";
  /**
   * Addresses of the links of an active-backup bond.
   */
  fail_over_mac?: "active" | "follow" | "none";
  /**
   * Milliseconds between ARP requests that show whether links work.
   */
  arp_interval?: number;
  /**
   * Addresses to send them to, comma separated.
   */
  arp_ip_target?: string;
  /**
   * Spanning tree protocol of a bridge.
   */
  stp: boolean;
  /**
   * Priority of a bridge in the spanning tree.
   */
  priority: number;
  /**
   * Seconds a bridge listens before it forwards.
   */
  forwarddelay: number;
  /**
   * Seconds between hellos of a bridge.
   */
  hellotime: number;
  /**
   * Seconds for which a bridge keeps what others said.
   */
  maxage: number;
  /**
   * Seconds for which a bridge keeps addresses.
   */
  ageingtime: number;
  /**
   * Priority of a port of a bridge.
   */
  slavepriority: number;
  /**
   * Cost of a port of a bridge.
   */
  path_cost: number;
  /**
   * Whether a port sends frames back to where they came from.
   */
  hairpin: boolean;
  /**
   * How a team uses its ports.
   */
  runner: "activebackup" | "broadcast" | "lacp" | "loadbalance" | "roundrobin";
  /**
   * Addresses of a team's ports.
   */
  runner_hwaddr_policy?: "by_active" | "only_active" | "same_all";
  /**
   * Whether a team's partner is asked to tell of itself each second.
   */
  runner_fast_rate?: boolean;
  /**
   * Number of the VLAN, 0 to 4095.
   */
  vlanid?: number;
  /**
   * Interface that the VLAN lies on.
   */
  vlandev?: string;
  /**
   * Flags of the VLAN.
   */
  flags?: string;
  /**
   * Priorities of incoming frames, `from:to`.
   */
  ingress?: string;
  /**
   * Priorities of outgoing frames, `from:to`.
   */
  egress?: string;
  /**
   * Number of the VXLAN.
   */
  vxlan_id?: number;
  /**
   * Own address of the VXLAN.
   */
  vxlan_local?: string;
  /**
   * Address of the other end, or of the group.
   */
  vxlan_remote?: string;
  /**
   * Settings of a macvlan.
   */
  macvlan?: {
    /**
     * Mode by NetworkManager's number; 2 is bridge.
     */
    mode: number;
    /**
     * Interface that it lies on.
     */
    parent: string;
    /**
     * Takes all frames.
     */
    promiscuous?: boolean;
    /**
     * Makes a macvtap.
     */
    tap?: boolean;
  };
  /**
   * Interface that the tunnel lies on.
   */
  ip_tunnel_dev?: string;
  /**
   * Own address of the tunnel.
   */
  ip_tunnel_local?: string;
  /**
   * Address of the other end.
   */
  ip_tunnel_remote?: string;
  /**
   * Key of incoming packets of GRE.
   */
  ip_tunnel_input_key?: string;
  /**
   * Key of outgoing packets of GRE.
   */
  ip_tunnel_output_key?: string;
  /**
   * IPv4 addresses with their prefixes; /32 without.
   */
  ip4?: string[];
  /**
   * IPv4 router.
   */
  gw4?: string;
  /**
   * Ignores IPv4 routes that the network tells.
   */
  gw4_ignore_auto: boolean;
  /**
   * IPv4 routes: `NETWORK ROUTER METRIC`.
   */
  routes4?: string[];
  /**
   * IPv4 routes in full, instead of `routes4`.
   */
  routes4_extended?: {
    /**
     * Network of the route.
     */
    ip: string;
    /**
     * Router that leads there.
     */
    next_hop?: string;
    /**
     * Metric of the route.
     */
    metric?: number;
    /**
     * Routing table.
     */
    table?: number;
    /**
     * Limit of the congestion window.
     */
    cwnd?: number;
    /**
     * Largest packet.
     */
    mtu?: number;
    /**
     * The router is reached over this link, whatever its addresses.
     */
    onlink?: boolean;
    /**
     * Type of service.
     */
    tos?: number;
  }[];
  /**
   * Metric of IPv4 routes.
   */
  route_metric4?: number;
  /**
   * IPv4 rules as `ip rule` takes them, with a priority.
   */
  routing_rules4?: string[];
  /**
   * Never takes the default IPv4 route.
   */
  never_default4: boolean;
  /**
   * IPv4 name servers.
   */
  dns4?: string[];
  /**
   * Domains to look names up in.
   */
  dns4_search?: string[];
  /**
   * Options of the resolver.
   */
  dns4_options?: string[];
  /**
   * Ignores name servers that the network tells by IPv4.
   */
  dns4_ignore_auto: boolean;
  /**
   * How IPv4 is configured; `manual` when addresses are given.
   */
  method4?: "auto" | "link-local" | "manual" | "shared" | "disabled";
  /**
   * The connection is up without IPv4.
   */
  may_fail4: boolean;
  /**
   * IPv6 addresses with their prefixes; /128 without.
   */
  ip6?: string[];
  /**
   * IPv6 router.
   */
  gw6?: string;
  /**
   * Ignores IPv6 routes that the network tells.
   */
  gw6_ignore_auto: boolean;
  /**
   * IPv6 routes: `NETWORK ROUTER METRIC`.
   */
  routes6?: string[];
  /**
   * IPv6 routes in full, instead of `routes6`.
   */
  routes6_extended?: {
    /**
     * Network of the route.
     */
    ip: string;
    /**
     * Router that leads there.
     */
    next_hop?: string;
    /**
     * Metric of the route.
     */
    metric?: number;
    /**
     * Routing table.
     */
    table?: number;
    /**
     * Limit of the congestion window.
     */
    cwnd?: number;
    /**
     * Largest packet.
     */
    mtu?: number;
    /**
     * The router is reached over this link, whatever its addresses.
     */
    onlink?: boolean;
    /**
     * Type of service.
     */
    tos?: number;
  }[];
  /**
   * Metric of IPv6 routes.
   */
  route_metric6?: number;
  /**
   * IPv6 rules as `ip rule` takes them, with a priority.
   */
  routing_rules6?: string[];
  /**
   * Never takes the default IPv6 route.
   */
  never_default6: boolean;
  /**
   * IPv6 name servers.
   */
  dns6?: string[];
  /**
   * Domains to look names up in.
   */
  dns6_search?: string[];
  /**
   * Options of the resolver.
   */
  dns6_options?: string[];
  /**
   * Ignores name servers that the network tells by IPv6.
   */
  dns6_ignore_auto: boolean;
  /**
   * How IPv6 is configured; `manual` when addresses are given.
   */
  method6?: "ignore" | "auto" | "dhcp" | "link-local" | "manual" | "shared" | "disabled";
  /**
   * The connection is up without IPv6.
   */
  may_fail6: boolean;
  /**
   * Name of this client for DHCP.
   */
  dhcp_client_id?: string;
  /**
   * Temporary IPv6 addresses.
   */
  ip_privacy6?: "disabled" | "prefer-public-addr" | "prefer-temp-addr" | "unknown";
  /**
   * How IPv6 addresses are made.
   */
  addr_gen_mode6?: "default" | "default-or-eui64" | "eui64" | "stable-privacy";
}

// engine/modules/node_power/node_power.schema.json
/**
 * Switches nodes on and off by their baseboard management controllers, by IPMI or Redfish. It runs ipmitool or curl where the task runs: delegate it to the head node.
 */
export interface NodePowerParameters {
  /**
   * `on`, `off` (at once) or `soft` (the system shuts down first); `reset` and `cycle` restart each time, `cycle` by taking the power away. When absent only the power's state is told.
   */
  state?: "cycle" | "off" | "on" | "reset" | "soft";
  /**
   * What the next start boots from; set before the power is.
   */
  boot_device?: "bios" | "cdrom" | "disk" | "none" | "pxe";
  /**
   * The boot device is meant for UEFI.
   */
  boot_uefi: boolean;
  /**
   * All later starts boot from there too.
   */
  boot_persistent: boolean;
  /**
   * Waits until the controller says that the power is as wanted.
   */
  wait: boolean;
  /**
   * Seconds to wait; a system that shuts down may need more.
   */
  timeout: number;
  /**
   * Protocol; that of the host's `node_bmc` when absent, else IPMI.
   */
  type?: "ipmi" | "redfish";
  /**
   * Address of the controller; with the others from the host's `node_bmc` when absent.
   */
  address?: string;
  /**
   * Port of the controller; 623 (IPMI) or 443 (Redfish) when absent.
   */
  port?: number;
  /**
   * User name.
   */
  user?: string;
  /**
   * Password. It is in no argument list and not shown.
   */
  password?: string;
  /**
   * IPMI interface.
   */
  interface: "lan" | "lanplus";
  /**
   * File where the task runs with the certificates that a controller that speaks Redfish is checked by.
   */
  ca_path?: string;
  /**
   * The only public key that such a controller may have: `sha256//` and its SHA-256 in base64. Without `ca_path` its certificate may be of its own making.
   */
  pin?: string;
  /**
   * Checks its certificate.
   */
  validate_certs: boolean;
  /**
   * Cipher suite of lanplus, such as 3 or 17; for controllers that answer late or wrongly when they are asked for theirs.
   */
  cipher_suite?: number;
}

// engine/modules/node_wait/node_wait.schema.json
/**
 * Waits until nodes have booted, and fails as soon as the boot of one of them failed, with the reason. It asks the provisioner where the task runs (`provision node wait`): delegate it to that host, once for all nodes (`run_once`, `nodes: "{{ ansible_play_hosts }}"`).
 */
export interface NodeWaitParameters {
  /**
   * Names, ranges (`n[01-04]`) and groups of nodes; the task's host when absent.
   */
  nodes?: string[];
  /**
   * Seconds to wait.
   */
  timeout: number;
  /**
   * Only boots that began then or later (`2026-01-31T12:00:00Z`); those since the node was last powered on when absent.
   */
  since?: string;
  /**
   * The command `provision`; that of this Prelude when absent.
   */
  executable?: string;
  /**
   * Inventory of the site, as `-i` takes it; that of this run when absent.
   */
  inventory?: string[];
  /**
   * State of the provisioner; the site's `prelude_state` when absent.
   */
  state_directory?: string;
  /**
   * Files with the passwords of vaults that the inventory has.
   */
  vault_password_file?: string[];
}

// engine/modules/npm/npm.schema.json
/**
 * Installs packages of Node.js with npm.
 */
export interface NpmParameters {
  /**
   * The package; when absent, all that `package.json` names.
   */
  name?: string;
  /**
   * Its version.
   */
  version?: string;
  /**
   * Directory of the project.
   */
  path?: string;
  /**
   * Installs for the whole system.
   */
  global: boolean;
  /**
   * Whether it is there.
   */
  state: "present" | "absent" | "latest";
  /**
   * Installs exactly what the lock file says.
   */
  ci: boolean;
  /**
   * Leaves out packages for development.
   */
  production: boolean;
  /**
   * Address of the registry.
   */
  registry?: string;
  /**
   * The npm to call.
   */
  executable?: string;
  /**
   * Runs no scripts of packages.
   */
  ignore_scripts: boolean;
  /**
   * Runs scripts of packages as root.
   */
  unsafe_perm: boolean;
  /**
   * Leaves out optional packages.
   */
  no_optional: boolean;
  /**
   * Makes no links to programs.
   */
  no_bin_links: boolean;
  /**
   * Overwrites what other packages brought.
   */
  force: boolean;
}

// engine/modules/openssl_csr/openssl_csr.schema.json
/**
 * Makes requests for certificates.
 */
export interface OpensslCsrParameters {
  /**
   * The file.
   */
  path: string;
  /**
   * Whether the request is there.
   */
  state: "absent" | "present";
  /**
   * File of the private key.
   */
  privatekey_path?: string;
  /**
   * The private key itself.
   */
  privatekey_content?: string;
  /**
   * Passphrase of the private key.
   */
  privatekey_passphrase?: string;
  /**
   * Digest of the signature.
   */
  digest: string;
  /**
   * Version of the request.
   */
  version: 1;
  /**
   * Fields of the subject by name; a list stands for several of a name.
   */
  subject?: {};
  /**
   * Fields of the subject in their order.
   */
  subject_ordered?: {}[];
  /**
   * Country.
   */
  country_name?: string;
  /**
   * State or province.
   */
  state_or_province_name?: string;
  /**
   * Locality.
   */
  locality_name?: string;
  /**
   * Organization.
   */
  organization_name?: string;
  /**
   * Unit of the organization.
   */
  organizational_unit_name?: string;
  /**
   * Common name.
   */
  common_name?: string;
  /**
   * Address of mail.
   */
  email_address?: string;
  /**
   * Further names: `DNS:www.example.com`, `IP:10.0.0.1`, `email:`, `URI:`, `RID:`, `otherName:`, `dirName:`.
   */
  subject_alt_name?: string[];
  /**
   * Marks them as critical.
   */
  subject_alt_name_critical: boolean;
  /**
   * Takes the common name for the further name when there is none.
   */
  use_common_name_for_san: boolean;
  /**
   * What the key may be used for: `digitalSignature`.
   */
  key_usage?: string[];
  /**
   * Marks it as critical.
   */
  key_usage_critical: boolean;
  /**
   * What else: `serverAuth`.
   */
  extended_key_usage?: string[];
  /**
   * Marks it as critical.
   */
  extended_key_usage_critical: boolean;
  /**
   * Basic constraints: `CA:TRUE`, `pathlen:0`.
   */
  basic_constraints?: string[];
  /**
   * Marks them as critical.
   */
  basic_constraints_critical: boolean;
  /**
   * Asks servers to staple OCSP answers.
   */
  ocsp_must_staple: boolean;
  /**
   * Marks it as critical.
   */
  ocsp_must_staple_critical: boolean;
  /**
   * Names that a CA may sign.
   */
  name_constraints_permitted?: string[];
  /**
   * Names that a CA may not sign.
   */
  name_constraints_excluded?: string[];
  /**
   * Marks them as critical.
   */
  name_constraints_critical: boolean;
  /**
   * Adds the identifier of the key.
   */
  create_subject_key_identifier: boolean;
  /**
   * Where lists of revoked certificates are.
   */
  crl_distribution_points?: {
    /**
     * Addresses: `URI:http://ca.example.com/crl`.
     */
    full_name: string[];
  }[];
  /**
   * Makes the request anew though it is as wanted.
   */
  force: boolean;
  /**
   * Keep the former file beside the new one, named after the time.
   */
  backup: boolean;
  /**
   * Returns the request itself.
   */
  return_content: boolean;
  /**
   * Accepted for playbooks that have it: the openssl of the host does the work.
   */
  select_crypto_backend: "auto" | "cryptography";
  /**
   * User who owns the file: a name or a number.
   */
  owner?: string;
  /**
   * Group that owns the file: a name or a number.
   */
  group?: string;
  /**
   * Permission bits: octal ('0644') or symbolic ('u=rwX,g=rX,o=').
   */
  mode?: string;
  /**
   * File flags in chattr's letters, after '+', '-' or '='.
   */
  attributes?: string;
  /**
   * User of the SELinux context; '_default' takes the policy's.
   */
  seuser?: string;
  /**
   * Role of the SELinux context; '_default' takes the policy's.
   */
  serole?: string;
  /**
   * Type of the SELinux context; '_default' takes the policy's.
   */
  setype?: string;
  /**
   * Level of the SELinux context; '_default' takes the policy's.
   */
  selevel?: string;
  /**
   * Accepted for playbooks that have it: files are always replaced atomically.
   */
  unsafe_writes?: boolean;
}

// engine/modules/openssl_dhparam/openssl_dhparam.schema.json
/**
 * Makes Diffie-Hellman parameters.
 */
export interface OpensslDhparamParameters {
  /**
   * The file.
   */
  path: string;
  /**
   * Whether the file is there.
   */
  state: "absent" | "present";
  /**
   * Bits of the prime.
   */
  size: number;
  /**
   * Makes the file anew though it is as wanted.
   */
  force: boolean;
  /**
   * Keep the former file beside the new one, named after the time.
   */
  backup: boolean;
  /**
   * Returns the parameters itself.
   */
  return_content: boolean;
  /**
   * Accepted for playbooks that have it: the openssl of the host does the work.
   */
  select_crypto_backend: "auto" | "cryptography" | "openssl";
  /**
   * User who owns the file: a name or a number.
   */
  owner?: string;
  /**
   * Group that owns the file: a name or a number.
   */
  group?: string;
  /**
   * Permission bits: octal ('0644') or symbolic ('u=rwX,g=rX,o=').
   */
  mode?: string;
  /**
   * File flags in chattr's letters, after '+', '-' or '='.
   */
  attributes?: string;
  /**
   * User of the SELinux context; '_default' takes the policy's.
   */
  seuser?: string;
  /**
   * Role of the SELinux context; '_default' takes the policy's.
   */
  serole?: string;
  /**
   * Type of the SELinux context; '_default' takes the policy's.
   */
  setype?: string;
  /**
   * Level of the SELinux context; '_default' takes the policy's.
   */
  selevel?: string;
  /**
   * Accepted for playbooks that have it: files are always replaced atomically.
   */
  unsafe_writes?: boolean;
}

// engine/modules/openssl_privatekey/openssl_privatekey.schema.json
/**
 * Makes private keys, which never leave the host.
 */
export interface OpensslPrivatekeyParameters {
  /**
   * The file.
   */
  path: string;
  /**
   * Whether the key is there.
   */
  state: "absent" | "present";
  /**
   * Kind of the key.
   */
  type: "DSA" | "ECC" | "Ed25519" | "Ed448" | "RSA" | "X25519" | "X448";
  /**
   * Bits of an RSA or DSA key.
   */
  size: number;
  /**
   * Curve of an ECC key: `secp384r1`.
   */
  curve?: string;
  /**
   * Passphrase that the key is encrypted with.
   */
  passphrase?: string;
  /**
   * Cipher of the encryption; `auto` is AES-256.
   */
  cipher: string;
  /**
   * Form of the file: `auto` is pkcs1 for RSA, DSA and ECC; `auto_ignore` leaves a key of another form alone.
   */
  format: "auto" | "auto_ignore" | "pkcs1" | "pkcs8";
  /**
   * What becomes of a key in another form.
   */
  format_mismatch: "convert" | "regenerate";
  /**
   * When a key that is there is replaced: when it is not as wanted, and with `full_idempotence` when it cannot be read.
   */
  regenerate: "never" | "fail" | "partial_idempotence" | "full_idempotence" | "always";
  /**
   * Makes the key anew though it is as wanted.
   */
  force: boolean;
  /**
   * Keep the former file beside the new one, named after the time.
   */
  backup: boolean;
  /**
   * Returns the key itself.
   */
  return_content: boolean;
  /**
   * Accepted for playbooks that have it: the openssl of the host does the work.
   */
  select_crypto_backend: "auto" | "cryptography";
  /**
   * User who owns the file: a name or a number.
   */
  owner?: string;
  /**
   * Group that owns the file: a name or a number.
   */
  group?: string;
  /**
   * Permission bits: octal ('0644') or symbolic ('u=rwX,g=rX,o=').
   */
  mode: string;
  /**
   * File flags in chattr's letters, after '+', '-' or '='.
   */
  attributes?: string;
  /**
   * User of the SELinux context; '_default' takes the policy's.
   */
  seuser?: string;
  /**
   * Role of the SELinux context; '_default' takes the policy's.
   */
  serole?: string;
  /**
   * Type of the SELinux context; '_default' takes the policy's.
   */
  setype?: string;
  /**
   * Level of the SELinux context; '_default' takes the policy's.
   */
  selevel?: string;
  /**
   * Accepted for playbooks that have it: files are always replaced atomically.
   */
  unsafe_writes?: boolean;
}

// engine/modules/openssl_publickey/openssl_publickey.schema.json
/**
 * Writes the public key of a private key.
 */
export interface OpensslPublickeyParameters {
  /**
   * The file.
   */
  path: string;
  /**
   * Whether the key is there.
   */
  state: "absent" | "present";
  /**
   * File of the private key.
   */
  privatekey_path?: string;
  /**
   * The private key itself.
   */
  privatekey_content?: string;
  /**
   * Passphrase of the private key.
   */
  privatekey_passphrase?: string;
  /**
   * Form of the file.
   */
  format: "OpenSSH" | "PEM";
  /**
   * Makes the file anew though it is as wanted.
   */
  force: boolean;
  /**
   * Keep the former file beside the new one, named after the time.
   */
  backup: boolean;
  /**
   * Returns the key itself.
   */
  return_content: boolean;
  /**
   * Accepted for playbooks that have it: the openssl of the host does the work.
   */
  select_crypto_backend: "auto" | "cryptography";
  /**
   * User who owns the file: a name or a number.
   */
  owner?: string;
  /**
   * Group that owns the file: a name or a number.
   */
  group?: string;
  /**
   * Permission bits: octal ('0644') or symbolic ('u=rwX,g=rX,o=').
   */
  mode?: string;
  /**
   * File flags in chattr's letters, after '+', '-' or '='.
   */
  attributes?: string;
  /**
   * User of the SELinux context; '_default' takes the policy's.
   */
  seuser?: string;
  /**
   * Role of the SELinux context; '_default' takes the policy's.
   */
  serole?: string;
  /**
   * Type of the SELinux context; '_default' takes the policy's.
   */
  setype?: string;
  /**
   * Level of the SELinux context; '_default' takes the policy's.
   */
  selevel?: string;
  /**
   * Accepted for playbooks that have it: files are always replaced atomically.
   */
  unsafe_writes?: boolean;
}

// engine/modules/overlay/overlay.schema.json
/**
 * Lays what overlays give a node over a directory: the head node's own files, or the tree of an image. Nodes themselves get their overlays when they boot, and while they run, from the provisioner. It calls the provisioner where the task runs (`provision overlay render`) and writes there.
 */
export interface OverlayParameters {
  /**
   * Overlays by name; later ones over earlier ones.
   */
  name: string[];
  /**
   * The node they are rendered for; the task's host when absent.
   */
  node?: string;
  /**
   * Directory that is the root of their paths. No path leaves it, by a link neither.
   */
  dest: string;
  /**
   * The command `provision`; that of this Prelude when absent.
   */
  executable?: string;
  /**
   * Inventory of the site, as `-i` takes it; that of this run when absent.
   */
  inventory?: string[];
  /**
   * State of the provisioner; the site's `prelude_state` when absent.
   */
  state_directory?: string;
  /**
   * Files with the passwords of vaults that the inventory has.
   */
  vault_password_file?: string[];
}

// engine/modules/package/package.schema.json
/**
 * Installs and removes packages by the host's own package manager. Further parameters are passed on to its module.
 */
export interface PackageParameters {
  /**
   * The packages.
   */
  name: string[];
  /**
   * `present`, `absent`, `latest`, or another state of the package manager's module.
   */
  state: string;
  /**
   * Module to use: `apt`, `dnf`, `yum`; found out when `auto`.
   */
  use: string;
  [k: string]: unknown;
}

// engine/modules/package_facts/package_facts.schema.json
/**
 * Lists the installed packages in `ansible_facts.packages`.
 */
export interface PackageFactsParameters {
  /**
   * The package manager whose list is read: `auto`, `apt`, `rpm`, `dnf`, `yum`, `zypper`, `pacman`, `apk`.
   */
  manager: string[];
  /**
   * Of several package managers, the first that is there, or all.
   */
  strategy: "first" | "all";
}

// engine/modules/pam_limits/pam_limits.schema.json
/**
 * Keeps a limit of users in limits.conf.
 */
export interface PamLimitsParameters {
  /**
   * Who: a user, `@group`, `*`.
   */
  domain: string;
  /**
   * Kind of the limit; `-` is both.
   */
  limit_type: "hard" | "soft" | "-";
  /**
   * What is limited.
   */
  limit_item:
    | "core"
    | "data"
    | "fsize"
    | "memlock"
    | "nofile"
    | "rss"
    | "stack"
    | "cpu"
    | "nproc"
    | "as"
    | "maxlogins"
    | "maxsyslogins"
    | "nonewprivs"
    | "priority"
    | "locks"
    | "sigpending"
    | "msgqueue"
    | "nice"
    | "rtprio"
    | "chroot";
  /**
   * The limit: a number, or `unlimited`.
   */
  value: string;
  /**
   * Keeps a value that is there when it is greater.
   */
  use_max: boolean;
  /**
   * Keeps a value that is there when it is less.
   */
  use_min: boolean;
  /**
   * A comment after the limit.
   */
  comment: string;
  /**
   * The file.
   */
  dest: string;
  /**
   * Keep the former file beside the new one, named after the time.
   */
  backup: boolean;
}

// engine/modules/parted/parted.schema.json
/**
 * Makes, resizes and removes partitions, and tells of them.
 */
export interface PartedParameters {
  /**
   * The disk, or a file that holds one.
   */
  device: string;
  /**
   * Whether the partition is there; `info` only tells of the disk.
   */
  state: "absent" | "info" | "present";
  /**
   * Number of the partition; needed for `present` and `absent`.
   */
  number?: number;
  /**
   * Kind of partition table. A table of another kind is made anew, and its partitions are lost.
   */
  label: "aix" | "amiga" | "bsd" | "dvh" | "gpt" | "loop" | "mac" | "msdos" | "pc98" | "sun";
  /**
   * Kind of partition, for the labels `msdos` and `dvh`.
   */
  part_type: "extended" | "logical" | "primary";
  /**
   * Where a new partition starts: a number with one of parted's units, negative from the end of the disk.
   */
  part_start: string;
  /**
   * Where the partition ends, likewise.
   */
  part_end: string;
  /**
   * Unit of numbers without one, and of the result.
   */
  unit: "s" | "B" | "KB" | "KiB" | "MB" | "MiB" | "GB" | "GiB" | "TB" | "TiB" | "%" | "cyl" | "chs" | "compact";
  /**
   * How new partitions are aligned; `undefined` leaves it to parted.
   */
  align: "cylinder" | "minimal" | "none" | "optimal" | "undefined";
  /**
   * Name of the partition, for the label `gpt`.
   */
  name?: string;
  /**
   * Flags that the partition has, and no others, such as `boot`, `esp`, `lvm` and `raid`.
   */
  flags?: string[];
  /**
   * File system that a new partition is marked for.
   */
  fs_type?: string;
  /**
   * Moves the end of a partition that is there to `part_end`.
   */
  resize: boolean;
}

// engine/modules/pause/pause.schema.json
/**
 * Waits for some time, or for a person at the terminal.
 */
export interface PauseParameters {
  /**
   * Seconds to wait.
   */
  seconds?: number;
  /**
   * Minutes to wait.
   */
  minutes?: number;
  /**
   * What to ask the person at the terminal.
   */
  prompt?: string;
  /**
   * Shows what is typed.
   */
  echo: boolean;
}

// engine/modules/ping/ping.schema.json
/**
 * Checks that the host answers and can run commands.
 */
export interface PingParameters {
  /**
   * Text to answer with; `crash` makes the task fail.
   */
  data: string;
}

// engine/modules/pip/pip.schema.json
/**
 * Installs Python packages with pip, in a virtual environment if wanted.
 */
export interface PipParameters {
  /**
   * The packages: `flask`, `flask>=2`, a path or an address.
   */
  name?: string[];
  /**
   * A file of requirements on the host.
   */
  requirements?: string;
  /**
   * Version of the one package.
   */
  version?: string;
  /**
   * Whether they are there.
   */
  state: "present" | "absent" | "latest" | "forcereinstall";
  /**
   * Directory of a virtual environment, which is made when it is not there.
   */
  virtualenv?: string;
  /**
   * Program that makes it; `python3 -m venv` where there is no virtualenv.
   */
  virtualenv_command: string;
  /**
   * Python of the virtual environment.
   */
  virtualenv_python?: string;
  /**
   * Lets it see the packages of the system.
   */
  virtualenv_site_packages: boolean;
  /**
   * Further arguments of pip, quoted as in a shell.
   */
  extra_args?: string;
  /**
   * Installs a source tree so that its changes count.
   */
  editable: boolean;
  /**
   * Directory to run in.
   */
  chdir?: string;
  /**
   * The pip to call.
   */
  executable?: string;
  /**
   * Mask of permission bits that new files do not get.
   */
  umask?: string;
  /**
   * Changes an environment that the system's package manager owns.
   */
  break_system_packages: boolean;
}

// engine/modules/raw/raw.schema.json
/**
 * Runs a command as it is, without anything around it.
 */
export interface RawParameters {
  /**
   * The command, as a POSIX shell reads it.
   */
  command: string;
  /**
   * Shell that runs the command; `/bin/sh` when absent.
   */
  executable?: string;
}

// engine/modules/reboot/reboot.schema.json
/**
 * Restarts the host and waits until it has booted.
 */
export interface RebootParameters {
  /**
   * What users of the host are told.
   */
  msg: string;
  /**
   * Seconds before the restart; whole minutes count, as `shutdown` takes them.
   */
  pre_reboot_delay: number;
  /**
   * Seconds to wait before the first look.
   */
  post_reboot_delay: number;
  /**
   * Seconds in which the host must be back, and then the test must succeed.
   */
  reboot_timeout: number;
  /**
   * Seconds that one look may take.
   */
  connect_timeout: number;
  /**
   * Command that must succeed on the host that is back.
   */
  test_command: string;
  /**
   * Command whose output differs from boot to boot.
   */
  boot_time_command: string;
  /**
   * Command that restarts the host; `shutdown -r`, or `reboot` where that is not there, when absent.
   */
  reboot_command?: string;
  /**
   * Directories of that command.
   */
  search_paths: string[];
}

// engine/modules/replace/replace.schema.json
/**
 * Replaces every match of a regular expression in a file.
 */
export interface ReplaceParameters {
  /**
   * The file.
   */
  path: string;
  /**
   * Regular expression (Python's, `^` and `$` match at each line).
   */
  regexp: string;
  /**
   * Text instead of each match; `\1` and `\g<name>` are groups.
   */
  replace: string;
  /**
   * Regular expression: only what follows its match is changed.
   */
  after?: string;
  /**
   * Regular expression: only what precedes its match is changed.
   */
  before?: string;
  /**
   * Keep the former file beside the new one, named after the time.
   */
  backup: boolean;
  /**
   * Command that must succeed before the file is used; '%s' stands for the file to check.
   */
  validate?: string;
  /**
   * Encoding of the file.
   */
  encoding: string;
  /**
   * User who owns the file: a name or a number.
   */
  owner?: string;
  /**
   * Group that owns the file: a name or a number.
   */
  group?: string;
  /**
   * Permission bits: octal ('0644') or symbolic ('u=rwX,g=rX,o=').
   */
  mode?: string;
  /**
   * File flags in chattr's letters, after '+', '-' or '='.
   */
  attributes?: string;
  /**
   * User of the SELinux context; '_default' takes the policy's.
   */
  seuser?: string;
  /**
   * Role of the SELinux context; '_default' takes the policy's.
   */
  serole?: string;
  /**
   * Type of the SELinux context; '_default' takes the policy's.
   */
  setype?: string;
  /**
   * Level of the SELinux context; '_default' takes the policy's.
   */
  selevel?: string;
  /**
   * Accepted for playbooks that have it: files are always replaced atomically.
   */
  unsafe_writes?: boolean;
}

// engine/modules/rpm_key/rpm_key.schema.json
/**
 * Keeps the keys that rpm checks packages by.
 */
export interface RpmKeyParameters {
  /**
   * Address or path of a file with public keys. For `absent` also an identifier of 8 or 16 hexadecimal digits, or a fingerprint.
   */
  key: string;
  /**
   * Whether the keys are in the database of rpm.
   */
  state: "absent" | "present";
  /**
   * Fingerprints that the keys of the file must have; blanks in them do not matter.
   */
  fingerprint?: string[];
  /**
   * Checks the certificate of the server.
   */
  validate_certs: boolean;
}

// engine/modules/script/script.schema.json
/**
 * Takes a script from the controller to the host and runs it there.
 */
export interface ScriptParameters {
  /**
   * Script on the controller (in `files/`) and its arguments, quoted as in a shell.
   */
  cmd: string;
  /**
   * Directory to run in.
   */
  chdir?: string;
  /**
   * A path or pattern; when something is there, the script is not run.
   */
  creates?: string;
  /**
   * A path or pattern; when nothing is there, the script is not run.
   */
  removes?: string;
  /**
   * Program that runs the script; its first line says so when absent.
   */
  executable?: string;
  /**
   * Decrypt a script that is a vault file.
   */
  decrypt: boolean;
}

// engine/modules/seboolean/seboolean.schema.json
/**
 * Switches a boolean of the SELinux policy.
 */
export interface SebooleanParameters {
  /**
   * The boolean.
   */
  name: string;
  /**
   * Whether it is on.
   */
  state: boolean;
  /**
   * Also for later boots.
   */
  persistent: boolean;
  /**
   * Changes the stored policy even where SELinux is off.
   */
  ignore_selinux_state: boolean;
}

// engine/modules/sefcontext/sefcontext.schema.json
/**
 * Keeps rules for the SELinux context of files; `restorecon` applies them to files.
 */
export interface SefcontextParameters {
  /**
   * Regular expression of paths: `/srv/www(/.*)?`.
   */
  target: string;
  /**
   * Kind of the files: all, block, character, directory, regular, link, pipe, socket.
   */
  ftype: "a" | "b" | "c" | "d" | "f" | "l" | "p" | "s";
  /**
   * The type of the context.
   */
  setype?: string;
  /**
   * A path whose rules also count below `target`.
   */
  substitute?: string;
  /**
   * The user of the context.
   */
  seuser?: string;
  /**
   * The level of the context.
   */
  selevel?: string;
  /**
   * Whether the rule is there.
   */
  state: "absent" | "present";
  /**
   * Loads the policy after the change.
   */
  reload: boolean;
  /**
   * Changes the stored policy even where SELinux is off.
   */
  ignore_selinux_state: boolean;
}

// engine/modules/selinux/selinux.schema.json
/**
 * Sets the mode and the policy of SELinux, in its configuration and at once where a kernel runs it.
 */
export interface SelinuxParameters {
  /**
   * The mode.
   */
  state: "enforcing" | "permissive" | "disabled";
  /**
   * The policy: `targeted`; needed unless SELinux is disabled.
   */
  policy?: string;
  /**
   * The configuration.
   */
  configfile: string;
  /**
   * Also keeps `selinux=0` on the kernel command line, by grubby.
   */
  update_kernel_param: boolean;
}

// engine/modules/service/service.schema.json
/**
 * Controls services, by systemd or by scripts in /etc/init.d.
 */
export interface ServiceParameters {
  /**
   * The service.
   */
  name: string;
  /**
   * `started` and `stopped` act when the service is not so already; `restarted` and `reloaded` act always, and start what is stopped. Within an image nothing is started.
   */
  state?: "reloaded" | "restarted" | "started" | "stopped";
  /**
   * Whether the service starts at boot.
   */
  enabled?: boolean;
  /**
   * Makes systemd read all unit files again, before anything else.
   */
  daemon_reload: boolean;
  /**
   * Whether the unit of systemd is masked.
   */
  masked?: boolean;
  /**
   * Text in the list of processes that tells that a service is running whose script has no `status`.
   */
  pattern?: string;
  /**
   * Seconds between stop and start of a restart.
   */
  sleep?: number;
  /**
   * Further arguments of the script.
   */
  arguments: string;
  /**
   * Run level for hosts with OpenRC.
   */
  runlevel: string;
  /**
   * What controls it; found out when `auto`.
   */
  use: "auto" | "systemd" | "service" | "sysvinit";
}

// engine/modules/service_facts/service_facts.schema.json
/**
 * Lists the services and their states in `ansible_facts.services`.
 */
export interface ServiceFactsParameters {}

// engine/modules/set_fact/set_fact.schema.json
/**
 * Sets variables of the host; each further parameter is one.
 */
export interface SetFactParameters {
  /**
   * Also counts the variables as facts, which are kept between runs and rank lower.
   */
  cacheable: boolean;
  [k: string]: unknown;
}

// engine/modules/setup/setup.schema.json
/**
 * Collects facts about the host.
 */
export interface SetupParameters {
  /**
   * Patterns (`*`, `?`, `[...]`) of names of facts to give, with or without `ansible_`; all when absent.
   */
  filter: string[];
  /**
   * Families of facts to collect; `!family` leaves one out.
   */
  gather_subset: string[];
  /**
   * Seconds that each file system may take to tell its size; one that takes longer has a `note` instead, and a warning tells it.
   */
  gather_timeout: number;
  /**
   * Directory of local facts (`*.fact`).
   */
  fact_path: string;
}

// engine/modules/shell/shell.schema.json
/**
 * Runs a command line in a shell.
 */
export interface ShellParameters {
  /**
   * The command line.
   */
  cmd: string;
  /**
   * Absolute path of the shell.
   */
  executable: string;
  /**
   * Directory to run in.
   */
  chdir?: string;
  /**
   * A path or pattern; when something is there, the line is not run.
   */
  creates?: string;
  /**
   * A path or pattern; when nothing is there, the line is not run.
   */
  removes?: string;
  /**
   * Text for the standard input.
   */
  stdin?: string;
  /**
   * End that text with a newline.
   */
  stdin_add_newline: boolean;
  /**
   * Accepted for older playbooks; it has no effect.
   */
  warn?: boolean;
}

// engine/modules/slurp/slurp.schema.json
/**
 * Reads a file of the host.
 */
export interface SlurpParameters {
  /**
   * The file.
   */
  src: string;
}

// engine/modules/stat/stat.schema.json
/**
 * Tells what a path is.
 */
export interface StatParameters {
  /**
   * The path.
   */
  path: string;
  /**
   * Follow a link.
   */
  follow: boolean;
  /**
   * Compute the checksum of a file.
   */
  get_checksum: boolean;
  /**
   * Kind of checksum.
   */
  checksum_algorithm: "md5" | "sha1" | "sha224" | "sha256" | "sha384" | "sha512";
  /**
   * Find the type of the content.
   */
  get_mime: boolean;
  /**
   * List the file flags.
   */
  get_attributes: boolean;
}

// engine/modules/swap/swap.schema.json
/**
 * Keeps swap areas: on devices or in files, used now and at boot. Prelude's own: Ansible has no such module.
 */
export interface SwapParameters {
  /**
   * The device or the file.
   */
  path: string;
  /**
   * Size of a file, in MiB or with a unit (`4G`); needed to make one. A file of another size is made anew.
   */
  size?: string;
  /**
   * `absent` stops to use the area, removes its line of fstab and, for a file, the file.
   */
  state: "absent" | "present";
  /**
   * Areas of higher priority are used first: 0 to 32767.
   */
  priority?: number;
  /**
   * Tells the device of pages that are free.
   */
  discard: boolean;
  /**
   * Label of a new area.
   */
  label?: string;
  /**
   * File to keep.
   */
  fstab: string;
  /**
   * Uses the area at boot: a line in fstab.
   */
  boot: boolean;
  /**
   * Makes an area on a device that holds something, which is lost.
   */
  force: boolean;
}

// engine/modules/synchronize/synchronize.schema.json
/**
 * Makes a directory like another by rsync: from the controller to the host, or back.
 */
export interface SynchronizeParameters {
  /**
   * The source. `dir/` means what is in it, `dir` the directory itself; a relative path begins at the role or playbook.
   */
  src: string;
  /**
   * The destination.
   */
  dest: string;
  /**
   * From the controller (or the host of `delegate_to`) to the host, or from the host.
   */
  mode: "push" | "pull";
  /**
   * As `rsync --archive`: recursive, links, permissions, times, owner, group, devices.
   */
  archive: boolean;
  /**
   * Goes into directories; as `archive` when absent.
   */
  recursive?: boolean;
  /**
   * Copies symbolic links as such; as `archive` when absent.
   */
  links?: boolean;
  /**
   * Keeps permissions; as `archive` when absent.
   */
  perms?: boolean;
  /**
   * Keeps times; as `archive` when absent.
   */
  times?: boolean;
  /**
   * Keeps owners; as `archive` when absent.
   */
  owner?: boolean;
  /**
   * Keeps groups; as `archive` when absent.
   */
  group?: boolean;
  /**
   * Copies directories without what is in them.
   */
  dirs: boolean;
  /**
   * Copies what symbolic links lead to.
   */
  copy_links: boolean;
  /**
   * Compares contents, not sizes and times.
   */
  checksum: boolean;
  /**
   * Compresses what is sent.
   */
  compress: boolean;
  /**
   * Deletes files at the destination that the source does not have.
   */
  delete: boolean;
  /**
   * Makes no new files.
   */
  existing_only: boolean;
  /**
   * Keeps files that were sent in part.
   */
  partial: boolean;
  /**
   * Puts all files in their places at the end; rules of `.rsync-filter` files are followed.
   */
  delay_updates: boolean;
  /**
   * Directories at the destination whose equal files become hard links.
   */
  link_dest?: string[];
  /**
   * Further options of rsync.
   */
  rsync_opts: string[];
  /**
   * The rsync of the other side.
   */
  rsync_path?: string;
  /**
   * Seconds without data after which rsync gives up; 0 is never.
   */
  rsync_timeout: number;
  /**
   * The host's port of ssh; that of the connection when absent.
   */
  dest_port?: number;
  /**
   * Key file for ssh; that of the connection when absent.
   */
  private_key?: string;
  /**
   * Logs in as the connection's user; otherwise as ssh's own configuration says.
   */
  set_remote_user: boolean;
  /**
   * Gives ssh the connection's arguments.
   */
  use_ssh_args: boolean;
  /**
   * Lets ssh share connections, as its own configuration says.
   */
  ssh_connection_multiplexing: boolean;
  /**
   * Checks the host's key; as the connection does when absent.
   */
  verify_host?: boolean;
}

// engine/modules/sysctl/sysctl.schema.json
/**
 * Sets a kernel parameter in a file of sysctl and, if wanted, at once.
 */
export interface SysctlParameters {
  /**
   * The kernel parameter: `net.ipv4.ip_forward`.
   */
  name: string;
  /**
   * Its value.
   */
  value?: string;
  /**
   * Whether the file sets it.
   */
  state: "present" | "absent";
  /**
   * The file.
   */
  sysctl_file: string;
  /**
   * Loads the file after it was changed, and when something else runs than what it says.
   */
  reload: boolean;
  /**
   * Also compares the running value, and sets it.
   */
  sysctl_set: boolean;
  /**
   * Takes parameters that the kernel does not know without failing.
   */
  ignoreerrors: boolean;
}

// engine/modules/systemd/systemd.schema.json
/**
 * Controls units of systemd. Within an image, where no systemd runs, units are enabled, disabled and masked, and nothing is started.
 */
export interface SystemdParameters {
  /**
   * The unit; `.service` is added to a name without a suffix.
   */
  name?: string;
  /**
   * `started` and `stopped` act when the service is not so already; `restarted` and `reloaded` act always, and start what is stopped. Within an image nothing is started.
   */
  state?: "reloaded" | "restarted" | "started" | "stopped";
  /**
   * Whether the unit starts at boot.
   */
  enabled?: boolean;
  /**
   * Whether the unit is masked, which nothing can start.
   */
  masked?: boolean;
  /**
   * Overwrites links in the way.
   */
  force: boolean;
  /**
   * Makes systemd read all unit files again, before anything else.
   */
  daemon_reload: boolean;
  /**
   * Makes systemd execute itself again, before anything else.
   */
  daemon_reexec: boolean;
  /**
   * Whose systemd.
   */
  scope: "system" | "user" | "global";
  /**
   * Does not wait until the action is done.
   */
  no_block: boolean;
}

// engine/modules/sysvinit/sysvinit.schema.json
/**
 * Controls a service that is a script in /etc/init.d.
 */
export interface SysvinitParameters {
  /**
   * The service.
   */
  name: string;
  /**
   * What it shall do.
   */
  state?: "reloaded" | "restarted" | "started" | "stopped";
  /**
   * Whether it starts when the system boots.
   */
  enabled?: boolean;
  /**
   * Run levels in which it starts; the usual ones when absent.
   */
  runlevels?: string[];
  /**
   * Seconds between stop and start of a restart.
   */
  sleep: number;
  /**
   * Text in the list of processes that tells whether it runs, instead of the script's `status`.
   */
  pattern?: string;
  /**
   * Further arguments of the script.
   */
  arguments?: string;
  /**
   * Accepted for playbooks that have it: no script keeps the task waiting.
   */
  daemonize: boolean;
}

// engine/modules/tempfile/tempfile.schema.json
/**
 * Makes a temporary file or directory.
 */
export interface TempfileParameters {
  /**
   * What to make.
   */
  state: "file" | "directory";
  /**
   * Directory to make it in; the host's usual one when absent.
   */
  path?: string;
  /**
   * Begin of its name.
   */
  prefix: string;
  /**
   * End of its name.
   */
  suffix: string;
}

// engine/modules/template/template.schema.json
/**
 * Renders a template on the controller and copies the result to the host.
 */
export interface TemplateParameters {
  /**
   * Template in `templates/`: Mustache when its name ends with `.mustache`, else Jinja2.
   */
  src: string;
  /**
   * Absolute path on the host; a directory takes the file under the template's name.
   */
  dest: string;
  /**
   * Keep the former file beside the new one, named after the time.
   */
  backup: boolean;
  /**
   * Command that must succeed before the file is used; '%s' stands for the file to check.
   */
  validate?: string;
  /**
   * When the destination is a link, change the file that it points to.
   */
  follow: boolean;
  /**
   * Replace a file whose content differs; else only make a missing one.
   */
  force: boolean;
  /**
   * End of each line.
   */
  newline_sequence: "\n" | "\r" | "\r\n";
  /**
   * Start of a block.
   */
  block_start_string: string;
  /**
   * End of a block.
   */
  block_end_string: string;
  /**
   * Start of an expression.
   */
  variable_start_string: string;
  /**
   * End of an expression.
   */
  variable_end_string: string;
  /**
   * Start of a comment.
   */
  comment_start_string: string;
  /**
   * End of a comment.
   */
  comment_end_string: string;
  /**
   * Take away the newline after a block.
   */
  trim_blocks: boolean;
  /**
   * Take away the spaces before a block.
   */
  lstrip_blocks: boolean;
  /**
   * Encoding of the file.
   */
  output_encoding: string;
  /**
   * User who owns the file: a name or a number.
   */
  owner?: string;
  /**
   * Group that owns the file: a name or a number.
   */
  group?: string;
  /**
   * Permission bits: octal ('0644'), symbolic ('u=rwX,g=rX,o='), or 'preserve' for those of the template.
   */
  mode?: string;
  /**
   * File flags in chattr's letters, after '+', '-' or '='.
   */
  attributes?: string;
  /**
   * User of the SELinux context; '_default' takes the policy's.
   */
  seuser?: string;
  /**
   * Role of the SELinux context; '_default' takes the policy's.
   */
  serole?: string;
  /**
   * Type of the SELinux context; '_default' takes the policy's.
   */
  setype?: string;
  /**
   * Level of the SELinux context; '_default' takes the policy's.
   */
  selevel?: string;
  /**
   * Accepted for playbooks that have it: files are always replaced atomically.
   */
  unsafe_writes?: boolean;
}

// engine/modules/timezone/timezone.schema.json
/**
 * Sets the time zone and what the hardware clock counts in.
 */
export interface TimezoneParameters {
  /**
   * Name of the zone, as in /usr/share/zoneinfo: `Europe/Zurich`.
   */
  name?: string;
  /**
   * Whether the hardware clock counts universal or local time.
   */
  hwclock?: "UTC" | "local";
}

// engine/modules/unarchive/unarchive.schema.json
/**
 * Unpacks an archive on the host: tar, plain or packed by gzip, bzip2, xz or zstd, and zip.
 */
export interface UnarchiveParameters {
  /**
   * The archive: on the controller in `files/`, with `remote_src` on the host or an address to download.
   */
  src: string;
  /**
   * Directory to unpack into; it must exist.
   */
  dest: string;
  /**
   * The archive is on the host.
   */
  remote_src: boolean;
  /**
   * The contrary of `remote_src`, in older playbooks.
   */
  copy?: boolean;
  /**
   * A path or pattern; when something is there, nothing is unpacked.
   */
  creates?: string;
  /**
   * Return the names of the archive's files.
   */
  list_files: boolean;
  /**
   * Names in the archive not to unpack.
   */
  exclude: string[];
  /**
   * Names in the archive to unpack; all when there is none.
   */
  include: string[];
  /**
   * Leave files alone that are newer than the archive's.
   */
  keep_newer: boolean;
  /**
   * Further options of tar or unzip.
   */
  extra_opts: string[];
  /**
   * Check the server's certificate, for an address.
   */
  validate_certs: boolean;
  /**
   * Decrypt a source that is a vault file.
   */
  decrypt: boolean;
  /**
   * User who owns the file: a name or a number.
   */
  owner?: string;
  /**
   * Group that owns the file: a name or a number.
   */
  group?: string;
  /**
   * Permission bits: octal ('0644') or symbolic ('u=rwX,g=rX,o=').
   */
  mode?: string;
  /**
   * File flags in chattr's letters, after '+', '-' or '='.
   */
  attributes?: string;
  /**
   * User of the SELinux context; '_default' takes the policy's.
   */
  seuser?: string;
  /**
   * Role of the SELinux context; '_default' takes the policy's.
   */
  serole?: string;
  /**
   * Type of the SELinux context; '_default' takes the policy's.
   */
  setype?: string;
  /**
   * Level of the SELinux context; '_default' takes the policy's.
   */
  selevel?: string;
  /**
   * Accepted for playbooks that have it: files are always replaced atomically.
   */
  unsafe_writes?: boolean;
}

// engine/modules/uri/uri.schema.json
/**
 * Asks a web service from the host.
 */
export interface UriParameters {
  /**
   * The address: http or https.
   */
  url: string;
  /**
   * The request's method.
   */
  method: string;
  /**
   * Content of the request.
   */
  body?: {
    [k: string]: unknown;
  };
  /**
   * How the body is written.
   */
  body_format: "form-urlencoded" | "json" | "raw" | "form-multipart";
  /**
   * File whose content is the request's: of the controller, or with `remote_src` of the host.
   */
  src?: string;
  /**
   * The source is on the host.
   */
  remote_src: boolean;
  /**
   * Return the content although the status is a good one.
   */
  return_content: boolean;
  /**
   * Good status codes.
   */
  status_code: number[];
  /**
   * File or directory to store the content in.
   */
  dest?: string;
  /**
   * A path or pattern; when something is there, nothing is asked.
   */
  creates?: string;
  /**
   * A path or pattern; when nothing is there, nothing is asked.
   */
  removes?: string;
  /**
   * Which redirections to follow: all, safe (GET and HEAD), none, or yes and no.
   */
  follow_redirects: string;
  /**
   * Seconds to wait for the server.
   */
  timeout: number;
  /**
   * Tell caches on the way to ask again.
   */
  force: boolean;
  /**
   * Further request headers.
   */
  headers?: {
    [k: string]: unknown;
  };
  /**
   * User name for the server.
   */
  url_username?: string;
  /**
   * Password for the server.
   */
  url_password?: string;
  /**
   * Send user name and password with the first request.
   */
  force_basic_auth: boolean;
  /**
   * Check the server's certificate.
   */
  validate_certs: boolean;
  /**
   * File of the certificate authorities to trust.
   */
  ca_path?: string;
  /**
   * Certificate to show to the server; may hold the key, too.
   */
  client_cert?: string;
  /**
   * Key of that certificate.
   */
  client_key?: string;
  /**
   * Use the proxy that the host's environment names.
   */
  use_proxy: boolean;
  /**
   * Name of the client in requests.
   */
  http_agent: string;
  /**
   * Socket to connect to, instead of the network.
   */
  unix_socket?: string;
  /**
   * User who owns the file: a name or a number.
   */
  owner?: string;
  /**
   * Group that owns the file: a name or a number.
   */
  group?: string;
  /**
   * Permission bits: octal ('0644') or symbolic ('u=rwX,g=rX,o=').
   */
  mode?: string;
  /**
   * File flags in chattr's letters, after '+', '-' or '='.
   */
  attributes?: string;
  /**
   * User of the SELinux context; '_default' takes the policy's.
   */
  seuser?: string;
  /**
   * Role of the SELinux context; '_default' takes the policy's.
   */
  serole?: string;
  /**
   * Type of the SELinux context; '_default' takes the policy's.
   */
  setype?: string;
  /**
   * Level of the SELinux context; '_default' takes the policy's.
   */
  selevel?: string;
  /**
   * Accepted for playbooks that have it: files are always replaced atomically.
   */
  unsafe_writes?: boolean;
}

// engine/modules/user/user.schema.json
/**
 * Keeps a user account.
 */
export interface UserParameters {
  /**
   * Name of the user.
   */
  name: string;
  /**
   * Whether the account exists.
   */
  state: "absent" | "present";
  /**
   * Its number.
   */
  uid?: number;
  /**
   * Allows a number that another user has.
   */
  non_unique: boolean;
  /**
   * Its primary group, by name or number.
   */
  group?: string;
  /**
   * Its further groups; an empty list leaves all of them.
   */
  groups?: string[];
  /**
   * Joins `groups` without leaving others.
   */
  append: boolean;
  /**
   * The full name or description (GECOS).
   */
  comment?: string;
  /**
   * The home directory.
   */
  home?: string;
  /**
   * Makes the home directory when it does not exist.
   */
  create_home: boolean;
  /**
   * Moves the content when `home` changes.
   */
  move_home: boolean;
  /**
   * Directory that a new home is a copy of.
   */
  skeleton?: string;
  /**
   * File mode mask for a new home.
   */
  umask?: string;
  /**
   * The login shell.
   */
  shell?: string;
  /**
   * Makes a system account; has no effect on an existing one.
   */
  system: boolean;
  /**
   * The encrypted password, as crypt(3) makes it; it is passed by standard input only.
   */
  password?: string;
  /**
   * Whether the password of an existing account is changed too.
   */
  update_password: "always" | "on_create";
  /**
   * Locks or unlocks the password.
   */
  password_lock?: boolean;
  /**
   * Most days between changes of the password.
   */
  password_expire_max?: number;
  /**
   * Least days between changes of the password.
   */
  password_expire_min?: number;
  /**
   * Days of warning before the password expires.
   */
  password_expire_warn?: number;
  /**
   * Days after which an account with an expired password is disabled.
   */
  password_expire_account_disable?: number;
  /**
   * When the account expires, in seconds since 1970; negative for never.
   */
  expires?: number;
  /**
   * With `absent`: removes home and mail too.
   */
  remove: boolean;
  /**
   * With `absent`: removes the account even while it is in use.
   */
  force: boolean;
  /**
   * Makes an SSH key when the user has none.
   */
  generate_ssh_key: boolean;
  /**
   * Size of the new key; what ssh-keygen takes when absent.
   */
  ssh_key_bits?: number;
  /**
   * Type of the new key.
   */
  ssh_key_type: string;
  /**
   * Where the key stands, relative to the home directory; `.ssh/id_rsa` by its type when absent.
   */
  ssh_key_file?: string;
  /**
   * Comment of the new key.
   */
  ssh_key_comment?: string;
  /**
   * Passphrase of the new key.
   */
  ssh_key_passphrase?: string;
  /**
   * SELinux user of the login; set when the account is made.
   */
  seuser?: string;
  /**
   * Looks in /etc/passwd alone, for hosts with a central directory of users.
   */
  local: boolean;
  /**
   * Lowest number for a new user.
   */
  uid_min?: number;
  /**
   * Highest number for a new user.
   */
  uid_max?: number;
}

// engine/modules/validate_argument_spec/validate_argument_spec.schema.json
/**
 * Checks variables against the argument specification of a role; fails with all that is wrong.
 */
export interface ValidateArgumentSpecParameters {
  /**
   * Options by name: type, required, default, choices, elements, options (of dictionaries), aliases, mutually_exclusive, required_together, required_one_of, required_if, required_by.
   */
  argument_spec: {
    [k: string]: unknown;
  };
  /**
   * Values that win over the variables of the same names.
   */
  provided_arguments?: {
    [k: string]: unknown;
  };
  /**
   * What is validated, to be told in the result: type, name, argument_spec_name, path.
   */
  validate_args_context?: {
    [k: string]: unknown;
  };
}

// engine/modules/wait_for/wait_for.schema.json
/**
 * Waits until a port, a file or a text in one of them is there, or is gone.
 */
export interface WaitForParameters {
  /**
   * Name or address to connect to, as the host of the task sees it.
   */
  host: string;
  /**
   * TCP port to connect to.
   */
  port?: number;
  /**
   * File that must be there.
   */
  path?: string;
  /**
   * Regular expression that the file, or what the port answers, must match.
   */
  search_regex?: string;
  /**
   * What to wait for: `started` and `present` are the same, so are `stopped` and `absent`; `drained` waits until no connection is active.
   */
  state: "started" | "present" | "stopped" | "drained" | "absent";
  /**
   * Seconds to wait before the first look.
   */
  delay: number;
  /**
   * Seconds between looks.
   */
  sleep: number;
  /**
   * Seconds after which the task fails.
   */
  timeout: number;
  /**
   * Seconds that one connection may take.
   */
  connect_timeout: number;
  /**
   * What to say instead when the time is over.
   */
  msg?: string;
  /**
   * Hosts whose connections do not count for `drained`.
   */
  exclude_hosts?: string[];
  /**
   * TCP states that count as active for `drained`.
   */
  active_connection_states: string[];
}

// engine/modules/wait_for_connection/wait_for_connection.schema.json
/**
 * Waits until the host can be reached and runs commands.
 */
export interface WaitForConnectionParameters {
  /**
   * Seconds after which the task fails.
   */
  timeout: number;
  /**
   * Seconds to wait before the first try.
   */
  delay: number;
  /**
   * Seconds between tries.
   */
  sleep: number;
  /**
   * Seconds that one try may take.
   */
  connect_timeout: number;
}

// engine/modules/x509_certificate/x509_certificate.schema.json
/**
 * Makes certificates, signed by their own key or by an own CA.
 */
export interface X509CertificateParameters {
  /**
   * The file.
   */
  path: string;
  /**
   * Whether the certificate is there.
   */
  state: "absent" | "present";
  /**
   * Who signs.
   */
  provider?: "ownca" | "selfsigned";
  /**
   * File of the request.
   */
  csr_path?: string;
  /**
   * The request itself.
   */
  csr_content?: string;
  /**
   * File of the private key.
   */
  privatekey_path?: string;
  /**
   * The private key itself.
   */
  privatekey_content?: string;
  /**
   * Passphrase of the private key.
   */
  privatekey_passphrase?: string;
  /**
   * When the certificate begins to be valid: `+3650d`, `+1w2d3h`, or `20300101000000Z`.
   */
  selfsigned_not_before: string;
  /**
   * When the certificate ends: `+3650d`, `+1w2d3h`, or `20300101000000Z`.
   */
  selfsigned_not_after: string;
  /**
   * Digest of the signature.
   */
  selfsigned_digest: string;
  /**
   * Version of the certificate.
   */
  selfsigned_version: 3;
  /**
   * Whether the identifier of the key is added.
   */
  selfsigned_create_subject_key_identifier: "create_if_not_provided" | "always_create" | "never_create";
  /**
   * Certificate of the CA.
   */
  ownca_path?: string;
  /**
   * The certificate of the CA itself.
   */
  ownca_content?: string;
  /**
   * Private key of the CA.
   */
  ownca_privatekey_path?: string;
  /**
   * The private key of the CA itself.
   */
  ownca_privatekey_content?: string;
  /**
   * Passphrase of that key.
   */
  ownca_privatekey_passphrase?: string;
  /**
   * When the certificate begins to be valid: `+3650d`, `+1w2d3h`, or `20300101000000Z`.
   */
  ownca_not_before: string;
  /**
   * When the certificate ends: `+3650d`, `+1w2d3h`, or `20300101000000Z`.
   */
  ownca_not_after: string;
  /**
   * Digest of the signature.
   */
  ownca_digest: string;
  /**
   * Version of the certificate.
   */
  ownca_version: 3;
  /**
   * Whether the identifier of the key is added.
   */
  ownca_create_subject_key_identifier: "create_if_not_provided" | "always_create" | "never_create";
  /**
   * Whether the identifier of the CA's key is added.
   */
  ownca_create_authority_key_identifier: boolean;
  /**
   * A certificate with other times is as wanted.
   */
  ignore_timestamps: boolean;
  /**
   * Makes the certificate anew though it is as wanted.
   */
  force: boolean;
  /**
   * Keep the former file beside the new one, named after the time.
   */
  backup: boolean;
  /**
   * Returns the certificate itself.
   */
  return_content: boolean;
  /**
   * Accepted for playbooks that have it: the openssl of the host does the work.
   */
  select_crypto_backend: "auto" | "cryptography";
  /**
   * User who owns the file: a name or a number.
   */
  owner?: string;
  /**
   * Group that owns the file: a name or a number.
   */
  group?: string;
  /**
   * Permission bits: octal ('0644') or symbolic ('u=rwX,g=rX,o=').
   */
  mode?: string;
  /**
   * File flags in chattr's letters, after '+', '-' or '='.
   */
  attributes?: string;
  /**
   * User of the SELinux context; '_default' takes the policy's.
   */
  seuser?: string;
  /**
   * Role of the SELinux context; '_default' takes the policy's.
   */
  serole?: string;
  /**
   * Type of the SELinux context; '_default' takes the policy's.
   */
  setype?: string;
  /**
   * Level of the SELinux context; '_default' takes the policy's.
   */
  selevel?: string;
  /**
   * Accepted for playbooks that have it: files are always replaced atomically.
   */
  unsafe_writes?: boolean;
}

// engine/modules/xml/xml.schema.json
/**
 * Reads and changes XML files by XPath expressions.
 */
export interface XmlParameters {
  /**
   * The file.
   */
  path?: string;
  /**
   * A text instead of a file; the result has it as `xmlstring`, with the changes made.
   */
  xmlstring?: string;
  /**
   * XPath 1.0 expression of the nodes that are meant. Elements that are not there are made when it is a plain path.
   */
  xpath?: string;
  /**
   * Prefixes that `xpath` and `attribute` use, and the names that they stand for. A document's default namespace needs one too.
   */
  namespaces: {
    [k: string]: string;
  };
  /**
   * `absent` removes the elements or attributes.
   */
  state: "absent" | "present";
  /**
   * Text of the elements, or the value of their `attribute`.
   */
  value?: {
    [k: string]: unknown;
  };
  /**
   * Name of the attribute that gets `value`.
   */
  attribute?: string;
  /**
   * Elements to add at the end of those that `xpath` names, each time: `name`, `name: text` or `name: {attribute: value, _: [children]}`.
   */
  add_children?: {
    [k: string]: unknown;
  }[];
  /**
   * Elements that those that `xpath` names have, and no others; written as in `add_children`.
   */
  set_children?: {
    [k: string]: unknown;
  }[];
  /**
   * Puts `add_children` before the first element that `xpath` names, not into it.
   */
  insertbefore: boolean;
  /**
   * Puts `add_children` after the last element that `xpath` names, not into it.
   */
  insertafter: boolean;
  /**
   * What children are written in: `xml` takes a text for each.
   */
  input_type: "xml" | "yaml";
  /**
   * Only counts what `xpath` finds.
   */
  count: boolean;
  /**
   * Only tells the paths of what `xpath` finds.
   */
  print_match: boolean;
  /**
   * Only reads the attributes, or the text, of the elements.
   */
  content?: "attribute" | "text";
  /**
   * Writes each element on a line of its own, indented by two blanks. Without `xpath` that is all that is done.
   */
  pretty_print: boolean;
  /**
   * Writes CDATA sections as text.
   */
  strip_cdata_tags: boolean;
  /**
   * Keep the former file beside the new one, named after the time.
   */
  backup: boolean;
}

// engine/modules/yum_repository/yum_repository.schema.json
/**
 * Keeps repositories of dnf and yum in files below /etc/yum.repos.d.
 */
export interface YumRepositoryParameters {
  /**
   * Identifier of the repository: the name of its section.
   */
  name: string;
  /**
   * `present` writes the section as the task describes it; `absent` removes it, and the file with its last section.
   */
  state: "absent" | "present";
  /**
   * What people call the repository; `name` in the file. Needed for `present`.
   */
  description?: string;
  /**
   * Addresses of the directory that holds `repodata`. One of this, `metalink` and `mirrorlist` is needed for `present`.
   */
  baseurl?: string[];
  /**
   * Address of a metalink that lists mirrors.
   */
  metalink?: string;
  /**
   * Address of a list of mirrors.
   */
  mirrorlist?: string;
  /**
   * Name of the file without `.repo`; that of the repository when absent.
   */
  file?: string;
  /**
   * Directory of the file, which must be there.
   */
  reposdir: string;
  /**
   * Whether the repository is used.
   */
  enabled?: boolean;
  /**
   * Checks signatures of packages.
   */
  gpgcheck?: boolean;
  /**
   * Checks the signature of the metadata.
   */
  repo_gpgcheck?: boolean;
  /**
   * Addresses of the keys that sign packages and metadata.
   */
  gpgkey?: string[];
  /**
   * Address of the key that signs keys.
   */
  gpgcakey?: string;
  /**
   * Checks the certificate of the server.
   */
  sslverify?: boolean;
  /**
   * Certificates of the authorities that the server's is checked by.
   */
  sslcacert?: string;
  /**
   * Certificate of the host itself.
   */
  sslclientcert?: string;
  /**
   * Key of that certificate.
   */
  sslclientkey?: string;
  /**
   * Checks permissions of certificates.
   */
  ssl_check_cert_permissions?: boolean;
  /**
   * User name for the server.
   */
  username?: string;
  /**
   * Password for the server. It is not shown.
   */
  password?: string;
  /**
   * Address of a proxy; `_none_` uses none.
   */
  proxy?: string;
  /**
   * User name for the proxy.
   */
  proxy_username?: string;
  /**
   * Password for the proxy. It is not shown.
   */
  proxy_password?: string;
  /**
   * Lower numbers go first.
   */
  priority?: string;
  /**
   * Relative cost of access; lower numbers go first.
   */
  cost?: string;
  /**
   * Packages that are not taken from it.
   */
  exclude?: string[];
  /**
   * The same under its later name.
   */
  excludepkgs?: string[];
  /**
   * Packages that alone are taken from it.
   */
  includepkgs?: string[];
  /**
   * Offers packages whatever modules say.
   */
  module_hotfixes?: boolean;
  /**
   * Goes on when the repository cannot be reached.
   */
  skip_if_unavailable?: boolean;
  /**
   * How long metadata is new enough: seconds, or `6h`, `never`.
   */
  metadata_expire?: string;
  /**
   * Which commands may use older metadata.
   */
  metadata_expire_filter?: "never" | "read-only:past" | "read-only:present" | "read-only:future";
  /**
   * Seconds for which the list of mirrors is new enough.
   */
  mirrorlist_expire?: string;
  /**
   * How the next address is chosen.
   */
  failovermethod?: "roundrobin" | "priority";
  /**
   * Seconds to wait for the server.
   */
  timeout?: string;
  /**
   * How often a download is tried again; 0 for ever.
   */
  retries?: string;
  /**
   * Kind of addresses to use.
   */
  ip_resolve?: "4" | "6" | "IPv4" | "IPv6" | "whatever";
  /**
   * Bytes a second that are there.
   */
  bandwidth?: string;
  /**
   * Bytes a second, or a part of `bandwidth`, that may be used.
   */
  throttle?: string;
  /**
   * Keeps connections for further downloads.
   */
  keepalive?: boolean;
  /**
   * Keeps packages after they were installed.
   */
  keepcache?: "0" | "1";
  /**
   * What caches on the way may keep.
   */
  http_caching?: "all" | "packages" | "none";
  /**
   * Whether groups of the repository can be used.
   */
  enablegroups?: boolean;
  /**
   * Another file that is read at this place.
   */
  include?: string;
  /**
   * Protects its packages from those of other repositories.
   */
  protect?: boolean;
  /**
   * Uses the plugin for S3.
   */
  s3_enabled?: boolean;
  /**
   * Downloads side by side.
   */
  async?: boolean;
  /**
   * Most size of metadata of deltas, in percent.
   */
  deltarpm_metadata_percentage?: string;
  /**
   * Most size of a delta, in percent.
   */
  deltarpm_percentage?: string;
  /**
   * Lets the mirror service count this host.
   */
  countme?: boolean;
  /**
   * Variables that are shown with the identifier.
   */
  ui_repoid_vars?: string;
  /**
   * User who owns the file: a name or a number.
   */
  owner?: string;
  /**
   * Group that owns the file: a name or a number.
   */
  group?: string;
  /**
   * Permission bits: octal ('0644') or symbolic ('u=rw,g=r,o=').
   */
  mode?: string;
  /**
   * File flags in chattr's letters, after '+', '-' or '='.
   */
  attributes?: string;
  /**
   * User of the SELinux context; '_default' takes the policy's.
   */
  seuser?: string;
  /**
   * Role of the SELinux context; '_default' takes the policy's.
   */
  serole?: string;
  /**
   * Type of the SELinux context; '_default' takes the policy's.
   */
  setype?: string;
  /**
   * Level of the SELinux context; '_default' takes the policy's.
   */
  selevel?: string;
  /**
   * Accepted for playbooks that have it: files are always replaced atomically.
   */
  unsafe_writes?: boolean;
}

// schema/boot.schema.json
/**
 * What the agent knows before it has a network: prelude/boot.json (mode 0400) of the initrd made for one boot of one node.
 */
export interface BootManifest {
  /**
   * Version of this format.
   */
  version: 1;
  /**
   * Inventory name of the node.
   */
  node: string;
  /**
   * Identifier of this boot.
   */
  boot: string;
  /**
   * Single-use token that opens the session.
   */
  token: string;
  /**
   * Provisioners, first choice first.
   *
   * @minItems 1
   */
  servers: [BootServer, ...BootServer[]];
  /**
   * Base URLs of the servers that have the image under `/blobs/DIGEST`, in the order in which this node asks them. The provisioners come after them.
   */
  mirrors?: string[];
  /**
   * PEM of the only certificate authority that the agent trusts.
   */
  ca: string;
  /**
   * The provisioner's time when it made this manifest; sets a clock that is obviously wrong.
   */
  time?: string;
  image: BootImage;
  root: BootRoot;
  overlay?: BootOverlay;
  /**
   * Interfaces to make before anything is fetched, in order.
   */
  network: NodeNetwork[];
  mkdisk?: NodeMkdisk;
  secrets?: BootSecrets;
  /**
   * Seconds without progress after which the watchdog restarts the node.
   */
  watchdog?: number;
  retry?: BootRetry;
}

export interface BootServer {
  /**
   * Base URL of the authenticated routes.
   */
  https: string;
  /**
   * Base URL of the content whose digest is known.
   */
  http: string;
}

/**
 * The image version to run.
 */
export interface BootImage {
  /**
   * Name of the image.
   */
  name: string;
  /**
   * Version, sha256:… of its manifest.
   */
  version?: string;
  /**
   * Digest of the file system image.
   */
  digest: string;
  /**
   * Bytes of the file system image.
   */
  size: number;
  /**
   * Format of the file system image.
   */
  format: "squashfs" | "erofs";
  /**
   * Bytes that its content takes in memory when it is unpacked.
   */
  unpacked?: number;
  signed?: Signed;
}

/**
 * A statement with the signatures of the site's keys.
 */
export interface Signed {
  /**
   * JSON of a statement; what is signed is this very text.
   */
  statement: string;
  /**
   * A signature by each key.
   */
  signatures: Signature[];
}

export interface Signature {
  /**
   * Identifier of the key: the first 16 hex digits of the sha256 of its DER.
   */
  key: string;
  /**
   * Ed25519 signature in base64.
   */
  signature: string;
}

/**
 * How the image becomes the root.
 */
export interface BootRoot {
  /**
   * image: loop-mounted under an overlay in memory; tmpfs: unpacked into memory; nfs: mounted from a server.
   */
  type: "image" | "tmpfs" | "nfs";
  /**
   * Limit of the writable layer in memory, as tmpfs takes it (`50%`, `2G`).
   */
  size?: string;
  nfs?: BootNfs;
}

/**
 * The root of type nfs.
 */
export interface BootNfs {
  /**
   * Address or name of the server.
   */
  server: string;
  /**
   * Exported directory.
   */
  path: string;
  /**
   * Version of NFS; 4 is the newest 4.x that the server speaks.
   */
  version: "3" | "4" | "4.0" | "4.1" | "4.2";
  /**
   * Further mount options.
   */
  options: string[];
  /**
   * Mounted read-write as it is; otherwise read-only under an overlay in memory.
   */
  writable: boolean;
}

/**
 * The system overlay of this boot; nothing else is laid over the root.
 */
export interface BootOverlay {
  /**
   * Digest of the archive.
   */
  digest: string;
  /**
   * Bytes of the archive.
   */
  size: number;
}

/**
 * One interface.
 */
export interface NodeNetwork {
  /**
   * Name of the interface (bond0, eno1, ib0, bond0.42); the key it stands under when absent.
   */
  name?: string;
  /**
   * Kind of interface; ethernet when absent.
   */
  type?: "ethernet" | "bond" | "vlan" | "infiniband";
  /**
   * Hardware address that identifies the card. Of an InfiniBand address the last eight octets count, the port's GUID: it may be written alone.
   */
  mac?: string;
  /**
   * The interface the node boots over; by its MAC the provisioner knows the node.
   */
  boot?: boolean;
  /**
   * Static address with prefix length: 10.1.34.1/16. The interface that the node boots over asks for one (DHCP, router advertisements) when it has none.
   */
  address?: string;
  /**
   * Static IPv6 address with prefix length.
   */
  address6?: string;
  /**
   * Default gateway over this interface.
   */
  gateway?: string;
  /**
   * Maximum transmission unit.
   */
  mtu?: number;
  /**
   * The interface whose address is the node's own in host files.
   */
  primary?: boolean;
  /**
   * Bring it up at boot; true when absent.
   */
  onboot?: boolean;
  /**
   * Interfaces of a bond, by their names in `networks`.
   */
  members?: string[];
  /**
   * Bonding mode; active-backup when absent.
   */
  mode?: "balance-rr" | "active-backup" | "balance-xor" | "broadcast" | "802.3ad" | "balance-tlb" | "balance-alb";
  /**
   * Milliseconds between two looks at the links of a bond; 100 when absent, unless arp_interval is given.
   */
  miimon?: number;
  /**
   * Milliseconds that a link must be up before it is used; a multiple of miimon.
   */
  updelay?: number;
  /**
   * Milliseconds that a link must be down before it is given up; a multiple of miimon.
   */
  downdelay?: number;
  /**
   * Milliseconds between two ARP requests that watch the links, instead of miimon; not in 802.3ad, balance-tlb and balance-alb.
   */
  arp_interval?: number;
  /**
   * IPv4 addresses that the ARP requests ask for.
   *
   * @minItems 1
   * @maxItems 16
   */
  arp_ip_target?:
    | [string]
    | [string, string]
    | [string, string, string]
    | [string, string, string, string]
    | [string, string, string, string, string]
    | [string, string, string, string, string, string]
    | [string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string, string, string, string, string, string, string]
    | [
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string
      ]
    | [
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string
      ];
  /**
   * Whose ARP traffic counts as a sign of life.
   */
  arp_validate?: "none" | "active" | "backup" | "all" | "filter" | "filter_active" | "filter_backup";
  /**
   * How many of the targets must answer; active-backup.
   */
  arp_all_targets?: "any" | "all";
  /**
   * Member that carries the traffic as long as it is up; active-backup, balance-tlb, balance-alb.
   */
  primary_member?: string;
  /**
   * When the primary member takes over again.
   */
  primary_reselect?: "always" | "better" | "failure";
  /**
   * Whether the bond's address is that of the member in use; active-backup. InfiniBand members need `active`, their default.
   */
  fail_over_mac?: "none" | "active" | "follow";
  /**
   * Gratuitous ARPs and neighbour advertisements after a failover; active-backup, balance-tlb, balance-alb.
   */
  num_grat_arp?: number;
  /**
   * IGMP reports after a failover; active-backup, balance-rr, balance-tlb, balance-alb.
   */
  resend_igmp?: number;
  /**
   * Frames that arrive over members not in use are taken too.
   */
  all_slaves_active?: boolean;
  /**
   * Frames sent over one member before the next one's turn, 0 for a random one; balance-rr.
   */
  packets_per_slave?: number;
  /**
   * Whether flows move to less loaded members; balance-tlb, balance-alb.
   */
  tlb_dynamic_lb?: boolean;
  /**
   * Seconds between two learning packets to the switches; balance-tlb, balance-alb.
   */
  lp_interval?: number;
  /**
   * How often the partner is asked to send LACPDUs; fast when absent.
   */
  lacp_rate?: "slow" | "fast";
  /**
   * Whether LACPDUs are sent without being asked; 802.3ad.
   */
  lacp_active?: "on" | "off";
  /**
   * Which aggregate is used when there are several; 802.3ad.
   */
  ad_select?: "stable" | "bandwidth" | "count";
  /**
   * LACP system priority; 802.3ad.
   */
  ad_actor_sys_prio?: number;
  /**
   * LACP system address instead of the bond's own; 802.3ad.
   */
  ad_actor_system?: string;
  /**
   * Upper bits of the LACP port key; 802.3ad.
   */
  ad_user_port_key?: number;
  /**
   * How frames spread over the links; balance-xor, 802.3ad, balance-tlb.
   */
  xmit_hash_policy?: "layer2" | "layer2+3" | "layer3+4" | "encap2+3" | "encap3+4" | "vlan+srcmac";
  /**
   * Links that must be up for the bond to have carrier; 802.3ad.
   */
  min_links?: number;
  /**
   * InfiniBand partition key (0x8042 as a number): the interface is a child of `parent` in that partition.
   */
  pkey?: number;
  /**
   * How IPoIB sends; datagram when absent.
   */
  transport?: "datagram" | "connected";
  /**
   * Interface under a VLAN or an InfiniBand partition.
   */
  parent?: string;
  /**
   * VLAN identifier.
   */
  vlan?: number;
  /**
   * Name servers.
   */
  dns?: string[];
  /**
   * Search domains.
   */
  search?: string[];
  /**
   * Further routes.
   */
  routes?: NodeRoute[];
}

export interface NodeRoute {
  /**
   * Destination with prefix length.
   */
  to: string;
  /**
   * Gateway.
   */
  via: string;
}

/**
 * Local disks, in the words of mkdisk.conf and its profiles.
 */
export interface NodeMkdisk {
  /**
   * Name of the profile file below /etc/mkdisk/profiles.d.
   */
  profile?: string;
  /**
   * The profile's disk_config: first disk's number (from 1, in stable order) to `level:filesystem:mountpoint`; an entry covers the disks up to the next one, an empty text leaves them alone.
   */
  disks?: {
    [k: string]: string;
  };
  /**
   * WIPE_ON_BOOT: destroy and make anew at each boot; otherwise nothing is ever formatted that holds data.
   */
  wipe?: boolean;
  /**
   * FSCACHE_DIR.
   */
  fscache?: string;
  /**
   * MOVE_DIRS: directory of the root to the place on disk that it moves to.
   */
  move?: {
    [k: string]: string;
  };
  /**
   * EXPENDABLE_DISKS: serials or paths of disks that may be wiped though an operating system, or a part of another array, is on them.
   */
  expendable?: string[];
  /**
   * OPTIONAL_MOUNTS: mount points of `disks` that the boot can do without; what goes wrong with them is reported and the boot goes on.
   */
  optional?: string[];
  /**
   * Sets of disks by name, for `volumes`; each takes its disks, in the stable order, from those that the sets before it left.
   */
  sets?: {
    [k: string]: MkdiskSet;
  };
  /**
   * What is made of the sets, by name: the name of the array, the partitions and the label.
   */
  volumes?: {
    [k: string]: MkdiskVolume;
  };
}

/**
 * Disks by what they are; every condition that stands must hold.
 */
export interface MkdiskSet {
  /**
   * Number of the first disk in the stable order.
   */
  first?: number;
  /**
   * Number of the last disk; to the end when absent.
   */
  last?: number;
  /**
   * Kinds of disk.
   */
  type?: ("nvme" | "ssd" | "hdd")[];
  /**
   * Least size: `400G` in powers of 1024, `400GB` in powers of 1000.
   */
  least?: string;
  /**
   * Largest size.
   */
  most?: string;
  /**
   * Patterns of models, with `*` and `?`.
   */
  model?: string[];
  /**
   * Patterns of serials; disks named so count as expendable.
   */
  serial?: string[];
  /**
   * Patterns of paths: /dev/disk/by-path, by-id, or pci-0000:00:05.0; disks named so count as expendable.
   */
  path?: string[];
  /**
   * So many of them, the first in the stable order; all when absent.
   */
  count?: number;
  /**
   * So many of them, the last ones, are hot spares of the arrays.
   */
  spares?: number;
}

/**
 * One file system on a set of disks.
 */
export interface MkdiskVolume {
  /**
   * Name of its set of disks.
   */
  set: string;
  /**
   * RAID level; single is one disk without RAID.
   */
  level: "single" | "raid0" | "raid1" | "raid5" | "raid6" | "raid10";
  /**
   * File system, or swap.
   */
  filesystem: "ext4" | "xfs" | "btrfs" | "swap";
  /**
   * Mount point; none for swap.
   */
  mount?: string;
  /**
   * Size of its partition on each disk. The last volume of a set may leave it out and takes the rest; a volume alone without a size takes whole disks.
   */
  size?: string;
  /**
   * Further arguments of mkfs, one word an item.
   */
  mkfs?: string[];
  /**
   * Mount options; noatime when absent.
   */
  options?: string[];
  /**
   * Encrypt with LUKS2: the name of a secret, or the path of a key file in the root.
   */
  key?: string;
  /**
   * Without it the boot fails; true when absent.
   */
  required?: boolean;
}

/**
 * Where the secrets are mounted from by NFS; without it they are fetched over the session.
 */
export interface BootSecrets {
  /**
   * Export: 10.1.0.1:/warewulf/secrets.
   */
  source: string;
  /**
   * Further mount options.
   */
  options?: string[];
  /**
   * Files without which the node does not boot.
   */
  required: string[];
  /**
   * Files that may be missing.
   */
  optional: string[];
}

/**
 * What happens when the boot fails.
 */
export interface BootRetry {
  /**
   * Seconds that fetching may take in all before the node restarts, waits that busy servers ask for aside.
   */
  budget?: number;
  /**
   * Seconds that busy servers may make the node wait in all.
   */
  patience?: number;
  /**
   * Bytes a second below which a server of images is left for the next.
   */
  rate?: number;
  /**
   * Offer an emergency shell instead of the restart; off by default.
   */
  shell?: boolean;
  /**
   * Crypt hash of the shell's password; without one there is no shell.
   */
  shell_password?: string;
  /**
   * How often the node tries to boot, with this boot, since one succeeded or it was switched on; the pause before a restart grows with it.
   */
  attempt?: number;
  /**
   * What became of the attempt before this one, in one sentence.
   */
  last?: string;
}

// schema/bundle.schema.json
/**
 * What a node runs: the compiled plays for that node, its own variables, its merged record without the BMC (`node` in the plays), and the files its tasks use by digest. Values are tagged JSON (engine/playbook/serialise.ts).
 */
export interface Bundle {
  /**
   * Version of this format.
   */
  version: 1;
  /**
   * Inventory name of the node.
   */
  node: string;
  record: NodeRecord;
  /**
   * The site's directory where the bundle was made: paths in the plays begin with it, and mean the node's copy.
   */
  directory: string;
  /**
   * The playbook, relative to the site's directory.
   */
  playbook: string;
  /**
   * Tags to run.
   */
  tags: string[];
  /**
   * Compiled plays, each as serialise.ts writes it.
   */
  plays: unknown[];
  /**
   * The inventory variables of the node, a dict as serialise.ts writes it.
   */
  variables: {
    [k: string]: unknown;
  };
  /**
   * Groups of the inventory with the names of their hosts; the node alone has variables.
   */
  groups: {
    [k: string]: string[];
  };
  /**
   * Texts of plays and variables that were in a vault where the bundle was made: no log of the node shows them.
   */
  masks: string[];
  policy: BundlePolicy;
  /**
   * Files that the tasks use.
   */
  files: BundleFile[];
}

/**
 * The merged record of a node: its variables node_image … node_tags, of groups and host, merged deeply. `provision node show NAME` prints it; templates see it as `node`.
 */
export interface NodeRecord {
  /**
   * Inventory name.
   */
  name: string;
  /**
   * Image to boot: a name (newest published version) or name@sha256:….
   */
  image: string;
  root?: NodeRoot;
  kernel?: NodeKernel;
  /**
   * Interfaces by name, in the order in which they are made.
   */
  networks?: {
    [k: string]: NodeNetwork;
  };
  overlays?: NodeOverlays;
  bmc?: NodeBmc;
  mkdisk?: NodeMkdisk;
  /**
   * Secrets that the node may fetch while it boots, by file name under /secrets.
   */
  secrets?: {
    [k: string]: NodeSecret;
  };
  lab?: NodeLab;
  /**
   * Free words for templates.
   */
  tags?: {
    [k: string]: string | number | boolean;
  };
}

/**
 * How the image becomes the root.
 */
export interface NodeRoot {
  /**
   * image: loop-mounted under an overlay in memory; tmpfs: unpacked into memory; nfs: `source`, mounted over the network.
   */
  type?: "image" | "tmpfs" | "nfs";
  /**
   * NFS server and exported directory: 10.1.0.1:/srv/roots/compute.
   */
  source?: string;
  /**
   * Version of NFS; 4 is the newest 4.x that the server speaks.
   */
  version?: "3" | "4" | "4.0" | "4.1" | "4.2" | 3 | 4 | 4.1 | 4.2;
  /**
   * Further mount options of NFS: nconnect=4, rsize=1048576.
   */
  options?: string[];
  /**
   * The NFS root itself is writable; otherwise it is read-only under an overlay in memory.
   */
  writable?: boolean;
  /**
   * Limit of the writable layer in memory, as tmpfs takes it (`50%`, `2G`).
   */
  size?: string;
}

/**
 * Kernel of the node.
 */
export interface NodeKernel {
  /**
   * Kernel arguments; world-readable on the node, so never a secret.
   */
  args?: string[];
  /**
   * Kernel of the image to boot when it has several.
   */
  version?: string;
  /**
   * Initramfs of the image to boot when it has both; dracut's when absent.
   */
  initramfs?: "dracut" | "minimal";
}

/**
 * Overlays, later ones over earlier ones.
 */
export interface NodeOverlays {
  /**
   * Applied before the real init starts.
   */
  system?: string[];
  /**
   * Kept current on the running node.
   */
  runtime?: string[];
}

/**
 * Baseboard management controller.
 */
export interface NodeBmc {
  /**
   * Protocol; `lab` is a virtual machine of `provision lab`.
   */
  type?: "ipmi" | "redfish" | "lab";
  /**
   * Address of the controller.
   */
  address?: string;
  /**
   * User name.
   */
  user?: string;
  /**
   * Password; keep it in vault.
   */
  password?: string;
  /**
   * IPMI interface.
   */
  interface?: "lan" | "lanplus";
  /**
   * UDP or TCP port.
   */
  port?: number;
  /**
   * File with the certificates that a controller that speaks Redfish is checked by.
   */
  ca?: string;
  /**
   * The only public key that it may have: `sha256//` and its SHA-256 in base64.
   */
  pin?: string;
  /**
   * VLAN of the controller.
   */
  vlan?: number;
}

export interface NodeSecret {
  /**
   * Without it the node does not boot.
   */
  required?: boolean;
}

/**
 * The node as a virtual machine of `provision lab`.
 */
export interface NodeLab {
  /**
   * MiB of memory.
   */
  memory?: number;
  /**
   * Processors.
   */
  cpus?: number;
  /**
   * bios; or uefi, by OVMF (package ovmf or edk2-ovmf).
   */
  firmware?: "bios" | "uefi";
  /**
   * Model of its network cards.
   */
  nic?: "virtio" | "e1000";
  /**
   * Sizes of its disks (`1G`).
   */
  disks?: string[];
  /**
   * Bus of its disks.
   */
  bus?: "virtio" | "nvme";
}

/**
 * What holds for every task.
 */
export interface BundlePolicy {
  /**
   * Seconds that a task may take which says nothing of it itself.
   */
  task_timeout?: number;
  /**
   * Whether a failed task ends the boot; stop when absent.
   */
  task_failure?: "stop" | "continue";
}

export interface BundleFile {
  /**
   * Path relative to the site's directory.
   */
  path: string;
  /**
   * Digest.
   */
  digest: string;
  /**
   * Bytes.
   */
  size: number;
  /**
   * It was in a vault where the bundle was made: no log of the node shows its content.
   */
  vault?: boolean;
}

// schema/event.schema.json
/**
 * The stage of the boot.
 */
export type Stage = "boot" | "network" | "root" | "overlay" | "secrets" | "preboot" | "mkdisk" | "switch" | "runtime";

/**
 * started, finished and failed frame a stage; progress says in its message how far a long one has come; degraded says that it goes on with less than was asked for, recovered that what was missing has come; ready is the last event of a boot; stopped says that the running system goes down.
 */
export type StageState =
  "started" | "progress" | "finished" | "failed" | "degraded" | "recovered" | "ready" | "stopped";

/**
 * What an agent reports of one step of a node's boot. Wire format of POST /events (an array of these).
 */
export interface BootEvent {
  /**
   * Inventory name of the node.
   */
  node: string;
  /**
   * Identifier of this boot, made by the provisioner with the boot manifest.
   */
  boot: string;
  /**
   * Counts the events of one boot from 0; an event sent twice is stored once.
   */
  sequence: number;
  /**
   * The node's clock, which may be wrong; the provisioner adds its own.
   */
  time: string;
  stage: Stage;
  state: StageState;
  /**
   * Milliseconds the stage took, with finished and failed.
   */
  ms?: number;
  /**
   * The reason of failed, degraded and recovered, in one sentence; never a secret.
   */
  message?: string;
  /**
   * Figures of the stage: bytes, rates, partner MAC, arrays.
   */
  details?: {
    [k: string]: unknown;
  };
}

// schema/image.schema.json
/**
 * An immutable version of an image; its version is sha256: and the digest of this document's canonical JSON.
 */
export interface ImageManifest {
  /**
   * Name of the image: its inventory host.
   */
  name: string;
  /**
   * When it was published.
   */
  created: string;
  /**
   * Playbook that made it, relative to the site's directory.
   */
  playbook: string;
  /**
   * PRETTY_NAME of its os-release.
   */
  os: string;
  /**
   * Machine architecture, as uname -m says it.
   */
  architecture?: string;
  /**
   * Kernels, the default one first.
   *
   * @minItems 1
   */
  kernels: [ImageKernel, ...ImageKernel[]];
  rootfs: Blob;
  /**
   * Format of the file system image; squashfs when absent.
   */
  format?: "squashfs" | "erofs";
  /**
   * Bytes that the tree takes in memory when it is unpacked.
   */
  unpacked?: number;
  /**
   * Digest of the build tree it was made of; an unchanged tree is not published again.
   */
  tree?: string;
}

export interface ImageKernel {
  /**
   * Kernel release.
   */
  version: string;
  kernel: Blob;
  initramfs?: Blob1;
  minimal?: Blob2;
}

/**
 * Content by its digest.
 */
export interface Blob {
  /**
   * Digest.
   */
  digest: string;
  /**
   * Bytes.
   */
  size: number;
}

/**
 * Content by its digest.
 */
export interface Blob1 {
  /**
   * Digest.
   */
  digest: string;
  /**
   * Bytes.
   */
  size: number;
}

/**
 * Content by its digest.
 */
export interface Blob2 {
  /**
   * Digest.
   */
  digest: string;
  /**
   * Bytes.
   */
  size: number;
}

// schema/secrets.schema.json
/**
 * Answer of GET /secrets: the files that the node may have below /secrets, and those it must have.
 */
export interface SecretBundle {
  /**
   * Optional secrets that are not set.
   */
  missing: string[];
  /**
   * Secret files.
   */
  files: SecretFile[];
}

export interface SecretFile {
  /**
   * File name.
   */
  name: string;
  /**
   * Content, base64.
   */
  content: string;
  /**
   * Without it the node does not boot.
   */
  required: boolean;
}

// schema/session.schema.json
/**
 * Answer of POST /session: the token of the boot manifest is spent, this key stands for the node from now on.
 */
export interface Session {
  /**
   * Inventory name of the node.
   */
  node: string;
  /**
   * Identifier of this boot.
   */
  boot: string;
  /**
   * Bearer key of the session.
   */
  key: string;
  /**
   * When the key ends unless renewed.
   */
  expires: string;
}

// schema/site.schema.json
/**
 * Settings of the provisioner: variables prelude_server … prelude_lab of the group all or of the head node (the first host of the group `head`). A property `x` is the variable `prelude_x`.
 */
export interface SiteSettings {
  /**
   * Address of the provisioner on the network that nodes boot over.
   */
  server?: string;
  /**
   * Further addresses and host names of the provisioner, for its certificate.
   */
  names?: string[];
  /**
   * Port of the plain listener: boot scripts, kernels, images.
   */
  http_port?: number;
  /**
   * Port of the authenticated listener: sessions, overlays, bundles, secrets, events, status.
   */
  https_port?: number;
  /**
   * Base URLs of further servers of images: caches before the provisioner, or copies of its blobs. Each node begins at another one; the provisioner itself comes last unless it is named here. May differ by group and host.
   */
  servers?: string[];
  /**
   * How many transfers of content the plain listener serves at a time; who comes then is asked to come again (503 and Retry-After).
   */
  transfers?: number;
  /**
   * Directory in which the provisioner keeps images, events, keys and secrets.
   */
  state?: string;
  /**
   * DNS domain of the nodes.
   */
  domain?: string;
  /**
   * Public keys that may log in as root on the nodes.
   */
  authorized_keys?: string[];
  /**
   * Entries of the nodes' /etc/fstab.
   */
  mounts?: SiteMount[];
  dhcp?: SiteDhcp;
  boot?: SiteBoot;
  lab?: SiteLab;
}

export interface SiteMount {
  /**
   * Device or export: head:/home.
   */
  source: string;
  /**
   * Mount point.
   */
  path: string;
  /**
   * File system type.
   */
  type: string;
  /**
   * Mount options.
   */
  options?: string;
}

/**
 * DHCP and TFTP by dnsmasq.
 */
export interface SiteDhcp {
  /**
   * none: another server does it, with the files that the provisioner writes for it; server: dnsmasq gives the nodes their addresses; proxy: dnsmasq only adds boot information to another server's answers.
   */
  mode?: "none" | "server" | "proxy";
  /**
   * Interface to serve on.
   */
  interface?: string;
  /**
   * First and last address for machines that are not in the inventory, and the netmask where it is not the nodes' own: 10.1.250.1,10.1.250.250,255.255.0.0. Without it only nodes get an address.
   */
  range?: string;
  /**
   * Prefix length of the network; taken from the nodes' addresses when absent.
   */
  prefix?: number;
  /**
   * Default router.
   */
  router?: string;
  /**
   * Name servers.
   */
  dns?: string[];
  /**
   * Lease time, as dnsmasq writes it.
   */
  lease?: string;
  /**
   * iPXE for machines with UEFI. snponly.efi speaks over the firmware's own driver of the card that it came over; ipxe.efi brings drivers of its own, for firmware whose driver does not work.
   */
  efi?: "snponly.efi" | "ipxe.efi";
}

/**
 * Policy of booting; may differ by group and host.
 */
export interface SiteBoot {
  /**
   * When a node may begin a boot. down: while its system does not run, that is unless its agent reported within the last 150 seconds and has not said that it stops; power: only within `minutes` after `provision node open` or a power command of ours, which open the window with down too; open: at any time.
   */
  window?: "down" | "open" | "power";
  /**
   * Length of the window.
   */
  minutes?: number;
  /**
   * Seconds without progress after which the watchdog restarts the node.
   */
  watchdog?: number;
  /**
   * Seconds that fetching may take in all before the node restarts, waits that busy servers ask for aside; 600 when absent, and for the image one more for each MiB.
   */
  budget?: number;
  /**
   * Seconds that busy servers may make a node wait in all.
   */
  patience?: number;
  /**
   * Bytes a second below which a node leaves a server of images for the next.
   */
  rate?: number;
  /**
   * Seconds that a preboot task may take which has no `timeout` of its own.
   */
  task_timeout?: number;
  /**
   * stop: a failed preboot task ends the boot; continue: the node goes on and reports that it is degraded.
   */
  task_failure?: "stop" | "continue";
  /**
   * NFS export to mount the secrets from, `10.1.0.1:/warewulf/secrets`; without it the node fetches them from the provisioner.
   */
  secrets?: string;
  /**
   * Further mount options of that export (`vers=4.2`, `port=2049`); the mount is always ro, nosuid, nodev, noexec.
   */
  secrets_options?: string[];
  /**
   * Offer an emergency shell instead of the restart; only with `shell_password`.
   */
  shell?: boolean;
  /**
   * Crypt hash of the emergency shell's password (`openssl passwd -6`); keep it in vault, and use no password that opens anything else.
   */
  shell_password?: string;
}

/**
 * The virtual cluster of `provision lab`.
 */
export interface SiteLab {
  /**
   * Name of the lab; its network namespace is prelude-NAME.
   */
  name?: string;
  /**
   * Address of the head node on the lab's network with prefix length; prelude_server when absent.
   */
  address?: string;
  /**
   * Where the lab keeps disks, consoles and sockets; a short path.
   */
  directory?: string;
  /**
   * tcg: emulation; kvm: after a probe guest has shown that it works; auto: kvm, or tcg where it does not work.
   */
  acceleration?: "auto" | "tcg" | "kvm";
}

// schema/statement.schema.json
/**
 * What a site says of an image version.
 */
export interface ImageStatement {
  /**
   * Kind of statement: a signature of one kind is none of another.
   */
  type: "prelude image";
  /**
   * Name of the image.
   */
  name: string;
  /**
   * Digest of its manifest.
   */
  version: string;
  /**
   * When the version was published.
   */
  created: string;
  rootfs: StatementRootfs;
  /**
   * Format of the file system image.
   */
  format: "squashfs" | "erofs";
  /**
   * When it was signed; an initramfs made later than this refuses it.
   */
  signed: string;
  /**
   * When it stops being good.
   */
  expires?: string;
}

/**
 * The file system image.
 */
export interface StatementRootfs {
  /**
   * Digest.
   */
  digest: string;
  /**
   * Bytes.
   */
  size: number;
}
