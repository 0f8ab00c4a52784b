"""Makes the pictures of Docs/pictures: pictures.py PROGRAM FOLDER. Scripts/pictures calls it."""

import os
import sys

from selenium.webdriver.common.keys import Keys

import browser as browsers
import pair as pairs


def pages(folder, url, language, size, word):
    b = browsers.Browser(url, size)

    def shoot(name, whole=True):
        b.picture(os.path.join(folder, f"{name}-{language}{word}.png"), whole)
        b.size(size)

    try:
        b.go(f"/login?lang={language}")
        shoot("login")
        b.login("luis.paz")
        shoot("search")
        b.search("A10000001")
        shoot("file-person")
        b.go("/arrivals")
        shoot("arrivals")
        b.search("P 909-100")
        shoot("file-own")
        b.find("a[href^='/correct/incidents.']").click()
        b.wait(lambda: b.path.startswith("/correct/"))
        shoot("correct")
        b.go("/forms")
        shoot("forms")
        b.go("/form/migration?event=departure")
        b.find("button[value=store]").click()
        b.wait(lambda: b.all("#trouble"))
        shoot("form-refused")
        b.go("/upload/incidents")
        head = "event;post;time;kind;severity;visibility;summary;reference"
        row = f"reported;GT-SV/la-hachadura/GT;{pairs.moment(-5)};{{}};{{}};all;Robo de carga;p-{{}}"
        table = [head, row.format("theft", "high", 1), row.format("theft", "grave", 2), row.format("fire", "low", 3)]
        with open(os.path.join(folder, "incidentes.csv"), "w") as file:
            file.write("\n".join(table))
        b.find("#file").send_keys(file.name)
        b.find("main form button").click()
        b.wait(lambda: b.all(".counts"))
        os.remove(file.name)
        shoot("upload")
        b.driver.delete_cookie("istmo-session")
        b.login("marta.ruiz")
        b.search("C 123-456", "Control de carga")
        shoot("file-cargo")
        b.go("/expected")
        shoot("expected")
        b.go("/alerts")
        shoot("alerts")
        b.driver.delete_cookie("istmo-session")
        b.login("puesto.gt")
        b.go("/form/captures")
        b.find("[name='f.subject'] option[value=plate]").click()
        b.find("button[value=show]").click()
        b.wait(lambda: b.all("[name='f.camera']"))
        b.find("[name='f.camera']").send_keys("C-1")
        b.find("[name='file.image_digest']").send_keys(os.path.join(folder, f"login-{language}{word}.png"))
        b.find("button[value=draft]").click()
        b.wait(lambda: b.all(".kept"))
        shoot("form-file")
        b.driver.delete_cookie("istmo-session")
        b.login("quin.gt")
        b.search("SV-PHY-77", "Control de carga")
        shoot("file-acts")
        b.find("a[href^='/act/quarantine-by-certificate.']").click()
        b.wait(lambda: b.path.startswith("/act/"))
        shoot("act")
        b.go("/account")
        b.find("form[action='/account/factor'] button").click()
        b.wait(lambda: b.all("svg.qr"))
        shoot("account")
        b.driver.delete_cookie("istmo-session")
        b.login("marta.ruiz")
        b.search("P 666-001", "Control de carga")
        shoot("hostile")
        b.driver.delete_cookie("istmo-session")
        b.login("nodo.gt")
        shoot("board")
        for page in ("streams", "keys", "lookups", "officers", "tokens", "retention", "store", "ceremonies"):
            b.go(f"/{page}")
            shoot(page)
        b.go("/agreement/SV")
        shoot("agreement", whole=False)
        b.find("details form[action='/proposals/make']").find_element("xpath", "..").find_element("css selector", "summary").click()
        b.find("input[name=reason]").send_keys("Enlace robado en La Hachadura; el vecino ya sabe", Keys.ENTER)
        b.wait(lambda: b.path == "/proposals")
        b.driver.delete_cookie("istmo-session")
        b.login("nodo2.gt")
        b.go("/proposals")
        shoot("proposals")
        b.find("input[name=way][value=reject]").find_element("xpath", "..").find_element("css selector", "button").click()
        b.wait(lambda: not b.all("input[name=way]"))
        b.go("/search")
        shoot("forbidden")
        b.driver.delete_cookie("istmo-session")
        b.login("eva.solis")
        b.purpose("/indicators")
        b.wait(lambda: not b.all("[data-again='1500']"))
        for page in ("indicators", "measures", "projects"):
            b.go(f"/{page}")
            shoot(page)
    finally:
        b.close()


def main():
    program, folder = sys.argv[1:3]
    os.makedirs(folder, exist_ok=True)
    pair = pairs.Pair(program)
    try:
        pair.fill()
        pages(folder, pair.gt.url, "es", browsers.DESKTOP, "")
        pages(folder, pair.gt.url, "en", browsers.PHONE, "-phone")
    finally:
        pair.close()


main()
