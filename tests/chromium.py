# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium driven over its debugging pipe, so that a test needs no driver and no port."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-extensions", "--hide-scrollbars", "--remote-debugging-pipe", "about:blank"]
ANSWER_SECONDS = 240


def find():
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Browser:
    """with Browser() as browser: page = browser.open(PATH)"""

    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="whydown-chromium-")
        there, ours = os.pipe(), os.pipe()
        for low in (3, 4):  # the child's own numbers must be free to be taken
            os.set_inheritable(low, False) if low in there + ours else None
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            ["bash", "-c", f"exec 3<&{there[0]} 4>&{ours[1]}; exec \"$@\"", "bash", find(), f"--user-data-dir={self.profile}", *FLAGS],
            pass_fds=(there[0], ours[1]), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(there[0])
        os.close(ours[1])
        self.write_to, self.read_from = there[1], ours[0]
        self.pending, self.number, self.events = b"", 0, []
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        self.session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def message(self):
        limit = time.monotonic() + ANSWER_SECONDS
        while b"\0" not in self.pending:
            if not select.select([self.read_from], [], [], max(0, limit - time.monotonic()))[0]:
                raise TimeoutError("Chromium does not answer")
            more = os.read(self.read_from, 1 << 20)
            if not more:
                raise EOFError("Chromium ended")
            self.pending += more
        first, _, self.pending = self.pending.partition(b"\0")
        return json.loads(first)

    def call(self, method, params=None):
        self.number += 1
        request = {"id": self.number, "method": method, "params": params or {}}
        if hasattr(self, "session"):
            request["sessionId"] = self.session
        text = json.dumps(request).encode() + b"\0"
        while text:
            text = text[os.write(self.write_to, text):]
        while True:
            message = self.message()
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def open(self, path, width=1200, dark=False, script=True):
        """Load a file; events that come from then on are kept in self.events."""
        self.events = []
        self.set_view(width, dark)
        self.call("Emulation.setScriptExecutionDisabled", {"value": not script})
        self.call("Page.navigate", {"url": f"file://{path}"})
        limit = time.monotonic() + ANSWER_SECONDS
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            if time.monotonic() > limit:
                raise TimeoutError(f"{path} does not load")
            self.events.append(self.message())

    def set_view(self, width=1200, dark=False):
        self.call("Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600})
        self.call("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})

    def look(self, width=1200, dark=False):
        """Show the page that is open at another width or in other colours; returns when it is drawn."""
        self.set_view(width, dark)
        self.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))).then(() => 0)")

    def run(self, code):
        """The value of an expression; a promise is waited for."""
        result = self.call("Runtime.evaluate", {"expression": code, "awaitPromise": True, "returnByValue": True})
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"].get("exception", {}).get("description", result["exceptionDetails"]["text"]))
        return result["result"].get("value")

    def press(self, key, code=0):
        text = {"Enter": "\r", "Tab": "\t"}.get(key)
        for kind in ("keyDown", "keyUp"):
            event = {"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code}
            if text and kind == "keyDown":
                event["text"] = text
            self.call("Input.dispatchKeyEvent", event)

    def picture(self, path, top, height):
        """A PNG of the page's full width, from `top` on."""
        width = self.run("document.documentElement.clientWidth")
        clip = {"x": 0, "y": top, "width": width, "height": height, "scale": 1}
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True})["data"]))

    def complaints(self):
        """What the console said, and what was asked of the network besides the page itself."""
        found = []
        for event in self.events:
            method, params = event["method"], event.get("params", {})
            if method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
                found.append(params["entry"]["text"])
            elif method == "Runtime.exceptionThrown":
                found.append(params["exceptionDetails"]["exception"]["description"])
            elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
                found.append(f"console: {params['args']}")
            elif method == "Network.requestWillBeSent" and params["type"] != "Document":
                found.append(f"asked for {params['request']['url']}")
        return found
