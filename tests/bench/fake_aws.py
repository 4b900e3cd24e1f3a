"""DynamoDB, SQS and Secrets Manager as a bench needs them: they answer at once, keep nothing, and count the calls.

An answer is the least that the protocol (awsJson) allows; a case may say what a certain call answers.
"""

import collections
import hashlib
import json

from wire import Server


def _sent(request):
    return {"MessageId": "0" * 8, "MD5OfMessageBody": hashlib.md5(request["MessageBody"].encode()).hexdigest()}


DEFAULTS = {
    "AmazonSQS.SendMessage": _sent,
    "AmazonSQS.SendMessageBatch": lambda r: {"Successful": [{"Id": e["Id"], **_sent(e)} for e in r["Entries"]], "Failed": []},
}


class FakeAws:
    """One endpoint for all three. `calls` counts by X-Amz-Target, such as `AmazonSQS.SendMessage`."""

    def __init__(self, answers=None):
        self._answers = DEFAULTS | (answers or {})
        self.calls = collections.Counter()
        self._server = Server(self._answer)
        self.url = f"http://127.0.0.1:{self._server.port}"

    def _answer(self, method, path, headers, body):
        target = headers.get("x-amz-target", f"{method} {path}")
        self.calls[target] += 1
        answer = self._answers.get(target, {})
        if callable(answer):
            answer = answer(json.loads(body))
        return 200, {"content-type": headers.get("content-type", "application/x-amz-json-1.0")}, json.dumps(answer).encode()

    def close(self):
        self._server.close()
