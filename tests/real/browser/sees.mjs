// Log in by the login page, open a page, and print each text once it is visible.
// node sees.mjs CHROMIUM URL PATH USER PASSWORD TEXT...
import { chromium } from "playwright-core";

const [executablePath, url, path, user, password, ...texts] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
});
try {
  const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  await page.goto(`${url}/`);
  await page.locator("input[name=username]").fill(user, { timeout: 60_000 });
  await page.locator("input[name=password]").fill(password);
  await page.locator("input[name=password]").press("Enter");
  await page.locator("home-assistant-main").waitFor({ state: "attached", timeout: 60_000 });
  await page.goto(`${url}/${path}`);
  for (const text of texts) {
    await page.getByText(text).first().waitFor({ state: "visible", timeout: 60_000 });
    console.log(text);
  }
} finally {
  await browser.close();
}
