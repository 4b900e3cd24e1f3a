"""The world round the deployed stack: a LINE and a HubSpot that are fakes, an operator who sets things up, a person, a workflow.

The fakes are the program's own (`local fakes --json`): they enforce the vendors' rules. The operator is the program's own command line
(`musubi`), with a browser where HubSpot asks for one.
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
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import rows
from stack import until

ROOT = Path(__file__).resolve().parents[2]
# The functions as they ship, and the programs beside them, for which any build will do.
BINARIES = Path(os.environ.get("MUSUBI_BINARIES", ROOT / "target" / "release"))
TOOLS = Path(os.environ.get("MUSUBI_TOOLS", ROOT / "target" / "debug"))

# No proxy of this machine stands between two of our own programs.
open_url = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


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
    login_secret: str
    liff_id: str
    # Nobody's friends yet: one without and one with an e-mail address.
    strangers: list


class Fakes:
    """The running fakes."""

    def __init__(self, process, told):
        self._process = process
        self.told = told
        self.line_url, self.hubspot_url = told["line_url"], told["hubspot_url"]

    def world(self):
        """What LINE delivered and what the CRM holds (the shape of /world.json)."""
        with open_url(f"{self.told['url']}/world.json", timeout=10) as answer:
            return json.load(answer)

    def stop(self):
        self._process.terminate()
        self._process.wait(timeout=10)


def start_fakes(public_url):
    """`local fakes --json`: prints one line with the addresses and what the vendors know, serves until it is stopped. `public_url` is
    where the vendors call us and send people back to."""
    process = subprocess.Popen([TOOLS / "local", "fakes", "--json", "--public-url", public_url], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
    return Fakes(process, json.loads(process.stdout.readline()))


def vendor_addresses(fakes):
    """The template's parameters that lead to the fakes."""
    line = fakes.line_url
    return {
        "LineApiUrl": line,
        "LineAccessUrl": line,
        "LineAppUrl": line,
        "LiffUrl": f"{line}/liff",
        "LiffSdkUrl": f"{line}/liff/sdk.js",
        "HubSpotApiUrl": fakes.hubspot_url,
        "HubSpotAuthorizeUrl": f"{fakes.hubspot_url}/oauth/authorize",
        "HubSpotApp": fakes.told["hubspot_app_id"],
    }


def command(stack, fakes, *arguments):
    """The operator's command line, pointed at the emulated account and the fakes, and its environment."""
    vendors = {"MUSUBI_LINE_API_URL": fakes.line_url, "MUSUBI_HUBSPOT_API_URL": fakes.hubspot_url}
    browser = {"MUSUBI_HUBSPOT_AUTHORIZE_URL": f"{fakes.hubspot_url}/oauth/authorize"}
    return [TOOLS / "musubi", "--json", "--lang", "en", *arguments], stack.operator() | vendors | browser


def musubi(stack, fakes, *arguments, secrets=""):
    """Runs the command line to its end. Secrets go through standard input. Gives its JSON."""
    program, environment = command(stack, fakes, *arguments)
    run = subprocess.run(program, input=secrets, env=environment, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stdout + run.stderr
    return json.loads(run.stdout)


def connect_portal(stack, fakes):
    """`musubi portal add`, and the person who opens the address it shows and grants access."""
    program, environment = command(stack, fakes, "portal", "add", "--port", "0", "--app", fakes.told["hubspot_app_id"])
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(program, env=environment, text=True, **pipes) as process:
        process.stdin.write(f"{fakes.told['hubspot_client_id']}\n{fakes.told['hubspot_client_secret']}\n")
        process.stdin.close()
        said = []
        for line in process.stderr:
            said.append(line)
            if line.startswith("http"):
                with open_url(f"{line.strip()}&portal_id={fakes.told['portal_id']}", timeout=30) as page:  # HubSpot sends the browser back to the command line
                    assert page.status == 200
                break
        said += process.stderr.readlines()
        told = process.stdout.read()
    assert process.returncode == 0, told + "".join(said)
    return json.loads(told)


def seed(stack, fakes):
    """Connects a portal and a channel through the command line."""
    told = fakes.told
    demo = Demo(
        channel_id=told["channel_id"],
        channel_secret=told["channel_secret"],
        bot_user_id=told["bot_user_id"],
        friend=told["line_user_ids"][0],
        contact_id=told["linked_contact_id"],
        app_id=told["hubspot_app_id"],
        client_secret=told["hubspot_client_secret"],
        portal_id=told["portal_id"],
        login_secret=told["login_channel_secret"],
        liff_id=told["liff_id"],
        strangers=told["line_strangers"],
    )
    portal = connect_portal(stack, fakes)
    assert (portal["portal_id"], portal["workflows_wait"]) == (demo.portal_id, True), portal
    channel = ("--account", demo.portal_id, "--channel-id", demo.channel_id)
    added = musubi(stack, fakes, "channel", "add", *channel, "--yes", secrets=f"{demo.channel_secret}\n")
    assert added["webhook"]["test"]["success"], added
    set_up_login(stack, fakes, demo)
    musubi(stack, fakes, "channel", "set", demo.channel_id, "tell_team=on")
    hear_as_the_team(stack)
    end_conversations_soon(stack, demo)
    know_the_friend(fakes, demo)
    let_the_token_end(stack, demo)
    return demo


def token(stack, demo):
    """The portal's token, as it is stored, and the secret's name."""
    name = f"{stack.outputs['SecretsPrefix']}hubspot/account/{demo.portal_id}"
    return name, json.loads(stack.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])


