package main

import (
	"fmt"
	"strconv"
	"time"
)

func (p *progress) line() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	took := p.now().Sub(p.start)
	rate, left := "–", "–"
	if p.ended > 0 && took > 0 {
		perSecond := float64(p.ended) / took.Seconds()
		decimals := 0
		if perSecond < 10 {
			decimals = 1
		}
		rate = p.said.Decimal(perSecond, decimals)
		left = clockOf(time.Duration(float64(took) / float64(p.ended) * float64(p.all-p.ended)))
	}
	return p.said.Say("fleet.progress", "done", p.said.Number(p.ended), "all", p.said.Number(p.all),
		"failed", p.said.Number(p.failed), "rate", rate, "left", left)
}

// clockOf is a duration as a clock shows it: 0:07, 12:30, 1:02:03.
func clockOf(d time.Duration) string {
	s := int(d.Round(time.Second) / time.Second)
	if s < 3600 {
		return strconv.Itoa(s/60) + fmt.Sprintf(":%02d", s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}
