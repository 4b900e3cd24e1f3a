"""What the bench runs: for each function its environment, its events, and what AWS answers meanwhile."""

import base64
import hashlib
import hmac
import json
import time

CHANNEL, SECRET, BOT = "1234567890", "bench-channel-secret", "U" + "b" * 32
STACK = "bench"

# What the channels table and the secret hold for CHANNEL, exactly as the program writes them.
CHANNEL_ITEM = {
    "pk": {"S": "channel"},
    "sk": {"S": CHANNEL},
    "version": {"N": "1"},
    "body": {
        "S": json.dumps(
            {
                "id": CHANNEL,
                "bot_user_id": BOT,
                "name": "Bench",
                "basic_id": "@bench",
                "account": {"kind": "hubspot", "id": "1"},
                "settings": {},
            }
        )
    },
}
CHANNEL_SECRET = json.dumps({"channel_secrets": [SECRET], "access_token": None})


def http_event(route, path, parameters, body, headers):
    """An HTTP API event, payload format 2.0, as API Gateway hands it to a function. The method is the route's."""
    method = route.split(" ")[0]
    return json.dumps(
        {
            "version": "2.0",
            "routeKey": route,
            "rawPath": path,
            "rawQueryString": "",
            "headers": {"content-type": "application/json; charset=utf-8", "host": "bench.execute-api.ap-northeast-1.amazonaws.com"} | headers,
            "requestContext": {
                "accountId": "000000000000",
                "apiId": "bench",
                "domainName": "bench.execute-api.ap-northeast-1.amazonaws.com",
                "domainPrefix": "bench",
                "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "bench"},
                "requestId": "bench",
                "routeKey": route,
                "stage": "$default",
                "time": "01/Jan/2026:00:00:00 +0000",
                "timeEpoch": 1767225600000,
            },
            "pathParameters": parameters,
            "body": body,
            "isBase64Encoded": False,
        },
        ensure_ascii=False,
    ).encode()


