"""Makes a name for a browser from its User-Agent, so that people recognise the browser. Anyone can forge a User-Agent.

https://www.rfc-editor.org/rfc/rfc9110#field.user-agent
"""

import re

# The first match counts. Most User-Agents also name other browsers, for sites that look for these.
BROWSERS = (
    (re.compile(r"\bEdg(e|A|iOS)?/"), "Edge"),
    (re.compile(r"\b(OPR|Opera)/"), "Opera"),
    (re.compile(r"\bSamsungBrowser/"), "Samsung Internet"),
    (re.compile(r"\b(Firefox|FxiOS)/"), "Firefox"),
    (re.compile(r"\b(HeadlessChrome|Chrome|CriOS|Chromium)/"), "Chrome"),
    (re.compile(r"\bVersion/[\d.]+.* Safari/"), "Safari"),
)
SYSTEMS = (
    (re.compile(r"\bWindows\b"), "Windows"),
    (re.compile(r"\biPhone\b"), "iPhone"),
    (re.compile(r"\biPad\b"), "iPad"),
    (re.compile(r"\bAndroid\b"), "Android"),
    (re.compile(r"\bCrOS\b"), "ChromeOS"),
    (re.compile(r"\bMacintosh\b"), "Mac"),
    (re.compile(r"\bLinux\b"), "Linux"),
)
UNKNOWN = "Unknown browser"


def browser_name(user_agent: str) -> str:
    """Return a name such as "Chrome on Windows". If the operating system is unknown, the name has only the browser."""
    browser = next((name for pattern, name in BROWSERS if pattern.search(user_agent)), UNKNOWN)
    system = next((name for pattern, name in SYSTEMS if pattern.search(user_agent)), "")
    return f"{browser} on {system}" if system else browser
