"""A function's stand-in, to test the harness without the real binaries: the same edges, none of the sense.

HTTP: queues the body. Queue: a record with "poison" in it fails alone, any other is written to the journal. Schedule: is written too.
`touch TABLE` and `reveal SECRET` make it read those, which only some roles allow; `toil` makes it work for ten seconds. It speaks the Lambda Runtime API itself.
"""

import base64
import json
import os
import time
import urllib.error
import urllib.request

import boto3

API = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime"
E = os.environ
dynamodb = boto3.client("dynamodb", endpoint_url=E["AWS_ENDPOINT_URL_DYNAMODB"], region_name=E["AWS_REGION"])


def remember(key, text):
    dynamodb.put_item(TableName=E["MUSUBI_JOURNAL_TABLE"], Item={"pk": {"S": key}, "sk": {"S": "-"}, "text": {"S": text}})


def on_http(event):
    body = base64.b64decode(event["body"]).decode() if event["isBase64Encoded"] else event["body"]
    if "toil" in body:
        end = time.monotonic() + 10
        while time.monotonic() < end:
            pass
    if "touch" in body:
        dynamodb.get_item(TableName=body.removeprefix("touch "), Key={"pk": {"S": "a"}, "sk": {"S": "-"}})
    if "reveal" in body:
        secrets = boto3.client("secretsmanager", endpoint_url=E["AWS_ENDPOINT_URL_SECRETS_MANAGER"], region_name=E["AWS_REGION"])
        secrets.get_secret_value(SecretId=body.removeprefix("reveal "))
        return {"statusCode": 200, "headers": {}, "body": ""}
    queue = E.get("MUSUBI_INBOX_QUEUE_URL") or E["MUSUBI_PUSH_QUEUE_URL"]
    sqs = boto3.client("sqs", endpoint_url=E["AWS_ENDPOINT_URL_SQS"], region_name=E["AWS_REGION"])
    sqs.send_message_batch(QueueUrl=queue, Entries=[{"Id": "1", "MessageBody": body, "MessageGroupId": "one channel"}])
    print(json.dumps({"message": "webhook.queued", "route": event["routeKey"], "parameters": event.get("pathParameters")}), flush=True)
    return {"statusCode": 200, "headers": {"x-stand-in": "1"}, "body": ""}


def on_records(event):
    failed = []
    for record in event["Records"]:
        if "poison" in record["body"]:
            failed.append({"itemIdentifier": record["messageId"]})
        else:
            remember(f"record {record['body']}", record["body"])
    return {"batchItemFailures": failed}


def handle(event):
    if "requestContext" in event:
        return on_http(event)
    if "Records" in event:
        return on_records(event)
    remember("schedule", json.dumps(event))
    return {"woken": event}


while True:
    with urllib.request.urlopen(f"{API}/invocation/next") as answer:
        request_id, event = answer.headers["Lambda-Runtime-Aws-Request-Id"], json.load(answer)
    try:
        path, result = "response", handle(event)
    except Exception as error:
        print(f"failed: {error}", flush=True)
        path, result = "error", {"errorType": type(error).__name__, "errorMessage": str(error)}
    urllib.request.urlopen(urllib.request.Request(f"{API}/invocation/{request_id}/{path}", json.dumps(result).encode(), method="POST"))
