#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The HTML report in a real Chromium: html_report.py WHYDOWN ROOT [PICTURES]

Each case is loaded on a desktop and on a telephone, light and dark, with and without JavaScript. PICTURES: a folder where
pictures of some are left to be looked at.
"""
import pathlib
import sys
import tempfile

import case as cases
import chromium
import hostile
from tap import Tap

WIDTHS = {"desktop": 1200, "telephone": 360}
SHOWN = ("story-slow-disk", "cpu-starvation", "milvus-only", "healthy")
EPISODES = 10000
AXE = "node_modules/axe-core/axe.min.js"
FOCUSABLE = """Array.from(document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]'))
    .filter((one) => one.checkVisibility({contentVisibilityAuto: true}) && !one.closest('[hidden]'))"""


def page(program, folder, words, scratch, *more):
    path = scratch / f"{folder.name}{''.join(more)}.html"
    path.write_bytes(cases.run(program, ["-f", "html", *more, *words], folder).stdout)
    return path


def faults_of_view(browser):
    """What must hold in every view."""
    faults = browser.complaints()
    wide = browser.run("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        faults.append(f"{wide} pixels wider than the window")
    if not browser.run("document.querySelector('h1') && document.querySelector('h1').getBoundingClientRect().top < 300"):
        faults.append("the verdict is not the first thing")
    return faults


def check_views(tap, browser, name, path, axe):
    for place, width in WIDTHS.items():
        for dark in (False, True):
            browser.open(path, width, dark)
            faults = faults_of_view(browser)
            if browser.run("document.querySelectorAll('#over-time').length") and not browser.run("document.querySelectorAll('#over-time canvas').length"):
                faults.append("no chart was drawn")
            if axe and dark == (place == "telephone"):
                faults += browser.run(axe + """;axe.run({resultTypes: ['violations']}).then((found) => found.violations
                    .filter((one) => ['serious', 'critical'].includes(one.impact) || one.id === 'color-contrast')
                    .map((one) => one.id + ': ' + one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' ')))""")
            tap.empty(f"{name}: {place}, {'dark' if dark else 'light'}", faults)
    browser.open(path, WIDTHS["telephone"], script=False)
    tap.empty(f"{name}: without JavaScript", faults_of_view(browser))


def check_keyboard(tap, browser, path):
    browser.open(path)
    wanted = browser.run(f"{FOCUSABLE}.length")
    browser.run(f"window.reached = new Set(); window.wanted = {FOCUSABLE}; document.body.focus()")
    for _ in range(min(wanted + 5, 400)):
        browser.press("Tab", 9)
        browser.run("window.reached.add(document.activeElement), 0")
    left = browser.run("window.wanted.filter((one) => !window.reached.has(one)).map((one) => one.outerHTML.slice(0, 120))")
    tap.empty("every control is reached by the Tab key", left)
    browser.run("document.querySelector('svg.lanes a').focus()")
    browser.press("Enter", 13)
    tap.check("Enter on a mark opens its event", browser.run("document.querySelectorAll('details.event[open] .line').length") >= 1
              and browser.run("document.activeElement.tagName") == "SUMMARY")
    browser.run("document.querySelector('nav a').focus()")
    outline = browser.run("getComputedStyle(document.activeElement).outlineStyle")
    tap.check("what has the focus is seen", outline != "none", outline)


def check_filter(tap, browser, path):
    shown = "Array.from(document.querySelectorAll('#list > details')).filter((one) => !one.hidden)"
    browser.open(path)
    every = browser.run(f"{shown}.length")

    def choose(control, value):
        browser.run(f"document.getElementById('{control}').value = '{value}'; document.getElementById('{control}').dispatchEvent(new Event('change')), 0")

    choose("kind", "etcd.fsync.slow")
    tap.check("a filter by kind shows that kind alone", browser.run(f"{shown}.length") >= 1 and browser.run(f"{shown}.every((one) => one.dataset.k === 'etcd.fsync.slow')"))
    choose("kind", "")
    choose("instance", "etcd")
    tap.check("a filter by instance shows that instance alone", browser.run(f"{shown}.length") >= 1 and browser.run(f"{shown}.every((one) => one.dataset.i === 'etcd')"))
    choose("instance", "")
    choose("component", "milvus")
    tap.check("a filter by component shows that component alone", browser.run(f"{shown}.length") >= 1 and browser.run(f"{shown}.every((one) => one.dataset.c === 'milvus')"))
    choose("component", "")
    browser.run("document.getElementById('find').value = 'keepalive channel closed'; document.getElementById('find').dispatchEvent(new Event('input')); new Promise((done) => setTimeout(done, 300))")
    tap.check("a search finds what a line says", 1 <= browser.run(f"{shown}.length") < every
              and browser.run(f"{shown}.every((one) => ['keepalive', 'channel', 'closed'].every((word) => one.textContent.toLowerCase().includes(word)))"))
    browser.run("document.getElementById('find').value = ''; document.getElementById('harm').click(); new Promise((done) => setTimeout(done, 300))")
    tap.check("only what was wrong", 1 <= browser.run(f"{shown}.length") < every and browser.run(f"{shown}.every((one) => one.classList.contains('harm'))"))


def check_hostile(tap, browser, program, scratch):
    """Log text that wants to be more than text: nothing but the report's own elements, and nothing runs."""
    folder = scratch / "hostile"
    folder.mkdir()
    path = page(program, folder, hostile.logs(folder), scratch)
    browser.open(path)
    faults = faults_of_view(browser)
    faults += browser.run("""Array.from(document.querySelectorAll('img, iframe, object, embed, form, base, link, [style], [onerror], [onload], [onclick]'))
        .filter((one) => !one.closest('.chart')).map((one) => one.outerHTML.slice(0, 100))""")
    faults += browser.run("Array.from(document.querySelectorAll('a')).map((one) => one.getAttribute('href')).filter((href) => !/^#[a-z]+\\d*$/.test(href))")
    faults += [f"{browser.run('document.scripts.length')} scripts"] if browser.run("document.scripts.length") != 2 else []
    faults += hostile.control_faults(path.read_text(encoding="utf-8"), "\n\t")
    tap.empty("hostile text is inert", faults)
    tap.check("and is shown", browser.run("document.body.textContent.includes('<script>alert(1)</script>')"))


