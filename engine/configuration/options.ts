/** What an option's text becomes. `path` is one file, `pathlist` several by commas, `pathspec` several by colons. */
export type Kind = 'text' | 'boolean' | 'integer' | 'list' | 'path' | 'pathlist' | 'pathspec'

export type Option = {
  readonly section: string
  /** Keys in ansible.cfg, the current one first. None where the environment alone gives it. */
  readonly keys: readonly string[]
  /** Variables of the environment; the first one that is set counts. None where the file alone gives it. */
  readonly variables: readonly string[]
  readonly kind: Kind
  readonly description: string
}

const option = <K extends Kind>(
  section: string,
  keys: string,
  variables: string,
  kind: K,
  description: string,
): Option & { readonly kind: K } => ({
  section,
  keys: keys.split(' ').filter((key) => key !== ''),
  variables: variables
    .split(' ')
    .filter((name) => name !== '')
    .map((name) => `ANSIBLE_${name}`),
  kind,
  description,
})

/** Options of ansible.cfg and of the environment that mean something here, by our names. */
export const options = {
  inventory: option('defaults', 'inventory', 'INVENTORY', 'pathlist', 'inventory sources without `-i`'),
  forks: option('defaults', 'forks', 'FORKS', 'integer', 'hosts at a time'),
  timeout: option('defaults', 'timeout', 'TIMEOUT', 'integer', 'seconds to wait for a connection'),
  taskTimeout: option(
    'defaults',
    'task_timeout',
    'TASK_TIMEOUT',
    'integer',
    'seconds that a task may take; 0: any time',
  ),
  user: option('defaults', 'remote_user', 'REMOTE_USER', 'text', 'user to connect as'),
  port: option('defaults', 'remote_port', 'REMOTE_PORT', 'integer', 'port of ssh'),
  connection: option(
    'defaults',
    'transport',
    'TRANSPORT',
    'text',
    'kind of connection: `ssh` (also called `smart`, `paramiko`), `openssh`, `local`, `image`',
  ),
  privateKeyFile: option('defaults', 'private_key_file', 'PRIVATE_KEY_FILE', 'path', 'private key for ssh'),
  askPass: option('defaults', 'ask_pass', 'ASK_PASS', 'boolean', 'ask for the ssh password'),
  connectionPasswordFile: option(
    'defaults',
    'connection_password_file',
    'CONNECTION_PASSWORD_FILE',
    'path',
    'file with the ssh password',
  ),
  hostKeyChecking: option(
    'defaults',
    'host_key_checking',
    'HOST_KEY_CHECKING SSH_HOST_KEY_CHECKING',
    'boolean',
    'whether ssh host keys are checked',
  ),
  sshArgs: option('ssh_connection', 'ssh_args', 'SSH_ARGS', 'text', 'arguments of ssh'),
  sshRetries: option('ssh_connection', 'retries', 'SSH_RETRIES', 'integer', 'further tries to reach a host by ssh'),
  sshCommonArgs: option('ssh_connection', 'ssh_common_args', 'SSH_COMMON_ARGS', 'text', 'further arguments of ssh'),
  sshExtraArgs: option('ssh_connection', 'ssh_extra_args', 'SSH_EXTRA_ARGS', 'text', 'further arguments of ssh'),
  become: option('privilege_escalation', 'become', 'BECOME', 'boolean', 'become another user'),
  becomeMethod: option('privilege_escalation', 'become_method', 'BECOME_METHOD', 'text', 'how to become another user'),
  becomeUser: option('privilege_escalation', 'become_user', 'BECOME_USER', 'text', 'the user to become'),
  becomeAskPass: option(
    'privilege_escalation',
    'become_ask_pass',
    'BECOME_ASK_PASS',
    'boolean',
    'ask for the password of becoming',
  ),
  becomeExe: option('privilege_escalation', 'become_exe', 'BECOME_EXE', 'text', 'program to become another user by'),
  becomeFlags: option('privilege_escalation', 'become_flags', 'BECOME_FLAGS', 'text', "that program's arguments"),
  becomePasswordFile: option(
    'defaults',
    'become_password_file',
    'BECOME_PASSWORD_FILE',
    'path',
    'file with the password of becoming',
  ),
  vaultPasswordFile: option(
    'defaults',
    'vault_password_file',
    'VAULT_PASSWORD_FILE',
    'path',
    'file with the vault password, or a script that prints it',
  ),
  vaultIdentityList: option(
    'defaults',
    'vault_identity_list',
    'VAULT_IDENTITY_LIST',
    'list',
    'vault ids, as `--vault-id` takes them',
  ),
  vaultIdentity: option('defaults', 'vault_identity', 'VAULT_IDENTITY', 'text', 'label of passwords without one'),
  vaultEncryptIdentity: option(
    'defaults',
    'vault_encrypt_identity',
    'VAULT_ENCRYPT_IDENTITY',
    'text',
    'vault id to encrypt with',
  ),
  vaultIdMatch: option(
    'defaults',
    'vault_id_match',
    'VAULT_ID_MATCH',
    'boolean',
    'passwords open only what names their vault id',
  ),
  askVaultPass: option('defaults', 'ask_vault_pass', 'ASK_VAULT_PASS', 'boolean', 'ask for the vault password'),
  rolesPath: option('defaults', 'roles_path', 'ROLES_PATH', 'pathspec', 'directories of roles'),
  library: option(
    'defaults',
    'library',
    'LIBRARY',
    'pathspec',
    'directories of modules; those in Python are run where `prelude_python_modules` is true',
  ),
  collectionsPath: option(
    'defaults',
    'collections_path collections_paths',
    'COLLECTIONS_PATH COLLECTIONS_PATHS',
    'pathspec',
    'directories of collections',
  ),
  gathering: option(
    'defaults',
    'gathering',
    'GATHERING',
    'text',
    '`implicit`; `explicit`: facts are gathered where a play says so; `smart`: of hosts that none are known of yet',
  ),
  gatherTimeout: option(
    'defaults',
    'gather_timeout',
    'GATHER_TIMEOUT',
    'integer',
    'seconds that each file system may take to tell its size when a play gathers facts, 10 without it',
  ),
  factCaching: option(
    'defaults',
    'fact_caching',
    'CACHE_PLUGIN',
    'text',
    '`memory`, or `jsonfile`: facts are kept from run to run',
  ),
  factCachingConnection: option(
    'defaults',
    'fact_caching_connection',
    'CACHE_PLUGIN_CONNECTION',
    'path',
    'directory of the facts that `jsonfile` keeps',
  ),
  factCachingPrefix: option(
    'defaults',
    'fact_caching_prefix',
    'CACHE_PLUGIN_PREFIX',
    'text',
    'what the names of its files begin with',
  ),
  factCachingTimeout: option(
    'defaults',
    'fact_caching_timeout',
    'CACHE_PLUGIN_TIMEOUT',
    'integer',
    'seconds that kept facts are good for, 86400 without it; 0: for ever',
  ),
  hashBehaviour: option(
    'defaults',
    'hash_behaviour',
    'HASH_BEHAVIOUR',
    'text',
    '`replace` or `merge`: dictionaries of several levels',
  ),
  ansibleManaged: option(
    'defaults',
    'ansible_managed',
    '',
    'text',
    'the text of `ansible_managed`: `{file}`, `{host}`, `{uid}`, and the letters of strftime',
  ),
  strategy: option('defaults', 'strategy', 'STRATEGY', 'text', 'strategy of plays that name none'),
  anyErrorsFatal: option('defaults', 'any_errors_fatal', 'ANY_ERRORS_FATAL', 'boolean', 'one failure fails all hosts'),
  forceHandlers: option('defaults', 'force_handlers', 'FORCE_HANDLERS', 'boolean', 'run handlers of failed hosts too'),
  errorOnMissingHandler: option(
    'defaults',
    'error_on_missing_handler',
    'ERROR_ON_MISSING_HANDLER',
    'boolean',
    'whether an unknown handler is an error; else a warning',
  ),
  groupNames: option(
    'defaults',
    'force_valid_group_names',
    'TRANSFORM_INVALID_GROUP_CHARS',
    'text',
    'names of groups with other characters than letters, digits and _: `never` changed (the default) and `ignore`, without a warning; `always` replaced by _ and `silently`',
  ),
  localhostWarning: option(
    'defaults',
    'localhost_warning',
    'LOCALHOST_WARNING',
    'boolean',
    'whether an inventory without hosts is warned of',
  ),
  unparsedWarning: option(
    'inventory',
    'inventory_unparsed_warning',
    'INVENTORY_UNPARSED_WARNING',
    'boolean',
    'whether it is warned of when there is no inventory',
  ),
  anyUnparsedIsFailed: option(
    'inventory',
    'any_unparsed_is_failed',
    'INVENTORY_ANY_UNPARSED_IS_FAILED',
    'boolean',
    'an inventory source that does not exist is an error; else a warning',
  ),
  retryFilesEnabled: option(
    'defaults',
    'retry_files_enabled',
    'RETRY_FILES_ENABLED',
    'boolean',
    'write PLAYBOOK.retry with the hosts that failed, for `--limit @FILE`',
  ),
  retryFilesSavePath: option(
    'defaults',
    'retry_files_save_path',
    'RETRY_FILES_SAVE_PATH',
    'path',
    'directory of .retry files',
  ),
  logPath: option('defaults', 'log_path', 'LOG_PATH', 'path', 'file that the report is written to as well'),
  stdoutCallback: option(
    'defaults',
    'stdout_callback',
    'STDOUT_CALLBACK',
    'text',
    'the report: `default`, `yaml`, `json`, `minimal`, `oneline`',
  ),
  callbacksEnabled: option(
    'defaults',
    'callbacks_enabled callback_enabled callback_whitelist',
    'CALLBACKS_ENABLED CALLBACK_WHITELIST',
    'list',
    'further reports: `timer`, `profile_tasks`, `junit`',
  ),
  loadCallbacks: option(
    'defaults',
    'bin_ansible_callbacks',
    'LOAD_CALLBACK_PLUGINS',
    'boolean',
    '`play adhoc` reports as stdout_callback says too',
  ),
  resultFormat: option(
    'defaults',
    'callback_result_format result_format',
    'CALLBACK_RESULT_FORMAT',
    'text',
    '`json` or `yaml`: results in the default report',
  ),
  displaySkippedHosts: option(
    'defaults',
    'display_skipped_hosts',
    'DISPLAY_SKIPPED_HOSTS',
    'boolean',
    'whether skipped tasks are shown',
  ),
  displayOkHosts: option(
    'defaults',
    'display_ok_hosts',
    'DISPLAY_OK_HOSTS',
    'boolean',
    'whether tasks that changed nothing are shown',
  ),
  displayFailedStderr: option(
    'defaults',
    'display_failed_stderr',
    'DISPLAY_FAILED_STDERR',
    'boolean',
    'failed tasks are shown on standard error',
  ),
  checkModeMarkers: option(
    'defaults',
    'check_mode_markers',
    'CHECK_MODE_MARKERS',
    'boolean',
    'plays and tasks in check mode are marked',
  ),
  deprecationWarnings: option(
    'defaults',
    'deprecation_warnings',
    'DEPRECATION_WARNINGS',
    'boolean',
    'whether words of old playbooks are told of',
  ),
  systemWarnings: option('defaults', 'system_warnings', 'SYSTEM_WARNINGS', 'boolean', 'whether warnings are shown'),
  noColour: option('defaults', 'nocolor', 'NOCOLOR', 'boolean', 'no colours'),
  forceColour: option('defaults', 'force_color', 'FORCE_COLOR', 'boolean', 'colours without a terminal too'),
  verbosity: option('defaults', 'verbosity', 'VERBOSITY', 'integer', 'as many `-v`'),
  diff: option('diff', 'always', 'DIFF_ALWAYS', 'boolean', 'show what changes in files'),
  tags: option('tags', 'run', 'RUN_TAGS', 'list', 'tags without `-t`'),
  skipTags: option('tags', 'skip', 'SKIP_TAGS', 'list', 'tags without `--skip-tags`'),
} as const

type Typed = {
  text: string
  boolean: boolean
  integer: number
  list: readonly string[]
  path: string
  pathlist: readonly string[]
  pathspec: readonly string[]
}

export type OptionName = keyof typeof options

/** The options that are set, each as what it is. */
export type Settings = { readonly [Name in OptionName]?: Typed[(typeof options)[Name]['kind']] }
