#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Nothing sensitive is left in a redacted output: redact.py WHYDOWN ROOT

Logs are made with values drawn at random, in many places and spellings; none of them may be found in any output afterwards.
"""
import base64
import json
import pathlib
import random
import re
import stat
import sys
import tempfile
import urllib.parse

import case as cases
from tap import Tap

SEEDS = (1, 7, 42)
CONSONANTS, VOWELS = "bdfgklmnprstvz", "aeiou"
HAN = "用户画像商品向量订单人脸法律文书病历"
# Words of any log, which somebody's collection may be called, too.
PLAIN = ("shards", "segments", "entities", "vectors", "snapshots", "partitions", "monitoring", "archive")


class Values:
    """Draws values, and keeps every spelling in which one must not be found."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.forbidden = {}
        self.words = set()

    def word(self):
        while True:
            word = "".join(self.random.choice(CONSONANTS) + self.random.choice(VOWELS) for _ in range(self.random.randint(3, 4)))
            if word not in self.words:
                self.words.add(word)
                return word

    def digits(self, count):
        return str(self.random.randint(1, 9)) + "".join(str(self.random.randint(0, 9)) for _ in range(count - 1))

    def letters(self, count, alphabet="bcdfghjklmnpqrstvwxz2456789"):
        return "".join(self.random.choice(alphabet) for _ in range(count))

    def keep(self, value, *others):
        text = value.encode()
        octal = "".join(f"\\{byte:03o}" for byte in text)
        self.forbidden[value] = {spelling.lower() for spelling in
                                 (value, *others, octal, urllib.parse.quote(value, safe=""), "".join(f"%{byte:02x}" for byte in text))}
        if len(value) > 5:
            self.forbidden[value].add(base64.b64encode(text).decode().rstrip("=").lower())
        return value

    def draw(self, kind):
        return getattr(self, kind)()

    def address(self):
        first = self.random.choice(("10", "172.20", "52", "192.168"))
        while first.count(".") < 3:
            first += f".{self.random.randint(1, 254)}"
        return self.keep(first, first.replace(".", "-"))

    def address6(self):
        return self.keep("fd" + ":".join(self.letters(2 if not i else 4, "123456789abcdef") for i in range(5)) + "::" +
                         self.letters(3, "123456789abcdef"))

    def host(self):
        return self.keep(self.random.choice((f"{self.word()}-{self.random.randint(10, 99)}", f"srv-{self.word()}", f"{self.word()}db01")))

    def domain(self):
        return self.keep(f"{self.host()}.{self.word()}.{self.random.choice(('com', 'internal', 'example.org', 'local'))}")

    def release(self):
        return self.keep(f"{self.word()}-{self.random.choice(('prod', 'eu', 'test', self.word()))}")

    namespace = release

    def pod(self):
        part = self.random.choice(("querynode", "rootcoord", "datanode", "proxy"))
        return self.keep(f"{self.release()}-milvus-{part}-{self.letters(9)}-{self.letters(5)}")

    def container(self):
        return self.keep(f"{self.word()}_etcd_{self.random.randint(1, 9)}")

    def bucket(self):
        return self.keep(f"{self.word()}-{self.word()}-files")

    def collection(self):
        return self.keep(self.random.choice((f"{self.word()}_{self.word()}", f"{self.word()}", f"{self.word().title()}{self.word().title()}",
                                             f"search_{self.word()}_v2")))

    def partition(self):
        return self.keep(f"p_{self.word()}")

    def user(self):
        return self.keep(self.word())

    def folder(self):
        return self.keep(self.word())

    def token(self):
        return self.keep(self.random.choice(("AKIA" + self.letters(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
                                             f"eyJhbGciOi{self.letters(12)}.eyJ{self.letters(20)}.{self.letters(20)}")))

    def password(self):
        return self.keep(self.letters(6) + "!" + self.letters(6))

    def lease(self):
        number = self.random.randint(0x6000000000000000, 0x7fffffffffffffff)
        return self.keep(f"{number:x}", str(number))

    member = lease

    def number(self):
        number = int("44" + self.digits(16))
        return self.keep(str(number), f"{number:x}")

    def far(self):
        """A name that is not ASCII."""
        name = "".join(self.random.sample(HAN, self.random.randint(2, 5)))
        return self.keep(name, json.dumps(name).strip('"'))

    def account(self):
        return self.keep(self.digits(12))

    def shouted(self):
        """A name of letters alone, which is found nowhere but in prose, as a capitalised word."""
        return self.keep(self.word()).title()

    def email(self):
        return self.keep(f"{self.word()}.{self.word()}@{self.word()}.com")

    def mac(self):
        value = ":".join(f"{self.random.randint(0, 255):02x}" for _ in range(6))
        return self.keep(value, value.replace(":", "-"))


def spelled(values, text):
    """One of the ways in which a text is found inside others."""
    way = values.random.randrange(5)
    if way == 0:
        return urllib.parse.quote(text, safe="")
    if way == 1:
        return "".join(f"\\\\{byte:03o}" for byte in text.encode())
    if way == 2 and len(text) > 5:
        return base64.b64encode(text.encode()).decode()
    return text


def etcd_lines(values, seconds):
    """etcd's JSON, with values in keys, requests, addresses and errors."""
    draw = values.draw
    user, host, address, lease, member = draw("user"), draw("domain"), draw("address"), draw("lease"), draw("member")
    stamp = f"2024-05-01T10:{seconds // 60 % 60:02}:{seconds % 60:02}.5Z"

    def line(**fields):
        return json.dumps({"level": "warn", "ts": stamp, "caller": "etcdserver/util.go:170", **fields}, separators=(",", ":"))
    request = f'header:<ID:{int(lease, 16)} username:"{user}" auth_revision:3 > put:<key:"by-dev/meta/root-coord/credential/users/{user}" value_size:80 lease:{int(lease, 16)} >'
    key = f'key:"by-dev/meta/session/querynode-12" key:"{draw("folder")}/meta/{draw("number")}/{spelled(values, draw("collection"))}" '
    return [
        line(msg="apply request took too long", took="1.52s", **{"expected-duration": "100ms"}, prefix="", request=request, response="size:5", error=""),
        line(msg="apply request took too long", took="0.52s", **{"expected-duration": "100ms"}, prefix="read-only range ", request=key, response="", error="context deadline exceeded"),
        line(msg="lost TCP streaming connection with remote peer", **{"stream-reader-type": "stream MsgApp v2", "local-member-id": member, "remote-peer-id": draw("member"),
                                                                      "error": f"read tcp {address}:41234->{draw('address')}:2380: i/o timeout"}),
        line(msg="health check for peer could not connect", **{"remote-peer-id": member, "error": f"dial tcp: lookup {host} on {draw('address')}:53: no such host"}),
        line(msg="health check for peer could not connect", **{"remote-peer-id": draw("member"), "error": f"dial tcp [{draw('address6')}]:2380: connect: connection refused"}),
        line(msg="prober detected unhealthy status", **{"round-tripper-name": "ROUND_TRIPPER_SNAPSHOT", "remote-peer-id": member, "rtt": "0s",
                                                        "error": f"Get https://{draw('user')}:{draw('password')}@{draw('domain')}:2380/x?token={draw('token')}: EOF"}),
    ]


def milvus_lines(values, seconds):
    draw = values.draw
    stamp = f"2024/05/01 10:{seconds // 60 % 60:02}:{seconds % 60:02}.500 +00:00"
    expression, far = f"{draw('folder')} == 4711", draw("far")
    tails = [
        f"[collectionName={draw('collection')}] [dbName={draw('collection')}] [partitionName={draw('partition')}] [collectionID={draw('number')}]",
        f"[username={draw('user')}] [role={draw('user')}] [token={draw('token')}] [expr=\"{expression}\"]",
        f"[address={draw('address')}:21123] [peer={draw('domain')}:19530] [node={draw('host')}] [pod={draw('pod')}]",
        f"[bucket={draw('bucket')}] [endpoint=\"{draw('domain')}:9000\"] [accessKey={draw('token')}] [secretAccessKey={draw('password')}]",
        f"[key=by-dev/meta/{draw('folder')}/{draw('number')}] [leaseID={int(draw('lease'), 16)}] [error=\"collection {draw('collection')} not found[database={draw('collection')}]\"]",
        f"[container={draw('container')}] [namespace={draw('namespace')}] [mac={draw('mac')}] [owner={draw('email')}] [path=/home/{draw('user')}/{draw('folder')}/data]",
        f"[error=\"find no user: {draw('user')}: Authorization: Bearer {draw('token')}\"] [channel=by-dev-rootcoord-dml_0_{draw('number')}v0]",
        f"[error=\"[GetObject https://{draw('bucket')}.s3.{draw('domain')}/{draw('folder')}/x?X-Amz-Credential={draw('token')}&X-Amz-Signature={draw('lease')}]\"]",
        f"[config=\"{{\\\"minio\\\":{{\\\"address\\\":\\\"{draw('domain')}\\\",\\\"bucketName\\\":\\\"{draw('bucket')}\\\",\\\"password\\\":\\\"{draw('password')}\\\"}}}}\"]",
        f"[collectionName={far}] [error=\"集合{far}不存在: {far} of {json.dumps(far)[1:-1]}\"] [alias={draw('far')}_v2] [request=\"db {draw('far')}\"]",
        f"[error=\"AccessDenied: User: arn:aws:iam::{draw('account')}:role/{draw('release')} on arn:aws:s3:::{draw('bucket')}/{draw('folder')}\"]",
        f"[error=\"open C:\\\\Users\\\\{draw('user')}\\\\Program Files\\\\{draw('folder')}\\\\new.db, \\\\\\\\{draw('host')}\\\\{draw('folder')}\\\\x\"]",
        f"[error=\"certificate is valid for {draw('shouted')}, not {draw('shouted')}; asked by {draw('shouted')} --user {draw('user')} --password {draw('password')}\"]",
        f"[node=ip-{draw('address').replace('.', '-')}.{draw('domain')}] [image=registry.{draw('domain')}/{draw('folder')}/milvus:v2.4.1]",
    ]
    return [f'[{stamp}] [WARN] [sessionutil/session_util.go:575] ["session keepalive channel closed"] {tail}' for tail in tails]


def make(values, folder):
    """Logs of one case, in folders and files that are named by values. Returns: their folder."""
    inside = folder / f"{values.draw('folder')} {values.draw('release')}" / values.draw("pod")
    inside.mkdir(parents=True)
    etcd, milvus = [], []
    for number in range(5):
        etcd += etcd_lines(values, number * 7)
        milvus += milvus_lines(values, number * 7 + 3)
    (inside / f"{values.draw('release')}-etcd-0.log").write_text("\n".join(etcd) + "\n", encoding="utf-8")
    wrapped = [json.dumps({"log": line + "\n", "stream": "stdout", "time": "2024-05-01T10:00:00.1Z"}) for line in milvus]
    (inside / f"{values.draw('container')}.log").write_text("\n".join(wrapped) + "\n", encoding="utf-8")
    (inside / f"{values.draw('folder')}.log.gz").write_bytes(b"\x1f\x8b\x08\x00damaged")
    return folder


WAYS = (["-v"], ["-f", "md"], ["-f", "html"], ["-f", "json"], ["--lang", "zh"], ["--why-not", "network"], ["events"], ["events", "-f", "csv"])


def outputs(program, folder, *more):
    """What each way prints, stderr with it."""
    printed = {}
    for way in WAYS:
        done = cases.run(program, [*way, *more, "."], folder)
        printed[" ".join(way)] = done.stdout.decode() + done.stderr.decode()
    return printed


def check_plain_words(tap, program, scratch):
    """A word of the dictionary that names a collection, user or namespace goes from all lines, and stays in the program's prose."""
    for number, (key, word) in enumerate((key, word) for key in ("collectionName", "username", "namespace") for word in PLAIN):
        path = scratch / f"milvus-plain-{number}.log"
        head = "[2024/05/01 10:00:03.123 +00:00] [WARN] [sessionutil/session_util.go:575] [\"session keepalive channel closed\"] "
        path.write_text(f'{head}[error="{word} is not loaded: /data/{word}/x"] [{key}={word}]\n', encoding="utf-8")
        for way in (["events"], ["-f", "json"]):
            texts = re.findall(r'"text": ?"(\[.*?[^\\])"', cases.run(program, [*way, "--redact", path.name], scratch).stdout.decode())
            tap.check(f"{way[-1]}: {word} is {key}'s", texts and not any(word in text for text in texts), texts)


def leaks(values, text):
    low = text.lower()
    return [f"{value}: {spelling} in ...{low[max(0, low.find(spelling) - 60):low.find(spelling) + 60]!r}" for value, spellings in values.forbidden.items()
            for spelling in spellings if spelling in low and re.search(r"(?<![a-z0-9])" + re.escape(spelling) + r"(?![a-z0-9])", low)]


def check_leaks(tap, program, seed, scratch):
    values = Values(seed)
    folder = make(values, scratch / "in")
    plain = outputs(program, folder)
    shown = {leak.partition(": ")[0] for text in plain.values() for leak in leaks(values, text)}
    tap.check(f"seed {seed}: {len(shown)} sensitive values are shown without --redact", len(shown) >= 200, str(len(values.forbidden)))
    for way, text in outputs(program, folder, "--redact").items():
        tap.empty(f"seed {seed}: {way}: none is left", leaks(values, text))
    done = cases.run(program, ["--redact", "-f", "md", str(folder / "missing" / next(iter(values.words)))], folder)
    tap.empty(f"seed {seed}: an error line", leaks(values, done.stderr.decode()))


def names_in(report):
    """A report's verdict, chain and all that is counted, without what is redacted."""
    def shape(step):
        return [step["kind"], step["start"], step["end"], step["count"], step["max_ms"], [proof["line"] for proof in step["evidence"]]]
    verdict = report["verdict"]
    return {"verdict": [verdict[key] for key in ("stopped", "cause", "confidence")],
            "rivals": [(rival["cause"], rival["confidence"]) for rival in verdict["rivals"]],
            "chain": [shape(step) for step in report["chain"]],
            "stops": [(stop["time"], stop["how"], stop["cause"]) for stop in report["stops"]],
            "facts": [(fact["id"], fact["ok"]) for fact in report["facts"]],
            "advice": [advice["id"] for advice in report["advice"]],
            "latency": [(row["kind"], row["count"], row["max_ms"]) for row in report["latency"]]}


def relations(report):
    """Who is the same as whom: numbers by first appearance, in place of names."""
    numbers, seen = {}, []
    for episode in report["episodes"]:
        seen.append(numbers.setdefault(episode["instance"], len(numbers)))
        seen += [numbers.setdefault(point["path"], len(numbers)) for point in episode["points"]]
    return seen + [numbers.setdefault(lease["id"], len(numbers)) for lease in report["leases"]]


def check_case(tap, program, folder):
    """Verdict, chain and relations are those without --redact."""
    words = cases.arguments(folder)
    plain = json.loads(cases.run(program, ["-f", "json", *words], folder).stdout)
    redacted = json.loads(cases.run(program, ["-f", "json", "--redact", *words], folder).stdout)
    tap.check(f"{folder.name}: the same verdict and chain", names_in(plain) == names_in(redacted))
    tap.check(f"{folder.name}: the same relations", relations(plain) == relations(redacted))


def check_saved(tap, program, folder, scratch):
    """A redacted report renders on; a report is redacted later."""
    words = cases.arguments(folder)
    saved, plain = scratch / "redacted.json", scratch / "plain.json"
    for path, more in ((saved, ["--redact"]), (plain, [])):
        path.write_bytes(cases.run(program, ["-f", "json", *more, *words], folder).stdout)
    tap.check("a redacted report is marked", json.loads(saved.read_text()).get("redacted") is True
              and "redacted" not in json.loads(plain.read_text()))
    for form in ("text", "md", "html", "json"):
        direct = cases.run(program, ["-f", form, "--redact", *words], folder).stdout
        tap.check(f"{form} of a redacted report", cases.run(program, ["-f", form, str(saved)]).stdout == direct)
        tap.check(f"{form}: the same again, and with one thread",
                  cases.run(program, ["-f", form, "--redact", "-j", "1", *words], folder).stdout == direct)
    later = json.loads(cases.run(program, ["-f", "json", "--redact", str(plain)]).stdout)
    tap.check("a report redacted later", later.get("redacted") is True and names_in(later) == names_in(json.loads(plain.read_text())))
    noted = cases.run(program, ["-f", "md", *words], folder)
    tap.check("what is not redacted is said", b"Not redacted" in noted.stdout and b"--redact" in noted.stderr)
    quiet = cases.run(program, ["-f", "md", "--redact", *words], folder)
    tap.check("what is redacted is not", b"Not redacted" not in quiet.stdout and not quiet.stderr, quiet.stderr.decode())


SPELLINGS = (
    ("hex and decimal", "[leaseID={0}] [error=\"lease {1} expired\"]", (0x694d8c3f5b2a1e04, "694d8c3f5b2a1e04"), lambda a, b: f"{int(a):x}" == b),
    ("short and full host name", "[host={0}] [peer={1}:2379]", ("zorvik-17", "zorvik-17.intern.melgar.com"), lambda a, b: b.startswith(a + ".")),
    ("address and node name", "[address={0}:53] [node=ip-{1}.internal]", ("10.20.0.13", "10-20-0-13"), lambda a, b: a.replace(".", "-") == b),
    ("plain and URL-encoded", "[key={0}] [error=\"at {1}\"]", ("by-dev/meta/zorvik", "by-dev%2Fmeta%2Fzorvik"), lambda a, b: a == b),
    ("plain and octal", "[key={0}] [request=\"key:\\\"{1}\\\"\"]", ("by-dev/meta/zorvik", "".join(f"\\\\{byte:03o}" for byte in b"by-dev/meta/zorvik")), lambda a, b: a == b),
    ("key and word", "[collectionName={0}] [error=\"no {1} there\"]", ("zorvik_melgar", "zorvik_melgar"), lambda a, b: a == b),
    ("one network", "[address={0}:53] [peer={1}:54]", ("10.20.0.13", "10.20.0.77"), lambda a, b: a.rpartition(".")[0] == b.rpartition(".")[0] and a != b),
)


def check_spellings(tap, program, scratch):
    for number, (name, pattern, given, is_so) in enumerate(SPELLINGS):
        path = scratch / f"milvus-{number}.log"
        head = "[2024/05/01 10:00:03.123 +00:00] [WARN] [sessionutil/session_util.go:575] [\"session keepalive channel closed\"] "
        path.write_text(head + pattern.format(*given) + "\n", encoding="utf-8")
        text = json.loads(cases.run(program, ["events", "--redact", path.name], scratch).stdout)["text"]
        parts = [re.escape(part) for part in re.split(r"\{\d\}", pattern)]
        found = re.search(r"([^\s\]\"\\]+?)".join(parts), text)
        tap.check(f"{name} are one", found is not None and is_so(*found.groups()) and str(given[0]) not in text, text)


def check_map(tap, program, folder, scratch):
    words, path = cases.arguments(folder), scratch / "map.json"

    def instances(*more):
        done = cases.run(program, [*more, *words], folder).stdout.decode()
        return [json.loads(line)["instance"] for line in done.splitlines()]
    first = instances("events", "--redact-map", str(path))
    tap.check("a map is the owner's alone", stat.S_IMODE(path.stat().st_mode) == 0o600)
    tap.check("outputs with one map agree", first == instances("events", "--redact-map", str(path)))
    report = json.loads(cases.run(program, ["-f", "json", "--redact-map", str(path), *words], folder).stdout)
    tap.check("the report, too", {episode["instance"] for episode in report["episodes"]} <= set(first))
    other = instances("events", "--redact-map", str(scratch / "other.json"))
    tap.check("another map has other names", first != other or not any("name-" in name for name in first), str(first[:3]))
    path.write_text("{}", encoding="utf-8")
    tap.check("what is no map is refused", cases.run(program, ["--redact-map", str(path), *words], folder).returncode == 2
              and path.read_text(encoding="utf-8") == "{}")


def check_match(tap, program):
    line = '{"level":"warn","ts":"2024-05-01T10:00:01.1Z","caller":"rafthttp/probing_status.go:68","msg":"prober detected unhealthy status","remote-peer-id":"8211f1d0f64f3269","rtt":"0s","error":"dial tcp: lookup zorvik.melgar.com on 10.20.0.13:53: no such host"}'
    for form in ("text", "json"):
        text = cases.run(program, ["rules", "match", "-f", form, "--redact", line]).stdout.decode()
        tap.check(f"rules match, {form}", "etcd." in text and not re.search(r"8211f1d0f64f3269|zorvik|melgar|10\.20\.0\.13", text), text)


def main():
    program, root = sys.argv[1], pathlib.Path(sys.argv[2])
    with Tap() as tap, tempfile.TemporaryDirectory() as name:
        scratch = pathlib.Path(name)
        for seed in SEEDS:
            folder = scratch / str(seed)
            folder.mkdir()
            check_leaks(tap, program, seed, folder)
        check_spellings(tap, program, scratch)
        check_plain_words(tap, program, scratch)
        check_match(tap, program)
        for folder in cases.cases(root):
            check_case(tap, program, folder)
        check_saved(tap, program, root / "testdata/cases/two-etcds", scratch)
        check_map(tap, program, root / "testdata/cases/two-etcds", scratch)


if __name__ == "__main__":
    main()
