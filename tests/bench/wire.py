"""A very small HTTP/1.1 server on loopback: a thread a connection, no parsing beyond what our own programs send.

Python's own http.server costs half a millisecond a request, as much as what is measured with it; this costs a tenth of that.
"""

import socket
import threading


class Server:
    """Calls `answer(method, path, headers, body)` for each request; it gives (status, headers, body)."""

    def __init__(self, answer):
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # closed
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        stream = connection.makefile("rb")
        try:
            while line := stream.readline():
                method, path, _ = line.decode("latin-1").split(" ", 2)
                headers = {}
                while (line := stream.readline()) not in (b"\r\n", b""):
                    name, _, value = line.decode("latin-1").partition(":")
                    headers[name.strip().lower()] = value.strip()
                body = self._body(stream, headers)
                status, more, answer = self._answer(method, path, headers, body)
                head = f"HTTP/1.1 {status} -\r\ncontent-length: {len(answer)}\r\n" + "".join(f"{k}: {v}\r\n" for k, v in more.items())
                connection.sendall(head.encode("latin-1") + b"\r\n" + answer)
        except (OSError, ValueError):
            pass  # the other side went away
        finally:
            connection.close()

    @staticmethod
    def _body(stream, headers):
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return stream.read(int(headers.get("content-length", 0)))
        parts = []
        while size := int(stream.readline().split(b";")[0], 16):
            parts.append(stream.read(size))
            stream.readline()
        while stream.readline() not in (b"\r\n", b""):
            pass
        return b"".join(parts)

    def close(self):
        self._listener.close()
