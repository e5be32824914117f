"""A secret vote in a real browser, from the tap on the button to the receipt."""

import statistics
from pathlib import Path

from benchmarks.population import AGENT
from coop.cli.serve import HOST
from tests.server import Server

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
VOTES = 15
MOST_MS = 1000

# Chooses, presses the button, and waits for the word that the vote counts. Gives the milliseconds from the tap
# until then, and how many of them no request to the server was under way.
VOTE = """async (paper) => {
  const status = document.querySelector('[data-part="status"]');
  paper.querySelector("input[type=radio]").click();
  performance.clearResourceTimings();
  const tapped = performance.now();
  paper.querySelector("button[type=submit]").click();
  while (!status.textContent.includes("Your vote counts.")) {
    if (performance.now() - tapped > 60000) throw new Error(status.textContent);
    await new Promise((soon) => setTimeout(soon, 1));
  }
  const whole = performance.now() - tapped;
  let until = tapped, away = 0;
  for (const asked of performance.getEntriesByType("resource")) {
    const from = Math.max(until, asked.startTime);
    away += Math.max(0, asked.responseEnd - from);
    until = Math.max(until, asked.responseEnd);
  }
  return [whole, whole - away];
}"""


def vote_in_secret(server: Server, path: str, cookies: list[str]) -> tuple[float, float] | None:
    """Let members vote, each in a fresh browser; gives the median milliseconds of the whole and of computing."""
    if not CHROMIUM.exists():
        return None
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser

    address, times = f"http://{HOST}:{server.port}", []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        for cookie in cookies[:VOTES]:
            name, _, value = cookie.partition("=")
            phone = chromium.new_context(viewport={"width": 375, "height": 800}, user_agent=AGENT)
            phone.add_cookies([{"name": name, "value": value, "url": address}])
            page = phone.new_page()
            page.goto(address + path)
            times.append(page.locator("form[data-part=paper]:visible").evaluate(VOTE))
            phone.close()
        chromium.close()
    whole, computing = (statistics.median(column) for column in zip(*times, strict=True))
    return whole, computing
