// The test of docs/http.md, of a page whose backend sends with `mail.mjs`.
import { once } from "node:events";
import { createServer } from "node:http";
import { expect } from "@playwright/test";
import { test } from "./code.fixture.ts";
import { sendCode } from "./mail.mjs";

const PAGE = `<!doctype html><meta charset="utf-8"><form>
  <label>Email <input name="to"></label> <button type="button">Send code</button>
  <label>Code <input name="code"></label></form>
  <script>
    const form = document.forms[0];
    document.querySelector("button").onclick = () => fetch("/code", { method: "POST", body: form.to.value });
  </script>`;

let sent = "";
const backend = createServer(async (request, answer) => {
  if (request.method !== "POST") {
    answer.setHeader("Content-Type", "text/html");
    return answer.end(PAGE);
  }
  let to = "";
  for await (const part of request) to += part;
  sent = String(Math.floor(Math.random() * 1_000_000)).padStart(6, "0");
  answer.end(await sendCode(to, sent));
});

test("sign in", async ({ page, codeFor }) => {
  await once(backend.listen(0, "127.0.0.1"), "listening");
  await page.goto(`http://127.0.0.1:${backend.address().port}/`);
  await page.getByLabel("Email").fill("ada@example.com");
  await page.getByRole("button", { name: "Send code" }).click();
  await page.getByLabel("Code").fill(await codeFor("ada@example.com"));
  await expect(page.getByLabel("Code")).toHaveValue(sent);
  backend.close();
});
