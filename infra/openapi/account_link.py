#!/usr/bin/env python3
"""Asks Musubi for an account link, as your site's server does once a person has logged in. Prints where to redirect the browser.

    MUSUBI_KEY_ID=... MUSUBI_KEY_SECRET=... python3 account_link.py https://musubi.example.com CHANNEL_ID CONTACT_ID LINK_TOKEN

The API is described in account-link.json beside this file.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
import urllib.request

host, channel, contact, link_token = sys.argv[1:]
key, secret = os.environ["MUSUBI_KEY_ID"], os.environ["MUSUBI_KEY_SECRET"]

path = f"/line/{channel}/account-link/nonces"
body = json.dumps({"contact": {"id": contact}, "link_token": link_token})
ts = str(int(time.time() * 1000))
digest = hmac.new(secret.encode(), f"POST\n{path}\n{ts}\n{body}".encode(), hashlib.sha256).digest()
headers = {
    "Authorization": f"Musubi key={key}, ts={ts}, sig={base64.b64encode(digest).decode()}",
    "Content-Type": "application/json",
}
request = urllib.request.Request(host + path, body.encode(), headers)
with urllib.request.urlopen(request, timeout=10) as answer:
    print(json.load(answer)["redirect"])
