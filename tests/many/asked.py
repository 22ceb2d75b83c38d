#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""asked.py URL TARGETS DASHBOARD: what a Prometheus that scraped so many zcprof says.

All are up, none was refused samples, all metrics have a type, no metric has too many series, and each panel's
expressions are answered; which have no figures is printed, and those that have to have some, do.
"""
import json
import sys
import urllib.parse
import urllib.request

url, count, dashboard = sys.argv[1], int(sys.argv[2]), sys.argv[3]


def ask(path, **query):
    with urllib.request.urlopen(f"{url}/api/v1/{path}?{urllib.parse.urlencode(query)}", timeout=30) as answer:
        return json.load(answer)["data"]


def value(query):
    result = ask("query", query=query)["result"]
    return float(result[0]["value"][1]) if result else None


targets = ask("targets")["activeTargets"]
bad = [t for t in targets if t["health"] != "up"]
print(f"targets: {len(targets)}, up: {len(targets) - len(bad)}")
for t in bad:
    print(t["scrapeUrl"], t["lastError"])
print("samples a scrape, most:", value("max(scrape_samples_post_metric_relabeling)"))
print("scrape, longest, s:", value("max(scrape_duration_seconds)"))
print("scrapes that failed:", value("sum(count_over_time((up == 0)[1h:5s])) or vector(0)"))
print("series:", value('count({__name__=~"zcprof_.+"})'))
most = ask("query", query='topk(3, count by (__name__, instance) ({__name__=~"zcprof_.+"}))')["result"]
print("most series of one metric:", ", ".join(f"{m['metric']['__name__']} {m['value'][1]}" for m in most))
types = ask("metadata")
names = {n for n in ask("label/__name__/values") if n.startswith("zcprof_")}
untyped = sorted(n for n in types if n.startswith("zcprof_") and types[n][0]["type"] in ("unknown", "untyped"))
print(f"metrics: {len(names)}, without a type: {len(untyped)}")
silent = []
for panel in json.load(open(dashboard, encoding="utf-8"))["panels"]:
    for target in panel["targets"]:
        query = target["expr"].replace("$__rate_interval", "30s").replace("$instance", ".*")
        if not ask("query", query=query)["result"]:
            silent.append(panel["title"])
print("panels without figures here:", ", ".join(silent) or "none")
assert len(targets) == count and not bad and not untyped
assert not {"Throughput", "CPU of an end", "CPU time per gigabyte"} & set(silent)
assert value("sum(count_over_time((up == 0)[1h:5s])) or vector(0)") == 0
