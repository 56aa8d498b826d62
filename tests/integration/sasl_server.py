"""As much of Dovecot's authentication service as Postfix needs to take every PLAIN login as "alice".

Protocol: https://doc.dovecot.org/developer_manual/design/auth_protocol/
"""

import os
import socketserver
import threading

HANDSHAKE = b"VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t00\nDONE\n"


class _Session(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(HANDSHAKE)
        for line in self.rfile:
            command = line.decode().rstrip("\n").split("\t")
            if command[0] == "AUTH":
                self.wfile.write(f"OK\t{command[1]}\tuser=alice\n".encode())


class SaslServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def __init__(self, path):
        super().__init__(path, _Session)
        os.chmod(path, 0o666)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()