def let_the_token_end(stack, demo):
    """The dispatcher has to refresh it, and to store the new one."""
    name, stored = token(stack, demo)
    stack.client("secretsmanager").put_secret_value(SecretId=name, SecretString=json.dumps(stored | {"expires_at_ms": 0}))


def set_up_login(stack, fakes, demo):
    """People can log in: with their e-mail address, by a LIFF app, by one route."""
    channel = ("--login-channel-id", fakes.told["login_channel_id"], "--make-liff", "email=on")
    musubi(stack, fakes, "login", "set", demo.channel_id, *channel, secrets=f"{demo.login_secret}\n")
    musubi(stack, fakes, "route", "add", demo.channel_id, "poster")


def end_conversations_soon(stack, demo):
    """After three seconds, so that tests do not wait; `musubi channel set` takes ten at least. Longer than the first wake-up's payment."""
    dynamodb, key = stack.client("dynamodb"), {"pk": {"S": "channel"}, "sk": {"S": demo.channel_id}}
    table = stack.ids["ChannelsTable"]
    item = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
    channel = json.loads(rows.body(item))
    channel["settings"]["idle_window_ms"] = 3000
    dynamodb.put_item(TableName=table, Item=rows.with_body(item, json.dumps(channel)))


def hear_as_the_team(stack):
    """A queue that subscribes to the stack's topic for the team, in a mail address's place."""
    sqs = stack.client("sqs")
    url = sqs.create_queue(QueueName="team")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = stack.outputs["TeamTopicArn"]
    lets = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn, "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [lets]})})
    stack.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)


def told_to_the_team(stack):
    """What that queue holds: SNS's envelopes."""
    sqs = stack.client("sqs")
    url = sqs.get_queue_url(QueueName="team")["QueueUrl"]
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages", [])
    return [json.loads(message["Body"]) for message in received]


def know_the_friend(fakes, demo):
    """The CRM knows whose contact the friend is, as after an import of LINE user IDs."""
    url = f"{fakes.hubspot_url}/crm/objects/2026-03/contacts/batch/update"
    body = json.dumps({"inputs": [{"id": demo.contact_id, "properties": {"line_user_id": demo.friend}}]}).encode()
    status, answer = post(url, body, {"authorization": f"Bearer {fakes.told['hubspot_private_token']}"})
    assert status == 200, answer


def at_rest(stack, condition, what):
    """Waits for the condition, waking the dispatcher as its schedule does, so that a test need not wait for the minute."""

    def look():
        stack.wake("timeline-flush")
        return condition()

    return until(look, what)


def refused_by_roles(stack):
    """What the functions' logs say of it. INIT's calls are among them: whatever is refused there is logged as warm_up.failed."""
    return [line for line in stack.logs() if "AccessDenied" in line or "not authorized" in line or "warm_up.failed" in line]


def dead_letters(stack, fakes, *arguments):
    """`musubi dead-letters list|redrive ...`."""
    return musubi(stack, fakes, "dead-letters", *arguments)


