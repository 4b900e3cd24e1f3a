"""LINE Login, LIFF, HubSpot's webhook and the console through the real template and the real binaries, IAM on: from a browser to a link."""

import json
import urllib.parse
import zlib
from dataclasses import replace

import pytest
import rows
import world
from browser import Browser, boxes, links
from stack import until
from world import at_rest

# At HubSpot (infra/local/src/seed.rs): who connects accounts there, and somebody else.
SATO, MORI = ("9586504", "sato@example.com"), ("9586511", "mori@example.com")
# Somebody who knows the Official Account that nobody has connected yet (the same file).
FREE_USER = "U00000000000000000000000000000011"


@pytest.fixture(scope="module")
def ours(stack, demo):
    return f"{stack.public_url}/line/{demo.channel_id}"


def contact_of(fakes, user):
    found = [c for c in fakes.world()["crm"]["contacts"] if c["properties"].get("line_user_id") == user]
    return found[0] if found else None


def property_of(fakes, who, name):
    """Of a contact (by its ID), or of a person's contact; empty while there is none."""
    for contact in fakes.world()["crm"]["contacts"]:
        if who in (contact["id"], contact["properties"].get("line_user_id")):
            return contact["properties"].get(name) or ""
    return ""


def allow(browser, screen, user):
    """LINE's consent screen; gives where LINE sends the person back to."""
    assert screen.status == 200
    sent = browser.send(screen, user=user, act="allow")
    assert sent.status == 303
    return sent.location


def test_a_person_logs_in_and_is_a_contact_with_address_and_route(stack, demo, fakes, ours):
    browser, user = Browser(), demo.strangers[1]
    away = browser.get(f"{ours}/login?route=poster")
    assert away.status == 302 and away.location.startswith(f"{fakes.line_url}/oauth2/v2.1/authorize?")
    (cookie,) = browser.set_cookies
    assert cookie.startswith("__Host-musubi-login=")
    assert {"path=/", "secure", "httponly", "samesite=lax"} <= {part.strip().lower() for part in cookie.split(";")}

    back = allow(browser, browser.get(away.location), user)
    assert Browser().get(back).status == 400, "another browser cannot finish it"
    end = browser.get(back)
    assert (end.status, end.location) == (303, f"{ours}/login/done")
    assert browser.get(end.location).status == 200
    at_rest(stack, lambda: property_of(fakes, user, "email") == "kenji@example.com", "the contact is there")
    assert property_of(fakes, user, "line_route") == "poster"
    assert browser.get(back).status == 409, "once is enough"


def test_the_same_address_leads_to_the_contact_that_has_it(stack, demo, fakes, ours):
    user = fakes.told["line_user_ids"][1]
    known = world.types_into(fakes, {"email": "taro@example.com"})
    browser = Browser()
    assert browser.get(allow(browser, browser.get(browser.get(f"{ours}/login").location), user)).status == 303
    at_rest(stack, lambda: contact_of(fakes, user), "the contact is known on LINE")
    assert contact_of(fakes, user)["id"] == known


def test_a_person_logs_in_inside_line_by_the_token_that_liff_hands_over(stack, demo, fakes, ours):
    browser, user = Browser(), demo.strangers[0]
    screen = browser.get(f"{fakes.line_url}/liff/{demo.liff_id}?route=poster")
    arrived = urllib.parse.urlsplit(allow(browser, screen, user))
    page = browser.get(arrived._replace(fragment="").geturl())
    assert page.status == 200 and f"{fakes.line_url}/liff/sdk.js" in page.text
    assert arrived.geturl().startswith(f"{ours}/liff?")
    token = urllib.parse.parse_qs(arrived.fragment)["id_token"][0]
    handed = json.dumps({"id_token": token, "route": "poster"}).encode()
    assert browser.post_json(f"{ours}/liff", handed).status == 403, "a form of another site"
    head, claims, signature = token.split(".")
    forged = json.dumps({"id_token": f"{head}.{claims}.{signature[::-1]}", "route": "poster"}).encode()
    assert browser.post_json(f"{ours}/liff", forged, x_musubi_login="1").status == 401
    end = browser.post_json(f"{ours}/liff", handed, x_musubi_login="1")
    assert (end.status, json.loads(end.body)) == (200, {"redirect": f"/line/{demo.channel_id}/login/done"})
    at_rest(stack, lambda: contact_of(fakes, user), "the contact is there")
    assert property_of(fakes, user, "email") == "", "they have none"


