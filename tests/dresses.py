# SPDX-License-Identifier: Apache-2.0
"""What collectors, exports, consoles and people make of a program's lines. Each dress is written from its format's grammar.

A dress takes entries in the order in which they were printed and gives files: name -> bytes. It is a function of DRESSES.
"""
import base64
import csv
import datetime
import html
import io
import json
import random
import re
from dataclasses import dataclass

DOCKER_BUFFER, CONMON_BUFFER = 16384, 8192
NODE_ZONE = datetime.timezone(datetime.timedelta(hours=8))


@dataclass(frozen=True)
class Entry:
    """One line as a program printed it."""
    name: str     # of the program's log: "etcd"
    output: str   # "stdout", "stderr"
    time_ns: int
    text: str

    @property
    def container(self):
        return f"milvus-{'standalone' if self.name == 'milvus' else self.name}"

    @property
    def pod(self):
        return f"my-release-{'milvus-standalone-7c9f8d6b5-qx7lm' if self.name == 'milvus' else self.name + '-0'}"


# ---- times ----

def civil(time_ns, zone=datetime.timezone.utc):
    return datetime.datetime.fromtimestamp(time_ns // 10 ** 9, zone)


def offset_of(moment, colon=":"):
    text = moment.strftime("%z")
    return text[:3] + colon + text[3:]


def rfc3339_nano(time_ns, zone=datetime.timezone.utc):
    """Go's RFC3339Nano: zeros at the end of the fraction are left out, UTC is Z."""
    moment, fraction = civil(time_ns, zone), f"{time_ns % 10 ** 9:09d}".rstrip("0")
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + (f".{fraction}" if fraction else "") + ("Z" if zone == datetime.timezone.utc else offset_of(moment))


def fixed(time_ns, digits, zone=datetime.timezone.utc, z="Z"):
    moment = civil(time_ns, zone)
    fraction = f".{time_ns % 10 ** 9:09d}"[:digits + 1] if digits else ""
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + fraction + (z if zone == datetime.timezone.utc else offset_of(moment))


def month_day(time_ns):
    moment = civil(time_ns)
    return f"{moment.strftime('%b')} {moment.day:2d} {moment.strftime('%H:%M:%S')}"


# ---- helpers ----

def by_name(entries, line):
    """A file for each program."""
    files = {}
    for entry in entries:
        files.setdefault(f"{entry.name}.log", []).append(line(entry))
    return {name: "".join(lines) for name, lines in files.items()}


def in_one(entries, line, name="all.log"):
    return {name: "".join(line(entry) for entry in entries)}


def pieces(text, size):
    """A line as a buffer of so many bytes cuts it."""
    data = text.encode()
    return [data[at:at + size].decode("utf-8", "replace") for at in range(0, len(data), size)] or [""]


def go_json(value):
    """encoding/json escapes what HTML could take for its own."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def plain(entries):
    return by_name(entries, lambda entry: entry.text + "\n")


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


# ---- Loki and Grafana ----

def grafana_txt(entries):
    head = 'Common labels: {"namespace":"team-a"}\nLine limit: "5000 (1000 returned)"\nTotal bytes processed: "1.2 MB"\n\n\n'
    files = by_name(entries, lambda entry: f"{entry.time_ns // 10 ** 6}\t{fixed(entry.time_ns, 3)}\t{entry.text}\n")
    return {name: head + text for name, text in files.items()}


def grafana_json(entries):
    return {"logs.json": json.dumps([{"line": entry.text, "timestamp": str(entry.time_ns), "date": fixed(entry.time_ns, 3),
                                      "fields": {"pod": entry.pod, "container": entry.name}} for entry in entries])}


def table(entries, head, row, dialect="excel"):
    text = io.StringIO()
    writer = csv.writer(text, dialect, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(head)
    for entry in entries:
        writer.writerow(row(entry))
    return text.getvalue()


def grafana_csv(entries):
    return {"logs.csv": table(entries, ["Date", "Line", "pod", "container"],
                              lambda entry: [fixed(entry.time_ns, 3), entry.text, entry.pod, entry.name])}


def grafana_csv_labels(entries):
    return {"logs.csv": table(entries, ["labels", "Time", "Line", "tsNs", "id"],
                              lambda entry: [json.dumps({"pod": entry.pod, "container": entry.name}), str(entry.time_ns // 10 ** 6),
                                             entry.text, str(entry.time_ns), f"{entry.time_ns}_1"])}


def grafana_excel(entries):
    """The mode for Excel: UTF-16LE with its mark, tabs."""
    text = table(entries, ["Date", "Line", "pod", "container"], lambda entry: [fixed(entry.time_ns, 3), entry.text, entry.pod, entry.name],
                 "excel-tab")
    return {"logs.csv": b"\xff\xfe" + text.encode("utf-16-le")}


def grafana_panel(entries):
    def line(entry):
        local = civil(entry.time_ns).strftime("%Y-%m-%d %H:%M:%S")
        return f"  |   | {local}.{entry.time_ns % 10 ** 9 // 10 ** 6:03d} | (no unique labels) | {entry.text} |  \n"
    return by_name(entries, line)


def logcli(entries):
    return in_one(entries, lambda entry: f'{fixed(entry.time_ns, 0, NODE_ZONE)} {{container="{entry.name}", pod="{entry.pod}"}} {entry.text}\n')


def logcli_jsonl(entries):
    return in_one(entries, lambda entry: go_json({"labels": {"pod": entry.pod, "container": entry.name}, "line": entry.text,
                                                  "timestamp": rfc3339_nano(entry.time_ns)}) + "\n")


def loki_api(entries):
    streams = {}
    for entry in entries:
        streams.setdefault((entry.pod, entry.name), []).append([str(entry.time_ns), entry.text])
    result = [{"stream": {"pod": pod, "container": name}, "values": values} for (pod, name), values in streams.items()]
    return {"query.json": go_json({"status": "success", "data": {"resultType": "streams", "result": result, "stats": {"summary": {}}}})}


# ---- other stores ----

def elastic_source(entry):
    return {"@timestamp": fixed(entry.time_ns, 3), "log": entry.text + "\n", "stream": entry.output,
            "kubernetes": {"pod_name": entry.pod, "namespace_name": "team-a", "container_name": entry.name}}


def elastic_hit(entry, source):
    return {"_index": "k8s-2026.11.24", "_id": base64.b64encode(str(entry.time_ns).encode()).decode(), "_score": None, "_source": source}


def elastic_search(entries):
    return {"hits.json": json.dumps({"took": 4, "timed_out": False, "hits": {"total": {"value": len(entries), "relation": "eq"}, "hits": [
        elastic_hit(entry, elastic_source(entry)) for entry in entries]}}, indent=2)}


def elasticdump(entries):
    return in_one(entries, lambda entry: json.dumps(elastic_hit(entry, elastic_source(entry))) + "\n", "dump.ndjson")


def filebeat(entries):
    return in_one(entries, lambda entry: json.dumps({"@timestamp": fixed(entry.time_ns, 3), "message": entry.text, "stream": entry.output, "kubernetes": {
        "pod": {"name": entry.pod}, "namespace": "team-a", "container": {"name": entry.name}}, "log": {"offset": 1, "file": {
            "path": f"/var/log/containers/{entry.pod}_team-a_{entry.name}-0a1b.log"}}}) + "\n", "beat.ndjson")


def fluentbit_merged(entries):
    """Merge_Log: members of a JSON record stand beside those of the entry."""
    def line(entry):
        source = elastic_source(entry)
        if entry.text.startswith("{"):
            source.update(json.loads(entry.text))
            del source["log"]
        return json.dumps(source) + "\n"
    return in_one(entries, line, "merged.ndjson")


def elastic_fields(entries):
    """Fields that were asked for, each of them an array; what the page of Kibana shows under Inspect."""
    return {"hits.json": json.dumps({"took": 4, "hits": {"hits": [
        {"_index": "k8s", "_id": str(at), "fields": {"@timestamp": [fixed(entry.time_ns, 3)], "kubernetes.pod.name": [entry.pod],
         "kubernetes.container.name": [entry.name], "message": [entry.text]}} for at, entry in enumerate(entries)]}}, indent=1)}


def vector(entries):
    return in_one(entries, lambda entry: json.dumps({"@timestamp": rfc3339_nano(entry.time_ns), "hostname": "node-3", "kubernetes": {
        "container_name": entry.name, "namespace_name": "team-a", "pod_name": entry.pod}, "level": "info", "log_type": "application",
        "message": entry.text}) + "\n", "vector.ndjson")


def fluentd_file(entries):
    return in_one(entries, lambda entry: f"{fixed(entry.time_ns, 0)}\tkube.var.log.containers.{entry.pod}_team-a_{entry.name}-{'ab' * 32}.log\t" +
                  json.dumps({"log": entry.text + "\n", "stream": entry.output}) + "\n")


def semicolons(entries):
    """As Excel writes it where a comma stands in numbers."""
    return {"logs.csv": "sep=;\n" + rows_with(";", entries)}


def rows_with(separator, entries):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerow(["@timestamp", "kubernetes.pod_name", "message"])
    writer.writerows([fixed(entry.time_ns, 3), entry.pod, entry.text] for entry in entries)
    return text.getvalue()


def azure_csv(entries):
    return {"query_data.csv": table(entries, ["TimeGenerated [UTC]", "PodName", "ContainerName", "LogSource", "LogMessage"],
                                    lambda entry: [fixed(entry.time_ns, 3), entry.pod, entry.name, entry.output, entry.text])}


def unnamed_csv(entries):
    """No name tells which column holds the lines."""
    return {"export.csv": table(entries, ["Date", "Host", "Service", "What"],
                                lambda entry: [fixed(entry.time_ns, 3), "node-3", entry.container, entry.text])}


def kibana_csv(entries):
    def row(entry):
        local = civil(entry.time_ns)
        return [f"{local.strftime('%b')} {local.day}, {local.year} @ {local.strftime('%H:%M:%S')}.{entry.time_ns % 10 ** 9 // 10 ** 6:03d}",
                entry.text, entry.pod, entry.name]
    return {"kibana.csv": table(entries, ["@timestamp", "message", "kubernetes.pod.name", "kubernetes.container.name"], row)}


def cloudwatch(entries):
    return {"events.json": json.dumps({"events": [
        {"logStreamName": entry.pod, "timestamp": entry.time_ns // 10 ** 6, "message": entry.text, "ingestionTime": entry.time_ns // 10 ** 6 + 900,
         "eventId": str(at)} for at, entry in enumerate(entries)], "searchedLogStreams": []}, indent=4)}


def aws_tail(entries):
    return in_one(entries, lambda entry: f"{fixed(entry.time_ns, 6, z='+00:00')} {entry.pod} {entry.text}\n")


def cloudwatch_csv(entries):
    return {f"{name}.csv": table([entry for entry in entries if entry.name == name], ["timestamp", "message"],
                                 lambda entry: [str(entry.time_ns // 10 ** 6), entry.text]) for name in {entry.name for entry in entries}}


def cloudwatch_s3(entries):
    return by_name(entries, lambda entry: f"{fixed(entry.time_ns, 3)} {entry.text}\n")


def sls_entry(entry):
    return {"__time__": str(entry.time_ns // 10 ** 9), "__source__": "10.20.0.13", "__topic__": "", "_pod_name_": entry.pod,
            "_container_name_": entry.name, "_namespace_": "team-a", "_source_": entry.output,
            "_time_": fixed(entry.time_ns, 9, NODE_ZONE), "content": entry.text}


def sls(entries):
    return in_one(entries, lambda entry: json.dumps(sls_entry(entry), ensure_ascii=False) + "\n", "sls.json")


def sls_array(entries):
    return {"sls.json": json.dumps([sls_entry(entry) for entry in entries], ensure_ascii=False)}


def gcp_entry(entry, as_json):
    payload = {"jsonPayload": json.loads(entry.text)} if as_json and entry.text.startswith("{") else {"textPayload": entry.text + "\n"}
    return {"insertId": f"{entry.time_ns:x}", **payload, "timestamp": rfc3339_nano(entry.time_ns), "severity": "INFO", "resource": {
        "type": "k8s_container", "labels": {"pod_name": entry.pod, "container_name": entry.name, "namespace_name": "team-a"}},
        "logName": f"projects/p/logs/{entry.output}", "receiveTimestamp": rfc3339_nano(entry.time_ns + 10 ** 9)}


def gcp(entries):
    return {"gcp.json": json.dumps([gcp_entry(entry, False) for entry in entries], indent=2)}


def gcp_ndjson(entries):
    return in_one(entries, lambda entry: json.dumps(gcp_entry(entry, True)) + "\n", "gcp.ndjson")


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
    "Elasticsearch": (elastic_search, True),
    "elasticdump": (elasticdump, True),
    "filebeat": (filebeat, True),
    "fluent-bit, merged": (fluentbit_merged, True),
    "Elasticsearch's fields": (elastic_fields, True),
    "vector": (vector, True),
    "fluentd's files": (fluentd_file, False),
    "csv with semicolons": (semicolons, True),
    "Azure csv": (azure_csv, True),
    "csv with unknown names": (unnamed_csv, True),
    "Kibana csv": (kibana_csv, True),
    "CloudWatch json": (cloudwatch, True),
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
