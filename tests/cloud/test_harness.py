"""The harness proves itself on stand-ins: the template's wiring, its roles, and the ways round the emulator's gaps."""

import json
import stat
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from chaos import Killer, programs
from stack import PORTS, Stack, until


@pytest.fixture(scope="module")
def stack(emulator, tmp_path_factory):
    bootstrap = tmp_path_factory.mktemp("stand-in") / "bootstrap"
    bootstrap.write_text(f"#!{sys.executable}\n" + (Path(__file__).parent / "stand_in.py").read_text())
    bootstrap.chmod(bootstrap.stat().st_mode | stat.S_IXUSR)
    it = Stack(emulator, {name: bootstrap for name in PORTS})
    yield it
    it.stop()


def post(url, body):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body.encode(), method="POST"), timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def journal(stack):
    return {i["pk"]["S"] for i in stack.client("dynamodb").scan(TableName=stack.ids["JournalTable"])["Items"]}


def test_a_call_to_each_route_reaches_its_function_and_its_message_the_next_one(stack):
    assert post(f"{stack.public_url}/line/1234567890/webhook", "from-line") == 200
    assert post(f"{stack.public_url}/crm/hubspot/42/action", "from-crm") == 200
    assert post(f"{stack.public_url}/crm/hubspot/42/options", "from-editor") == 200
    until(lambda: {"record from-line", "record from-crm", "record from-editor"} <= journal(stack), "all three arrive in the journal")


def test_a_path_that_is_no_route_is_not_found(stack):
    assert post(f"{stack.public_url}/line/1234567890/other", "x") == 404


def test_no_answer_invites_another_site(stack):
    request = urllib.request.Request(f"{stack.public_url}/line/1/webhook", b"x", {"origin": "https://example.com"}, method="POST")
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.headers["x-stand-in"] == "1"
        assert [name for name in answer.headers if name.lower().startswith("access-control")] == []


def test_a_function_that_reaches_beyond_its_role_is_refused(stack):
    beyond = f"touch {stack.ids['LinksTable']}"
    assert post(f"{stack.public_url}/line/1234567890/webhook", beyond) >= 500
    assert f"record {beyond}" not in journal(stack)
    until(lambda: [l for l in stack.logs("line-webhook") if "AccessDenied" in l], "the log says why")


def test_a_function_reads_the_secrets_of_its_own_kind_and_no_others(stack):
    secrets = stack.client("secretsmanager")
    for kind in ("line", "hubspot/app", "hubspot/account"):
        secrets.create_secret(Name=f"musubi/{stack.name}/{kind}/1", SecretString="{}", KmsKeyId=stack.outputs["KeyArn"])
    line, hubspot = f"{stack.public_url}/line/1/webhook", f"{stack.public_url}/crm/hubspot/1/action"
    assert post(line, f"reveal musubi/{stack.name}/line/1") == 200
    assert post(line, f"reveal musubi/{stack.name}/hubspot/app/1") >= 500
    assert post(hubspot, f"reveal musubi/{stack.name}/hubspot/app/1") == 200
    assert post(hubspot, f"reveal musubi/{stack.name}/hubspot/account/1") >= 500
    assert post(hubspot, f"reveal musubi/{stack.name}/line/1") >= 500


def test_wake_ups_on_the_crm_queue_arrive(stack):
    sqs = stack.client("sqs")
    for n in range(3):
        sqs.send_message(QueueUrl=stack.ids["CrmQueue"], MessageBody=f"wake-{n}", MessageGroupId="account", MessageDeduplicationId=str(n))
    until(lambda: {f"record wake-{n}" for n in range(3)} <= journal(stack), "all wake-ups arrive")


def test_a_poison_record_fails_alone_and_ends_in_the_dead_letter_queue(stack):
    sqs, inbox = stack.client("sqs"), stack.ids["InboxQueue"]
    dead_letters = stack.ids["InboxDeadLetterQueue"]
    arn = sqs.get_queue_attributes(QueueUrl=dead_letters, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    before = sqs.get_queue_attributes(QueueUrl=inbox, AttributeNames=["All"])["Attributes"]
    assert json.loads(before["RedrivePolicy"]) == {"deadLetterTargetArn": arn, "maxReceiveCount": 20}
    # The template's 20 tries of 200 s each would take an hour; the way to the dead-letter queue is the same with 2 of 1 s.
    tight = {"VisibilityTimeout": "1", "RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 2})}
    sqs.set_queue_attributes(QueueUrl=inbox, Attributes=tight)
    try:
        entries = [{"Id": str(n), "MessageBody": body} for n, body in enumerate(["good-1", "poison", "good-2"])]
        sqs.send_message_batch(QueueUrl=inbox, Entries=entries)
        until(lambda: {"record good-1", "record good-2"} <= journal(stack), "the good ones arrive")
        until(lambda: stack.messages_in("InboxDeadLetterQueue") == 1, "the bad one is dead-lettered")
        until(lambda: stack.messages_in("InboxQueue") == 0, "the inbox is empty")
        (dead,) = sqs.receive_message(QueueUrl=dead_letters, VisibilityTimeout=0)["Messages"]
        assert dead["Body"] == "poison"
    finally:
        sqs.set_queue_attributes(QueueUrl=inbox, Attributes={k: before[k] for k in tight})


def test_a_function_that_toils_is_killed_and_no_other_and_the_next_call_finds_a_new_one(stack, emulator):
    toiler, url = stack.function_name("line-webhook"), f"{stack.public_url}/line/1234567890/webhook"
    assert post(f"{stack.public_url}/crm/hubspot/42/action", "idle") == 200
    others = {it.pid for it in programs(emulator.group) if it.function != toiler}
    with Killer(emulator, [toiler], hits=1) as killer, ThreadPoolExecutor() as meanwhile:
        answer = meanwhile.submit(post, url, "toil")
        until(killer.has_enough, "it is killed")
        assert answer.result() >= 500
    assert killer.hits() == {toiler: 1}
    assert others and others <= {it.pid for it in programs(emulator.group)}
    assert post(url, "after") == 200


def test_a_schedule_wakes_its_function(stack):
    assert stack.wake("timeline-flush") == {"woken": {"schedule": "wake"}}
    assert "schedule" in journal(stack)


def test_logs_are_in_the_group_that_the_template_names(stack):
    post(f"{stack.public_url}/line/1234567890/webhook", "logged")
    line = until(lambda: [l for l in stack.logs("line-webhook") if "webhook.queued" in l], "the log line is there")[0]
    assert json.loads(line[line.index("{"):])["parameters"] == {"channel": "1234567890"}


def test_tables_forget_by_expires_at(stack):
    for table, status in (("LinksTable", "ENABLED"), ("JournalTable", "ENABLED"), ("ChannelsTable", "DISABLED")):
        found = stack.client("dynamodb").describe_time_to_live(TableName=stack.ids[table])["TimeToLiveDescription"]
        assert (found["TimeToLiveStatus"], found.get("AttributeName")) == (status, "expires_at" if status == "ENABLED" else None)


def test_every_output_has_a_value(stack):
    assert stack.outputs["SecretsPrefix"] == "musubi/musubi-test/"
    assert stack.outputs["PublicUrl"].startswith("https://") and stack.outputs["LineWebhookUrl"].endswith("/line/{channel}/webhook")
    assert all(stack.outputs.values())
