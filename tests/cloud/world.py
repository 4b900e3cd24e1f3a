"""The world round the deployed stack: a LINE and a HubSpot that are fakes, an operator who sets things up, a person, a workflow.

The fakes are the program's own (`local fakes --json`): they enforce the vendors' rules. The operator is the program's own command line.
What depends on their exact words is in one function each: `start_fakes`, `seed`, `dead_letters`.
"""

import base64
import hashlib
import hmac
import itertools
import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARIES = Path(os.environ.get("MUSUBI_BINARIES", ROOT / "target" / "release"))

# Turn to True once `start_fakes`, `seed` and `dead_letters` speak to the real binaries.
WIRED = False


@dataclass
class Demo:
    """One LINE channel connected to one HubSpot portal, and a friend whose contact has an owner."""

    channel_id: str
    channel_secret: str
    bot_user_id: str
    friend: str
    contact_id: str
    app_id: str
    client_secret: str
    portal_id: str


class Fakes:
    """The running fakes."""

    def __init__(self, process, told):
        self._process = process
        self.told = told
        self.line_url, self.hubspot_url = told["line_url"], told["hubspot_url"]

    def world(self):
        """What LINE delivered and what the CRM holds (the shape of /world.json)."""
        with urllib.request.urlopen(f"{self.told.get('url', self.line_url)}/world.json", timeout=10) as answer:
            return json.load(answer)

    def stop(self):
        self._process.terminate()
        self._process.wait(timeout=10)


def start_fakes():
    """`local fakes --json`: prints one line with the addresses, serves until it is stopped."""
    process = subprocess.Popen([BINARIES / "local", "fakes", "--json"], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
    return Fakes(process, json.loads(process.stdout.readline()))


def musubi(stack, *arguments, secrets=""):
    """The operator's command line, pointed at the emulated account. Secrets go through standard input. Gives its JSON."""
    run = subprocess.run(
        [BINARIES / "musubi", "--json", *arguments], input=secrets, env=stack.operator(), capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout or "null")


def seed(stack, fakes):
    """Connects a channel and a portal through the command line. The window of a conversation is a second, so that tests do not wait."""
    raise NotImplementedError("portal add, channel add, and what the fakes tell about their demo")


def dead_letters(stack, *arguments):
    """`musubi dead-letters list|redrive ...`."""
    return musubi(stack, "dead-letters", *arguments)


# ---------------------------------------------------------------- what people and workflows do

_number = itertools.count(1)


def post(url, body, headers):
    """Posts raw bytes; gives (status, body), also for refusals."""
    request = urllib.request.Request(url, body, {"content-type": "application/json"} | headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def text_event(demo, text):
    """A text message event as LINE sends it today."""
    n = next(_number)
    return {
        "type": "message",
        "message": {"type": "text", "id": f"57{n:016d}", "text": text, "quoteToken": f"q{n}"},
        "webhookEventId": f"01K0CLOUD{n:017d}",
        "deliveryContext": {"isRedelivery": False},
        "timestamp": int(time.time() * 1000),
        "source": {"type": "user", "userId": demo.friend},
        "replyToken": f"{n:032x}",
        "mode": "active",
    }


def line_posts(stack, demo, events, secret=None, url=None):
    """LINE calls our webhook, signed with the channel secret (or another one, to forge)."""
    body = json.dumps({"destination": demo.bot_user_id, "events": events}, ensure_ascii=False).encode()
    mac = hmac.new((secret or demo.channel_secret).encode(), body, hashlib.sha256).digest()
    url = url or f"{stack.public_url}/line/{demo.channel_id}/webhook"
    return post(url, body, {"x-line-signature": base64.b64encode(mac).decode()})[0]


def hubspot_posts(stack, demo, message, callback_id, secret=None):
    """A workflow's action, signed as v2: SHA-256 of secret, method, URL and body. Gives (status, answer)."""
    url = f"{stack.public_url}/crm/hubspot/{demo.app_id}/action"
    body = json.dumps(
        {
            "callbackId": callback_id,
            "origin": {"portalId": int(demo.portal_id), "actionDefinitionId": 2, "actionDefinitionVersion": 1},
            "context": {"source": "WORKFLOWS", "workflowId": 4},
            "object": {"objectId": int(demo.contact_id), "objectType": "CONTACT", "properties": {"line_user_id": demo.friend}},
            "inputFields": {"channel": demo.channel_id, "message_1": message},
        },
        ensure_ascii=False,
    ).encode()
    signature = hashlib.sha256((secret or demo.client_secret).encode() + b"POST" + url.encode() + body).hexdigest()
    return post(url, body, {"x-hubspot-signature": signature, "x-hubspot-signature-version": "v2"})
