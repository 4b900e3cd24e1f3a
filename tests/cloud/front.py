"""The public URL of the emulated stack: http://127.0.0.1:PORT in place of https://ID.execute-api.REGION.amazonaws.com.

On AWS that name leads to the API; here it must not be looked up at all. This front passes each request on to the emulator's API, so
functions, fakes and tests share one address, and signatures over the URL hold.
"""

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Front:
    """Listens from the start; `lead_to` says where requests go once the API's ID is known."""

    def __init__(self):
        front = self
        self._target = None

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                status, headers, answer = front._pass_on(self.command, self.path, self.headers, body)
                self.send_response_only(status)
                for name, value in headers:
                    if name.lower() not in ("connection", "transfer-encoding", "content-length", "keep-alive"):
                        self.send_header(name, value)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_PUT = do_DELETE = do_OPTIONS = do_POST

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def lead_to(self, port, api_id):
        self._target = (port, f"/_aws/execute-api/{api_id}/$default")

    def _pass_on(self, method, path, headers, body):
        port, prefix = self._target
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=40)
        try:
            kept = {k: v for k, v in headers.items() if k.lower() not in ("host", "connection", "content-length", "expect")}
            connection.request(method, prefix + path, body, kept)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
