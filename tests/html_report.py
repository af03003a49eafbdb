#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The HTML report in a real Chromium: html_report.py WHYDOWN ROOT [PICTURES]

Each case is looked at on a desktop and on a telephone, light and dark, with and without JavaScript, by two browsers side by
side. PICTURES: a folder where pictures of some are left to be looked at, and report.png, which is the README's.
"""
import concurrent.futures
import pathlib
import sys
import tempfile
import threading

import case as cases
import chromium
import hostile
from tap import Tap

WIDTHS = {"desktop": 1200, "telephone": 360}
SHOWN = ("story-slow-disk", "cpu-starvation", "milvus-only", "healthy")
EPISODES = 10000
AXE_EVENTS = 20
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


def unseen_labels(browser):
    """Texts of the charts' axes that their ground swallows; axe does not look into pictures."""
    return browser.run("""(() => {
        const light = (color) => color.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255)
            .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
            .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
        const ground = light(getComputedStyle(document.body).backgroundColor) + 0.05;
        return Array.from(document.querySelectorAll('.dygraph-axis-label'))
            .filter((one) => { const ink = light(getComputedStyle(one).color) + 0.05; return Math.max(ink, ground) / Math.min(ink, ground) < 4.5; })
            .slice(0, 3).map((one) => 'not seen on its ground: ' + one.textContent);
    })()""")


def covered_labels(browser):
    """Labels of a lane that lie on each other."""
    return browser.run("""(() => {
        let boxes = Array.from(document.querySelectorAll('svg.lanes svg > .inner'), (one) => {
            const text = one.getBoundingClientRect(), room = one.parentNode, picture = room.ownerSVGElement.getBoundingClientRect(), left = picture.left + room.x.baseVal.value;
            return {name: one.textContent, top: Math.round(picture.top + room.y.baseVal.value), from: Math.max(text.left, left), to: Math.min(text.right, left + room.width.baseVal.value)};
        });
        boxes = boxes.filter((box) => box.to > box.from);
        boxes.sort((a, b) => a.top - b.top || a.from - b.from);
        return boxes.filter((box, i) => i > 0 && boxes[i - 1].top === box.top && boxes[i - 1].to > box.from + 1).slice(0, 3).map((box) => 'lies on another label: ' + box.name);
    })()""")


def cut_times(browser):
    """Times of the lanes' axis that the picture's edges cut."""
    return browser.run("""Array.from(document.querySelectorAll('svg.lanes text.tick')).filter((one) => {
        const text = one.getBoundingClientRect(), room = one.ownerSVGElement.getBoundingClientRect();
        return text.width > 0 && (text.left < room.left || text.right > room.right);
    }).slice(0, 3).map((one) => 'cut at the edge: ' + one.textContent)""")


def inaccessible(browser, width, dark):
    """What axe finds. Of the events, which are all built alike, it is shown a few: it takes its time with each."""
    browser.run(f"document.querySelectorAll('#list > details:nth-child(n+{AXE_EVENTS + 1})').forEach((one) => one.remove()), 0")
    browser.look(width, dark)
    return browser.run("""axe.run({resultTypes: ['violations']}).then((found) => found.violations
        .filter((one) => ['serious', 'critical'].includes(one.impact) || one.id === 'color-contrast')
        .map((one) => one.id + ': ' + one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' ')))""")


def look(browser, name, path, axe):
    """Returns: what is wrong in each view: [(what was looked at, faults)]"""
    found = []
    browser.open(path)
    if axe:
        browser.run(axe + ";0")
    for place, width in WIDTHS.items():
        for dark in (False, True):
            browser.look(width, dark)
            faults = faults_of_view(browser) + unseen_labels(browser) + covered_labels(browser) + cut_times(browser)
            if browser.run("document.querySelectorAll('#over-time').length") and not browser.run("document.querySelectorAll('#over-time canvas').length"):
                faults.append("no chart was drawn")
            found.append((f"{name}: {place}, {'dark' if dark else 'light'}", faults))
    if axe:
        found += [(f"{name}: accessible, {place}", inaccessible(browser, WIDTHS[place], place == "telephone")) for place in WIDTHS]
    browser.open(path, WIDTHS["telephone"], script=False)
    found.append((f"{name}: without JavaScript", faults_of_view(browser)))
    return found


def take_readme_picture(browser, path, picture):
    """Swim lanes and the chart, with the pointer on the first mark."""
    browser.open(path, 1100)
    browser.run("document.querySelector('svg.lanes a').dispatchEvent(new PointerEvent('pointerover', {bubbles: true})), 0")
    top = browser.run("document.getElementById('lanes').getBoundingClientRect().top") - 8
    browser.picture(picture, top, browser.run("document.getElementById('over-time').getBoundingClientRect().bottom") + 8 - top)


