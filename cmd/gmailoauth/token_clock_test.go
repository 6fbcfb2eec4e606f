package main

import (
	"testing"
	"time"
)

// What is renewed by a clock that is wrong must not be believed when the clock
// is right again, whichever way it was wrong.
func TestClockThatJumps(t *testing.T) {
	const jump = 3 * time.Hour
	for _, row := range []struct {
		name  string
		jumps []time.Duration // the clock, before each call
		want  []int32         // renewals after each call
	}{
		{"stays", []time.Duration{0, 0, 50 * time.Minute}, []int32{1, 1, 1}},
		{"goes on past the end", []time.Duration{0, 56 * time.Minute}, []int32{1, 2}},
		{"jumps ahead, and stays there", []time.Duration{0, jump, jump}, []int32{1, 2, 2}},
		{"was ahead, and is set right", []time.Duration{jump, 0, 0}, []int32{1, 2, 2}},
		{"was behind, and is set right", []time.Duration{-jump, 0, 0}, []int32{1, 2, 2}},
		{"jumps ahead for a moment", []time.Duration{0, jump, 0, 10 * time.Minute}, []int32{1, 2, 3, 3}},
		{"steps back by seconds, as clocks do", []time.Duration{0, -20 * time.Second}, []int32{1, 1}},
		{"steps back by minutes", []time.Duration{0, -3 * time.Minute}, []int32{1, 2}},
	} {
		d := newDesk(t)
		d.keeps(t, officeBox, -24*time.Hour) // dead for long
		for i, jump := range row.jumps {
			d.now = noon.Add(jump)
			if code, out, told := d.run(t, "token", officeBox); code != 0 || d.renewals.Load() != row.want[i] {
				t.Errorf("%s: call %d at %+v = %d, %q, %q after %d renewals, want %d", row.name, i+1, jump, code, out, told, d.renewals.Load(), row.want[i])
			}
		}
	}
}

// A token that another machine has renewed into a shared folder is taken, by
// the short way and by the command.
func TestRenewedByAnotherMachine(t *testing.T) {
	spec := "file:" + t.TempDir()
	here, there := newDesk(t), newDesk(t)
	for _, d := range []*desk{here, there} {
		a, _, _ := d.app()
		a.flags.store = spec
		d.keepsBy(t, a, officeBox, 0)
	}
	if code, out, told := there.run(t, "token", officeBox); code != 0 || out != "ya29.renewed-1-0123456789\n" {
		t.Fatalf("token = %d, %q, %q, want it renewed", code, out, told)
	}
	for _, args := range [][]string{{"token", officeBox}, {"token"}} {
		if code, out, told := here.run(t, args...); code != 0 || out != "ya29.renewed-1-0123456789\n" || here.renewals.Load() != 0 {
			t.Errorf("%v = %d, %q, %q after %d renewals of its own, want the other machine's token", args, code, out, told, here.renewals.Load())
		}
	}
}
