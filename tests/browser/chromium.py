"""Which browser the tests and benchmarks start. It imports nothing of the app, which benchmarks set up later."""

# The first of these is Chromium without windows, which opens a page in a sixth of the time.
NAMES = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome"]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--process-per-site",
]
