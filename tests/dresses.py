# SPDX-License-Identifier: Apache-2.0
"""What collectors, exports, consoles and people make of a program's lines. Each dress is written from its format's grammar.

A dress takes entries in the order in which they were printed and gives files: name -> bytes. It is a function of DRESSES.
"""
import html
import json
import random
import re

from dress import CONMON_BUFFER, DOCKER_BUFFER, Entry, NODE_ZONE, by_name, civil, fixed, go_json, in_one, month_day, pieces, plain, rfc3339_nano
from dress_stores import (
    aws_tail, azure_csv, cloudwatch, cloudwatch_csv, cloudwatch_s3, elastic_fields, elastic_search, elastic_searches, elasticdump, filebeat,
    fluentbit_merged, fluentd_console, fluentd_file, gcp, gcp_ndjson, grafana_csv, grafana_csv_labels, grafana_excel, grafana_json,
    grafana_panel, grafana_txt, insights, kibana_csv, log_analytics, logcli, logcli_jsonl, loki_api, pretty, semicolons, sls, sls_array,
    unnamed_csv, vector)


# ---- container runtimes ----

def docker_json(entries, attributes=None):
    def line(entry):
        parts = pieces(entry.text, DOCKER_BUFFER)
        parts[-1] += "\n"
        more = {"attrs": attributes} if attributes else {}
        return "".join(go_json({"log": part, "stream": entry.output, **more, "time": rfc3339_nano(entry.time_ns + at)}) + "\n"
                       for at, part in enumerate(parts))
    return by_name(entries, line)


def docker_json_labels(entries):
    return docker_json(entries, {"com.docker.compose.project": "milvus"})


def cri(entry, stamp, size):
    parts = pieces(entry.text, size)
    return "".join(f"{stamp} {entry.output} {'F' if at == len(parts) - 1 else 'P'} {part}\n" for at, part in enumerate(parts))


def containerd(entries):
    return by_name(entries, lambda entry: cri(entry, rfc3339_nano(entry.time_ns, NODE_ZONE), DOCKER_BUFFER))


def crio(entries):
    return by_name(entries, lambda entry: cri(entry, fixed(entry.time_ns, 9, z="+00:00"), CONMON_BUFFER))


def docker_logs_t(entries):
    def line(entry):
        stamp = fixed(entry.time_ns, 9) + " "
        return stamp + stamp.join(pieces(entry.text, DOCKER_BUFFER)) + "\n"
    return by_name(entries, line)


# ---- compose ----

def compose_lines(entries, prefix):
    """Containers are fetched side by side: order between them means nothing, within one it holds."""
    left, rng, text = {}, random.Random(7), []
    for entry in entries:
        left.setdefault(entry.name, []).append(entry)
    while left:
        name = rng.choice(sorted(left))
        for _ in range(min(rng.randint(1, 9), len(left[name]))):
            entry = left[name].pop(0)
            text.append(prefix(entry) + entry.text + "\n")
        if not left[name]:
            del left[name]
    return {"compose.log": "".join(text)}


def width(entries):
    return max(len(entry.container) for entry in entries) + 1


def compose(entries):
    wide = width(entries)
    return compose_lines(entries, lambda entry: f"{entry.container:{wide}} | ")


def compose_t(entries):
    wide = width(entries)
    return compose_lines(entries, lambda entry: f"{entry.container:{wide}} | {fixed(entry.time_ns, 9)} ")


def compose_colours(entries):
    wide = width(entries)
    return compose_lines(entries, lambda entry: f"\x1b[3{3 + len(entry.name) % 4}m{entry.container:{wide}} |\x1b[0m ")


def compose_lost_colours(entries):
    wide = width(entries)
    return compose_lines(entries, lambda entry: f"[3{3 + len(entry.name) % 4}m{entry.container:{wide}} |[0m ")


def compose_v1(entries):
    wide = width(entries) + 2
    return compose_lines(entries, lambda entry: f"{entry.container + '_1':{wide}} | ")


# ---- kubectl, stern ----

def one_after_another(entries):
    return sorted(entries, key=lambda entry: entry.name)


def kubectl_prefix(entries):
    return in_one(one_after_another(entries), lambda entry: f"[pod/{entry.pod}/{entry.name}] {fixed(entry.time_ns, 9)} {entry.text}\n")


