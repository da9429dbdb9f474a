import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";

const url = process.env.HONGYAN_URL ?? "http://127.0.0.1:3026";
const token = process.env.HONGYAN_TOKEN;

// Returns the id once the mail is durable. The same `key` never makes a second mail.
export async function sendCode(to, code, { purpose = "sign_in", locale = "zh-CN", key = randomUUID() } = {}) {
  const answer = await fetch(`${url}/v1/kinds/verification_code/messages`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "Idempotency-Key": key,
      "Accept-Language": locale,
      ...(token && { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ to, locale, vars: { code, purpose } }),
    signal: AbortSignal.timeout(10_000),
  });
  const body = await answer.json();
  if (!answer.ok) {
    throw Object.assign(new Error(body.detail ?? body.title), { code: body.code, retryAfter: body.retry_after });
  }
  return body.id;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(await sendCode(process.argv[2], process.argv[3]));
}
