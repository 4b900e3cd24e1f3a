#!/usr/bin/env python3
"""Writes the events of this folder and env.json: what Lambda would hand each function, signed with the demo's secrets.

    python3 events/make.py                  writes the files
    python3 events/make.py --check          writes nothing; fails where a file is not what would be written
    python3 events/make.py --env 127.0.0.1  prints env.json for another host than host.docker.internal

The secrets are those of the demo channel and the demo portal that `cargo run -p local` sets up. They open nothing else.
Nothing but Python's standard library is needed.
"""

import base64
import hashlib
import hmac
import json
import sys
import uuid
from pathlib import Path

HERE = Path(__file__).resolve().parent

# The demo, as infra/local/src/seed.rs has it.
CHANNEL, CHANNEL_SECRET = "1657000001", "0123456789abcdef0123456789abcdef"
BOT = "Ub0b00000000000000000000000000001"
APP, CLIENT_SECRET, PORTAL = "5000001", "00000000-0000-4000-8000-000000000001", "24000001"
PUBLIC_URL = "http://127.0.0.1:8800"  # what HubSpot signs; the ports below are the local run's own, too
DYNAMODB, SQS, SECRETS, LINE, HUBSPOT = 8801, 8802, 8802, 8804, 8805
STACK = "local"

# A person who writes, a contact that a workflow runs on, one execution of its action.
PERSON = "U00000000000000000000000000000001"
CONTACT, CALLBACK = "1001", "ap-24000001-1001-1-0"
AT_MS = 1_767_225_600_000
# Pushes have a latest time. Theirs lies in the year 2100, so that the file does not grow stale.
ACCEPTED_AT_MS = 4_102_444_800_000
HOUR_MS = 3_600_000
# As in shared/src/domain/push.rs.
PUSH_NAMESPACE = uuid.UUID("7f3d2b0c-9a64-5e1b-8c52-6d7573756269")


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# ---------------------------------------------------------------- what LINE and HubSpot write


def line_event(number, kind, **more):
    return {
        "type": kind,
        **more,
        "webhookEventId": f"01KEVENTS{number:017d}",
        "deliveryContext": {"isRedelivery": False},
        "timestamp": AT_MS + number,
        "source": {"type": "user", "userId": PERSON},
        "mode": "active",
    }


def text_event(number, text):
    message = {"type": "text", "id": f"{468_000_000_000_000_000 + number}", "quoteToken": "q", "text": text}
    return line_event(number, "message", replyToken=f"{number:032x}", message=message)


def webhook(*events):
    return compact({"destination": BOT, "events": list(events)})


TEXT = webhook(text_event(1, "予約を変更できますか？"))
FOLLOW = webhook(line_event(2, "follow", replyToken=f"{2:032x}", follow={"isUnblocked": False}))
EMPTY = webhook()
SEVERAL = webhook(
    text_event(3, "こんにちは"),
    line_event(
        4,
        "message",
        replyToken=f"{4:032x}",
        message={
            "type": "sticker",
            "id": "468000000000000004",
            "quoteToken": "q",
            "packageId": "446",
            "stickerId": "1988",
            "stickerResourceType": "STATIC",
            "keywords": ["Hello"],
        },
    ),
    line_event(5, "postback", replyToken=f"{5:032x}", postback={"data": "menu=hours"}),
)

ACTION = compact(
    {
        "callbackId": CALLBACK,
        "origin": {
            "portalId": int(PORTAL),
            "userId": None,
            "actionDefinitionId": 259551814,
            "actionDefinitionVersion": 1,
            "actionExecutionIndexIdentifier": {"enrollmentId": 1001, "actionExecutionIndex": 0},
        },
        "context": {"workflowId": 1, "actionId": 1, "source": "WORKFLOWS"},
        "object": {"objectId": int(CONTACT), "objectType": "CONTACT", "properties": {"firstname": "花子"}},
        "inputFields": {
            "channel": CHANNEL,
            "line_user_id": PERSON,
            "message_1": "{{line:firstname}}様、ご予約を承りました。",
            "message_2": compact({"type": "sticker", "packageId": "446", "stickerId": "1988"}),
        },
    }
)


# ---------------------------------------------------------------- how they sign it


def line_signature(body):
    return base64.b64encode(hmac.new(CHANNEL_SECRET.encode(), body.encode(), hashlib.sha256).digest()).decode()


def hubspot_signature(path, body):
    """Version 2: a plain hash, without a time."""
    return hashlib.sha256(f"{CLIENT_SECRET}POST{PUBLIC_URL}{path}{body}".encode()).hexdigest()


# ---------------------------------------------------------------- how AWS hands it over


def http(route, path, parameters, headers, body=None, query=""):
    """An HTTP API event, payload format 2.0. Its method is the route's; without a body it says nothing of one."""
    method = route.split(" ")[0]
    typed = {"content-type": "application/json; charset=utf-8"} if body is not None else {}
    return {
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": query,
        "headers": {**typed, "host": "127.0.0.1:8800", **headers},
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": "127.0.0.1",
            "domainPrefix": "local",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "local"},
            "requestId": "local",
            "routeKey": route,
            "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000",
            "timeEpoch": AT_MS,
        },
        "pathParameters": parameters,
        **({"body": body} if body is not None else {}),
        "isBase64Encoded": False,
    }


