import { test as base, expect } from "@playwright/test";

const url = process.env.HONGYAN_URL ?? "http://127.0.0.1:3026";

export const test = base.extend<{ codeFor: (to: string) => Promise<string> }>({
  codeFor: async ({ request }, use) =>
    use(async (to) => {
      const answer = await request.get(`${url}/v1/inbox/wait`, { params: { to, kind: "verification_code", timeout: "10s" } });
      expect(answer.ok(), await answer.text()).toBeTruthy();
      return (await answer.json()).vars.code;
    }),
});