def look_at_all(program, folders, scratch, axe, pictures):
    """[(folder, options)] in two browsers; returns what look does of each, in that order."""
    mine, browsers = threading.local(), []

    def job(folder, options):
        if not hasattr(mine, "browser"):
            mine.browser = chromium.Browser()
            browsers.append(mine.browser)
        path = page(program, folder, cases.arguments(folder), scratch, *options)
        found = look(mine.browser, " ".join((folder.name, *options)), path, axe)
        if pictures and folder.name in SHOWN:
            for dark, place in ((False, "desktop"), (True, "telephone")):
                mine.browser.open(path, WIDTHS[place], dark)
                mine.browser.picture(pictures / f"{path.stem}-{place}.png", 0, 2400)
        return found

    try:
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda one: job(*one), folders))
    finally:
        for browser in browsers:
            browser.__exit__()


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
    browser.run("document.getElementById('over-time').focus()")
    for key in ("Home", "ArrowRight"):
        browser.press(key)
    tap.check("points of the chart are told one after the other", "WAL fsync" in browser.run("document.getElementById('point').textContent")
              or "request" in browser.run("document.getElementById('point').textContent"), browser.run("document.getElementById('point').textContent"))
    browser.press("Enter", 13)
    tap.check("Enter on a point opens its event", browser.run("document.activeElement.tagName") == "SUMMARY")
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
    dim = "Array.from(document.querySelectorAll('svg.lanes a.dim')).length"
    tap.check("and dims the marks of the others", 1 <= browser.run(dim) < browser.run("document.querySelectorAll('svg.lanes a').length"))
    choose("kind", "")
    tap.check("no filter dims nothing", browser.run(dim) == 0)
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


def check_empty(tap, program, scratch, axe):
    """No event, and not even a file: no controls of nothing, no empty section."""
    folder = scratch / "empty"
    folder.mkdir()
    (folder / "etcd.log").write_text("")
    (folder / "nothing").mkdir()
    with chromium.Browser() as browser:
        for word in ("etcd.log", "nothing"):
            path = page(program, folder, [word], scratch, f"--lang={'en' if word == 'nothing' else 'zh'}")
            for name, faults in look(browser, f"empty {word}", path, axe):
                tap.empty(name, faults)
            bare = browser.run("""Array.from(document.querySelectorAll('section, ul, ol, dl'))
                .filter((one) => one.children.length < (one.tagName === 'SECTION' ? 2 : 1) && !one.matches('.inputs')).map((one) => one.outerHTML.slice(0, 80))""")
            tap.empty(f"empty {word}: nothing is announced that is not there", bare)


def check_long_names(tap, program, scratch, axe):
    """Forty pods of a release with a long name."""
    folder = scratch / "long"
    folder.mkdir()
    for pod in range(40):
        lines = [f'[2024/03/01 10:{second // 60:02}:{second % 60:02}.{pod:03} +00:00] [WARN] [etcd/etcd_kv.go:656] '
                 f'["Slow etcd operation save"] ["time spent"={1 + pod % 7}.5s] [key=by-dev/meta/session/{pod}]\n' for second in (pod, 600 + pod)]
        (folder / f"production-vector-search-eu-central-milvus-querynode-7c9d8f6b5c-{pod:05}.log").write_text("".join(lines))
    path = page(program, folder, sorted(entry.name for entry in folder.iterdir()), scratch)
    with chromium.Browser() as browser:
        for name, faults in look(browser, "forty long names", path, axe):
            tap.empty(name, faults)
        lanes = browser.run("Array.from(document.querySelectorAll('svg.lanes .lane')).filter((one) => one.textContent.includes('querynode')).length")
        tap.check("each has its lane", lanes == 40, lanes)


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


def check_incident(tap, browser, program, root, scratch):
    """The incident alone, where it is a stroke in the whole time; not where it is most of that."""
    for name, wanted in {"three-stops": 2, "story-slow-disk": 1}.items():
        folder = root / "testdata/cases" / name
        browser.open(page(program, folder, cases.arguments(folder), scratch), WIDTHS["desktop"])
        pictures = browser.run("Array.from(document.querySelectorAll('svg.lanes'), (one) => one.querySelectorAll('a').length)")
        tap.check(f"{name}: {wanted} pictures of lanes, each with marks", len(pictures) == wanted and all(pictures), pictures)
        told = browser.run("""(() => {
            document.querySelectorAll('svg.lanes')[0].querySelector('a').dispatchEvent(new PointerEvent('pointerover', {bubbles: true}));
            return document.getElementById('mark').textContent;
        })()""")
        tap.check(f"{name}: a mark of the first one tells its line", ":" in told and "Point at" not in told, told)


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
        story = root / "testdata/cases/story-slow-disk"
        folders = [(folder, ()) for folder in cases.cases(root)] + [(story, ("--lang=zh",)), (story, ("--redact",))]
        for found in look_at_all(program, folders, scratch, axe, pictures):
            for name, faults in found:
                tap.empty(name, faults)
        with chromium.Browser() as browser:
            path = page(program, story, cases.arguments(story), scratch)
            if pictures:
                take_readme_picture(browser, path, pictures / "report.png")
            check_keyboard(tap, browser, path)
            check_filter(tap, browser, path)
            check_hostile(tap, browser, program, scratch)
            check_incident(tap, browser, program, root, scratch)
            check_many(tap, browser, program, scratch)
        check_empty(tap, program, scratch, axe)
        check_long_names(tap, program, scratch, axe)


if __name__ == "__main__":
    main()
