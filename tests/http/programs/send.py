"""Sends a mail of each shipped kind with the client that was generated: `send.py URL SAMPLES`."""

import json
import sys

from client import Client
from client.api.messages import send_notification, send_reset_password, send_verification_code, send_verification_link
from client.models import (
    NotificationMessage, NotificationVars, ResetPasswordMessage, ResetPasswordVars,
    VerificationCodeMessage, VerificationCodeVars, VerificationLinkMessage, VerificationLinkVars,
)

KINDS = {
    "verification_code": (send_verification_code, VerificationCodeMessage, VerificationCodeVars),
    "reset_password": (send_reset_password, ResetPasswordMessage, ResetPasswordVars),
    "verification_link": (send_verification_link, VerificationLinkMessage, VerificationLinkVars),
    "notification": (send_notification, NotificationMessage, NotificationVars),
}

url, samples = sys.argv[1], json.load(open(sys.argv[2]))
with Client(base_url=url) as client:
    for kind, (call, message, variables) in KINDS.items():
        to = kind.replace("_", "-") + "@example.test"
        body = message(to=to, locale="en", vars_=variables.from_dict(samples[kind]))
        answer = call.sync_detailed(client=client, body=body, wait="10s")
        assert int(answer.status_code) == 200, (kind, answer.status_code, answer.content)
        assert answer.parsed.kind == kind, answer.parsed
print("sent by the generated client:", ", ".join(KINDS))