def from_line(body):
    path = f"/line/{CHANNEL}/webhook"
    signed = {"x-line-signature": line_signature(body)}
    return http("POST /line/{channel}/webhook", path, {"channel": CHANNEL}, signed, body)


def from_browser(route, query=""):
    """A person's browser, without our cookie."""
    path = route.split(" ")[1].replace("{channel}", CHANNEL)
    return http(route, path, {"channel": CHANNEL}, {"accept-language": "ja"}, query=query)


def from_operator(route):
    """The browser of somebody who is not signed in."""
    return http(route, route.split(" ")[1], {}, {"accept-language": "ja"})


def from_hubspot(body):
    path = f"/crm/hubspot/{APP}/action"
    signed = {"x-hubspot-signature": hubspot_signature(path, body), "x-hubspot-signature-version": "v2"}
    return http("POST /crm/{kind}/{app}/action", path, {"kind": "hubspot", "app": APP}, signed, body)


def envelope(job):
    """As in shared/src/aws/envelope.rs."""
    return compact({"v": 1, "as": "json", "job": base64.b64encode(compact(job).encode()).decode()})


def records(queue, *bodies, fifo_group=None):
    """A batch of SQS."""

    def record(number, body):
        attributes = {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": str(AT_MS),
            "SenderId": "AROAEXAMPLE:local",
            "ApproximateFirstReceiveTimestamp": str(AT_MS),
        }
        if fifo_group:
            attributes |= {
                "MessageGroupId": fifo_group,
                "MessageDeduplicationId": hashlib.sha256(body.encode()).hexdigest(),
                "SequenceNumber": f"{number:020d}",
            }
        return {
            "messageId": str(uuid.UUID(int=number)),
            "receiptHandle": f"local-{number}",
            "body": body,
            "attributes": attributes,
            "messageAttributes": {},
            "md5OfBody": hashlib.md5(body.encode()).hexdigest(),
            "eventSource": "aws:sqs",
            "eventSourceARN": f"arn:aws:sqs:ap-northeast-1:000000000000:{queue}",
            "awsRegion": "ap-northeast-1",
        }

    return {"Records": [record(number, body) for number, body in enumerate(bodies, 1)]}


# ---------------------------------------------------------------- what waits in our queues

ACCOUNT = {"kind": "hubspot", "id": PORTAL}
INBOX_JOB = {"channel": CHANNEL, "accepted_at_ms": AT_MS, "tries": 0, "body": TEXT}

NOTICE = {"id": "msg_0123456789abcdef0123456789abcdef", "channel": CHANNEL, "contact": "1001", "kind": "text", "at_ms": AT_MS, "tries": 0}


def push_id():
    """As PushId::of_action: version 5 over length-prefixed parts."""
    parts = [part.encode() for part in ("hubspot", PORTAL, CALLBACK)]
    name = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    digest = hashlib.sha1(PUSH_NAMESPACE.bytes + name).digest()
    return str(uuid.UUID(bytes=digest[:16], version=5))


def push_job():
    text = "花子様、ご予約を承りました。"
    return {
        "id": push_id(),
        "account": ACCOUNT,
        "callback": CALLBACK,
        "waits": True,
        "contact": CONTACT,
        "channel": CHANNEL,
        "to": {"is": "linked", "user": PERSON, "since_ms": 0},
        "messages": [{"json": compact({"type": "text", "text": text}), "said": {"kind": "text", "text": text}}],
        "tag": None,
        "accepted_at_ms": ACCEPTED_AT_MS,
        "send_by_ms": ACCEPTED_AT_MS + 24 * HOUR_MS,
        "expires_at_ms": ACCEPTED_AT_MS + 49 * HOUR_MS,
    }


def scheduled(function):
    return {
        "version": "0",
        "id": str(uuid.UUID(int=1)),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": "2026-01-01T00:00:00Z",
        "region": "ap-northeast-1",
        "resources": [f"arn:aws:events:ap-northeast-1:000000000000:rule/local-{function}"],
        "detail": {},
    }


# ---------------------------------------------------------------- where a container finds the local run


