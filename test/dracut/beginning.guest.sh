# What the init of a test's root begins with, and how it looks for secrets.
exec > /dev/console 2>&1
PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t tmpfs tmp /tmp
[ -e /proc/1 ] || mount -t proc proc /proc

# in two parts, so that this script is no place where it is found
canary=CANARY-
canary=${canary}of-the-test
encoded=$(printf %s "$canary" | base64)
encoded=${encoded%??}
hex=$(printf %s "$canary" | od -An -tx1 | tr -d ' \n')
# where a secret is, as it is or encoded: in files and on disks below the places; directories of the name $excluded are not
# looked into. Whoever opens a pipe waits for its other end
hits() {
    find "$@" ${excluded:+-name "$excluded" -prune -o} \( -type f -o -type b \) \
        -exec grep -laF -e "$canary" -e "$encoded" -e "$hex" {} + 2> /dev/null
}
none() {
    found=$(hits "$@")
    [ -z "$found" ] || { echo "$found"; for file in $found; do grep -aF -m 3 -e "$canary" -e "$encoded" -e "$hex" "$file" | cut -c 1-500; done; false; }
}
