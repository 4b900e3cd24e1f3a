"""What template.yaml promises, held line by line. Run with pytest (see tests/run)."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import sam

PORTS = json.loads((Path(__file__).parent / "ports.json").read_text(encoding="utf-8"))
FUNCTIONS = PORTS["functions"]
TABLES = {"channels": "ChannelsTable", "links": "LinksTable", "journal": "JournalTable", "console": "ConsoleTable"}
QUEUES = {
    "inbox": "InboxQueue",
    "inbox-dead-letters": "InboxDeadLetterQueue",
    "push": "PushQueue",
    "push-dead-letters": "PushDeadLetterQueue",
    "crm": "CrmQueue",
    "crm-dead-letters": "CrmDeadLetterQueue",
    "notices": "NoticesQueue",
    "notices-dead-letters": "NoticesDeadLetterQueue",
}
REGIONS = ["ap-northeast-1", "us-east-1", "eu-central-1"]


@pytest.fixture(scope="session")
def stack():
    """The CloudFormation that AWS makes of template.yaml."""
    return sam.transformed()


@pytest.fixture(scope="session")
def resources(stack):
    return stack["Resources"]


def of_type(resources, kind):
    return {name: r for name, r in resources.items() if r["Type"] == kind}


def statements(resources, name):
    """The policy statements of a function's role."""
    role = resources[resources[FUNCTIONS[name]["logical_id"]]["Properties"]["Role"]["Fn::GetAtt"][0]]
    assert "ManagedPolicyArns" not in role["Properties"], "AWS's own policies allow every log group and every queue"
    found = [s for policy in role["Properties"]["Policies"] for s in policy["PolicyDocument"]["Statement"]]
    for statement in found:
        assert statement["Effect"] == "Allow"
        if isinstance(statement["Action"], str):
            statement = statement | {"Action": [statement["Action"]]}
        yield statement


def granted(resources, name):
    """Every (action, resource) of a role, the resource in the words of ports.json."""
    arns = {v: f"table:{k}" for k, v in TABLES.items()} | {v: f"queue:{k}" for k, v in QUEUES.items()} | {"Key": "key"}
    pairs = set()
    for statement in statements(resources, name):
        resource = statement["Resource"]
        if "Ref" in resource:
            word = {"TeamTopic": "topic:team"}[resource["Ref"]]
        elif "Fn::GetAtt" in resource:
            logical_id, attribute = resource["Fn::GetAtt"]
            assert attribute == "Arn"
            word = arns.get(logical_id, f"logs:{logical_id}")
        else:
            text = resource["Fn::Sub"]
            prefix = "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:musubi/${AWS::StackName}/"
            assert text.startswith(prefix) and text.endswith("/*"), text
            word = f"secret:{text[len(prefix):-2]}"
        pairs |= {(action, word) for action in statement["Action"]}
    return pairs


def expected(name):
    """The same, from ports.json."""
    f = FUNCTIONS[name]
    pairs = {(f"dynamodb:{a}", f"table:{t}") for t, actions in f["tables"].items() for a in actions}
    pairs |= {(f"sqs:{a}", f"queue:{q}") for q, actions in f["queues"].items() for a in actions}
    pairs |= {(f"sns:{a}", f"topic:{t}") for t, actions in f.get("topics", {}).items() for a in actions}
    pairs |= {(f"secretsmanager:{a}", f"secret:{s}") for s, actions in f["secrets"].items() for a in actions}
    pairs |= {(f"kms:{a}", "key") for a in f["key"]}
    log_group = f["logical_id"].removesuffix("Function") + "LogGroup"
    return pairs | {(f"logs:{a}", f"logs:{log_group}") for a in PORTS["always"]["logs"]}


# ---------------------------------------------------------------- the whole


