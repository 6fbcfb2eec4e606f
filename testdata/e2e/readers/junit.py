# Debian's junitparser, which holds the counts against what it counts.
import sys

from junitparser import Error, Failure, JUnitXml, Skipped, TestSuite

xml = JUnitXml.fromfile(sys.argv[1])
told = [int(xml._elem.get(key) or 0) for key in ("tests", "failures", "errors", "skipped")]
counted = [0, 0, 0, 0]
for suite in xml:
    assert isinstance(suite, TestSuite), suite
    for case in suite:
        counted[0] += 1
        for result in case.result:
            counted[1] += isinstance(result, Failure)
            counted[2] += isinstance(result, Error)
            counted[3] += isinstance(result, Skipped)
            if isinstance(result, Failure):
                print("failure", suite.name, case.name, result.type)
if told != counted:
    sys.exit(f"the first line tells {told}, there are {counted}")
print("tests", counted[0])
