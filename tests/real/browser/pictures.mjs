// Log in to a Home Assistant and photograph pages.
//   node pictures.mjs < plan.json
// plan: {browser, url, user, password, folder, pictures: [{path, name, width, height, dark, wait, settle}]}
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const PATIENCE = 60_000;
const plan = JSON.parse(readFileSync(0, "utf8"));
const browser = await chromium.launch({
  executablePath: plan.browser,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});

async function logIn(context) {
  const page = await context.newPage();
  await page.goto(`${plan.url}/`);
  await page.locator("input[name=username]").waitFor({ timeout: PATIENCE });
  await page.locator("input[name=username]").fill(plan.user);
  await page.locator("input[name=password]").fill(plan.password);
  await page.locator("input[name=password]").press("Enter");
  await page.locator("home-assistant-main").waitFor({ state: "attached", timeout: PATIENCE });
  await page.close();
  return context.storageState();
}

try {
  const first = await browser.newContext();
  const storageState = await logIn(first);
  await first.close();
  for (const picture of plan.pictures) {
    const context = await browser.newContext({
      storageState,
      viewport: { width: picture.width ?? 1400, height: picture.height ?? 900 },
      colorScheme: picture.dark ? "dark" : "light",
      deviceScaleFactor: picture.scale ?? 1,
    });
    const page = await context.newPage();
    const complaints = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(`${plan.url}${picture.path}`);
    await page.locator("home-assistant-main").waitFor({ state: "attached", timeout: PATIENCE });
    if (picture.wait) {
      await page.getByText(picture.wait).first().waitFor({ timeout: PATIENCE });
    }
    await page.waitForTimeout(picture.settle ?? 2500);
    await page.screenshot({ path: `${plan.folder}/${picture.name}.png` });
    console.log(JSON.stringify({ name: picture.name, complaints }));
    await context.close();
  }
} finally {
  await browser.close();
}
