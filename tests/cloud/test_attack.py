"""Everything at once, and functions killed in the middle of it: nothing is lost, nothing is doubled.

Six people write 300 messages, a workflow sends them 300, and meanwhile at least 25 calls of functions are killed at work. Beside it: a
row of a version to come lies in the work that is due; 400 sends complete workflows that HubSpot does not know; a friend sends 55,000
`&`, each of which a note needs five characters for; and somebody else writes a single message, which must not wait for all that.

LINE and HubSpot are a process of their own that outlives every function. What they delivered, hold and were asked is what counts: the
vendors' own ledgers. LINE repeats a webhook that failed after a minute, HubSpot an action: that is why this takes two.

On AWS a killed call's messages come back after the queue's visibility timeout, 200 to 720 s by the template. Here it is 31 s.
"""

import hashlib
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import world
from chaos import Killer
from stack import until

PEOPLE, WORDS_EACH, RUNS, UNKNOWN = 6, 50, 50, 400
AT_WORK = ["line-webhook", "line-inbox", "crm-action", "push-delivery", "timeline-flush"]
# The second of a dispatcher comes when the first one's wake-up is back, in the middle of the flood.
KILLS, KILLS_OF_EACH = 25, 2
AMPERSANDS, AMPERSANDS_A_MESSAGE = 55_000, 5_000
VISIBILITY_S, AT_ONCE = 31, 3
# HubSpot's longest note, in characters as sent.
LONGEST_NOTE = 65_536
# Whoever looks at the whole world all the time has no processor left for it.
LOOKS_EVERY_S = 2
# LINE repeats a webhook that failed after so long.
REPEATED_AFTER_S = 60
# A note is there so soon after its message was taken: the pause and a minute, and time for two calls that are killed on its way.
IN_TIME_S = 150


@pytest.fixture(scope="module")
def attack(stack, demo, fakes, emulator):
    """The whole run, once, and what was seen of it."""
    run = Attack(stack, demo, fakes)
    run.tune()
    run.people_arrive()
    run.plant_a_row_of_a_version_to_come()
    with ThreadPoolExecutor(max_workers=PEOPLE + 4) as at_once:
        with Killer(emulator, [stack.function_name(it) for it in AT_WORK], KILLS, KILLS_OF_EACH, every_s=0.7) as killer:
            load = [at_once.submit(run.writes_words, number) for number in range(PEOPLE)]
            load += [at_once.submit(it) for it in (run.workflow_runs, run.unknown_workflows_run, run.sends_ampersands)]
            bystander = at_once.submit(run.somebody_else_writes)
            for part in load:
                part.result()
            until(killer.has_enough, "enough calls were killed", 120)
        run.ends()
        bystander.result()
    run.kills = killer.hits()
    print(f"{dict(run.kills)}; the bystander waited {run.bystander_waited_s:.0f} s")
    yield run


