"""Connects a program without a browser to Stud.IP (RFC 8628), with Python alone, and asks who has allowed it:
STUDIP=https://studip.example.org/ CLIENT_ID=1 python3 device-flow.py"""
import json
import os
import sys
import time
from urllib import error, parse, request

STUDIP = os.environ.get("STUDIP", "https://studip.example.org/")
CLIENT = {"client_id": os.environ.get("CLIENT_ID", "1")}  # a confidential client adds "client_secret"


def call(endpoint, **form):
    data = parse.urlencode({**CLIENT, **form}).encode()
    try:
        with request.urlopen(STUDIP + "dispatch.php/api/oauth2/" + endpoint, data, timeout=20) as answer:
            return json.load(answer)
    except error.HTTPError as refusal:
        return json.load(refusal)


asked = call("device_authorization", scope="api")
if "error" in asked:
    sys.exit(asked["error_description"])
print(f"Open {asked['verification_uri_complete']} and compare the code {asked['user_code']}", flush=True)

grant = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": asked["device_code"]}
interval = asked["interval"]
tokens = {"error": "authorization_pending"}
while "error" in tokens:
    time.sleep(interval)
    tokens = call("token", **grant)
    if tokens.get("error") in ("slow_down", "temporarily_unavailable"):
        interval += 5
    elif tokens.get("error", "authorization_pending") != "authorization_pending":
        sys.exit(tokens["error_description"])

# Keep tokens["refresh_token"] where nobody else can read it.
headers = {"Authorization": "Bearer " + tokens["access_token"]}
print(request.urlopen(request.Request(STUDIP + "jsonapi.php/v1/users/me", headers=headers)).read().decode())
