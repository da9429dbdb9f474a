import os
import uuid

import httpx

# One client for the process: its connections stay open.
mail = httpx.Client(
    base_url=os.environ.get("HONGYAN_URL", "http://127.0.0.1:3026"),
    headers={"Authorization": f"Bearer {os.environ['HONGYAN_TOKEN']}"} if "HONGYAN_TOKEN" in os.environ else {},
    timeout=10,
)


class MailRefused(Exception):
    """`code` is for programs, `str()` for people, `again` whether and in how many seconds to retry."""

    def __init__(self, status: int, problem: dict):
        super().__init__(problem.get("detail") or problem.get("title"))
        self.code, self.again = problem.get("code"), problem.get("retry_after", 5 if status >= 500 else None)


def send_code(to: str, code: str, *, purpose: str = "sign_in", locale: str = "zh-CN", key: str | None = None) -> str:
    """Returns the id once the mail is durable. The same `key` never makes a second mail."""
    answer = mail.post(
        "/v1/kinds/verification_code/messages",
        headers={"Idempotency-Key": key or str(uuid.uuid4()), "Accept-Language": locale},
        json={"to": to, "locale": locale, "vars": {"code": code, "purpose": purpose}},
    )
    if answer.is_error:
        raise MailRefused(answer.status_code, answer.json())
    return answer.json()["id"]


if __name__ == "__main__":
    import sys

    print(send_code(sys.argv[1], sys.argv[2]))
