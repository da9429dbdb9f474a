"""What schemathesis is told beside its settings: `schemathesis.toml` names this file."""

import re
from datetime import datetime, timedelta, timezone

import schemathesis
from hypothesis import strategies

# `format: email` knows more addresses than mail is sent to: routes (`%`, `!`), pipes, options.
LOCAL = strategies.from_regex(r"[a-z0-9]([a-z0-9._+-]{0,20}[a-z0-9])?", fullmatch=True)
LOCAL = LOCAL.filter(lambda local: ".." not in local)
DOMAIN = strategies.from_regex(r"([a-z0-9]{1,12}\.){1,2}test", fullmatch=True)
schemathesis.openapi.format("email", strategies.builds("{}@{}".format, LOCAL, DOMAIN))
# No mail leaves in the past, and none is kept for years. Within an hour, it waits, and can be
# cancelled or hurried.
NOW = datetime.now(timezone.utc).replace(microsecond=0)
TIMES = strategies.integers(300, 3600).map(lambda ahead: (NOW + timedelta(seconds=ahead)).isoformat())
schemathesis.openapi.format("date-time", TIMES)

PATIENCE = re.compile(r"[0-9]{1,9}s?|[1-9][0-9]?m")


@schemathesis.hook
def before_call(context, case, kwargs):
    """No request waits: what may be held back for a minute would be, thousands of times."""
    name = {"/v1/inbox/wait": "timeout"}.get(case.path, "wait")
    declared = any(one.name == name for one in case.operation.query)
    query = case.query or {}
    said = query.get(name) or ("10s" if name == "timeout" else "")
    if declared and isinstance(said, str) and PATIENCE.fullmatch(said):
        case.query = {**query, name: "0s"}