def test_a_qr_code_arrives_byte_for_byte(stack, demo, ours):
    picture = Browser().get(f"{ours}/login/qr.png?route=poster")
    assert (picture.status, picture.headers["content-type"]) == (200, "image/png")
    assert picture.body.startswith(b"\x89PNG\r\n\x1a\n")
    at, kinds = 8, []
    while at < len(picture.body):
        length = int.from_bytes(picture.body[at : at + 4])
        kind, data = picture.body[at + 4 : at + 8], picture.body[at + 8 : at + 8 + length]
        assert zlib.crc32(kind + data) == int.from_bytes(picture.body[at + 8 + length : at + 12 + length]), kind
        at, kinds = at + 12 + length, [*kinds, kind]
    assert kinds[0] == b"IHDR" and kinds[-1] == b"IEND"
    drawn = Browser().get(f"{ours}/login/qr.svg?route=poster")
    assert (drawn.status, drawn.headers["content-type"]) == (200, "image/svg+xml") and drawn.text.startswith("<svg")
    assert Browser().get(f"{ours}/login/qr.png?route=mistyped").status == 404


def test_a_person_undoes_it(stack, demo, fakes, ours):
    browser, user = Browser(), demo.strangers[1]
    contact_id = contact_of(fakes, user)["id"]
    going_on = browser.send(browser.get(f"{ours}/unlink"))
    assert going_on.status == 200
    (line,) = {link for link in links(going_on) if link.startswith(fakes.line_url)}
    end = browser.get(allow(browser, browser.get(line), user))
    assert end.status == 200 and "解除しました" in end.text
    at_rest(stack, lambda: not property_of(fakes, contact_id, "line_user_id"), "LINE is gone from the contact")
    until(lambda: [c for c in fakes.world()["line"]["calls"] if c["path"] == "/user/v1/deauthorize"], "LINE is told")


def test_an_id_that_somebody_writes_on_a_contact_becomes_a_link(stack, demo, fakes):
    user = demo.strangers[1]
    contact_id = world.types_into(fakes, {"firstname": "健二"})
    world.types_into(fakes, {"line_user_id": user}, contact_id)
    at_rest(stack, lambda: property_of(fakes, contact_id, "line_user_name") == "けんじ", "LINE has been asked who it is")
    found = stack.client("dynamodb").scan(TableName=stack.ids["LinksTable"], ConsistentRead=True)["Items"]
    links = [json.loads(text) for text in map(rows.body, found) if text]
    assert contact_id in [link["contact"] for link in links if link.get("user") == user]


def test_a_forged_webhook_of_the_crm_is_refused(stack, demo):
    url = f"{stack.public_url}/crm/hubspot/{demo.app_id}/webhook"
    event = {"subscriptionType": "object.propertyChange", "portalId": int(demo.portal_id), "objectId": int(demo.contact_id), "objectTypeId": "0-1"}
    signed = {"x-hubspot-signature-v3": "bm90IHRoZSBzaWduYXR1cmU=", "x-hubspot-request-timestamp": "1"}
    for headers in ({}, signed):
        assert world.post(url, json.dumps([event]).encode(), headers)[0] == 401


def test_an_operator_signs_in_changes_a_setting_and_leaves(stack, demo, fakes):
    console = f"{stack.public_url}/console"
    assert Browser().get(console).status == 401
    address = world.musubi(stack, fakes, "console", "invite", demo.portal_id, "--name", "Sato of the console", "--role", "admin")["address"]
    browser = Browser()
    joined = browser.send(browser.get(address))
    assert (joined.status, joined.location) == (303, console)
    assert Browser().get(address).status == 404, "once is enough"
    (session,) = [cookie for cookie in browser.set_cookies[-1:] if cookie.startswith("__Host-musubi-console=")]
    assert {"path=/", "secure", "httponly", "samesite=lax"} <= {part.strip().lower() for part in session.split(";")}
    home = browser.get(console)
    assert home.status == 200 and demo.channel_id in home.text and demo.channel_secret not in home.text
    assert browser.get(f"{console}/assets/console.css").headers["content-type"].startswith("text/css")

    # The first form of a page signs out; a setting's form is sent by its fields.
    settings = f"{console}/channels/{demo.channel_id}"
    page = browser.get(settings)
    token = page.text.split('name="token" value="')[1].split('"')[0]
    assert browser.post_form(settings, {"token": "forged", "recent_messages": "off"}).status == 403
    changed = browser.post_form(settings, {"token": token, "was.recent_messages": "on", "recent_messages": "off"})
    assert (changed.status, changed.location) == (303, f"{settings}?saved=1")
    assert world.musubi(stack, fakes, "channel", "show", demo.channel_id)["settings"]["recent_messages"] is False
    assert browser.get(f"{console}/log").status == 200
    assert browser.send(browser.get(console)).status == 200, "signed out"
    assert browser.get(console).status == 401


