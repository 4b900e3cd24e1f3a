"""What the bench runs: for each function its environment, its events, and what AWS answers meanwhile."""

import base64
import hashlib
import hmac
import json

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
    """An HTTP API event, payload format 2.0, as API Gateway hands it to a function."""
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
                "http": {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "bench"},
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


ANSWERS = {
    "DynamoDB_20120810.GetItem": {"Item": CHANNEL_ITEM},
    "secretsmanager.GetSecretValue": {"Name": f"musubi/{STACK}/line/{CHANNEL}", "SecretString": CHANNEL_SECRET},
}
