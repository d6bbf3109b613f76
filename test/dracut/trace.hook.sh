#!/bin/sh
# cmdline hook of the test: writes down every program that the agent or one of its children starts, with its words and its
# environment.
traced=/usr/lib/prelude/prelude-agent
mv $traced ${traced%/*}/traced-agent
chmod 0755 ${traced%/*}/traced-agent
cat > $traced << 'EOF'
#!/bin/sh
exec strace -f -v -s 100000 --seccomp-bpf -e trace=execve,execveat -o /run/execve /usr/lib/prelude/traced-agent "$@"
EOF
