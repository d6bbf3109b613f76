import { type Command, sh } from '../command.ts'

/**
 * Sets the shell variable `path` to where `from`, one word, leads to when every link on the way is followed; what is not
 * there is taken as it is written. It also sets `rest`, `part`, `target` and `links`. In the shell itself, as not every
 * `readlink` knows -m: a process runs for each link only. A name may end with newlines, which `$( )` would drop.
 */
export const followInto = (from: Command): Command => sh`rest=${from} path= links=0
case $rest in /*) ;; *) rest=$PWD/$rest;; esac
while [ "$rest" ]; do
  part=\${rest%%/*}
  case $rest in */*) rest=\${rest#*/};; *) rest=;; esac
  case $part in
    '' | .) ;;
    ..) path=\${path%/*};;
    *)
      if [ -L "$path/$part" ] && [ $((links += 1)) -le 40 ]; then
        target=$(readlink -- "$path/$part" && echo .) && target=\${target%??} || exit
        case $target in /*) path=;; esac
        rest=$target/$rest
      else
        path=$path/$part
      fi;;
  esac
done
path=\${path:-/}`
