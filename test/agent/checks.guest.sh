# What a guest looks at: `check NAME COMMAND…` writes `ok NAME`, or `not ok NAME` with what the command said.
echo # the firmware left its line open
check() {
    name=$1
    shift
    if "$@" > /tmp/output 2>&1; then
        echo "ok $name"
    else
        echo "not ok $name"
        head -c 3000 /tmp/output
    fi
}
not() { ! "$@"; }
same() { [ "$1" = "$2" ] || { echo "'$1' is not '$2'"; false; }; }