def test_a_user_of_hubspot_comes_in_by_an_address_that_works_once(stack, demo, fakes):
    console = f"{stack.public_url}/console"
    # Once there is an admin, whoever is new is a member.
    address = world.musubi(stack, fakes, "console", "invite", demo.portal_id, "--name", "Admin of the hand-over", "--role", "admin")["address"]
    admin = Browser()
    assert admin.send(admin.get(address)).status == 303

    assert world.hubspot_hands_over(stack, demo, demo.portal_id, MORI, secret="made up") == (401, b"")
    status, answer = world.hubspot_hands_over(stack, demo, fakes.told["empty_portal_id"], MORI)
    assert (status, json.loads(answer)) == (200, {"refused": "not_connected"})
    status, answer = world.hubspot_hands_over(stack, demo, demo.portal_id, MORI)
    assert (status, json.loads(answer)["seconds"]) == (200, 60)
    address = json.loads(answer)["address"]
    browser, slower = Browser(), Browser()
    asked, seen = browser.get(address), slower.get(address)
    assert (asked.status, seen.status) == (200, 200), "looking uses nothing up"
    came = browser.send(asked, to="/console/enter")
    assert (came.status, came.location) == (303, console)
    home = browser.get(console)
    assert home.status == 200 and f"user {MORI[0]}" in home.text and demo.channel_id in home.text
    assert browser.get(f"{console}/team").status == 403, "a member"
    assert (Browser().get(address).status, slower.send(seen, to="/console/enter").status) == (404, 404), "once is enough"
    assert slower.get(console).status == 401
    log = admin.get(f"{console}/log").text
    assert "HubSpotからログインしました" in log and f"user {MORI[0]}" in log


def test_the_doctor_looks_by_the_console_and_by_its_own_function(stack, demo, fakes):
    console = f"{stack.public_url}/console"
    address = world.musubi(stack, fakes, "console", "invite", demo.portal_id, "--name", "Doctor of the test", "--role", "admin")["address"]
    browser = Browser()
    assert browser.send(browser.get(address)).status == 303
    page = browser.get(f"{console}/doctor")
    token = page.text.split('name="token" value="')[1].split('"')[0]
    looked = browser.post_form(f"{console}/doctor", {"token": token})
    assert (looked.status, looked.location) == (303, f"{console}/doctor")
    found = browser.get(f"{console}/doctor").text
    assert "最終確認" in found and "unchecked" not in found, "with the console's role everything can be looked at"
    stack.wake("doctor")
    until(lambda: [line for line in stack.logs("doctor") if "NewFindings" in line], "the doctor has looked, with its own role", seconds=90)


def test_somebody_connects_a_crm_account_and_an_official_account_by_the_browser_alone(stack, demo, fakes):
    console, told = f"{stack.public_url}/console", fakes.told
    browser = Browser()
    away = browser.get(f"{console}/install/begin?workflows=wait")
    assert away.status == 303 and away.location.startswith(f"{fakes.hubspot_url}/oauth/authorize?")
    back = browser.get(f"{away.location}&portal_id={told['empty_portal_id']}")
    assert (back.status, back.location.split("?")[0]) == (302, f"{console}/install/callback")
    installed = browser.get(back.location)
    assert (installed.status, installed.location) == (303, f"{console}/install/done")
    assert told["empty_portal_id"] in browser.get(installed.location).text
    assert Browser().get(back.location).status != 303, "another browser cannot finish it"

    seen = browser.send(browser.get(f"{console}/connect"), to="/console/connect", id=told["free_channel_id"], secret=told["free_channel_secret"])
    assert seen.status == 200 and told["free_channel_secret"] not in seen.text
    other_tool = seen.text.split('name="cuts_off" value="')[1].split('"')[0]
    setup = f"{console}/channels/{told['free_channel_id']}/setup"
    connected = browser.send(seen, to="/console/connect/confirm", cuts_off=other_tool)
    assert (connected.status, connected.location) == (303, f"{setup}?saved=1")
    steps = browser.get(setup)
    assert steps.status == 200 and "LINEのWebhook URLは、Musubiを指しています。" in steps.text
    shown = world.musubi(stack, fakes, "channel", "show", told["free_channel_id"])
    assert told["empty_portal_id"] in json.dumps(shown)
    assert Browser().get(setup).status == 401


