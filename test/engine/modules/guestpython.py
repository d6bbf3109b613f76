"""Runs each Python program that is sent to a socket, in a fork of this one. What Ansible's modules import is imported here
once: in a guest it takes longer than the modules themselves."""
import os
import signal
import socket
import sys
import zipfile

import ansible.module_utils.basic
import ansible.module_utils.common.text.converters

server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv.pop())
server.listen()
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    connection, _ = server.accept()
    if os.fork() == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        server.close()
        for descriptor in range(3):
            os.dup2(connection.fileno(), descriptor)
        connection.close()
        exec(compile(sys.stdin.read(), '<stdin>', 'exec'), {'__name__': '__main__'})
        sys.exit()
    connection.close()
