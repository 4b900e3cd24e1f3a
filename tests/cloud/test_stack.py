"""The real template, the real binaries, the real SDK, IAM on: both ways, poison, a redrive, a schedule."""

import json

import world
from stack import until
from world import at_rest


def notes_with(fakes, text):
    return [n for n in fakes.world()["crm"]["notes"] if text in n["body"]]


def test_what_a_person_writes_becomes_a_task_and_a_note_of_their_contact_by_the_schedule_alone(stack, demo, fakes):
    assert world.line_posts(stack, demo, [world.text_event(demo, "予約を変更したい")]) == 200
    # Nobody wakes the dispatcher here: the minute's schedule of the template has to.
    # A note is written first and linked to its contact next.
    until(lambda: [n for n in notes_with(fakes, "予約を変更したい") if n["contact_id"]], "the note is there", seconds=150)
    # Where the machine is slow, the first wake-up's payment may last until the conversation has paused.
    until(lambda: [line for line in stack.logs("timeline-flush") if "OldestEffectSeconds" in line], "the schedule wakes the dispatcher", seconds=90)
    (note,) = notes_with(fakes, "予約を変更したい")
    assert note["contact_id"] == demo.contact_id
    assert len(fakes.world()["crm"]["tasks"]) == 1


def test_the_team_is_told_by_the_topic_that_somebody_waits_and_no_word_of_it(stack, demo):
    (told,) = until(lambda: world.told_to_the_team(stack), "the team is told")
    assert told["TopicArn"] == stack.outputs["TeamTopicArn"] and told["Subject"]
    # Whether the link was known by then is a matter of moments.
    assert (f"{demo.contact_id}" in told["Message"] or "not linked" in told["Message"]) and f"{stack.public_url}/console/talks" in told["Message"]
    assert "予約" not in json.dumps(told, ensure_ascii=False) and demo.friend not in json.dumps(told)


def test_the_dispatcher_has_refreshed_its_token_and_stored_it(stack, demo):
    assert world.token(stack, demo)[1]["expires_at_ms"] > 0


def test_the_secrets_that_the_operator_made_are_under_the_key_of_the_stack(stack, demo):
    client = stack.client("secretsmanager")
    secrets = [client.describe_secret(SecretId=s["ARN"]) for s in client.list_secrets()["SecretList"]]
    assert {s["Name"].removeprefix(stack.outputs["SecretsPrefix"]) for s in secrets} == {
        f"line/{demo.channel_id}",
        f"hubspot/app/{demo.app_id}",
        f"hubspot/account/{demo.portal_id}",
    }
    assert {s["KmsKeyId"] for s in secrets} == {stack.outputs["KeyArn"]}


def test_a_redelivered_event_adds_nothing(stack, demo, fakes):
    event = world.text_event(demo, "once only")
    for redelivery in (False, True, True):
        event["deliveryContext"] = {"isRedelivery": redelivery}
        assert world.line_posts(stack, demo, [event]) == 200
    at_rest(stack, lambda: notes_with(fakes, "once only") and stack.messages_in("InboxQueue") == 0, "the note is there")
    assert sum(n["body"].count("once only") for n in notes_with(fakes, "once only")) == 1


def test_a_workflow_action_posted_three_times_reaches_the_person_once_and_completes_the_workflow(stack, demo, fakes):
    for text in ("ご予約ありがとうございます", "ご予約ありがとうございます", "another text"):
        status, answer = world.hubspot_posts(stack, demo, text, "ap-cloud-1")
        assert status == 200, answer
    at_rest(stack, lambda: [c for c in fakes.world()["crm"]["completions"] if c["callback_id"] == "ap-cloud-1"], "the workflow goes on")
    sent = fakes.world()["line"]["messages"]
    assert [(m["to"], m["messages"][0]["text"]) for m in sent] == [(demo.friend, "ご予約ありがとうございます")]
    (completion,) = {json.dumps(c["outputs"], sort_keys=True) for c in fakes.world()["crm"]["completions"]}
    assert json.loads(completion)["outcome"] == "accepted"


