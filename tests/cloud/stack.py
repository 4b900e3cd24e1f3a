"""template.yaml, deployed on the emulator with real binaries.

What the emulator lacks, and what stands in for it here (seen with MiniStack 1.5.33):
- a table's TimeToLiveSpecification is ignored: UpdateTimeToLive is called after the deployment;
- a mapping's MaximumConcurrency stays the string that a parameter is, and its poller then fails: UpdateEventSourceMapping sets the number;
- the API's own host name would be looked up in the real DNS: MUSUBI_PUBLIC_URL is pointed at a front on loopback (front.py);
- its IAM asks for sqs:SendMessageBatch, which is no action on AWS (sqs:SendMessage covers it): roles that may send get it here;
- deletion protection and retained resources do not matter: the whole emulator is thrown away.
Nothing else of the template is changed: the AWS and vendors' addresses are its own parameters.
"""

import contextlib
import json
import os
import sys
import time
import zipfile
from io import BytesIO
from pathlib import Path

import boto3
from botocore.config import Config

from emulator import OWNER, REGION
from front import Front

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "template"))
import sam  # noqa: E402

PORTS = json.loads((ROOT / "tests" / "template" / "ports.json").read_text(encoding="utf-8"))["functions"]


def package(path):
    """A deployment package: the file as an executable `bootstrap`."""
    buffer = BytesIO()
    entry = zipfile.ZipInfo("bootstrap", date_time=(2026, 1, 1, 0, 0, 0))
    entry.external_attr = 0o100755 << 16
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(entry, Path(path).read_bytes())
    return buffer.getvalue()


def let_senders_send_batches(template):
    """Adds the action that only the emulator knows, see above."""
    for role in (r["Properties"] for r in template["Resources"].values() if r["Type"] == "AWS::IAM::Role"):
        for statement in (s for policy in role.get("Policies", []) for s in policy["PolicyDocument"]["Statement"]):
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            if "sqs:SendMessage" in actions:
                statement["Action"] = [*actions, "sqs:SendMessageBatch"]