def line_webhook(events, number=0):
    """A signed webhook with so many text events, all of them new for each number."""
    body = json.dumps(
        {
            "destination": BOT,
            "events": [
                {
                    "type": "message",
                    "message": {"type": "text", "id": f"58{number:010d}{n:06d}", "text": "こんにちは、予約を変更したいのですが", "quoteToken": "q"},
                    "webhookEventId": f"01K0BENCH{number:011d}{n:06d}",
                    "deliveryContext": {"isRedelivery": False},
                    "timestamp": 1767225600000 + n,
                    "source": {"type": "user", "userId": f"U{n:032x}"},
                    "replyToken": f"{n:032x}",
                    "mode": "active",
                }
                for n in range(events)
            ],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
    signature = base64.b64encode(hmac.new(SECRET.encode(), body.encode(), hashlib.sha256).digest()).decode()
    path = f"/line/{CHANNEL}/webhook"
    return http_event("POST /line/{channel}/webhook", path, {"channel": CHANNEL}, body, {"x-line-signature": signature})


def forged_webhook(number=0):
    """The same by somebody who does not have the secret."""
    event = json.loads(line_webhook(1, number))
    event["headers"]["x-line-signature"] = base64.b64encode(hashlib.sha256(str(number).encode()).digest()).decode()
    return json.dumps(event, ensure_ascii=False).encode()


def environment(aws_url):
    """Every variable that line-webhook is told, pointed at the fake."""
    return {
        "MUSUBI_STACK": STACK,
        "MUSUBI_CHANNELS_TABLE": "channels",
        "MUSUBI_INBOX_QUEUE_URL": f"{aws_url}/000000000000/inbox",
        "AWS_ENDPOINT_URL_DYNAMODB": aws_url,
        "AWS_ENDPOINT_URL_SQS": aws_url,
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": aws_url,
        "RUST_LOG": "info",
    }


def floor_environment(aws_url):
    """What the floor is told: it looks nothing up."""
    return environment(aws_url) | {"FLOOR_CHANNEL_SECRET": SECRET}


# Somebody who is signed in to the console as an admin. The cookie holds a session's ID: 43 letters and digits.
OPERATOR, COOKIE = "0" * 32, "__Host-musubi-console=" + "a" * 43


def item(partition, sort, body):
    """A row as the program writes it."""
    return {"pk": {"S": partition}, "sk": {"S": sort}, "version": {"N": "1"}, "body": {"S": json.dumps(body)}}


def row(request):
    """What lies at the key that is asked for, for the console and for a webhook."""
    if request["TableName"] == "links":
        return {}  # the workflow names somebody whom no link knows
    account, now_ms = {"kind": "hubspot", "id": "1"}, int(time.time() * 1000)
    partition, sort = (request["Key"][name]["S"] for name in ("pk", "sk"))
    bodies = {
        "session": {"operator": OPERATOR, "account": account, "began_at_ms": now_ms, "used_at_ms": now_ms},
        "operator": {"id": OPERATOR, "account": account, "name": "Bench", "role": "admin", "since_ms": 0},
        "account": {
            "key": account,
            "app": "1",
            "language": "ja",
            "time_zone": "Asia/Tokyo",
            "capabilities": {"workflows_wait": True, "unique_keys": True},
            "channels": [CHANNEL],
        },
    }
    kind = partition.split(":")[0]
    return {"Item": item(partition, sort, bodies[kind]) if kind in bodies else CHANNEL_ITEM}


def rows(request):
    """All that lies there: the accounts, of which one is the app's."""
    (partition,) = (value["S"] for value in request["ExpressionAttributeValues"].values() if value.get("S", "").startswith("account"))
    found = row({"TableName": request["TableName"], "Key": {"pk": {"S": partition}, "sk": {"S": "hubspot:1"}}})["Item"]
    return {"Items": [found], "Count": 1, "ScannedCount": 1}


def console_page(path):
    """A page that an admin opens."""
    event = json.loads(http_event("GET /console/{page+}", path, {"page": path.removeprefix("/console/")}, "", {"cookie": COOKIE, "accept-language": "ja"}))
    del event["body"]
    return json.dumps(event | {"cookies": [COOKIE]}).encode()


def console_environment(aws_url):
    """Every variable that console is told, pointed at the fake."""
    tables = {f"MUSUBI_{name.upper()}_TABLE": name for name in ("links", "journal", "console")}
    queues = {f"MUSUBI_{name}_{kind}_URL": f"{aws_url}/000000000000/{name}" for name in ("INBOX", "PUSH", "CRM") for kind in ("QUEUE", "DLQ")}
    vendors = {"MUSUBI_LINE_API_URL": aws_url, "MUSUBI_HUBSPOT_API_URL": aws_url, "MUSUBI_HUBSPOT_APP": "1"}
    return environment(aws_url) | tables | queues | vendors | {"MUSUBI_PUBLIC_URL": PUBLIC_URL}


# The app whose workflows ask, and how HubSpot signs for it.
APP, CLIENT_SECRET, PUBLIC_URL = "1", "bench-client-secret", "https://bench.execute-api.ap-northeast-1.amazonaws.com"
APP_SECRET = json.dumps({"client_id": "bench", "client_secrets": [CLIENT_SECRET]})


def crm_action(number=0):
    """A signed workflow action for one person, another execution for each number."""
    body = json.dumps(
        {
            "callbackId": f"ap-1-1001-{number}-0",
            "origin": {
                "portalId": 1,
                "userId": None,
                "actionDefinitionId": 1,
                "actionDefinitionVersion": 1,
                "actionExecutionIndexIdentifier": {"enrollmentId": number, "actionExecutionIndex": 0},
            },
            "context": {"workflowId": 1, "actionId": 1, "source": "WORKFLOWS"},
            "object": {"objectId": 1001, "objectType": "CONTACT", "properties": {"firstname": "花子"}},
            "inputFields": {"channel": CHANNEL, "line_user_id": f"U{1:032x}", "message_1": "{{line:firstname}}様、ご予約を承りました。"},
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
    path = f"/crm/hubspot/{APP}/action"
    signature = hashlib.sha256(f"{CLIENT_SECRET}POST{PUBLIC_URL}{path}{body}".encode()).hexdigest()
    headers = {"x-hubspot-signature": signature, "x-hubspot-signature-version": "v2"}
    return http_event("POST /crm/{kind}/{app}/action", path, {"kind": "hubspot", "app": APP}, body, headers)


def action_environment(aws_url):
    """Every variable that crm-action is told, pointed at the fake."""
    tables = {f"MUSUBI_{name.upper()}_TABLE": name for name in ("links", "journal")}
    queues = {f"MUSUBI_{name}_QUEUE_URL": f"{aws_url}/000000000000/{name.lower()}" for name in ("PUSH", "CRM")}
    return environment(aws_url) | tables | queues | {"MUSUBI_PUBLIC_URL": PUBLIC_URL}


def secret(request):
    """What Secrets Manager holds: the channel's and the app's."""
    name = request["SecretId"]
    return {"Name": name, "SecretString": APP_SECRET if "hubspot" in name else CHANNEL_SECRET}


ANSWERS = {
    "DynamoDB_20120810.GetItem": row,
    "DynamoDB_20120810.Query": rows,
    "secretsmanager.GetSecretValue": secret,
}