# ---------------------------------------------------------------- what people and workflows do

_number = itertools.count(1)


def post(url, body, headers):
    """Posts raw bytes; gives (status, body), also for refusals."""
    request = urllib.request.Request(url, body, {"content-type": "application/json"} | headers, method="POST")
    try:
        with open_url(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def types_into(fakes, properties, contact_id=None):
    """Somebody makes a contact in HubSpot, or changes one; HubSpot tells its webhook. Gives the contact's ID."""
    answer = acts(fakes, "/crm/contacts" + (f"/{contact_id}" if contact_id else ""), {"properties": properties})
    return contact_id or answer["contact_id"]


def acts(fakes, path, body):
    """Somebody does something in the fakes' own world. Gives the answer."""
    status, answer = post(f"{fakes.told['url']}/demo{path}", json.dumps(body).encode(), {})
    assert status == 200, answer
    return json.loads(answer)


def person_arrives(fakes, name):
    """Somebody new adds the Official Account; LINE tells its webhook. Gives their LINE user ID."""
    return acts(fakes, "/line/people", {"name": name})["user_id"]


def person_writes(fakes, user, text):
    """A person writes on their phone; LINE posts it, and again a minute later if it got no good answer."""
    return acts(fakes, f"/line/{user}/text", {"text": text})


def workflow_runs(fakes, demo, contact_ids, message):
    """A workflow runs for contacts; HubSpot posts an action for each, and again if it got no good answer. Gives the callback IDs."""
    fields = {"channel": demo.channel_id, "message_1": message}
    return acts(fakes, "/crm/run", {"contact_ids": contact_ids, "fields": fields})["callback_ids"]


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
    """LINE calls our webhook, signed with the channel secret (or another one, to forge). Gives the status."""
    return line_calls(stack, demo, events, secret, url)[0]


def line_calls(stack, demo, events, secret=None, url=None):
    """The same; gives (status, body)."""
    body = json.dumps({"destination": demo.bot_user_id, "events": events}, ensure_ascii=False).encode()
    mac = hmac.new((secret or demo.channel_secret).encode(), body, hashlib.sha256).digest()
    url = url or f"{stack.public_url}/line/{demo.channel_id}/webhook"
    return post(url, body, {"x-line-signature": base64.b64encode(mac).decode()})


def hubspot_posts(stack, demo, message, callback_id, secret=None, contact_id=None, user=None):
    """A workflow's action, signed as v2: SHA-256 of secret, method, URL and body, for the friend's contact or another. Gives
    (status, answer)."""
    url = f"{stack.public_url}/crm/hubspot/{demo.app_id}/action"
    body = json.dumps(
        {
            "callbackId": callback_id,
            "origin": {"portalId": int(demo.portal_id), "actionDefinitionId": 2, "actionDefinitionVersion": 1},
            "context": {"source": "WORKFLOWS", "workflowId": 4},
            "object": {"objectId": int(contact_id or demo.contact_id), "objectType": "CONTACT", "properties": {"line_user_id": user or demo.friend}},
            "inputFields": {"channel": demo.channel_id, "message_1": message},
        },
        ensure_ascii=False,
    ).encode()
    signature = hashlib.sha256((secret or demo.client_secret).encode() + b"POST" + url.encode() + body).hexdigest()
    return post(url, body, {"x-hubspot-signature": signature, "x-hubspot-signature-version": "v2"})


def hubspot_hands_over(stack, demo, portal_id, user, secret=None):
    """A page of the app in HubSpot asks for the console, as this user (ID and e-mail address) of this account: HubSpot appends who asks,
    and signs as v3, HMAC-SHA256 of method, URL (with `%40` as `@`), body and time. Gives (status, answer)."""
    asks = {"portalId": portal_id, "userId": user[0], "userEmail": user[1], "appId": demo.app_id}
    url = f"{stack.public_url}/console/hand-over?{urllib.parse.urlencode(asks)}"
    now = str(int(time.time() * 1000))
    body = json.dumps({"asked_at_ms": int(now)}).encode()
    signed = b"POST" + url.replace("%40", "@").encode() + body + now.encode()
    signature = base64.b64encode(hmac.new((secret or demo.client_secret).encode(), signed, hashlib.sha256).digest()).decode()
    return post(url, body, {"x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": now})
