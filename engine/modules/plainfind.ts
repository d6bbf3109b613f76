import { type Command, sh } from '../command.ts'

/** What a find says that has no -printf, as that of busybox. */
export const unknownPrintf = 'unrecognized: -printf'

const fields = '%f %u %g %s %i %d %h %X %Y %Z %U:%G'

/** Prints of each file what `find -printf` would, as `listing.ts` asks it; $1 is the flag by which stat follows links, if any. */
const eachFile = sh`flag=$1; shift
for path; do
  all=$([ ! "$flag" ] || LC_ALL=C stat $flag -c ${fields} -- "$path" 2>/dev/null)
  # a link to nothing is told of itself
  [ "$all" ] || all=$(LC_ALL=C stat -c ${fields} -- "$path") || continue
  set -f; set -- $all
  mode=$((0x$1)) uid=$2 gid=$3 size=$4 inode=$5 device=$6 links=$7 accessed=$8 modified=$9
  shift 9
  changed=$1 target=; shift
  owner=\${*%:*} group=\${*#*:}
  [ "$owner" != UNKNOWN ] || owner=$uid
  [ "$group" != UNKNOWN ] || group=$gid
  case $((mode >> 12)) in 12) kind=s;; 10) kind=l;; 8) kind=f;; 6) kind=b;; 4) kind=d;; 2) kind=c;; *) kind=p;; esac
  [ $kind != l ] || { target=$(readlink -- "$path" && echo .) && target=\${target%??}; }
  printf '%s\\0%s\\0%o\\0' "$path" $kind $((mode & 07777))
  printf '%s\\0' $uid $gid "$owner" "$group" $size $inode $device $links $accessed $modified $changed "$target"
done`.text

const eachDigest = sh`for path; do
  sum=$(sha1sum <"$path") && printf '%s  %s\\0' "\${sum%% *}" "$path"
done`.text

/** `find`, a command of find without an action, with an action that prints what its -printf would. */
export const plainFind = (find: Command, followed: boolean): Command =>
  sh`${find} -exec sh -c ${eachFile} sh ${followed ? '-L' : ''} '{}' +`

/** Prints the SHA-1 of each regular file that is found as `sha1sum -z` would. */
export const plainDigests = (find: Command): Command => sh`${find} -type f -exec sh -c ${eachDigest} sh '{}' +`
