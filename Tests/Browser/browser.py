"""Chromium as an officer has it: headless, every request noted, any host but this machine unreachable."""

import json
import time
import urllib.error
import urllib.request

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import pair as pairs


def status(url, token):
    """What the API answers to who has a token."""
    try:
        return urllib.request.urlopen(urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})).status
    except urllib.error.HTTPError as error:
        return error.code


DESKTOP, PHONE = (1366, 768), (390, 844)


class Browser:
    def __init__(self, url, size=DESKTOP, script=True):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars",
                     "--force-device-scale-factor=1", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
                     f"--window-size={size[0]},{size[1]}"):
            options.add_argument(word)
        if not script:
            options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        service = webdriver.ChromeService("/usr/bin/chromedriver")
        self.driver = webdriver.Chrome(options=options, service=service)
        self.driver.set_page_load_timeout(60)
        self.url = url
        self.size(size)
        self.driver.get("data:text/html,<title>off</title><script>document.title='on'</script>")
        assert (self.driver.title == "on") == script, "scripts are not as this browser was asked to have them"
        self.troubles()

    def size(self, size):
        """Exactly this much room for the page, as on a telephone too, where windows have no least width."""
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                    {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False})

    def close(self):
        self.driver.quit()

    def go(self, path):
        self.driver.get(self.url + path)

    @property
    def path(self):
        return self.driver.current_url.removeprefix(self.url)

    @property
    def text(self):
        return self.driver.find_element(By.TAG_NAME, "body").text

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def login(self, officer, password=pairs.PASSWORD):
        self.go("/login")
        self.find("#officer").send_keys(officer)
        self.find("#password").send_keys(password, Keys.ENTER)
        self.wait(lambda: self.path not in ("/login",) or self.all("[role=alert]") or self.all("#code"))

    def purpose(self, path, purpose="Sesión del comité"):
        """Opens a page that asks what it is for, and says so."""
        self.go(path)
        if self.all("form[action='/purpose']"):
            self.find("#purpose").send_keys(purpose, Keys.ENTER)
            self.wait(lambda: self.path.startswith(path) and not self.all("form[action='/purpose']"))

    def search(self, key, purpose="Control de entrada"):
        self.go("/search")
        self.find("#key").send_keys(key)
        field = self.find("#purpose")
        field.clear()
        field.send_keys(purpose)
        self.find("main form button").click()
        self.wait(lambda: self.path.startswith("/file/") or self.all("[role=alert]"))

    def wait(self, holds, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if holds():
                    return
            except Exception:  # a page that is being changed has no elements for a moment
                pass
            time.sleep(0.05)
        raise AssertionError(f"this never came; the page at {self.path} says:\n{self.text[:1500]}")

    def troubles(self):
        """What the browser complained of, and every request to another host, since last asked."""
        found = [f"console: {entry['message']}" for entry in self.driver.get_log("browser")
                 if entry["level"] == "SEVERE" and "the server responded with a status of" not in entry["message"]]
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                url = message["params"]["request"]["url"]
                if not url.startswith((self.url, "data:", "about:", "chrome:", "chrome-extension:")):
                    found.append(f"a request to {url}")
        return found

    def picture(self, file, whole=False):
        if whole:
            height = self.driver.execute_script("return document.documentElement.scrollHeight")
            width = self.driver.execute_script("return window.innerWidth")
            self.size((width, min(max(height, 300), 2400)))
        self.driver.save_screenshot(file)