class Attack:
    """What people and workflows do, and what has come of it."""

    def __init__(self, stack, demo, fakes):
        self.stack, self.demo, self.fakes = stack, demo, fakes
        self.words, self.sent = {}, Counter()
        self.callbacks, self.unknown = [], [f"ap-unknown-{number}" for number in range(UNKNOWN)]

    def tune(self):
        """Killed calls' messages come back soon; and the emulator, which is one process, is not asked by twenty functions at once."""
        for queue in ("InboxQueue", "PushQueue", "CrmQueue"):
            visibility = {"VisibilityTimeout": str(VISIBILITY_S)}
            self.stack.client("sqs").set_queue_attributes(QueueUrl=self.stack.ids[queue], Attributes=visibility)
        functions, name = self.stack.client("lambda"), self.stack.function_name("line-inbox")
        (mapping,) = functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
        functions.update_event_source_mapping(UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": AT_ONCE})

    def people_arrive(self):
        """They are friends, and the CRM has their contacts."""
        names = [f"writer {number}" for number in range(PEOPLE)] + ["ampersands", "bystander"]
        self.names = {world.person_arrives(self.fakes, name): name for name in names}
        self.users = list(self.names)
        *self.writers, self.ampersands, self.bystander = self.users
        world.at_rest(self.stack, lambda: len(self.contacts()) == len(self.users), "everybody has a contact")
        self.contact_ids = self.contacts()

    def contacts(self):
        """Of those who have one: the contact's ID by the LINE user ID."""
        known = {c["properties"].get("line_user_id"): c["id"] for c in self.fakes.world()["crm"]["contacts"]}
        return {user: known[user] for user in self.users if user in known}

    # -------------------------------------------------------- all at once

    def plant_a_row_of_a_version_to_come(self):
        """Among what is due to the account now, beside rows of today."""
        parts = (b"hubspot", self.demo.portal_id.encode())
        account = hashlib.sha256(b"".join(len(part).to_bytes(8) + part for part in parts)).hexdigest()[:32]
        row = {"pk": f"o:{account}:0", "sk": f"{int(time.time() * 1000):013}:dream-1", "body": '{"v":99,"effect":{"kind":"dream"}}'}
        self.planted = {name: {"S": value} for name, value in row.items()} | {"version": {"N": "1"}}
        self.stack.client("dynamodb").put_item(TableName=self.stack.ids["JournalTable"], Item=self.planted)

    def writes_words(self, number):
        for n in range(WORDS_EACH):
            word = f"word-{number}-{n}."
            self.words[word] = self.writers[number]
            world.person_writes(self.fakes, self.writers[number], word)
            time.sleep(0.4)

    def workflow_runs(self):
        contact_ids = [self.contact_ids[user] for user in self.writers]
        for n in range(RUNS):
            self.sent.update((self.names[user], f"news-{n}") for user in self.writers)
            self.callbacks += world.workflow_runs(self.fakes, self.demo, contact_ids, f"news-{n}")

    def unknown_workflows_run(self):
        """Signed as HubSpot's, repeated as HubSpot does, but with callback IDs that it does not know."""
        for n, callback_id in enumerate(self.unknown):
            user = self.writers[n % PEOPLE]
            self.sent[self.names[user], f"stray-{n}"] += 1
            of = {"contact_id": self.contact_ids[user], "user": user}
            until(lambda: world.hubspot_posts(self.stack, self.demo, f"stray-{n}", callback_id, **of)[0] == 200, "it is accepted")

    def sends_ampersands(self):
        for _ in range(AMPERSANDS // AMPERSANDS_A_MESSAGE):
            world.person_writes(self.fakes, self.ampersands, "&" * AMPERSANDS_A_MESSAGE)

    def somebody_else_writes(self):
        """In the middle of it all, and looks when it is there."""
        time.sleep(10)
        taken = world.person_writes(self.fakes, self.bystander, "only this.")["webhook_status"] == 200
        began = time.monotonic() + (0 if taken else REPEATED_AFTER_S)
        until(lambda: "only this." in self.notes_of(self.bystander), "the bystander's note is there", 300, every_s=LOOKS_EVERY_S)
        self.bystander_waited_s = time.monotonic() - began

    # -------------------------------------------------------- the vendors' ledgers

    def notes_of(self, user):
        """The text of everything on the timeline of a person's contact."""
        contact_id = self.contact_ids[user]
        return "\n".join(n["body"] for n in self.fakes.world()["crm"]["notes"] if n["contact_id"] == contact_id)

    def ends(self):
        """Until everybody has heard, our queues have nothing to do, and LINE has repeated what failed. What failed twice it repeats
        after five minutes more: those are waited for only where the words are still missing."""
        self.repeated_by = time.monotonic() + REPEATED_AFTER_S + LOOKS_EVERY_S
        until(self._is_over, "everything has come to its end", 420, every_s=LOOKS_EVERY_S)
        self.world = self.fakes.world()

    def _is_over(self):
        self.stack.wake("timeline-flush")
        now = self.fakes.world()
        noted = "\n".join(note["body"] for note in now["crm"]["notes"])
        told = {completion["callback_id"] for completion in now["crm"]["completions"]}
        return (
            (not now["line"]["channel"]["waiting_redeliveries"] or time.monotonic() > self.repeated_by)
            and all(execution["state"] == "done" for execution in now["crm"]["executions"])
            and told.issuperset(self.unknown)
            and noted.count("&amp;") >= AMPERSANDS
            and all(word in noted for word in self.words)
            and self.stack.messages_in("InboxQueue") + self.stack.messages_in("PushQueue") == 0
        )


def test_enough_calls_of_every_kind_were_killed_at_work(attack):
    assert sum(attack.kills.values()) >= KILLS
    assert all(attack.kills[attack.stack.function_name(name)] >= KILLS_OF_EACH for name in AT_WORK), attack.kills


def test_every_word_is_on_its_writers_timeline_once(attack):
    found = Counter()
    for note in attack.world["crm"]["notes"]:
        found.update((word, note["contact_id"]) for word in re.findall(r"word-\d+-\d+\.", note["body"]))
    assert found == Counter({(word, attack.contact_ids[user]): 1 for word, user in attack.words.items()})
    assert len(attack.words) == PEOPLE * WORDS_EACH


def test_every_message_is_on_its_phone_once(attack):
    assert sum(attack.sent.values()) == RUNS * PEOPLE + UNKNOWN
    shown = Counter((attack.names[m["to"]], it["text"]) for m in attack.world["line"]["messages"] for it in m["messages"])
    assert shown == attack.sent


def test_every_workflow_went_on_once_and_knows_that_it_was_accepted(attack):
    executions = attack.world["crm"]["executions"]
    assert sorted(e["callback_id"] for e in executions) == sorted(attack.callbacks)
    assert Counter(e["outputs"]["outcome"] for e in executions) == {"accepted": RUNS * PEOPLE}
    applied = Counter(c["callback_id"] for c in attack.world["crm"]["completions"] if c["applied"])
    assert applied == Counter(attack.callbacks)


def test_no_rule_of_a_vendor_was_broken(attack):
    assert attack.world["line"]["violations"] == []
    assert attack.world["crm"]["violations"] == []


def test_everybody_has_one_contact_and_one_task(attack):
    contacts = Counter(attack.names.get(c["properties"].get("line_user_id")) for c in attack.world["crm"]["contacts"])
    assert all(contacts[name] == 1 for name in attack.names.values()), contacts
    assert Counter(t["contact_id"] for t in attack.world["crm"]["tasks"]) == Counter(attack.contact_ids.values())


def test_every_ampersand_is_in_a_note_that_hubspot_takes(attack):
    assert attack.notes_of(attack.ampersands).count("&amp;") == AMPERSANDS
    assert max(len(note["body"]) for note in attack.world["crm"]["notes"]) <= LONGEST_NOTE


def test_another_persons_note_came_in_time(attack):
    assert attack.bystander_waited_s < IN_TIME_S
    assert attack.notes_of(attack.bystander).count("only this.") == 1


def test_the_unreadable_row_lies_where_it_lay_and_an_operator_was_told(attack, stack, fakes):
    key = {name: attack.planted[name] for name in ("pk", "sk")}
    row = stack.client("dynamodb").get_item(TableName=stack.ids["JournalTable"], Key=key, ConsistentRead=True)["Item"]
    assert row == attack.planted
    letters = world.dead_letters(stack, fakes, "list")["dead_letters"]
    assert letters and {letter["queue"] for letter in letters} == {"crm"}, letters
    assert all("unreadable: another version" in letter["reason"] and "dream-1" in letter["reason"] for letter in letters), letters


def test_no_function_was_refused_by_its_role(attack, stack):
    assert world.refused_by_roles(stack) == []


def test_no_word_and_nobody_is_in_any_log(attack, stack):
    logged = "\n".join(stack.logs())
    assert logged, "the functions log something"
    for canary in ("word-", "news-", "stray-", "&&", "&amp;", "only this", *attack.users):
        assert canary not in logged