def secret_is_there(stack, channel_id):
    """Whether Secrets Manager has the Official Account's secret, and it is not on its way out."""
    listed = stack.client("secretsmanager").get_paginator("list_secrets").paginate(IncludePlannedDeletion=False)
    return f"{stack.outputs['SecretsPrefix']}line/{channel_id}" in [secret["Name"] for page in listed for secret in page["SecretList"]]


def holds(stack, table, words):
    """Whether a row of this table says it."""
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=stack.ids[table], ConsistentRead=True)
    return any(words in text for page in pages for text in map(rows.body, page["Items"]) if text)


def test_an_admin_disconnects_an_official_account_by_forms_alone(stack, demo, fakes):
    told, channel = fakes.told, fakes.told["free_channel_id"]
    row = stack.client("dynamodb").get_item(TableName=stack.ids["ChannelsTable"], Key={"pk": {"S": "channel"}, "sk": {"S": channel}})["Item"]
    bot_user_id = json.loads(rows.body(row))["bot_user_id"]
    free = replace(demo, channel_id=channel, channel_secret=told["free_channel_secret"], bot_user_id=bot_user_id, friend=FREE_USER)
    assert world.line_posts(stack, free, [world.text_event(free, "また来ます")]) == 200
    at_rest(stack, lambda: holds(stack, "LinksTable", FREE_USER) and holds(stack, "JournalTable", "また来ます"), "they are a contact")

    # Who connected the account at HubSpot is its admin, and comes from there.
    _, answer = world.hubspot_hands_over(stack, demo, told["empty_portal_id"], SATO)
    browser = Browser()
    assert browser.send(browser.get(json.loads(answer)["address"]), to="/console/enter").status == 303
    path = f"/console/channels/{channel}/disconnect"
    page = browser.get(f"{stack.public_url}{path}")
    lost = boxes(page, path)
    assert page.status == 200 and len(lost) == 6, "what is lost, a box each"
    assert browser.send(page, to=path, links="erase").status == 422, "no box is ticked"
    assert world.line_posts(stack, free, []) == 200, "nothing was changed"
    begun = browser.send(page, to=path, links="erase", **lost)
    assert (begun.status, begun.location) == (303, page.url)
    assert Browser().get(page.url).status == 401

    # No button, until no function takes it for connected any more: a minute.
    assert f'action="{path}"' not in browser.get(page.url).text and secret_is_there(stack, channel)
    ready = until(lambda: shown if f'action="{path}"' in (shown := browser.get(page.url)).text else None, "the rest can be done", 120, every_s=2)
    done = browser.send(ready, to=path)
    assert done.status == 200 and "接続を解除しました" in done.text and "1人分の情報を消去しました" in done.text
    assert "接続する前のものに戻しました" in done.text, "LINE's webhook URL"
    assert world.line_calls(stack, free, [world.text_event(free, "届かない言葉")]) == (404, b"")
    assert not secret_is_there(stack, channel)
    assert not holds(stack, "LinksTable", FREE_USER) and not holds(stack, "JournalTable", "また来ます")
    assert browser.get(page.url).status == 404 and path not in browser.get(f"{stack.public_url}/console").text


def test_no_function_was_refused_by_its_role(stack, demo):
    assert world.refused_by_roles(stack) == []


def test_no_name_address_secret_or_person_is_in_any_log(stack, demo, fakes):
    logged = "\n".join(stack.logs())
    assert logged, "the functions log something"
    for canary in ("kenji@example.com", "taro@example.com", "けんじ", "じろう", *demo.strangers, demo.login_secret, fakes.told["free_channel_secret"], "__Host-", "id_token", "join?code=", "enter?code=", "Sato of the console", "また来ます", FREE_USER, SATO[1], MORI[1]):
        assert canary not in logged
