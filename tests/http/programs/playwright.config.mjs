import { defineConfig } from "@playwright/test";

const executablePath = process.env.CHROMIUM;
export default defineConfig({
  reporter: "list",
  use: { launchOptions: { executablePath, args: ["--no-sandbox"] } },
});