def test_a_forged_webhook_is_refused_and_nothing_is_queued(stack, demo):
    with stack.asleep("line-inbox"):
        assert world.line_posts(stack, demo, [world.text_event(demo, "forged")], secret="not the secret") == 401
        assert stack.messages_in("InboxQueue") == 0


def test_a_forged_action_is_refused_and_nothing_is_queued(stack, demo):
    with stack.asleep("push-delivery"):
        assert world.hubspot_posts(stack, demo, "forged", "ap-cloud-forged", secret="not the secret")[0] == 401
        assert stack.messages_in("PushQueue") == 0


def test_a_poison_record_is_parted_with_and_its_neighbours_are_not_held_up(stack, demo, fakes):
    sqs = stack.client("sqs")
    sqs.send_message(QueueUrl=stack.ids["InboxQueue"], MessageBody="this is no envelope")
    assert world.line_posts(stack, demo, [world.text_event(demo, "beside poison")]) == 200
    at_rest(stack, lambda: notes_with(fakes, "beside poison"), "the neighbour arrives")
    until(lambda: stack.messages_in("InboxDeadLetterQueue") == 1, "the poison is dead-lettered, without waiting for 20 tries")
    (letter,) = world.dead_letters(stack, fakes, "list")["dead_letters"]
    assert letter["queue"] == "inbox" and "could not be read" in letter["reason"]
    sqs.purge_queue(QueueUrl=stack.ids["InboxDeadLetterQueue"])


def test_a_wake_up_that_cannot_be_read_is_dead_lettered_by_the_dispatcher(stack, demo):
    sqs = stack.client("sqs")
    sqs.send_message(QueueUrl=stack.ids["CrmQueue"], MessageBody="no wake-up", MessageGroupId="poison", MessageDeduplicationId="1")
    until(lambda: stack.messages_in("CrmDeadLetterQueue") == 1, "it is dead-lettered, without waiting for 20 tries")
    sqs.purge_queue(QueueUrl=stack.ids["CrmDeadLetterQueue"])


def test_a_dead_letter_that_is_redriven_is_recorded_once_however_often(stack, demo, fakes):
    sqs = stack.client("sqs")
    with stack.asleep("line-inbox"):
        assert world.line_posts(stack, demo, [world.text_event(demo, "redriven")]) == 200
        (envelope,) = until(
            lambda: sqs.receive_message(QueueUrl=stack.ids["InboxQueue"], MessageAttributeNames=["All"]).get("Messages"), "it is queued"
        )
        sqs.delete_message(QueueUrl=stack.ids["InboxQueue"], ReceiptHandle=envelope["ReceiptHandle"])
    for _ in range(2):
        sqs.send_message(
            QueueUrl=stack.ids["InboxDeadLetterQueue"],
            MessageBody=envelope["Body"],
            MessageAttributes=envelope.get("MessageAttributes", {}),
        )
        assert world.dead_letters(stack, fakes, "redrive", "--queue", "inbox", "--all") == {"redriven": 1}
        until(lambda: stack.messages_in("InboxDeadLetterQueue") + stack.messages_in("InboxQueue") == 0, "the redrive is through")
        at_rest(stack, lambda: notes_with(fakes, "redriven"), "the note is there")
    assert sum(n["body"].count("redriven") for n in notes_with(fakes, "redriven")) == 1


def test_the_probe_gets_through_the_public_url(stack, demo):
    stack.wake("probe")


def test_no_function_was_refused_by_its_role(stack, demo):
    assert world.refused_by_roles(stack) == []


def test_no_text_secret_or_person_is_in_any_log(stack, demo):
    logged = "\n".join(stack.logs())
    assert logged, "the functions log something"
    for canary in ("予約を変更したい", "ご予約ありがとう", "once only", "beside poison", "redriven", demo.friend, demo.channel_secret, demo.client_secret):
        assert canary not in logged
