package main

import "regexp"

// exportRows are what export cannot write.
func exportRows() map[string]produced {
	return map[string]produced{
		"unknown-export":  line("export", "pyhton", "sales@example.com"),
		"no-such-export":  line("export", "frobnicate-everything", "sales@example.com"),
		"set-with-format": line("export", "python", "sales@example.com", "--set", "base_url=https://office.example.com"),
		"export-no-such-file": func(o *workplace) told {
			o.connect()
			return o.runs("export", "systemd", o.who, "--file", "gmail.socket")
		},
		"export-no-server": func(o *workplace) told {
			o.connect()
			without := regexp.MustCompile(`(?m)^smtp:.*\n((  |- ).*\n)*`).ReplaceAllString(string(o.box.ProviderYAML()), "")
			o.env["GMAILOAUTH_PROVIDER"] = o.file("provider.yaml", regexp.MustCompile(`(?m)^ca_file:.*\n`).ReplaceAllString(without, ""))
			return o.runs("export", "nodemailer", o.who)
		},
		"export-unquotable": func(o *workplace) told {
			o.variables(o.who, o.who)
			o.env["GMAILOAUTH_CLIENT_ID"] = "815407401234\tabc.apps.googleusercontent.com"
			return o.runs("export", "pizauth", o.who)
		},
	}
}
