"""Finds the browser that the tests and benchmarks start. This module imports nothing of the app, because benchmarks
import it before they set up the app.
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
