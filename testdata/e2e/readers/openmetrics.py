# The parsers of Prometheus's client: OpenMetrics 1.0, and the older text format
# that node_exporter's textfile collector reads. Both must find the same.
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as text_format

text = open(sys.argv[1], encoding="utf-8").read()
found = [[s for family in read(text) for s in family.samples] for read in (openmetrics, text_format)]
if [(s.name, s.labels, s.value) for s in found[0]] != [(s.name, s.labels, s.value) for s in found[1]]:
    sys.exit("the two parsers disagree")
for family in openmetrics(text):
    if not family.documentation or family.type != "gauge" or not family.samples:
        sys.exit(f"{family.name}: {family.type}, {len(family.samples)} samples")
for s in found[0]:
    if s.timestamp is not None:
        sys.exit(f"{s.name} has a timestamp, which node_exporter refuses")
    if s.name == "gmailoauth_problem":
        print("problem", s.labels["account"], s.labels["diagnosis"])
    else:
        print(s.name, s.labels.get("account", ""), s.value)