def test_the_transformed_template_is_clean_under_cfn_lint(tmp_path):
    """Nothing is ignored here; the one finding that is, W1030, has its reason beside it in template.yaml."""
    assert (sam.ROOT / "template.yaml").read_text(encoding="utf-8").count("ignore_checks") == 1
    path = tmp_path / "stack.json"
    path.write_text(json.dumps(sam.transformed()), encoding="utf-8")
    lint = Path(sys.executable).with_name("cfn-lint")
    run = subprocess.run(
        [str(lint), "-t", str(path), "--regions", *REGIONS, "--format", "parseable"], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_folder_of_functions_is_in_the_template_and_in_the_table_of_ports(resources):
    folders = {p.parent.name for p in (sam.ROOT / "functions").glob("*/Cargo.toml")}
    source = {
        r["Properties"]["CodeUri"].removeprefix("functions/").removesuffix("/"): name
        for name, r in sam.source()["Resources"].items()
        if r["Type"] == "AWS::Serverless::Function"
    }
    assert source == {name: f["logical_id"] for name, f in FUNCTIONS.items()}
    assert folders - set(source) == set(), "a function's folder that the template does not deploy"


def test_functions_are_built_by_cargo_lambda_for_amazon_linux_2023(resources):
    for name, r in sam.source()["Resources"].items():
        if r["Type"] == "AWS::Serverless::Function":
            assert r["Metadata"] == {"BuildMethod": "rust-cargolambda"}, name
            built = resources[name]["Properties"]
            assert (built["Runtime"], built["Handler"]) == ("provided.al2023", "bootstrap")
            assert built["Architectures"] == [{"Ref": "Architecture"}]
            assert "ReservedConcurrentExecutions" not in built, "new accounts may refuse reserved concurrency"
    assert sam.source()["Parameters"]["Architecture"]["Default"] == "x86_64"


def test_every_parameter_has_a_default_and_is_described():
    for name, parameter in sam.source()["Parameters"].items():
        assert "Default" in parameter, name
        assert len(parameter["Description"]) > 15 and parameter["Description"].endswith("."), name


# ---------------------------------------------------------------- the edge


def test_there_is_no_cors_configuration_anywhere(stack):
    text = json.dumps([stack, sam.source()]).lower()
    assert "cors" not in text and "access-control" not in text


def test_each_route_reaches_its_function_is_throttled_and_nothing_else_is_open(resources):
    routes = {r["Properties"]["RouteKey"]: r["Properties"]["Target"]["Fn::Sub"] for r in of_type(resources, "AWS::ApiGatewayV2::Route").values()}
    assert set(routes) == {route for f in FUNCTIONS.values() for route in f["routes"]}
    for name, f in FUNCTIONS.items():
        for route in f["routes"]:
            integration = resources[routes[route].removeprefix("integrations/${").removesuffix("}")]["Properties"]
            assert integration["IntegrationUri"] == {"Fn::GetAtt": [f["logical_id"], "Arn"]}, name
            assert integration["PayloadFormatVersion"] == "2.0"
    (stage,) = of_type(resources, "AWS::ApiGatewayV2::Stage").values()
    # The two that carry LINE's webhooks and the CRM's actions go by a parameter, each by itself; every other has its own.
    by_parameter = {"POST /line/{channel}/webhook", "POST /crm/{kind}/{app}/action"}
    assert set(stage["Properties"]["RouteSettings"]) == set(routes) - by_parameter
    assert stage["Properties"]["DefaultRouteSettings"]["ThrottlingRateLimit"] == {"Ref": "RouteRatePerSecond"}
    waits_for = {resources[name]["Properties"]["RouteKey"] for name in stage["DependsOn"]}
    assert waits_for == set(stage["Properties"]["RouteSettings"]), "a throttle of a route that is not there yet fails the deployment"
    for limits in [stage["Properties"]["DefaultRouteSettings"], *stage["Properties"]["RouteSettings"].values()]:
        assert limits["ThrottlingRateLimit"] and limits["ThrottlingBurstLimit"]
    rates = [limits["ThrottlingRateLimit"] for limits in stage["Properties"]["RouteSettings"].values()]
    assert max(rates) <= 500, "what only strangers and single people call needs no more"
    for limits in stage["Properties"]["RouteSettings"].values():
        assert all(isinstance(v, int) for v in limits.values()), "free-form JSON: a parameter would arrive as a string"


def test_the_access_log_holds_no_path_no_query_and_no_address(resources):
    (stage,) = of_type(resources, "AWS::ApiGatewayV2::Stage").values()
    text = stage["Properties"]["AccessLogSettings"]["Format"]
    fields = set(json.loads(text).values())
    assert fields == {
        "$context." + f
        for f in "requestId requestTimeEpoch routeKey status responseLength integrationStatus integrationLatency integrationErrorMessage".split()
    }
    assert "\n" not in text


def test_the_public_url_is_the_custom_domain_where_one_is_given(resources):
    for name in ("CrmActionFunction", "ProbeFunction"):
        url = resources[name]["Properties"]["Environment"]["Variables"]["MUSUBI_PUBLIC_URL"]["Fn::If"]
        assert url[0] == "HasCustomDomain" and url[1] == {"Fn::Sub": "https://${CustomDomain}"}
        assert "${HttpApi}.execute-api." in url[2]["Fn::Sub"]


# ---------------------------------------------------------------- what each function may do


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_may_do_what_its_ports_need_and_nothing_more(resources, name):
    assert granted(resources, name) == expected(name)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_told_what_it_needs_and_nothing_more(resources, name):
    variables = resources[FUNCTIONS[name]["logical_id"]]["Properties"]["Environment"]["Variables"]
    assert set(variables) == set(PORTS["always"]["variables"]) | set(FUNCTIONS[name]["variables"])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_variables_and_permissions_tell_the_same_story(name):
    f = FUNCTIONS[name]
    told = set(f["variables"])
    assert ("AWS_ENDPOINT_URL_SQS" in told) == bool(f["queues"])
    assert ("AWS_ENDPOINT_URL_SECRETS_MANAGER" in told) == bool(f["secrets"])
    assert ("AWS_ENDPOINT_URL_SNS" in told) == ("MUSUBI_TEAM_TOPIC_ARN" in told) == bool(f.get("topics"))
    for table in ("links", "journal"):
        assert (f"MUSUBI_{table.upper()}_TABLE" in told) == (table in f["tables"])
    for queue, variable in {"inbox": "INBOX_QUEUE", "inbox-dead-letters": "INBOX_DLQ", "push": "PUSH_QUEUE", "push-dead-letters": "PUSH_DLQ", "crm": "CRM_QUEUE", "crm-dead-letters": "CRM_DLQ", "notices": "NOTICES_QUEUE", "notices-dead-letters": "NOTICES_DLQ"}.items():
        # Whoever takes or counts dead letters is told which queue they are of.
        counts = bool(f["queues"].get(f"{queue.removesuffix('-dead-letters')}-dead-letters")) and not f["reads"]
        assert (f"MUSUBI_{variable}_URL" in told) == (bool({"SendMessage", "ReceiveMessage"} & set(f["queues"].get(queue, []))) or counts)
    writes = [*f["queues"].values(), *f["secrets"].values()]
    assert ("GenerateDataKey" in f["key"]) == any({"SendMessage", "PutSecretValue"} & set(actions) for actions in writes)
    assert ("MUSUBI_KEY_ARN" in told) == any("CreateSecret" in a for a in f["secrets"].values()), "what it makes, the stack's key encrypts"


def test_the_key_is_used_only_through_the_services_that_a_function_calls(resources):
    for name, f in FUNCTIONS.items():
        used = [s for s in statements(resources, name) if s["Action"][0].startswith("kms:")]
        assert len(used) == (1 if f["key"] else 0) and bool(f["key"]) == bool(f["queues"] or f["secrets"])
        if not f["key"]:
            continue
        (statement,) = used
        via = {v["Fn::Sub"].split(".")[0] for v in statement["Condition"]["StringEquals"]["kms:ViaService"]}
        # Counting what is in a queue takes no key.
        reads_or_sends = any({"SendMessage", "ReceiveMessage"} & set(actions) for actions in f["queues"].values())
        assert via == ({"sqs"} if reads_or_sends else set()) | ({"secretsmanager"} if f["secrets"] else set())


def test_an_sdk_endpoint_is_never_an_empty_string():
    """The Rust SDK takes an empty AWS_ENDPOINT_URL_* for an address, so production must declare the real one."""
    for name, f in FUNCTIONS.items():
        variables = sam.transformed()["Resources"][f["logical_id"]]["Properties"]["Environment"]["Variables"]
        endpoints = {k: v for k, v in variables.items() if k.startswith("AWS_ENDPOINT_URL")}
        assert endpoints
        for value in endpoints.values():
            condition, emulator, real = value["Fn::If"]
            assert (condition, emulator) == ("HasAwsEndpoint", {"Ref": "AwsEndpointUrl"})
            assert real["Fn::Sub"].startswith("https://") and "${AWS::Region}.${AWS::URLSuffix}" in real["Fn::Sub"]


# ---------------------------------------------------------------- what wakes them


def test_queues_are_read_in_batches_with_partial_responses_and_a_limit(resources):
    mappings = of_type(resources, "AWS::Lambda::EventSourceMapping")
    assert len(mappings) == sum(bool(f["reads"]) for f in FUNCTIONS.values())
    for f in (f for f in FUNCTIONS.values() if f["reads"]):
        (m,) = [m["Properties"] for m in mappings.values() if m["Properties"]["FunctionName"] == {"Ref": f["logical_id"]}]
        assert m["EventSourceArn"] == {"Fn::GetAtt": [QUEUES[f["reads"]["queue"]], "Arn"]}
        assert m["BatchSize"] == f["reads"]["batch"]
        assert m.get("MaximumBatchingWindowInSeconds", 0) == f["reads"]["window_s"]
        assert m["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert m["ScalingConfig"] == {"MaximumConcurrency": {"Ref": f["reads"]["concurrency"]}}
        queue = resources[QUEUES[f["reads"]["queue"]]]["Properties"]
        timeout = resources[f["logical_id"]]["Properties"]["Timeout"]
        assert queue["VisibilityTimeout"] >= 6 * timeout + f["reads"]["window_s"], "AWS's rule for queues that Lambda reads"


def test_the_api_waits_for_the_console_as_long_as_it_may_run(resources):
    (integration,) = [
        i["Properties"] for i in of_type(resources, "AWS::ApiGatewayV2::Integration").values() if i["Properties"]["IntegrationUri"] == {"Fn::GetAtt": ["ConsoleFunction", "Arn"]}
    ]
    timeout = resources["ConsoleFunction"]["Properties"]["Timeout"]
    assert integration["TimeoutInMillis"] == timeout * 1000 <= 30_000, "else HubSpot or a browser asks again while a file is still being sent"


def test_schedules_are_spelt_as_aws_wants_them(resources):
    rules = of_type(resources, "AWS::Events::Rule")
    assert len(rules) == sum(bool(f["schedule"]) for f in FUNCTIONS.values())
    for f in (f for f in FUNCTIONS.values() if f["schedule"]):
        (rule,) = [r["Properties"] for r in rules.values() if r["Properties"]["Targets"][0]["Arn"] == {"Fn::GetAtt": [f["logical_id"], "Arn"]}]
        assert rule["ScheduleExpression"] == f["schedule"]["expression"]
        number, unit = rule["ScheduleExpression"].removeprefix("rate(").removesuffix(")").split()
        assert unit in (("minute", "day") if number == "1" else ("minutes", "days")), "AWS refuses `rate(1 minutes)` at deployment; linters do not"
        sent = rule["Targets"][0].get("Input")
        assert (json.loads(sent) if sent else None) == f["schedule"]["input"]


# ---------------------------------------------------------------- what is kept


def test_every_queue_has_a_dead_letter_queue_of_its_kind_after_20_tries(resources):
    for name in ("Inbox", "Push", "Crm", "Notices"):
        queue, dead = resources[f"{name}Queue"]["Properties"], resources[f"{name}DeadLetterQueue"]["Properties"]
        assert queue["RedrivePolicy"] == {"deadLetterTargetArn": {"Fn::GetAtt": [f"{name}DeadLetterQueue", "Arn"]}, "maxReceiveCount": 20}
        assert queue.get("FifoQueue") == dead.get("FifoQueue") == (True if name == "Crm" else None)
        for q in (queue, dead):
            assert q["MessageRetentionPeriod"] == 14 * 24 * 3600 and q["KmsMasterKeyId"] == {"Ref": "Key"}


def test_tables_are_on_demand_keyed_alike_encrypted_and_survive_the_stack(resources):
    assert set(of_type(resources, "AWS::DynamoDB::Table")) == set(TABLES.values())
    for name in TABLES.values():
        table, p = resources[name], resources[name]["Properties"]
        assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == "Retain"
        assert p["DeletionProtectionEnabled"] is True and p["BillingMode"] == "PAY_PER_REQUEST"
        assert p["KeySchema"] == [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
        assert {a["AttributeType"] for a in p["AttributeDefinitions"]} == {"S"}
        assert "GlobalSecondaryIndexes" not in p and "TableName" not in p
        assert p["SSESpecification"]["KMSMasterKeyId"] == {"Ref": "Key"}


def test_the_journal_forgets_and_has_no_backup_that_remembers(resources):
    def recovery(name):
        return resources[name]["Properties"]["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]

    assert (recovery("ChannelsTable"), recovery("LinksTable"), recovery("JournalTable")) == (True, True, False)
    for name in ("LinksTable", "JournalTable"):
        assert resources[name]["Properties"]["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert "TimeToLiveSpecification" not in resources["ChannelsTable"]["Properties"]


def test_nothing_replicates_outside_the_region(resources):
    kinds = {r["Type"] for r in resources.values()}
    assert not kinds & {"AWS::DynamoDB::GlobalTable", "AWS::Backup::BackupPlan", "AWS::S3::Bucket", "AWS::KMS::ReplicaKey", "AWS::CloudFront::Distribution"}
    text = json.dumps(resources)
    for word in ("StreamSpecification", "KinesisStreamSpecification", "ReplicaRegions", "MultiRegion", "Replicas", "SubscriptionFilter"):
        assert word not in text, word


def test_the_key_survives_the_stack_and_turns(resources):
    key = resources["Key"]
    assert key["DeletionPolicy"] == key["UpdateReplacePolicy"] == "Retain" and key["Properties"]["EnableKeyRotation"] is True


def test_no_secret_is_made_by_the_template(stack):
    assert "AWS::SecretsManager::Secret" not in json.dumps(stack)
    assert not any(p.get("NoEcho") for p in stack["Parameters"].values()), "secrets are no parameters: they would stay in the stack's record"


def test_every_log_group_is_named_and_forgets(resources):
    groups = of_type(resources, "AWS::Logs::LogGroup")
    for name, f in FUNCTIONS.items():
        used = resources[f["logical_id"]]["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
        assert groups[used]["Properties"]["LogGroupName"] == {"Fn::Sub": f"/aws/lambda/${{AWS::StackName}}-{name}"}
    for group in groups.values():
        assert group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


# ---------------------------------------------------------------- who is told


def test_every_trouble_has_its_alarm_and_every_alarm_tells_somebody(resources):
    alarms = of_type(resources, "AWS::CloudWatch::Alarm")
    for alarm in alarms.values():
        assert alarm["Properties"]["AlarmActions"] == [{"Ref": "AlarmTopic"}]
        # What is wrong is not put right by having been told once.
        told_once = alarm["Properties"]["MetricName"] == "NewFindings"
        assert alarm["Properties"].get("OKActions") == (None if told_once else [{"Ref": "AlarmTopic"}])

    def watches(metric, namespace, reference):
        return [
            n
            for n, a in alarms.items()
            if (a["Properties"]["MetricName"], a["Properties"]["Namespace"]) == (metric, namespace)
            and reference in [d["Value"] for d in a["Properties"]["Dimensions"]]
        ]

    for queue in ("Inbox", "Push", "Crm", "Notices"):
        assert watches("ApproximateNumberOfMessagesVisible", "AWS/SQS", {"Fn::GetAtt": [f"{queue}DeadLetterQueue", "QueueName"]})
        assert watches("ApproximateAgeOfOldestMessage", "AWS/SQS", {"Fn::GetAtt": [f"{queue}Queue", "QueueName"]})
    for name, f in FUNCTIONS.items():
        assert watches("Errors", "AWS/Lambda", {"Ref": f["logical_id"]}), name
    (oldest,) = watches("OldestEffectSeconds", "Musubi", {"Ref": "AWS::StackName"})
    assert alarms[oldest]["Properties"]["Threshold"] == 24 * 3600
    (unreadable,) = watches("UnreadableRows", "Musubi", {"Ref": "AWS::StackName"})
    assert alarms[unreadable]["Properties"]["Threshold"] == 0
    assert watches("SecretMismatches", "Musubi", {"Ref": "AWS::StackName"})
    assert watches("5xx", "AWS/ApiGateway", {"Ref": "HttpApi"})
    (silent,) = watches("Invocations", "AWS/Lambda", {"Ref": "TimelineFlushFunction"})
    assert alarms[silent]["Properties"]["TreatMissingData"] == "breaching"


def test_no_alarm_goes_by_what_strangers_can_cause(resources):
    """Every alarm's metric is here with why a stranger cannot hold it: a new alarm has to say so. 401, 404 and 429 are 4xx, and no alarm counts those."""
    ours = {
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): "only what was signed is queued",
        ("AWS/SQS", "ApproximateAgeOfOldestMessage"): "the same",
        ("AWS/Lambda", "Errors"): "a refusal is an answer, and no error of the function",
        ("AWS/Lambda", "Invocations"): "of functions that nobody can call, and it rings when they are too few",
        ("AWS/ApiGateway", "5xx"): "tests/it/strangers.rs: nothing that a stranger sends is answered so",
        ("Musubi", "OldestEffectSeconds"): "only what was signed is enqueued",
        ("Musubi", "UnreadableRows"): "the same",
        ("Musubi", "NewFindings"): "once a day at most, and it holds nothing: the next look finds it known",
        ("Musubi", "SecretMismatches"): "only requests that name what strangers do not know: shared/src/line/signature/tests.rs",
    }
    alarms = of_type(resources, "AWS::CloudWatch::Alarm")
    assert {(a["Properties"]["Namespace"], a["Properties"]["MetricName"]) for a in alarms.values()} == set(ours)
    uncallable = {f["logical_id"] for f in FUNCTIONS.values() if not f["routes"]}
    for name, alarm in alarms.items():
        if alarm["Properties"]["MetricName"] == "Invocations":
            assert {d["Value"]["Ref"] for d in alarm["Properties"]["Dimensions"]} <= uncallable, name
        assert "4xx" not in json.dumps(alarm) and "4XX" not in json.dumps(alarm), name
    # The log of the code, not the alarm, is where each refusal is told.
    counted = {
        name
        for path in [*(sam.ROOT / "shared/src").rglob("*.rs"), *(sam.ROOT / "functions").rglob("*.rs")]
        for name in re.findall(r'telemetry::(?:count|seconds)\(\s*"(\w+)"', path.read_text(encoding="utf-8"))
    }
    assert {m for n, m in ours if n == "Musubi"} <= counted, "an alarm whose metric nothing writes never rings"


def test_the_probe_rings_on_failure_and_on_silence(resources):
    failed, silent = resources["ProbeFailedAlarm"]["Properties"], resources["ProbeSilentAlarm"]["Properties"]
    assert (failed["MetricName"], failed["ComparisonOperator"], failed["Threshold"]) == ("Errors", "GreaterThanThreshold", 0)
    assert (silent["MetricName"], silent["ComparisonOperator"], silent["Threshold"]) == ("Invocations", "LessThanThreshold", 1)
    assert silent["TreatMissingData"] == "breaching"
    assert failed["Dimensions"] == silent["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": "ProbeFunction"}}]


def test_alarms_reach_e_mail_and_slack_by_parameter_and_a_budget_is_optional(resources):
    assert resources["AlarmEmailSubscription"]["Condition"] == "HasAlarmEmail"
    assert resources["SlackChannel"]["Type"] == "AWS::Chatbot::SlackChannelConfiguration" and resources["SlackChannel"]["Condition"] == "HasSlack"
    assert resources["Budget"]["Condition"] == "HasBudget"


def test_the_team_is_told_by_parameter_and_alarms_are_told_elsewhere(resources):
    mail, slack = resources["TeamEmailSubscription"], resources["TeamSlackChannel"]
    assert mail["Condition"] == "HasTeamEmail" and slack["Condition"] == "HasTeamSlack"
    assert mail["Properties"]["TopicArn"] == {"Ref": "TeamTopic"} and slack["Properties"]["SnsTopicArns"] == [{"Ref": "TeamTopic"}]
    assert resources["AlarmEmailSubscription"]["Properties"]["TopicArn"] == {"Ref": "AlarmTopic"}
    assert slack["Properties"]["IamRoleArn"] == {"Fn::GetAtt": ["TeamSlackRole", "Arn"]}
    assert "Policies" not in resources["TeamSlackRole"]["Properties"], "whoever is told that somebody waits may look at nothing in AWS"
    assert "AWSDenyAll" in json.dumps(slack["Properties"]["GuardrailPolicies"])


def holds(assertion, told):
    """Whether a rule's assertion holds of these parameters."""
    (name, of), = assertion.items()
    if name == "Fn::Equals":
        a, b = [told[v["Ref"]] if isinstance(v, dict) else v for v in of]
        return a == b
    each = [holds(one, told) for one in of]
    return {"Fn::Not": lambda: not each[0], "Fn::Or": lambda: any(each), "Fn::And": lambda: all(each)}[name]()


def test_slack_is_refused_before_deployment_where_it_could_not_work(stack):
    def refused(**given):
        told = {name: p["Default"] for name, p in stack["Parameters"].items()} | given
        rules = [r for r in stack["Rules"].values() if holds(r["RuleCondition"], told)]
        return [a["AssertDescription"] for r in rules for a in r["Assertions"] if not holds(a["Assert"], told)]

    workspace = {"SlackWorkspaceId": "T1"}
    for given in ({}, workspace | {"SlackChannelId": "C1"}, workspace | {"TeamSlackChannelId": "C1"}, workspace | {"SlackChannelId": "C1", "TeamSlackChannelId": "C2"}):
        assert refused(**given) == [], given
    for given in (workspace, {"SlackChannelId": "C1"}, {"TeamSlackChannelId": "C1"}, workspace | {"SlackChannelId": "C1", "TeamSlackChannelId": "C1"}):
        assert len(refused(**given)) == 1, given