def kubectl_prefix_alone(entries):
    return in_one(one_after_another(entries), lambda entry: f"[pod/{entry.pod}/{entry.name}] {entry.text}\n")


def kubectl_timestamps(entries):
    return by_name(entries, lambda entry: f"{fixed(entry.time_ns, 9, NODE_ZONE)} {entry.text}\n")


def stern(entries):
    return in_one(entries, lambda entry: f"{entry.pod} {entry.name} {entry.text}\n")


def stern_t(entries):
    return in_one(entries, lambda entry: f"team-a {entry.pod} {entry.name} {fixed(entry.time_ns, 9, NODE_ZONE)} {entry.text}\n")


def stern_json(entries):
    return in_one(entries, lambda entry: go_json({"message": entry.text, "nodeName": "node-3", "namespace": "team-a", "podName": entry.pod,
                                                  "containerName": entry.name, "labels": {"app": "milvus"}}) + "\n")


def stern_extjson(entries):
    def line(entry):
        message = entry.text if entry.text.startswith("{") and entry.text.endswith("}") else json.dumps(entry.text)
        return f'{{"pod": "{entry.pod}", "container": "{entry.name}", "message": {message}}}\n'
    return in_one(entries, line)


def kubetail(entries):
    return in_one(entries, lambda entry: f"[{entry.pod} {entry.name}] {entry.text}\n")


def service_logs(entries):
    """docker service logs: SERVICE.SLOT.TASK@NODE, all bars in one column."""
    names = {entry.name: f"milvus_{entry.name}.1.{'k3j4h5l6m7n8o9p0q1r2s3t4u' if entry.name == 'etcd' else 'p0o9i8u7y6t5r4e3w2q1a2s3d'}@node-{len(entry.name)}"
             for entry in entries}
    wide = max(map(len, names.values()))
    return in_one(entries, lambda entry: f"{names[entry.name]:{wide}}    | {entry.text}\n")


def docker_logs_details(entries):
    return by_name(entries, lambda entry: f"com.docker.compose.project=milvus,com.docker.compose.service={entry.name} {entry.text}\n")


def docker_logs_t_details(entries):
    return by_name(entries, lambda entry: f"{fixed(entry.time_ns, 9)} maintainer=team,role={entry.name} {entry.text}\n")


# ---- journald, syslog ----

def tagged(entry):
    return f"node-3 {entry.name}[{900 + len(entry.name)}]: {entry.text}\n"


def journal_short(entries):
    return {"journal.log": "-- Logs begin at Mon 2026-11-02 06:12:01 UTC. --\n" +
                           "".join(f"{month_day(entry.time_ns)} {tagged(entry)}" for entry in entries)}


def journal_iso(entries):
    return in_one(entries, lambda entry: f"{civil(entry.time_ns, NODE_ZONE).strftime('%Y-%m-%dT%H:%M:%S%z')} {tagged(entry)}")


def journal_precise(entries):
    return in_one(entries, lambda entry: f"{month_day(entry.time_ns)}.{entry.time_ns % 10 ** 9 // 1000:06d} {tagged(entry)}")


def journal_iso_precise(entries):
    return in_one(entries, lambda entry: f"{fixed(entry.time_ns, 6, NODE_ZONE)} {tagged(entry)}")


def journal_unix(entries):
    return in_one(entries, lambda entry: f"{entry.time_ns // 10 ** 9}.{entry.time_ns % 10 ** 9 // 1000:06d} {tagged(entry)}")


def journal_full(entries):
    return in_one(entries, lambda entry: f"{civil(entry.time_ns).strftime('%a %Y-%m-%d %H:%M:%S')} UTC {tagged(entry)}")


