package main

import (
	"context"
	"io"
	"os"

	"github.com/spf13/cobra"

	"gmailoauth/internal/fleet"
)

// fleetFlags are the flags of verify for many mailboxes.
type fleetFlags struct {
	file     string
	shard    string
	retries  int
	failFast bool
}

// maxFleet is the largest file of a fleet that is read, in bytes.
const maxFleet = 64 << 20

// fleetRetries is how often a fleet tries again what was put off: four tries in
// all, as one does with Google.
const fleetRetries = 3

func (f *fleetFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.file, "fleet", "", "mailboxes from a file: YAML, a table (CSV) or an address a line; - is stdin")
	flags.StringVar(&f.shard, "shard", "", "this machine's share, I/N (auto/N and auto: from the variables of Kubernetes and GitLab)")
	flags.IntVar(&f.retries, "retries", -1, "tries again of what a server puts off (default 3 with --fleet, else 0)")
	flags.Lookup("retries").DefValue = "0" // so that help does not tell of -1, too
	flags.BoolVar(&f.failFast, "fail-fast", false, "begin nothing more once a mailbox has failed")
}

func (f *fleetFlags) check(args []string) error {
	if f.retries < -1 || f.retries > 10 {
		return badChoice("bad-value", "--retries", "", "0…10")
	}
	if f.file != "" && len(args) > 0 {
		return inputSymptom("flags-exclude", "flag", "--fleet", "other", "EMAIL", "flags", "--fleet, EMAIL")
	}
	if f.retries < 0 {
		f.retries = 0
		if f.file != "" {
			f.retries = fleetRetries
		}
	}
	return nil
}

// queue are the mailboxes of a run. Each is made when its turn comes: of ten
// thousand only a few are in memory.
type queue struct {
	n     int
	at    func(i int) subject
	shard string
}

// files are what of the command line took stdin.
func (f *fleetFlags) files() *clientFlags {
	if f.file == "-" {
		return &clientFlags{stdin: "--fleet"}
	}
	return &clientFlags{}
}

// queue reads which mailboxes are to be proven here; opens opens those that were
// named, if it is not nil.
func (a *app) queue(ctx context.Context, emails []string, f fleetFlags, opens *passing) (queue, error) {
	share, err := fleet.ParseShard(f.shard, a.env)
	if err != nil {
		return queue{}, err
	}
	if f.file == "" {
		toVerify := a.toVerify
		if opens != nil && (len(emails) > 0 || opens.flagged) {
			toVerify = func(_ context.Context, emails []string) ([]subject, error) { return opens.named(emails) }
		}
		subjects, err := toVerify(ctx, emails)
		subjects = fleet.Share(share, subjects)
		return queue{len(subjects), func(i int) subject { return subjects[i] }, share.String()}, err
	}
	entries, err := a.readFleet("--fleet", f.file)
	if err != nil {
		return queue{}, err
	}
	entries = fleet.Share(share, entries)
	if opens != nil {
		return queue{len(entries), func(i int) subject { return opens.entry(entries[i]) }, share.String()}, nil
	}
	accounts, err := a.accounts()
	if err != nil {
		return queue{}, err
	}
	return queue{len(entries), func(i int) subject { return a.entrySubject(accounts, entries[i]) }, share.String()}, nil
}

// readFleet reads the file of a fleet, which a flag has named, and looks whether
// its targets are known.
func (a *app) readFleet(flag, path string) ([]fleet.Entry, error) {
	in := a.term.In
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, unreadable(flag, path, err)
		}
		defer func() { _ = file.Close() }()
		in = file
	}
	data, err := io.ReadAll(io.LimitReader(in, maxFleet))
	if err != nil {
		return nil, unreadable(flag, path, err)
	}
	entries, err := fleet.Read(data, path)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{"": true}
	for _, e := range entries {
		if known[e.Target] {
			continue
		}
		if _, err := a.target(e.Target); err != nil {
			return nil, err
		}
		known[e.Target] = true
	}
	return entries, nil
}
