# A guest with disks; what it does to them follows.
export MDADM_NO_UDEV=1
stty -echo
for module in $(sed -n 's/.*modules=\([^ ]*\).*/\1/p' /proc/cmdline | tr , ' '); do modprobe "$module"; done

# a command says all the words
says() {
    said=$($1 2>&1)
    shift
    for word in "$@"; do echo "$said" | grep -qF -- "$word" || { echo "$said"; echo "does not say: $word"; return 1; }; done
}
# has the test do something, and gives its answer
ask() {
    echo "ask $*" > /dev/console
    read -r answer < /dev/console
    echo "$answer"
}
