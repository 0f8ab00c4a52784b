"""Two countries' nodes on this machine, made by the program as two operators would, with officers and records of invented
persons. Used by check.py and pictures.py."""

import datetime
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PASSWORD = "correcta caballo pila grapa"
HOSTILE = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">'\"&amp;"


def moment(minutes=0):
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def check_digit(text):
    weights = (7, 3, 1)
    value = lambda c: 0 if c == "<" else int(c) if c.isdigit() else ord(c) - 55
    return str(sum(value(c) * weights[i % 3] for i, c in enumerate(text)) % 10)


def passport(country, number, surname, given, birth, sex, expiry):
    """The two lines of a passport's machine-readable zone (ICAO Doc 9303-4)."""
    first = f"P<{country}{surname}<<{given.replace(' ', '<')}".ljust(44, "<")[:44]
    number = number.ljust(9, "<")
    second = number + check_digit(number) + country + birth + check_digit(birth) + sex + expiry + check_digit(expiry)
    second += "<" * 14 + "0"
    second += check_digit(second[0:10] + second[13:20] + second[21:43])
    return first + "\n" + second


class Node:
    def __init__(self, pair, country, link, desk):
        self.pair, self.country, self.link, self.desk = pair, country, link, desk
        self.home = os.path.join(pair.folder, country)
        self.process = None
        self.url = f"http://127.0.0.1:{desk}"

    def istmo(self, *words, given=None, fails=False):
        said = subprocess.run([self.pair.program, *words, "--home", self.home], input=given, capture_output=True, text=True,
                              env=self.pair.environment)
        if said.returncode != 0 and not fails:
            raise RuntimeError(f"istmo {' '.join(words)}: {said.stderr}{said.stdout}")
        return said.stdout

    def refused(self, *words):
        """Why a command fails."""
        said = subprocess.run([self.pair.program, *words, "--home", self.home], capture_output=True, text=True, env=self.pair.environment)
        assert said.returncode == 1, said
        return said.stderr

    def start(self):
        self.process = subprocess.Popen([self.pair.program, "run", "--home", self.home, "--end-with-input"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=open(self.home + ".log", "a"), text=True, env=self.pair.environment)
        line = self.process.stdout.readline()
        if "ready" not in line:
            raise RuntimeError(f"{self.country} did not become ready: {open(self.home + '.log').read()[-2000:]}")

    def stop(self):
        if self.process:
            self.process.stdin.close()
            self.process.wait(60)
            self.process = None

    def publish(self, dataset, *records):
        """Publishes records; gives their ids. Raises with the program's own words when one is refused."""
        lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        out = self.istmo("publish", dataset, "-", "--ids", given=lines)
        return re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", out)

    def officer(self, name, full, *roles, options=(), isSomewhere=True):
        words = [w for role in roles for w in ("--role", role)]
        post = ["--post", f"GT-SV/la-hachadura/{self.country}"] if isSomewhere else []
        self.istmo("officer", "add", name, "--name", full, *words, *post, "--password-file", self.pair.password_file,
                   *options)


class Pair:
    """El Salvador and Guatemala, linked, with an agreement on everything the desk shows."""

    def __init__(self, program):
        self.program = program
        self.folder = tempfile.mkdtemp(prefix="istmo-desk-", dir="/tmp")
        os.chmod(self.folder, 0o700)
        self.environment = {**os.environ, "ISTMO_TEST_WEAK_PASSPHRASE_WORK": "1"}
        self.password_file = self._write("password", PASSWORD)
        self._write("passphrase", "six quiet words for a root key")
        self.sv = Node(self, "SV", free_port(), free_port())
        self.gt = Node(self, "GT", free_port(), free_port())
        shutil.copytree(os.path.join(ROOT, "Topology"), os.path.join(self.folder, "topology"))
        self._topology()
        self._homes()
        for node in (self.sv, self.gt):
            node.start()

    def close(self):
        for node in (self.sv, self.gt):
            node.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, 0o600)
        return path

    def _topology(self):
        path = os.path.join(self.folder, "topology", "central-america.toml")
        text = open(path).read()
        for node in (self.sv, self.gt):
            before = f"{node.country.lower()}.istmo.example:4711"
            assert before in text
            text = text.replace(before, f"127.0.0.1:{node.link}")
        open(path, "w").write(text)

    def _homes(self):
        phrase = os.path.join(self.folder, "passphrase")
        both = [(self.sv, self.gt), (self.gt, self.sv)]
        file = lambda step, node: os.path.join(self.folder, f"{step}.{node.country}")
        for node, _ in both:
            node.istmo("init", "--country", node.country, "--topology",
                       os.path.join(self.folder, "topology", "central-america.toml"), "--passphrase-file", phrase,
                       "--listen", f"127.0.0.1:{node.link}", "--desk", f"127.0.0.1:{node.desk}")
            node.istmo("risk", "install", os.path.join(ROOT, "Topology", "risk", "selectivity.toml"))
        for node, other in both:
            node.istmo("ceremony", "offer", "--with", other.country, "--out", file("offer", node), "--passphrase-file",
                       phrase)
        for node, other in both:
            code = json.loads(node.istmo("ceremony", "compare", file("offer", other), "--json"))["code"]
            node.istmo("ceremony", "sign", file("offer", other), "--code", code, "--official", "Ana Morales, Directora",
                       "--out", file("signed", node), "--passphrase-file", phrase)
        for node, other in both:
            node.istmo("ceremony", "complete", file("signed", other))
        self.gt.officer("luis.paz", "Luis Paz Ramírez", "migration-officer")
        self.gt.officer("marta.ruiz", "Marta Ruiz", "customs-officer", "auditor")
        self.gt.officer("quin.gt", "Inés Cuarentena", "quarantine-officer")
        self.gt.officer("nodo.gt", "Operación Nacional", "node-operator")
        self.gt.officer("nodo2.gt", "Operación Nacional, segundo turno", "node-operator")
        self.gt.officer("puesto.gt", "Carlos Puesto", "post-operator")
        self.gt.officer("eva.solis", "Eva Solís", "committee", isSomewhere=False)
        self.gt.officer("hostil", HOSTILE[:80].rstrip(), "migration-officer")
        self.sv.officer("ana.morales", "Ana Morales", "migration-supervisor")

    def incident(self, plate, summary="Robo de carga"):
        """An incident of Guatemala's own, to be corrected."""
        return {"event": "reported", "post": "GT-SV/la-hachadura/GT", "time": moment(-30), "kind": "theft", "severity": "high",
                "visibility": "all", "summary": summary, "plates": [{"country": "SV", "text": plate}]}

    def strange_tags(self):
        """Reads of a tag that nobody registered, and of a copy of one that Guatemala did."""
        self.gt.publish("cargo-units", {
            "event": "registered", "epc": "3474257BF40000FF00000001", "tid": "E2801160600002053A2B17C4", "country": "GT",
            "kind": "truck", "plate": {"country": "GT", "text": "C 900-123"}, "time": moment(-90), "valid_from": "2026-01-01",
            "valid_until": "2099-12-31"})
        self.gt.publish("rfid-reads", *[
            {"epc": epc, "tid": tid, "crossing": "GT-SV/la-hachadura", "post": "GT-SV/la-hachadura/GT", "reader": "A-1",
             "time": moment(-4)} for epc, tid in (("3474257BF40000FF00000001", "E2801160600002053A2B17C5"),
                                                  ("3474257BF40000FF00000009", "E2801160600002053A2B17C9"))])

    def settled(self):
        """Waits until Guatemala holds what El Salvador published."""
        import time
        for _ in range(600):
            streams = {s["stream"]: s for s in json.loads(self.sv.istmo("status", "--json", fails=True))["streams"]}
            out = [s for name, s in streams.items() if name.startswith("SV/GT/")]
            if out and all(s["lag_records"] == 0 and s["flowing"] for s in out):
                return
            time.sleep(0.1)
        raise RuntimeError("the nodes did not come to rest")

    # Records of invented persons and goods.

    PERSONS = [("Martínez Peña", "Ana María", "F", "1974-08-12", "SV", "P 123-456"),
               ("Hernández López", "José Antonio", "M", "1988-02-03", "SV", "P 774-120"),
               ("Cruz", "Wendy Lisseth", "F", "1995-11-30", "SV", None),
               ("Portillo de Alvarenga", "Rosa Delmy", "F", "1961-05-19", "SV", "M 90-233"),
               ("Ramos", "Kevin Alexander", "M", "2001-07-07", "SV", None)]

    def departure(self, number, minutes=-10):
        surname, given, sex, birth, country, plate = self.PERSONS[number % len(self.PERSONS)]
        record = {"event": "departure", "crossing": "GT-SV/la-hachadura", "post": "GT-SV/la-hachadura/SV", "from": "SV",
                  "to": "GT", "time": moment(minutes), "document": {"kind": "passport", "country": "SV",
                                                                    "number": f"A{10_000_001 + number}"},
                  "surname": surname, "given_names": given, "birth_date": birth, "sex": sex, "nationality": country,
                  "travel_purpose": "tourism", "decision": "admit", "reference": f"DGME-{number}"}
        if plate:
            record["vehicle"] = {"country": "SV", "text": plate}
        return record

    def declaration(self, duca="SV-F-2026-0001234", plate="C 123-456", container="CSQU3054383"):
        return {"event": "declared", "duca": duca, "kind": "DUCA-F", "route": ["SV", "GT"],
                "crossings": ["GT-SV/la-hachadura"], "time": moment(-60), "expected": moment(45),
                "exporter": {"company": {"country": "SV", "number": "0614-050707-104-8"}, "name": "Café de Ejemplo S.A."},
                "importer": {"company": {"country": "GT", "number": "576937-K"}, "name": "Distribuidora Destino"},
                "regime": "10", "destination": "GT", "transport_mode": "road",
                "vehicle": {"plate": {"country": "SV", "text": plate}}, "containers": [container], "gross_kg": "1050",
                "net_kg": "1000", "lines": [{"packages": 10, "net_kg": "1000", "gross_kg": "1050", "origin": "SV",
                                             "tariff": "090121", "description": "Café tostado en grano"}],
                "documents": [{"kind": "380", "number": "F-77", "lines": "1"}]}

    def alert(self, plate="C 123-456", instruction="Revisar el doble fondo del remolque.", severity="inspect"):
        return {"event": "issued", "route": ["SV", "GT"], "time": moment(-30), "subject": "plate",
                "plate": {"country": "SV", "text": plate}, "severity": severity, "code": "R-7", "instruction": instruction,
                "expires": moment(6000)}

    def hold(self, container="CSQU3054383"):
        return {"event": "held", "route": ["SV", "GT"], "post": "GT-SV/la-hachadura/SV", "time": moment(-20),
                "authority": "MAG", "containers": [container], "goods": "Café tostado", "reason": "Broca del café (HYPOTH)"}

    def certificate(self, number="SV-PHY-77"):
        return {"event": "issued", "number": number, "kind": "phytosanitary", "time": moment(-90), "authority": "MAG DGSV",
                "consignor": {"name": "Café de Ejemplo S.A."}, "consignee": {"name": "Distribuidora Destino"},
                "export_country": "SV", "import_country": "GT", "route": ["SV", "GT"], "containers": ["TASU1170000"],
                "items": [{"description": "Café en grano", "net_kg": "1000", "gross_kg": "1050", "tariff": "09011130",
                           "packages": 10, "package_kind": "BG", "origin": "SV"}]}

    def hostile(self):
        """A departure and an alert whose every free text holds markup and script."""
        record = self.departure(0, -5)
        record |= {"given_names": "Mallory", "surname": "Prueba", "document": {"kind": "passport", "country": "SV",
                                                                               "number": "X66600001"},
                   "vehicle": {"country": "SV", "text": "P 666-001"}, "group": HOSTILE[:40], "reason": HOSTILE[:110],
                   "reference": HOSTILE[:100]}
        return record, self.alert("P 666-001", HOSTILE, "stop")

    def passage(self, number):
        """What the antennas of both posts of La Hachadura read of a truck yesterday, from El Salvador to Guatemala."""
        start = datetime.datetime.now(datetime.timezone.utc).replace(hour=12, minute=0) - datetime.timedelta(days=1)
        steps = [("SV", "approach", 0), ("SV", "in", 6), ("SV", "out", 22 + 3 * number), ("GT", "in", 25 + 3 * number),
                 ("GT", "out", 41 + 9 * number)]
        return {country: [{"epc": f"3474257BF4{number:06X}0000162E", "crossing": "GT-SV/la-hachadura",
                           "post": f"GT-SV/la-hachadura/{country}", "reader": f"R1-{direction}", "direction": direction,
                           "time": (start + datetime.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")}
                          for side, direction, minutes in steps if side == country]
                for country in ("SV", "GT")}

    def reform(self, number, title, measure, due, milestones, state="started"):
        return {"identifier": f"GT-{number:02}", "title": title, "measure": measure, "tfa_articles": ["8.2"],
                "scope": "country", "country": "GT", "countries": ["GT", "SV"], "bodies": ["IGM", "SAT"], "state": state,
                "time": moment(-5), "starts": "2025-01-01", "due": due, "milestones": milestones}

    def project(self, number, title, amount, advance, measures):
        year = datetime.date.today().year
        return {"identifier": f"P-{number:02}", "title": title, "donor": "Banco de Ejemplo", "country": "GT",
                "countries": ["GT"], "measures": measures, "currency": "USD", "amount": amount, "disbursed": "100000.00",
                "needed": "2400000.00", "starts": f"{year}-01-01", "ends": f"{year + 2}-12-31", "advance": advance,
                "state": "running", "time": moment(-5)}

    def fill_committee(self):
        """Yesterday's passages, controls of yesterday, the action plan and projects: what a committee looks at."""
        for node in (self.sv, self.gt):
            node.publish("rfid-reads", *[r for n in range(8) for r in self.passage(n)[node.country]])
        controls = [self.departure(20 + n, -1500) | {"reference": f"C-{n}"} for n in range(6)]
        self.sv.publish("migration", *controls)
        self.gt.publish(
            "measures",
            self.reform(1, "Control migratorio único en La Hachadura y Pedro de Alvarado", "migration-control", "2026-06-30", [
                {"title": "Convenio firmado", "due": "2025-06-30", "state": "done", "done": "2025-07-12"},
                {"title": "Equipo instalado en ambos puestos", "due": "2026-02-28", "state": "open"}]),
            self.reform(2, "Certificados fitosanitarios electrónicos", "sps-certificates", "2031-06-30", [
                {"title": "Intercambio en prueba", "due": "2031-01-31", "state": "open"}]),
            self.reform(3, "Lectores RFID en los pasos del corredor Pacífico", "rfid", "2026-09-30", [
                {"title": "Antenas instaladas", "due": "2026-08-31", "state": "open"}], state="delayed"))
        self.gt.publish("projects",
                        self.project(1, "Lectores RFID del corredor Pacífico", "1500000.00", 45, ["rfid", "cameras"]),
                        self.project(2, "Ventanilla de certificados", "2400000.00", 80, ["sps-certificates"]))

    def fill(self):
        ids = self.sv.publish("migration", *[self.departure(n, -8 - 7 * n) for n in range(5)])
        self.sv.publish("manifests", self.declaration(), self.declaration("SV-F-2026-0001240", "C 555-010", "TASU1170000"))
        self.sv.publish("risk-alerts", self.alert())
        self.sv.publish("quarantine", self.hold())
        self.sv.publish("certificates", self.certificate())
        record, alert = self.hostile()
        self.sv.publish("migration", record)
        self.sv.publish("risk-alerts", alert)
        self.gt.publish("incidents", self.incident("P 909-100"))
        self.strange_tags()
        self.fill_committee()
        self.settled()
        return ids