def until(condition, what, seconds=60, every_s=0.1):
    """Waits for the condition to give something true, and gives that back."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(every_s)


class Stack:
    """The deployed stack. `outputs` are the template's; `public_url` is where it is reached from here."""

    def __init__(self, emulator, binaries, name="musubi-test", front=None, **parameters):
        """`binaries` maps a function's folder name to the file to run. `front`: one that others know already. `parameters` are the template's."""
        self.emulator, self.name = emulator, name
        self.front = front or Front()
        self.public_url = self.front.url
        self._deploy(binaries, {"AwsEndpointUrl": emulator.url} | parameters)

    def client(self, service):
        """A boto3 client of the emulated account's owner."""
        return boto3.client(
            service,
            endpoint_url=self.emulator.url,
            region_name=REGION,
            aws_access_key_id=OWNER["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=OWNER["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"max_attempts": 1}, connect_timeout=5, read_timeout=150),
        )

    def _deploy(self, binaries, parameters):
        s3, cloudformation = self.client("s3"), self.client("cloudformation")
        s3.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": REGION})
        code = {}
        for name, function in PORTS.items():
            key = f"{name}.zip"
            s3.put_object(Bucket="code", Key=key, Body=package(binaries[name]))
            code[function["logical_id"]] = ("code", key)
        template = sam.transformed(parameters, code)
        let_senders_send_batches(template)
        body = json.dumps(template)
        s3.put_object(Bucket="code", Key="stack.json", Body=body.encode())
        cloudformation.create_stack(
            StackName=self.name,
            TemplateURL=f"{self.emulator.url}/code/stack.json",  # too long to be sent along
            Parameters=[{"ParameterKey": k, "ParameterValue": str(v)} for k, v in parameters.items()],
            Capabilities=["CAPABILITY_IAM"],
        )
        until(self._is_deployed, "the stack is deployed", 120)
        self.outputs = {o["OutputKey"]: o["OutputValue"] for o in self._description().get("Outputs", [])}
        self.ids = {
            r["LogicalResourceId"]: r["PhysicalResourceId"]
            for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=self.name)
            for r in page["StackResourceSummaries"]
        }
        self._make_up_for_gaps()

    def _description(self):
        return self.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"][0]

    def _is_deployed(self):
        status = self._description()["StackStatus"]
        if status.endswith("_IN_PROGRESS"):
            return False
        if status != "CREATE_COMPLETE":
            events = self.client("cloudformation").describe_stack_events(StackName=self.name)["StackEvents"]
            reasons = [f"{e['LogicalResourceId']}: {e['ResourceStatusReason']}" for e in events if e.get("ResourceStatusReason")]
            raise AssertionError(f"{status}\n" + "\n".join(reasons))
        return True

    def _make_up_for_gaps(self):
        for table in ("LinksTable", "JournalTable"):
            self.client("dynamodb").update_time_to_live(
                TableName=self.ids[table], TimeToLiveSpecification={"AttributeName": "expires_at", "Enabled": True}
            )
        mappings = self.client("lambda")
        for mapping in mappings.list_event_source_mappings()["EventSourceMappings"]:
            limit = int(mapping["ScalingConfig"]["MaximumConcurrency"])
            mappings.update_event_source_mapping(UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": limit})
        self.front.lead_to(self.emulator.port, self.ids["HttpApi"])
        for name, function in PORTS.items():
            if "MUSUBI_PUBLIC_URL" in function["variables"]:
                self.set_variables(name, MUSUBI_PUBLIC_URL=self.public_url)

    # -------------------------------------------------------- what a test does with it

    def function_name(self, name):
        return f"{self.name}-{name}"

    def variables(self, name):
        """The environment that a function is given."""
        return self.client("lambda").get_function_configuration(FunctionName=self.function_name(name))["Environment"]["Variables"]

    def set_variables(self, name, **changes):
        self.client("lambda").update_function_configuration(
            FunctionName=self.function_name(name), Environment={"Variables": self.variables(name) | changes}
        )

    def wake(self, name, event=None):
        """Invokes a function as its schedule would, and waits for its end. Gives its answer; an error of the function fails the test."""
        event = PORTS[name]["schedule"]["input"] or {} if event is None else event
        answer = self.client("lambda").invoke(FunctionName=self.function_name(name), Payload=json.dumps(event).encode())
        payload = answer["Payload"].read().decode()
        assert "FunctionError" not in answer, payload
        return json.loads(payload or "null")

    def logs(self, name=None):
        """Everything the functions (or one of them) have logged, as lines."""
        logs, lines = self.client("logs"), []
        for group in logs.describe_log_groups()["logGroups"]:
            if name is None or group["logGroupName"] == f"/aws/lambda/{self.function_name(name)}":
                for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
                    lines += [event["message"].rstrip("\n") for event in page["events"]]
        return lines

    @contextlib.contextmanager
    def asleep(self, name):
        """While this lasts, nobody reads the function's queue: what is sent to it stays there to be seen."""
        functions = self.client("lambda")
        (mapping,) = functions.list_event_source_mappings(FunctionName=self.function_name(name))["EventSourceMappings"]
        queue = next(k for k, arn in self.queue_arns().items() if arn == mapping["EventSourceArn"])
        until(lambda: self.messages_in(queue) == 0, f"{name} has nothing left to do")
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        try:
            yield
        finally:
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)

    def queue_arns(self):
        """The ARN of every queue, by its logical ID."""
        sqs, urls = self.client("sqs"), {k: v for k, v in self.ids.items() if k.endswith("Queue")}
        return {k: sqs.get_queue_attributes(QueueUrl=v, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"] for k, v in urls.items()}

    def messages_in(self, queue):
        """How many messages a queue (by its logical ID) holds: waiting, in flight and delayed."""
        attributes = self.client("sqs").get_queue_attributes(QueueUrl=self.ids[queue], AttributeNames=["All"])["Attributes"]
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed")
        return sum(int(attributes[n]) for n in names)

    def operator(self):
        """The environment of the operator's command line: every variable that any function is told, and the owner's credentials."""
        told = {k: v for name in PORTS for k, v in self.variables(name).items()}
        return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "AWS_REGION": REGION, "MUSUBI_KEY_ARN": self.outputs["KeyArn"]} | OWNER | told

    def stop(self):
        self.front.stop()
