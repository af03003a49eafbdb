# SPDX-License-Identifier: Apache-2.0
"""What log stores make of a program's lines; see dresses.py."""
import base64
import csv
import io
import json

from dress import NODE_ZONE, by_name, civil, fixed, go_json, in_one, rfc3339_nano


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


def pretty(dress):
    """JSON as people print it, over many lines."""
    return lambda entries: {name: json.dumps(json.loads(text), indent=4, ensure_ascii=False) for name, text in dress(entries).items()}


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


def elastic_searches(entries):
    """The answer of _msearch."""
    answers = [json.loads(text) for text in elastic_search(entries).values()]
    return {"msearch.json": json.dumps({"took": 5, "responses": [{**answer, "status": 200} for answer in answers]})}


def insights(entries):
    """aws logs get-query-results."""
    return {"results.json": json.dumps({"queryLanguage": "CWLI", "results": [
        [{"field": "@timestamp", "value": fixed(entry.time_ns, 3)[:-1].replace("T", " ")}, {"field": "@message", "value": entry.text},
         {"field": "@logStream", "value": entry.pod}, {"field": "@ptr", "value": "CmEKJgoiMTIz"}] for entry in entries],
        "statistics": {"recordsMatched": 1.0}, "status": "Complete"}, indent=4)}


def log_analytics(entries):
    columns = [{"name": name, "type": kind} for name, kind in (("TimeGenerated", "datetime"), ("PodName", "string"), ("ContainerName", "string"),
                                                               ("LogMessage", "dynamic"))]
    return {"query.json": json.dumps({"tables": [{"name": "PrimaryResult", "columns": columns, "rows": [
        [rfc3339_nano(entry.time_ns), entry.pod, entry.name, entry.text] for entry in entries]}]})}


def vector(entries):
    return in_one(entries, lambda entry: json.dumps({"@timestamp": rfc3339_nano(entry.time_ns), "hostname": "node-3", "kubernetes": {
        "container_name": entry.name, "namespace_name": "team-a", "pod_name": entry.pod}, "level": "info", "log_type": "application",
        "message": entry.text}) + "\n", "vector.ndjson")


def fluentd_console(entries):
    return in_one(entries, lambda entry: f"{fixed(entry.time_ns, 9)[:-1].replace('T', ' ')} +0000 kube.var.log.containers.{entry.pod}_team-a_{entry.name}-{'ab' * 32}.log: " +
                  json.dumps({"log": entry.text + "\n", "stream": entry.output}) + "\n")


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