def env(host):
    """In the shape of `sam local invoke --env-vars`, which overrides only variables that template.yaml declares."""

    def at(port):
        return f"http://{host}:{port}"

    def queue(name):
        return f"{at(SQS)}/000000000000/{name}"

    always = {
        "AWS_ENDPOINT_URL_DYNAMODB": at(DYNAMODB),
        "MUSUBI_CHANNELS_TABLE": "channels",
        "MUSUBI_STACK": STACK,
        "RUST_LOG": "info",
    }
    sqs, secrets = {"AWS_ENDPOINT_URL_SQS": at(SQS)}, {"AWS_ENDPOINT_URL_SECRETS_MANAGER": at(SECRETS)}
    links, journal = {"MUSUBI_LINKS_TABLE": "links"}, {"MUSUBI_JOURNAL_TABLE": "journal"}
    console = {"MUSUBI_CONSOLE_TABLE": "console"}
    inbox, inbox_dlq = {"MUSUBI_INBOX_QUEUE_URL": queue("inbox")}, {"MUSUBI_INBOX_DLQ_URL": queue("inbox-dlq")}
    push, push_dlq = {"MUSUBI_PUSH_QUEUE_URL": queue("push")}, {"MUSUBI_PUSH_DLQ_URL": queue("push-dlq")}
    crm, crm_dlq = {"MUSUBI_CRM_QUEUE_URL": queue("crm.fifo")}, {"MUSUBI_CRM_DLQ_URL": queue("crm-dlq.fifo")}
    notices, notices_dlq = {"MUSUBI_NOTICES_QUEUE_URL": queue("notices")}, {"MUSUBI_NOTICES_DLQ_URL": queue("notices-dlq")}
    team = {"MUSUBI_TEAM_TOPIC_ARN": "arn:aws:sns:ap-northeast-1:000000000000:team", "AWS_ENDPOINT_URL_SNS": at(SQS)}
    # A browser goes there, and this machine's browser knows no container's names.
    opened = "http://127.0.0.1:" + str(LINE)
    login = {"MUSUBI_LINE_ACCESS_URL": opened, "MUSUBI_LINE_APP_URL": opened, "MUSUBI_LIFF_URL": f"{opened}/liff", "MUSUBI_LIFF_SDK_URL": f"{opened}/liff/sdk.js"}
    # Not an address to call but the one that was signed or is sent to people, whatever the container calls this machine.
    public = {"MUSUBI_PUBLIC_URL": PUBLIC_URL}
    line, hubspot = {"MUSUBI_LINE_API_URL": at(LINE)}, {"MUSUBI_HUBSPOT_API_URL": at(HUBSPOT)}
    # The emulator's secrets have no key of ours.
    install = {"MUSUBI_HUBSPOT_APP": APP, "MUSUBI_HUBSPOT_AUTHORIZE_URL": f"http://127.0.0.1:{HUBSPOT}/oauth/authorize", "MUSUBI_KEY_ARN": ""}
    return {
        "LineWebhookFunction": always | inbox | sqs | secrets,
        "LineLoginFunction": always | public | journal | crm | line | login | sqs | secrets,
        "ConsoleFunction": always | public | links | journal | console | inbox | inbox_dlq | push | push_dlq | crm | crm_dlq | notices | notices_dlq | line | {name: login[name] for name in ("MUSUBI_LINE_APP_URL", "MUSUBI_LIFF_URL", "MUSUBI_LIFF_SDK_URL")} | hubspot | install | sqs | secrets,
        "LineInboxFunction": always | public | links | journal | inbox | inbox_dlq | crm | notices | line | sqs | secrets,
        "CrmActionFunction": always | public | links | journal | push | crm | sqs | secrets,
        "PushDeliveryFunction": always | journal | push | push_dlq | crm | line | {"MUSUBI_PUSH_MAX_CONCURRENCY": "10"} | sqs | secrets,
        "NoticeDeliveryFunction": always | public | notices | notices_dlq | team | sqs | secrets,
        "TimelineFlushFunction": always | links | journal | crm | crm_dlq | push | line | hubspot | sqs | secrets,
        "DoctorFunction": always | public | links | journal | console | inbox | inbox_dlq | push | push_dlq | crm | crm_dlq | notices | notices_dlq | line | hubspot | sqs | secrets,
        # An address to call.
        "ProbeFunction": always | {"MUSUBI_PUBLIC_URL": at(8800)} | secrets,
    }


FILES = {
    "line-webhook/text.json": from_line(TEXT),
    "line-webhook/follow.json": from_line(FOLLOW),
    "line-webhook/empty.json": from_line(EMPTY),
    "line-webhook/several.json": from_line(SEVERAL),
    "line-login/login.json": from_browser("GET /line/{channel}/login", "route=poster"),
    "line-login/liff.json": from_browser("GET /line/{channel}/liff", "route=poster"),
    "line-login/unlink.json": from_browser("GET /line/{channel}/unlink"),
    "console/home.json": from_operator("GET /console"),
    "crm-action/text.json": from_hubspot(ACTION),
    "line-inbox/text.json": records("inbox", envelope(INBOX_JOB)),
    "push-delivery/text.json": records("push", envelope(push_job())),
    "notice-delivery/text.json": records("notices", envelope(NOTICE)),
    "timeline-flush/schedule.json": {"schedule": "wake"},
    "timeline-flush/wake-up.json": records("crm.fifo", envelope({"account": ACCOUNT}), fifo_group=f"hubspot:{PORTAL}"),
    "doctor/schedule.json": scheduled("doctor"),
    "probe/schedule.json": scheduled("probe"),
    "env.json": env("host.docker.internal"),
}


def written(value):
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def main(arguments):
    if len(arguments) == 2 and arguments[0] == "--env":
        print(written(env(arguments[1])), end="")
        return 0
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    wrong = 0
    for name, value in FILES.items():
        path, text = HERE / name, written(value)
        if not arguments:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            print(f"{name} is not what events/make.py writes", file=sys.stderr)
            wrong = 1
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