def journal_fields(entry):
    return {"__CURSOR": f"s=1;i={entry.time_ns:x}", "__REALTIME_TIMESTAMP": str(entry.time_ns // 1000), "__MONOTONIC_TIMESTAMP": "81823",
            "_BOOT_ID": "0123456789abcdef0123456789abcdef", "_HOSTNAME": "node-3", "_SYSTEMD_UNIT": f"{entry.name}.service",
            "SYSLOG_IDENTIFIER": entry.name, "_PID": "998", "PRIORITY": "6", "MESSAGE": entry.text}


def journal_json(entries):
    return in_one(entries, lambda entry: go_json(journal_fields(entry)) + "\n")


def journal_json_bytes(entries):
    """A message with an escape in it is an array of its bytes."""
    return in_one(entries, lambda entry: go_json({**journal_fields(entry), "MESSAGE": list(f"\x1b[0m{entry.text}".encode())}) + "\n")


def journal_export(entries):
    return in_one(entries, lambda entry: "".join(f"{key}={value}\n" for key, value in journal_fields(entry).items()) + "\n")


def journal_export_binary(entries):
    """A value with a control byte in it has its length before it."""
    data = b""
    for entry in entries:
        for key, value in journal_fields(entry).items():
            if key == "MESSAGE":
                message = f"\x1b[0m{value}".encode()
                data += key.encode() + b"\n" + len(message).to_bytes(8, "little") + message + b"\n"
            else:
                data += f"{key}={value}\n".encode()
        data += b"\n"
    return {"all.export": data}


def syslog_3164(entries):
    return in_one(entries, lambda entry: f"<30>{month_day(entry.time_ns)} {tagged(entry)}")


def syslog_5424(entries):
    return in_one(entries, lambda entry: f'<30>1 {fixed(entry.time_ns, 6)} node-3 {entry.name} 998 - [meta@1 sequence="4\\"2"] {entry.text}\n')


# ---- hosts ----

def talosctl(entries):
    return by_name(entries, lambda entry: f"10.5.0.2: {entry.text}\n")


def minikube(entries):
    files = plain(entries)
    return {"minikube.log": "".join(f"\n==> {name.partition('.')[0]} [bf68981c7152] <==\n{text}" for name, text in files.items())}


def tail(entries):
    return {"tail.log": "\n".join(f"==> logs/{name} <==\n{text}" for name, text in plain(entries).items())}


# ---- what people do ----

def grep_n(entries):
    return numbered(entries, lambda number, text: f"{number}:{text}\n")


def grep_files(entries):
    return {"found.txt": "".join(f"logs/{name}:{number}:{line}\n" for name, text in plain(entries).items()
                                 for number, line in enumerate(text.splitlines(), 1))}


def numbered(entries, line):
    return {name: "".join(line(number, each) for number, each in enumerate(text.split("\n")[:-1], 1)) for name, text in plain(entries).items()}


def cat_n(entries):
    return numbered(entries, lambda number, text: f"{number:6d}\t{text}\n")


def editor_numbers(entries):
    return numbered(entries, lambda number, text: f"{number:4d} {text}\n")


def fenced(entries):
    return {name: f"What my {name} says:\n\n```shell\n{text}```\n\nThanks!\n" for name, text in plain(entries).items()}


def quoted(entries):
    return by_name(entries, lambda entry: f"> {entry.text}\n")


def indented(entries):
    return by_name(entries, lambda entry: f"    {entry.text}\n")


def bullets(entries):
    return by_name(entries, lambda entry: f"- {entry.text}\n")


def coloured(entries):
    return by_name(entries, lambda entry: f"\x1b[1;33m{entry.text}\x1b[0m\n")


def coloured_words(entries):
    """As a viewer that paints words: the text between is what it was."""
    return by_name(entries, lambda entry: re.sub(r"(error|warn|took|etcd)", "\x1b[31m\\1\x1b[39;49m", entry.text) + "\n")


def linked(entries):
    """Addresses that became links when the page was copied as Markdown."""
    return by_name(entries, lambda entry: re.sub(r"(?<![\w/.])(https?://)?(\d+\.\d+\.\d+\.\d+:\d+)",
                                                 lambda found: f"[{found[0]}](http://{found[2]}/)", entry.text) + "\n")


def desktop(entries):
    """Docker Desktop shows the local time of whoever looks."""
    return by_name(entries, lambda entry: f"{civil(entry.time_ns, NODE_ZONE).strftime('%Y-%m-%d %H:%M:%S')} {entry.text}\n")


def wrapped_at(columns):
    def dress(entries):
        def line(entry):
            return "".join(entry.text[at:at + columns] + "\n" for at in range(0, max(len(entry.text), 1), columns))
        return by_name(entries, line)
    return dress


def on_console(inner, columns):
    """What a terminal of so many columns shows of another dress, copied from it."""
    def dress(entries):
        return {name: "".join(line[at:at + columns] + "\n" for line in text.split("\n")[:-1] for at in range(0, max(len(line), 1), columns))
                for name, text in inner(entries).items()}
    return dress


def powershell(entries):
    """docker logs ... 2>&1 > file of PowerShell 5.1: what came from stderr is an error, broken at the console's width."""
    columns, files = 119, {}
    for name, text in plain(entries).items():
        is_error, lines = name == "etcd.log", text.split("\n")[:-1]
        if is_error:
            broken = [line[at:at + columns] for line in ["docker : " + lines[0], *lines[1:]] for at in range(0, max(len(line), 1), columns)]
            first = -(-len("docker : " + lines[0]) // columns)
            block = ["At line:1 char:1", "+ docker logs milvus-etcd 2>&1 > etcd.log", "+ ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~",
                     "    + CategoryInfo          : NotSpecified: (" + lines[0][:40] + "...:String) [], RemoteException",
                     "    + FullyQualifiedErrorId : NativeCommandError", " "]
            lines = broken[:first] + block + broken[first:]
        files[name] = b"\xff\xfe" + "".join(line + "\r\n" for line in lines).encode("utf-16-le")
    return files


def json_strings(entries):
    """jq without -r."""
    return by_name(entries, lambda entry: json.dumps(entry.text) + "\n")


def yaml_list(entries):
    return in_one(entries, lambda entry: f"- {json.dumps(entry.text)}\n", "lines.yaml")


def curly_quotes(entries):
    """A word processor did it; JSON does not survive that."""
    return in_one(entries, lambda entry: (entry.text if entry.text.startswith("{") else re.sub('"([^"]*)"', "\u201c\\1\u201d", entry.text)) + "\n")


def list_of_lines(entries):
    return {f"{name[:-4]}.json": json.dumps(text.splitlines(), indent=4) + "\n" for name, text in plain(entries).items()}


def sorted_keys(entries):
    """As jq -S and Python write it; what the record says may stand behind a long request."""
    return by_name(entries, lambda entry: (json.dumps(json.loads(entry.text), sort_keys=True) if entry.text.startswith("{") else entry.text) + "\n")


def entities(entries):
    """As the source of a page or of a mail has it."""
    return by_name(entries, lambda entry: html.escape(entry.text) + "\n")


def mojibake(entries):
    """A console took UTF-8 for Latin-1."""
    return by_name(entries, lambda entry: entry.text.encode().decode("latin-1") + "\n")


def spliced(entries):
    """Two programs on one pipe, no line end between."""
    texts, records = {}, {}
    for entry in entries:
        count = records[entry.name] = records.get(entry.name, 0) + dated(entry.text)
        is_start = dated(entry.text) and count % 3 != 2
        texts[entry.name] = texts.get(entry.name, "") + ("\n" if is_start or not dated(entry.text) else "") + entry.text
    return {f"{name}.log": text.lstrip("\n") + "\n" for name, text in texts.items()}


def nul_runs(entries):
    files = plain(entries)
    return {name: b"\0" * 5000 + text.encode().replace(b"\n", b"\n" + b"\0" * 700, 2) + b"\0" * 4096 for name, text in files.items()}


# ---- several at once ----

def retold(inner, outer):
    """Lines of one dress are what another one gets."""
    def dress(entries):
        files = {}
        for name in sorted({entry.name for entry in entries}):
            own = [entry for entry in entries if entry.name == name]
            again = [Entry(entry.name, entry.output, entry.time_ns, text) for entry in own
                     for text in "".join(inner([entry]).values()).split("\n")[:-1]]
            for file, text in outer(again).items():
                files[f"{name}-{file}"] = text
        return files
    return dress


def dated(text):
    return text.startswith('{"level"') or text.startswith("[20")


# name: the dress, whether newest first makes sense
DRESSES = {
    "plain": (plain, False),
    "docker json": (docker_json, False),
    "docker json with labels": (docker_json_labels, False),
    "containerd": (containerd, False),
    "CRI-O": (crio, False),
    "docker logs -t": (docker_logs_t, True),
    "compose": (compose, False),
    "compose -t": (compose_t, False),
    "compose with colours": (compose_colours, False),
    "compose with lost colours": (compose_lost_colours, False),
    "compose v1": (compose_v1, False),
    "kubectl --prefix --timestamps": (kubectl_prefix, False),
    "kubectl --prefix": (kubectl_prefix_alone, False),
    "kubectl --timestamps": (kubectl_timestamps, False),
    "stern": (stern, False),
    "stern -t with namespace": (stern_t, False),
    "kubetail": (kubetail, False),
    "docker service logs": (service_logs, False),
    "docker logs --details": (docker_logs_details, False),
    "docker logs -t --details": (docker_logs_t_details, False),
    "stern json": (stern_json, False),
    "stern extjson": (stern_extjson, False),
    "journal short": (journal_short, True),
    "journal short-iso": (journal_iso, True),
    "journal short-precise": (journal_precise, True),
    "journal short-iso-precise": (journal_iso_precise, True),
    "journal short-unix": (journal_unix, True),
    "journal short-full": (journal_full, True),
    "journal json": (journal_json, True),
    "journal json of bytes": (journal_json_bytes, True),
    "journal export": (journal_export, True),
    "journal export, binary": (journal_export_binary, True),
    "syslog 3164": (syslog_3164, False),
    "syslog 5424": (syslog_5424, False),
    "Grafana txt": (grafana_txt, True),
    "Grafana json": (grafana_json, True),
    "Grafana csv": (grafana_csv, True),
    "Grafana csv with labels": (grafana_csv_labels, True),
    "Grafana csv for Excel": (grafana_excel, True),
    "Grafana panel": (grafana_panel, True),
    "logcli": (logcli, True),
    "logcli jsonl": (logcli_jsonl, True),
    "Loki's API": (loki_api, True),
    "Loki's API, pretty": (pretty(loki_api), True),
    "Elasticsearch": (elastic_search, True),
    "Elasticsearch's _msearch": (elastic_searches, True),
    "elasticdump": (elasticdump, True),
    "filebeat": (filebeat, True),
    "fluent-bit, merged": (fluentbit_merged, True),
    "Elasticsearch's fields": (elastic_fields, True),
    "vector": (vector, True),
    "fluentd's files": (fluentd_file, False),
    "fluentd's console": (fluentd_console, False),
    "csv with semicolons": (semicolons, True),
    "Azure csv": (azure_csv, True),
    "csv with unknown names": (unnamed_csv, True),
    "Kibana csv": (kibana_csv, True),
    "CloudWatch json": (cloudwatch, True),
    "CloudWatch Insights": (insights, True),
    "Log Analytics": (log_analytics, True),
    "aws logs tail": (aws_tail, False),
    "CloudWatch csv": (cloudwatch_csv, True),
    "CloudWatch S3": (cloudwatch_s3, False),
    "SLS": (sls, True),
    "SLS array": (sls_array, True),
    "GCP": (gcp, True),
    "GCP ndjson": (gcp_ndjson, True),
    "talosctl": (talosctl, False),
    "minikube": (minikube, False),
    "tail": (tail, False),
    "grep -n": (grep_n, False),
    "grep in files": (grep_files, False),
    "cat -n": (cat_n, False),
    "editor's line numbers": (editor_numbers, False),
    "Markdown fence": (fenced, False),
    "Markdown quote": (quoted, False),
    "Markdown code": (indented, False),
    "Markdown bullets": (bullets, False),
    "coloured": (coloured, False),
    "coloured words": (coloured_words, False),
    "Markdown links": (linked, False),
    "Docker Desktop": (desktop, False),
    "wrapped at 80": (wrapped_at(80), False),
    "wrapped at 211": (wrapped_at(211), False),
    "journal short on a console": (on_console(journal_short, 150), False),
    "kubectl --prefix on a console": (on_console(kubectl_prefix, 203), False),
    "compose -t on a console": (on_console(compose_t, 132), False),
    "PowerShell": (powershell, False),
    "JSON strings": (json_strings, False),
    "list of lines": (list_of_lines, False),
    "YAML list": (yaml_list, False),
    "curly quotes": (curly_quotes, False),
    "sorted keys": (sorted_keys, False),
    "HTML entities": (entities, False),
    "mojibake": (mojibake, False),
    "spliced": (spliced, False),
    "NUL runs": (nul_runs, False),
    "CRI in Grafana txt": (retold(containerd, grafana_txt), True),
    "docker json in SLS": (retold(docker_json, sls), True),
    "CRI in talosctl": (retold(crio, talosctl), False),
    "compose -t quoted": (lambda entries: {name: "".join(f"> {line}\n" for line in text.splitlines()) for name, text in compose_t(entries).items()}, False),
    "syslog in journal json": (retold(syslog_5424, journal_json), True),
}
