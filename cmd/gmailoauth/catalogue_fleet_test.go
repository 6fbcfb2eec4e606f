package main

import (
	"fmt"
	"strings"
)

// fleetRows are files of fleets, shares, and reports to be joined.
func fleetRows() map[string]produced {
	of := func(content string, args ...string) produced {
		return reads("boxes", content, append(args, "verify", "--fleet")...)
	}
	sharing := func(name, value string) produced {
		return func(o *workplace) told {
			o.env[name] = value
			return o.runs("verify", "--fleet", o.file("boxes", "office@example.com\n"), "--shard", "auto")
		}
	}
	return map[string]produced{
		"fleet-damaged":           of("- [office@example.com\n"),
		"fleet-key-unknown":       of("mailboxes: [office@example.com]\nprotocol: [imap]\n"),
		"fleet-value-wrong":       of("office@example.com\nsales\n"),
		"fleet-mailbox-twice":     of("office@example.com\nOffice@Example.com\n"),
		"fleet-without-addresses": of("name,target\nAnn,yetiforce\n"),
		"fleet-empty":             of("# later\n"),
		"shard-index-unknown":     sharing("CI", "true"),
		"shard-count-unknown":     sharing("JOB_COMPLETION_INDEX", "0"),
		"account-not-connected": func(o *workplace) told {
			return o.proves("--fleet", o.file("boxes", "office@example.com\n"))
		},
		"report-unusable": func(o *workplace) told {
			return o.runs("report", "merge", o.file("part.json", `{"format": 1, "command": "plan", "accounts": []}`))
		},
		"reports-overlap": func(o *workplace) told {
			o.connect()
			part := o.file("part.json", o.part(""))
			return o.runs("report", "merge", part, part)
		},
		"reports-incomplete": func(o *workplace) told {
			o.connect()
			told := o.runs("report", "merge", o.file("part.json", o.part("1/2")))
			if !strings.Contains(told.out, `"accounts": 1`) {
				o.t.Errorf("what there is was not joined:\n%s", told.out)
			}
			told.out = ""
			return told
		},
	}
}

// part is the report of a share of a fleet of one.
func (o *workplace) part(shard string) string {
	o.t.Helper()
	code, out, stderr := o.run("verify", "--fleet", o.file("boxes", fmt.Sprintln(o.who)), "--shard", shard, "--format", "json")
	if code != 0 {
		o.t.Fatalf("verify: exit %d\n%s", code, stderr)
	}
	return out
}
