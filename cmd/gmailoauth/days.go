package main

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// days is a flag's duration that may begin with whole days, which Go's have not:
// 7d, 1d12h, 48h. It is more than nothing.
type days time.Duration

var errNoSpan = errors.New("want a duration of more than nothing, such as 48h or 7d")

// Set reads what was typed.
func (d *days) Set(text string) error {
	var whole time.Duration
	rest := text
	if number, after, found := strings.Cut(text, "d"); found {
		n, err := strconv.ParseUint(number, 10, 16)
		if err != nil {
			return errNoSpan
		}
		whole, rest = time.Duration(n)*24*time.Hour, after
	}
	if rest != "" || whole == 0 {
		part, err := time.ParseDuration(rest)
		if err != nil || part < 0 {
			return errNoSpan
		}
		whole += part
	}
	if whole <= 0 {
		return errNoSpan
	}
	*d = days(whole)
	return nil
}

// String is the default that help shows: none.
func (d *days) String() string {
	if *d == 0 {
		return ""
	}
	return time.Duration(*d).String()
}

// Type is the word for it in help.
func (*days) Type() string { return "duration" }
