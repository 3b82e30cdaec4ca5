"""Finds the browser that the tests and benchmarks start. It imports nothing of the app, because benchmarks set up the
app later.
"""

# chromium-headless-shell is Chromium without windows. It opens a page in a sixth of the time.
NAMES = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome"]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--process-per-site",
]
