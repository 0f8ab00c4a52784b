"""Makes a table of a record's steps out of the system calls that `perf script` prints."""

import re
import statistics
import sys

LINE = re.compile(r"\s*(.*?)\s+(\d+)/\d+\s+\[\d+\]\s+([\d.]+):\s+\w+:sys_(enter|exit):\s+NR (\d+) (.*)")
PWRITE, SEND, RECEIVE, SYNC, WAIT = 18, 44, 45, 75, 232  # of x86-64; Scripts/timeline watches these
PAGE = re.compile(r"\(\w+, \w+, \w*000,")  # a write of whole pages: the journal
SERVER, LINK, ANY = "MHD", "istmo-link", ""

# Who ends a step, with which call, on entering or leaving it, what its arguments or its result must look like, on which thread; its name.
STEPS = [
    ("SV", WAIT, "exit", None, SERVER, "the client has sent, the server's thread runs"),
    ("SV", RECEIVE, "exit", None, SERVER, "read"),
    ("SV", PWRITE, "enter", PAGE, ANY, "head, checks, core, until the journal is written to"),
    ("SV", PWRITE, "exit", re.compile(r"= \d{4,}"), ANY, "the disk has written"),
    ("SV", SYNC, "exit", None, ANY, "and synced"),
    ("SV", SEND, "enter", re.compile(r", 4000"), ANY, "the batch is sent"),
    ("GT", RECEIVE, "enter", None, LINK, "the neighbour's thread runs"),
    ("GT", PWRITE, "enter", PAGE, ANY, "its checks, until its journal is written to"),
    ("GT", PWRITE, "exit", re.compile(r"= \d{4,}"), ANY, "its disk has written"),
    ("GT", SYNC, "exit", None, ANY, "and synced"),
]


def records(lines, names):
    """The calls of each record: a client that sends after a rest begins one."""
    calls, last = [], 0.0
    for line in lines:
        match = LINE.match(line)
        if not match or match[2] not in names:
            continue
        who, time = names[match[2]], float(match[3]) * 1e6
        call = (time, who, match[1], int(match[5]), match[4], match[6])
        if who == "client" and call[3] == SEND and call[4] == "enter":
            if time - last > 40_000:
                if calls:
                    yield calls
                calls = []
            last = time
        calls.append(call)


def steps(calls):
    """The moments at which a record's steps end; none where one of them is not to be found."""
    moments, place = [calls[0][0]], 0
    for who, number, way, form, thread, _ in STEPS:
        for place in range(place, len(calls)):
            time, *call, text = calls[place]
            if call[0] == who and call[2:] == [number, way] and thread in call[1] and (not form or form.search(text)):
                break
        else:
            return None
        moments.append(time)
    answers = [call[0] for call in calls if call[1:2] + call[3:5] == ("client", RECEIVE, "exit")]
    return moments + answers[-1:]


names = dict(line.split() for line in open(sys.argv[1]))
found = [moments for calls in records(sys.stdin, names) if (moments := steps(calls))]
if not found:
    sys.exit("no record of which all steps were seen")
print(f"{len(found)} records\n\n| step | p50, us | p90, us | since it was sent, p50 |\n|---|--:|--:|--:|")
for place, name in enumerate([step[-1] for step in STEPS] + ["the client is told, which asks every 0.1 ms"], 1):
    took = [moments[place] - moments[place - 1] for moments in found]
    since = statistics.median(moments[place] - moments[0] for moments in found)
    print(f"| {name} | {statistics.median(took):.0f} | {statistics.quantiles(took, n=10)[8]:.0f} | {since:.0f} |")