def check_many(tap, browser, program, scratch):
    """Ten thousand episodes: each far from the one before, of ten members."""
    folder = scratch / "many"
    folder.mkdir()
    for member in range(10):
        lines = []
        for number in range(EPISODES // 10):
            minute = number * 5 + member % 5
            stamp = f"2024-03-{minute // 1440 + 1:02}T{minute // 60 % 24:02}:{minute % 60:02}:{member:02}.000Z"
            lines.append(f'{{"level":"warn","ts":"{stamp}","caller":"wal/wal.go:805","msg":"slow fdatasync",'
                         f'"took":"{1.5 + number % 40 / 10:.1f}s","expected-duration":"1s"}}\n')
        (folder / f"etcd-{member}.log").write_text("".join(lines))
    path = page(program, folder, sorted(entry.name for entry in folder.iterdir()), scratch)
    browser.open(path, WIDTHS["desktop"])
    faults = faults_of_view(browser)
    count = browser.run("document.querySelectorAll('#list > details').length")
    marks = browser.run("document.querySelectorAll('svg.lanes rect').length")
    tap.empty("ten thousand episodes load", faults + ([] if count >= EPISODES * 0.9 else [f"{count} events"]) + ([] if marks < EPISODES * 0.8 else [f"{marks} marks"]))
    browser.run("document.getElementById('find').value = 'nothing of the kind'; document.getElementById('find').dispatchEvent(new Event('input')); new Promise((done) => setTimeout(done, 2000))")
    tap.check("and are searched", browser.run("Array.from(document.querySelectorAll('#list > details')).every((one) => one.hidden)"))


def main():
    program, root = sys.argv[1], pathlib.Path(sys.argv[2])
    pictures = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
    axe_path = pathlib.Path(program).parent.parent / AXE
    axe = axe_path.read_text(encoding="utf-8") if axe_path.exists() else ""
    with Tap() as tap, tempfile.TemporaryDirectory(prefix="whydown-") as scratch:
        if not chromium.find():
            tap.skip("HTML in Chromium", "there is no Chromium")
            return
        if not axe:
            tap.skip("accessibility by axe-core", "it is not installed")
        scratch = pathlib.Path(scratch)
        with chromium.Browser() as browser:
            for folder in cases.cases(root):
                path = page(program, folder, cases.arguments(folder), scratch)
                check_views(tap, browser, folder.name, path, axe)
                if pictures and folder.name in SHOWN:
                    browser.open(path)
                    browser.picture(pictures / f"{folder.name}.png", 0, 2400)
                    browser.open(path, WIDTHS["telephone"], dark=True)
                    browser.picture(pictures / f"{folder.name}-telephone.png", 0, 2400)
            folder = root / "testdata/cases/story-slow-disk"
            path = page(program, folder, cases.arguments(folder), scratch)
            check_views(tap, browser, "in Chinese", page(program, folder, cases.arguments(folder), scratch, "--lang=zh"), axe)
            check_keyboard(tap, browser, path)
            check_filter(tap, browser, path)
            check_hostile(tap, browser, program, scratch)
            check_many(tap, browser, program, scratch)


if __name__ == "__main__":
    main()
