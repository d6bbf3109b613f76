import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { Failure } from '../failure.ts'
import { channelOf } from './childchannel.ts'

/** Makes what the tree needs around it and waits; `$1` is its root, `$2` is `build` or `boot`. */
const setUp = String.raw`
root=$1 made=
say() { echo "$*" >&2; exit 1; }
[ -d "$root" ] || say "there is no directory $root"
[ -x "$root/bin/sh" ] || [ -L "$root/bin/sh" ] || say "$root has no /bin/sh: it is not an operating system's root"
if [ "$2" = build ]; then
  exec 9<"$root"
  flock -n 9 || exit 75
fi
read -r pid _ </proc/self/stat
for directory in proc sys dev run; do
  [ -d "$root/$directory" ] || mkdir "$root/$directory" || exit
done

# A container may forbid new instances; the machine's own are shown then.
mount -t proc -o nosuid,nodev,noexec proc "$root/proc" 2>/dev/null || mount --rbind /proc "$root/proc" || exit
if [ "$2" = boot ]; then
  for directory in sys dev run; do mount --rbind "/$directory" "$root/$directory" || exit; done
else
  mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$root/sys" 2>/dev/null || mount --rbind /sys "$root/sys" || exit
  mount -t tmpfs -o mode=0755,nosuid,noexec dev "$root/dev" || exit
  for device in null zero full random urandom tty; do
    : >"$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device" || exit
  done
  mkdir "$root/dev/pts" "$root/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5,nosuid,noexec devpts "$root/dev/pts" 2>/dev/null ||
    mount --bind /dev/pts "$root/dev/pts" || exit
  mount -t tmpfs -o mode=1777,nosuid,nodev shm "$root/dev/shm" || exit
  ln -s pts/ptmx "$root/dev/ptmx"
  ln -s /proc/self/fd "$root/dev/fd"
  ln -s fd/0 "$root/dev/stdin"
  ln -s fd/1 "$root/dev/stdout"
  ln -s fd/2 "$root/dev/stderr"
  mount -t tmpfs -o mode=0755,nosuid,nodev run "$root/run" || exit
  mkdir -m 1777 "$root/run/lock"
fi

# What starts services is found here first and starts none. Nothing is laid over the tree's own programs:
# a package that replaces one of them could not.
guard=$root/run/prelude-guard
mkdir -p "$guard"
mount -t tmpfs -o mode=0755,nosuid,nodev guard "$guard" || exit
for program in invoke-rc.d deb-systemd-invoke start-stop-daemon service; do
  printf '#!/bin/sh\necho "%s: no service is started in an image" >&2\n' "$program" >"$guard/$program"
done
printf '#!/bin/sh\nexit 101\n' >"$guard/policy-rc.d"
chmod 0755 "$guard"/*

# A file that a mount needs to stand on is empty, and goes again at the end.
lay() {
  if [ ! -e "$2" ]; then
    : >"$2" && chmod 0000 "$2" || return
    made="$made $2"
  elif [ ! -s "$2" ] && [ "$(stat -c %a "$2")" = 0 ]; then
    made="$made $2"
  fi
  mount --bind "$1" "$2"
}
if [ -x "$root/usr/bin/dpkg" ]; then
  lay "$guard/policy-rc.d" "$root/usr/sbin/policy-rc.d" || exit
fi
if [ -s /etc/resolv.conf ] && [ -d "$root/etc" ]; then
  cat /etc/resolv.conf >"$guard/resolv.conf"
  target=$(readlink "$root/etc/resolv.conf")
  case $target in
  '') lay "$guard/resolv.conf" "$root/etc/resolv.conf" || exit ;;
  /run/* | ../run/* | /var/run/* | ../var/run/*)
    target=$root/run/${'$'}{target#*run/}
    mkdir -p "${'$'}{target%/*}" && lay "$guard/resolv.conf" "$target" || exit ;;
  esac
fi

echo "ready $pid"
while read -r _; do :; done

# The end of the input: whoever opened the tree has closed it or is gone.
for file in $made; do
  umount -l "$file"
  [ -s "$file" ] || rm -f "$file"
done
umount -l "$guard" && rmdir "$guard"
`

/** A running private view of a tree: its mounts and processes vanish with it, however it ends. */
export type ImageNamespace = {
  /** Arguments for nsenter that lead into it. */
  readonly enter: readonly string[]
  close(): Promise<void>
}

const reasonOf = (root: string, code: number | null, said: string): Failure => {
  if (code === 75) {
    return new Failure('connection.locked', `${root} is being built already`, {
      hint: 'wait until the other run has ended; two builds of one tree would spoil it',
    })
  }
  const hint = /not permitted|must be superuser/i.test(said) ? 'images are built as root' : undefined
  return new Failure('connection.image', `cannot open the tree ${root}: ${said.trim() || `exit code ${code}`}`, {
    hint,
  })
}

const started = (holder: ChildProcessWithoutNullStreams, root: string): Promise<string> => {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let out = ''
  let said = ''
  holder.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000)
  })
  holder.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
    const pid = /^ready (\d+)$/m.exec(out)?.[1]
    if (pid) resolve(pid)
  })
  holder.on('error', (cause) => reject(reasonOf(root, null, cause.message)))
  holder.on('close', (code) => reject(reasonOf(root, code, said)))
  return promise
}

/** Makes the private view of the tree at `root`, an absolute path without links. */
export const openNamespace = async (root: string, boot: boolean): Promise<ImageNamespace> => {
  const kinds = boot ? ['--mount', '--pid'] : ['--mount', '--pid', '--uts']
  const run = ['/bin/sh', '-c', 'eval "$script"', 'prelude-image', root, boot ? 'boot' : 'build']
  const holder = spawn('unshare', [...kinds, '--propagation', 'slave', '--fork', '--', ...run], {
    detached: true,
    env: { ...process.env, script: setUp }, // process lists stay readable
  })
  const channel = channelOf(holder)
  const pid = await started(holder, root)
  return {
    enter: [...kinds, '--target', pid],
    async close() {
      channel.stdin.end()
      const timer = setTimeout(channel.kill, 5000)
      await channel.ended
      clearTimeout(timer)
    },
  }
}
